"""Addresses by name: `url("monthly_rating.cycle", cycle_id=…)`. One table, filled from the declarations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from platform_core.plugin_host.registry import Registry
from platform_core.web.request_context import current_request
from plugin_api.endpoints import PATH_PARAMETER, Endpoint
from plugin_api.manifest import Manifest

PART = re.compile(r"\{(\w+)(?::\w+)?\}")
TYPES: dict[str, Callable[[str], Any]] = {"uuid": UUID, "int": int, "str": str}
MOST_KEPT = 5000
"""Addresses in bodies: about 300 bytes each."""


@dataclass(slots=True)
class _Node:
    """What follows a part of a path; `names` are the addresses that end here."""

    children: dict[str, "_Node"] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Address:
    """A path with places for its parameters, taken apart once and filled in often: a list does it in each row."""

    form: str
    parameters: frozenset[str]


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
        self._addresses: dict[str, Address] = {}
        self._kept: dict[tuple[str, str | None], Address] = {}

    def add(self, name: str, path: str) -> None:
        """Learn one address. A name stands for one path only."""
        if self._paths.setdefault(name, path) != path:
            raise ValueError(f"two addresses are called {name}")
        node = self._root
        for part in path.split("/"):
            node = node.children.setdefault("{}" if part.startswith("{") else part, _Node())
        node.names.append((name, path))
        self._addresses[name] = Address(
            PART.sub(r"%(\1)s", path.replace("%", "%%")), frozenset(found[1] for found in PART.finditer(path))
        )

    def names(self) -> list[str]:
        """Every known name, sorted."""
        return sorted(self._paths)

    def parameters(self, name: str) -> set[str]:
        """The names of the values that the path of `name` needs."""
        return set(self._addresses[name].parameters) if name in self._addresses else set()

    def url(self, name: str, /, **values: Any) -> str:
        """The path of `name`; values that it does not use become the query string. `slug` is the body of the request.

        `name#anchor-{id}` keeps an anchor. Raises LookupError for an unknown name or a missing value: templates are
        tested, so that is never a visitor's fault.
        """
        name, _, anchor = name.partition("#")
        actor = current_request().actor
        slug = values.pop("slug", None) or (actor.body.slug if actor is not None else None)
        address = self._kept.get((name, slug)) or self._address_in(name, slug)
        path = address.form % {parameter: _quoted(values[parameter]) for parameter in address.parameters}
        if len(values) == len(address.parameters) and not anchor:
            return path
        rest = {
            key: value for key, value in values.items() if key not in address.parameters and value not in (None, "")
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

    def _address_in(self, name: str, slug: str | None) -> Address:
        """The address with the body filled in; kept for the rows to come."""
        if name not in self._addresses:
            raise LookupError(f"no address is called {name}")
        address = self._addresses[name]
        if slug is not None and "slug" in address.parameters:
            filled = address.form.replace("%(slug)s", _quoted(slug).replace("%", "%%"))
            address = Address(filled, address.parameters - {"slug"})
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[name, slug] = address
        return address


def _quoted(value: object) -> str:
    return str(value) if isinstance(value, UUID) else quote(str(value), safe="")


def _values(declared: str, given: list[str]) -> dict[str, Any]:
    """The values of a path by name; raises ValueError where one is not of the declared type."""
    return {name: TYPES[kind](text) for (name, kind), text in zip(PATH_PARAMETER.findall(declared), given, strict=True)}
