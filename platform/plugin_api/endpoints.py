"""What a person can see and do, declared once: one path, permission, data and service behind the screen and the API.

A module lists its `View`s and `Action`s; the host makes from each a page under `/t/{slug}/<module>` and an operation
under `/api/v1/t/{slug}/<module>`. So all that a screen can do, the API can do, by construction.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec import Struct

from plugin_api.papers import Sheet

SIGNED_IN = "signed_in"
"""The permission of whoever has signed in and belongs to the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Something to look at.

    `load(actor, **path parameters, query=…)` returns a Struct (shown by `template`, sent as JSON by the API), a
    `Printout` (printed once the transaction has ended) or a `File` (both sent as a download by page and API). `query`
    types the query string. `export` turns the loaded Struct into a sheet for `?export=xlsx`.
    """

    name: str
    path: str
    permission: StrEnum | str
    load: Callable[..., Awaitable[Any]]
    template: str = ""
    query: type[Struct] | None = None
    export: Callable[[Any], Sheet] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do, always by POST.

    `run(actor, **path parameters, data=…)` does it in the request's transaction and returns the ids that the next
    screen needs, or None. `then` names that screen (an anchor may follow: `monthly_rating.meeting#person-{person_id}`),
    `done` is the sentence shown there, or makes it of what `run` returned where that is not always the same.
    """

    name: str
    path: str
    permission: StrEnum | str
    run: Callable[..., Awaitable[Mapping[str, Any] | None]]
    then: str
    done: str | Callable[[Mapping[str, Any]], str]
    data: type[Struct] | None = None


Endpoint = View | Action
PATH_PARAMETER = re.compile(r"\{(\w+):(\w+)\}")
"""(name, kind) of a value in a path."""


def path_parameters(endpoint: Endpoint) -> list[str]:
    """The names of the values in the path: `/cycles/{cycle_id:uuid}` → `["cycle_id"]`."""
    return [name for name, _kind in PATH_PARAMETER.findall(endpoint.path)]
