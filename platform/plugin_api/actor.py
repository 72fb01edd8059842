"""Who acts: a person in a body, with the permissions that roles of today give, in the whole body or in one unit."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar, cast
from uuid import UUID

import msgspec

from plugin_api.config import Patch, resolve
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _

Config = TypeVar("Config", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Body:
    """The body a request acts in.

    `upper_name` is the body above, `party_name` and `party_parent` the Party's names for both.
    """

    tenant_id: UUID
    slug: str
    name: str
    short_name: str
    kind: str
    place: str
    demo: bool
    upper_name: str = ""
    party_name: str = ""
    party_parent: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What one role assignment allows and forbids; `unit_id` None means the whole body."""

    unit_id: UUID | None
    allowed: frozenset[str]
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a body something is allowed: in these units, or, where it is `everywhere`, in all but these."""

    everywhere: bool
    units: frozenset[UUID]

    def __contains__(self, unit_id: UUID) -> bool:
        return (unit_id in self.units) != self.everywhere

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.units)

    def __or__(self, other: "Scope") -> "Scope":
        both = self.units | other.units
        everywhere = self.everywhere or other.everywhere
        return Scope(everywhere, frozenset(one for one in both if (one in self or one in other) != everywhere))

    @property
    def whole(self) -> bool:
        """Whether it is the whole body, without an exception."""
        return self.everywhere and not self.units

    @property
    def parameter(self) -> list[UUID]:
        """The scope as one value for a statement; see `in_scope`."""
        return [*([EVERYWHERE] if self.everywhere else []), *sorted(self.units)]


WHOLE_BODY = Scope(True, frozenset())
EVERYWHERE = UUID(int=0)
"""In the parameter of a scope: the other units are those where it does not hold."""


def in_scope(column: str, parameter: str) -> str:
    """SQL: whether the unit in `column` lies within the scope given as `parameter`: `in_scope("c.unit_id", "$3")`."""
    given = f"{parameter}::uuid[]"
    return f"(({column} = ANY ({given})) <> ('{EVERYWHERE}' = ANY ({given})))"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person of this request. Permissions are sets already: asking costs a look-up, never a query."""

    account_id: UUID
    person_id: UUID
    person_name: str
    body: Body
    held: tuple[Held, ...]
    modules: frozenset[str] = frozenset()
    patches: tuple[Patch, ...] = ()
    language: str = "vi"
    _resolved: dict[type, msgspec.Struct] = field(default_factory=dict, compare=False, repr=False)

    def may(self, permission: StrEnum | str, unit_id: UUID | None = None) -> bool:
        """Whether the person holds `permission` in the body or, if given, in the unit. An explicit deny wins."""
        allowed = False
        for held in self.held:
            if held.unit_id is None or unit_id is None or held.unit_id == unit_id:
                if permission in held.denied:
                    return False
                allowed = allowed or permission in held.allowed
        return allowed

    def must(self, permission: StrEnum | str, unit_id: UUID | None = None) -> None:
        """Raise Forbidden unless `may`."""
        if not self.may(permission, unit_id):
            raise Forbidden(_("Đồng chí không được phân quyền làm việc này. Cần thì báo người quản trị của đơn vị."))

    def scope(self, permission: StrEnum | str) -> Scope:
        """Where the person holds `permission`: `unit_id in scope` is `may(permission, unit_id)` for every unit."""
        everywhere = any(held.unit_id is None and permission in held.allowed for held in self.held) and not any(
            held.unit_id is None and permission in held.denied for held in self.held
        )
        named = {held.unit_id for held in self.held if held.unit_id}
        return Scope(everywhere, frozenset(unit for unit in named if self.may(permission, unit) != everywhere))

    def settings(self, module: str, config: type[Config]) -> Config:
        """The settings of a module in this body: own over inherited over defaults."""
        if config not in self._resolved:
            self._resolved[config] = resolve(config, [patch for patch in self.patches if patch.module == module])
        return cast(Config, self._resolved[config])
