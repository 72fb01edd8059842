"""Addresses by name: `url("monthly_rating.cycle", cycle_id=…)`. One table, filled from the declarations."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from platform_core.web.request_context import current_request

PART = re.compile(r"\{(\w+)(?::\w+)?\}")
MOST_KEPT = 5000
"""Addresses in bodies; beyond that all are forgotten and made anew."""


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
        self._kept: dict[tuple[str, str | None], Address] = {}

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
