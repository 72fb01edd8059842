"""Addresses by name: `url("monthly_rating.cycle", cycle_id=…)`. One table, filled from the declarations."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from platform_core.web.request_context import current_request

PART = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Address:
    """A path with places for its parameters, taken apart once and filled in often: a list does it in each row."""

    form: str
    parameters: frozenset[str]


class Addresses:
    """Names of endpoints and core pages → paths."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._addresses: dict[str, Address] = {}

    def add(self, name: str, path: str) -> None:
        """Learn one address. A name stands for one path only."""
        if self._paths.setdefault(name, path) != path:
            raise ValueError(f"two addresses are called {name}")
        self._addresses[name] = Address(
            PART.sub(r"%(\1)s", path.replace("%", "%%")), frozenset(found[1] for found in PART.finditer(path))
        )

    def names(self) -> list[str]:
        """Every known name, sorted."""
        return sorted(self._paths)

    def parameters(self, name: str) -> frozenset[str]:
        """The names of the values that the path of `name` needs."""
        return self._addresses[name].parameters if name in self._addresses else frozenset()

    def url(self, name: str, /, **values: Any) -> str:
        """The path of `name`; values that it does not use become the query string. `slug` is the body of the request.

        `name#anchor-{id}` keeps an anchor. Raises LookupError for an unknown name or a missing value: templates are
        tested, so that is never a visitor's fault.
        """
        name, _, anchor = name.partition("#")
        address = self._addresses.get(name)
        if address is None:
            raise LookupError(f"no address is called {name}")
        actor = current_request().actor
        if actor is not None:
            values.setdefault("slug", actor.body.slug)
        path = address.form % {parameter: _quoted(values[parameter]) for parameter in address.parameters}
        if len(values) == len(address.parameters) and not anchor:
            return path
        rest = {
            key: value
            for key, value in values.items()
            if key not in address.parameters and key != "slug" and value not in (None, "")
        }
        fragment = f"#{anchor.format(**values)}" if anchor else ""
        return path + (f"?{urlencode(rest)}" if rest else "") + fragment


def _quoted(value: object) -> str:
    return str(value) if isinstance(value, UUID) else quote(str(value), safe="")
