"""What the core does for modules, as protocols: people, the renderer that prints papers, the register of issued ones,
addresses.

Filled in by the composition root.

Published columns: a module's own SQL may join `app.person (id, full_name, name_key, position)` and
`app.unit (id, name, kind, committee_name)` on `tenant_id`, read only.
Everything else of the core stays behind these ports.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from plugin_api.issued_papers import PaperRegister
from plugin_api.papers import DocumentRenderer


class Unit(Struct, frozen=True):
    """A department (State line) or a cell (Party line) of the body."""

    id: UUID
    code: str
    kind: str
    name: str
    committee_name: str


class Member(Struct, frozen=True):
    """A person with the place held in one unit on one day; lists come sorted by given name."""

    person_id: UUID
    full_name: str
    position: str
    unit_position: str
    departments: str = ""


class Holder(Struct, frozen=True):
    """A person with everything that the roles of today allow in one unit, whole-body roles included."""

    person_id: UUID
    full_name: str
    permissions: frozenset[str]


class People(Protocol):
    """Who belongs where, by date, and who may do what."""

    async def units(self, kind: str, on: date) -> list[Unit]:
        """The units of a kind ("department" or "cell") that exist on a day, in their order."""
        ...

    async def unit(self, unit_id: UUID) -> Unit:
        """One unit. Raises Absent."""
        ...

    async def members(self, unit_id: UUID, on: date) -> list[Member]:
        """Who is appointed to the unit on a day, by given name."""
        ...

    async def everybody(self, on: date) -> list[Member]:
        """Everybody who belongs to the body on a day, by given name; for a field to choose a person."""
        ...

    async def member(self, person_id: UUID) -> Member:
        """One person of the body. Raises Absent."""
        ...

    async def belongs(self, person_id: UUID, unit_id: UUID, on: date) -> bool:
        """Whether the person is appointed to the unit on a day."""
        ...

    async def holders(
        self, any_of: Collection[str], units: Collection[UUID], besides: UUID
    ) -> Mapping[UUID, list[Holder]]:
        """Who else holds at least one of these permissions today in each of the units, by given name, as the roles
        (those for the whole body too) and the body's own rules say; people who left are not named. One query."""
        ...


class Addresses(Protocol):
    """Addresses by the names of endpoints."""

    def url(self, name: str, /, **values: Any) -> str:
        """The path of an endpoint's page; values that it does not name become the query string, `#…` an anchor.
        Raises LookupError for an unknown name or a missing value."""
        ...


@dataclass(slots=True)
class Ports:
    """The core's side of the contract."""

    people: People
    renderer: DocumentRenderer
    papers: PaperRegister
    addresses: Addresses
    today: Callable[[], date]


_installed: Ports | None = None


def install(ports: Ports) -> None:
    """Called once by the composition root."""
    global _installed  # lint: allow(module-state): made of the installed code, the same in every process
    _installed = ports


def ports() -> Ports:
    """The core's services. Raises RuntimeError before the application is composed."""
    if _installed is None:
        raise RuntimeError("the application is not composed yet")
    return _installed
