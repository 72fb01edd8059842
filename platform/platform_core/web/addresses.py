"""Addresses by name: `url("monthly_rating.cycle", cycle_id=…)`. One table, filled from the declarations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from platform_core.plugin_host.registry import Registry
from platform_core.web.request_context import current_request
from plugin_api.endpoints import PATH_PARAMETER, Endpoint
from plugin_api.manifest import Manifest

PART = re.compile(r"\{(\w+)(?::\w+)?\}")
TYPES: dict[str, Callable[[str], Any]] = {"uuid": UUID, "int": int, "str": str}


@dataclass(slots=True)
class _Node:
    """What follows a part of a path; `names` are the addresses that end here."""

    children: dict[str, "_Node"] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)


def page_path(manifest: Manifest, endpoint: Endpoint) -> str:
    """The path of an endpoint's page in a body; the API's is the same behind `/api/v1`."""
    prefix = "" if manifest.name == "core" else f"/{manifest.address}"
    return f"/t/{{slug:str}}{prefix}{endpoint.path}".rstrip("/")


def addresses_of(registry: Registry) -> "Addresses":
    """The addresses of every endpoint of the installed modules."""
    addresses = Addresses()
    for name, (manifest, endpoint) in registry.endpoints.items():
        addresses.add(name, page_path(manifest, endpoint))
    return addresses


class Addresses:
    """Names of endpoints and core pages ↔ paths."""

    def __init__(self) -> None:
        self._root = _Node()
        self._paths: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}

    def add(self, name: str, path: str) -> None:
        """Learn one address. A name stands for one path only."""
        if self._paths.setdefault(name, path) != path:
            raise ValueError(f"two addresses are called {name}")
        node = self._root
        for part in path.split("/"):
            node = node.children.setdefault("{}" if part.startswith("{") else part, _Node())
        node.names.append((name, path))
        self._parts[name] = PART.split(path)  # text and parameter by turns: taken apart once, filled in often

    def names(self) -> list[str]:
        """Every known name, sorted."""
        return sorted(self._paths)

    def parameters(self, name: str) -> set[str]:
        """The names of the values that the path of `name` needs."""
        return set(PART.findall(self._paths.get(name, "")))

    def url(self, name: str, /, **values: Any) -> str:
        """The path of `name`; values that it does not use become the query string. `slug` is the body of the request.

        `name#anchor-{id}` keeps an anchor. Raises LookupError for an unknown name or a missing value: templates are
        tested, so that is never a visitor's fault.
        """
        name, _, anchor = name.partition("#")
        actor = current_request().actor
        if actor is not None:
            values.setdefault("slug", actor.body.slug)
        if name not in self._paths:
            raise LookupError(f"no address is called {name}")
        text, wanted = self._parts[name][::2], self._parts[name][1::2]
        filled = [quote(str(values[parameter]), safe="") for parameter in wanted]
        path = "".join(part for pair in zip_longest(text, filled, fillvalue="") for part in pair)
        if len(values) == len(wanted) and not anchor:
            return path
        rest = {
            key: value
            for key, value in values.items()
            if key not in wanted and key != "slug" and value not in (None, "")
        }
        fragment = f"#{anchor.format(**values)}" if anchor else ""
        return path + (f"?{urlencode(rest)}" if rest else "") + fragment

    def resolve(self, path: str) -> list[tuple[str, dict[str, Any]]]:
        """The addresses that `path` is, each with the values that stand in it; none for a path that is not ours."""
        node, given = self._root, []
        for part in path.split("/"):
            following = node.children.get(part)
            if following is None:
                given.append(unquote(part))
                following = node.children.get("{}")
            if following is None:
                return []
            node = following
        try:
            return [(name, _values(declared, given)) for name, declared in node.names]
        except ValueError:
            return []


def _values(declared: str, given: list[str]) -> dict[str, Any]:
    """The values of a path by name; raises ValueError where one is not of the declared type."""
    return {name: TYPES[kind](text) for (name, kind), text in zip(PATH_PARAMETER.findall(declared), given, strict=True)}
