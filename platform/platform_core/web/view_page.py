"""The page of a View: its query typed, what it loads, what its template gets."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from platform_core.web.request_context import current_request
from plugin_api.endpoints import View
from plugin_api.forms import nested, parse


def query_of(view: View, pairs: Iterable[tuple[str, Any]]) -> Struct | None:
    """The query string as the view's Struct; None for a view without one. Raises Invalid."""
    return None if view.query is None else parse(view.query, nested(pairs), printed=False)


async def loaded(view: View, values: Mapping[str, Any], query: Struct | None) -> Any:
    """What the view loads for the person of this request: a Struct, or a File."""
    given = {} if query is None else {"query": query}
    return await view.load(current_request().actor, **values, **given)


def page_context(found: Any, query: Struct | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the template gets: the fields of what was loaded by name, all of it as `view`, `query`, and `here`."""
    given = {"view": found, "query": query, "here": values}
    return {name: getattr(found, name) for name in found.__struct_fields__} | given
