"""What a module declares about itself: data, so that the host can check all of it before the application starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from msgspec import Struct

from plugin_api.endpoints import Endpoint
from plugin_api.facts import FactDeclaration
from plugin_api.shell import NavigationItem


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """A role that bodies of some kinds give their people; modules grant it permissions by its key.

    `scoped` roles are held in one unit (a chair of one cell), others in the whole body.
    """

    key: str
    title: str
    kinds: frozenset[str]
    scoped: bool


@dataclass(frozen=True, slots=True)
class PaperDeclaration:
    """A paper the module prints: its title and the layout of the State or of the Party."""

    name: str
    title: str
    layout: str


ANY_VALUE = "*"
"""In verbs: whatever is not empty."""
Verbs = Mapping[str, Mapping[str, str]]
"""Column → its new value as JSON writes it ("submitted", "true", ANY_VALUE) → the verb for that change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeclaration:
    """What the trail calls a table of the module, so that people can read who changed what of whose.

    `columns` maps a column to its words; columns left out are not shown. Their values appear only to those who hold
    `permission` in the whole body: the trail opens nothing that the screens keep closed. `choices` maps a column of
    keys to the words of each key.

    Whose row it is and which: `concerned` is the column that names the person a row is about, "" where none does.
    `label` is the column, or makes of the row as the trail kept it the words, that tell one row from another; without
    it a column called title, name, role or the like does. `parents` maps a column to the declared table of the row
    that this one is part of (a report → its task → its period): what tells the parent apart tells this one too.
    `view` is the page that shows the row; `ids` maps its path parameters, or parts of its query, to columns, where
    they are called otherwise than the column of the row or of a parent.

    `inserted` and `updated` are the verbs of changes that mean more than "added" and "edited": confirmed, issued.

    `closed` and `unsigned` are SQL conditions, constant texts that the trail's one query evaluates: where `closed` is
    true nothing of the entry is told (a draft of somebody else), where `unsigned` is true the entry does not say who
    made it (a comment without a name). They may use `kept` (jsonb: the row before or after the entry; the condition is
    asked of both and one is enough), `entry` (the link of the trail: `seq`, `at`), `reader` (uuid: the person who
    reads) and `$1` (the body). Sub-queries say `tenant_id = $1`; they look at what was true when the entry was made
    (`audit.log` up to `entry.seq`), or a closed entry opens later.
    """

    table: str
    title: str
    permission: StrEnum | str
    columns: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    concerned: str = "person_id"
    label: str | Callable[[Mapping[str, Any]], str] = ""
    parents: Mapping[str, str] = field(default_factory=dict)
    view: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    inserted: Verbs = field(default_factory=dict)
    updated: Verbs = field(default_factory=dict)
    closed: str = ""
    unsigned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCondition:
    """When a permission that a role holds does not count as it stands: the matrix of permissions says "yes, when …".

    It holds in bodies whose `setting` (a field of the module's config) has this `value`, "" being every body, for
    roles that hold none of `without`. `words` go on from "yes": "khi …", "trừ …".
    """

    permission: StrEnum | str
    words: str
    setting: str = ""
    value: object = None
    without: frozenset[StrEnum | str] = frozenset()


class NoConfig(Struct, frozen=True):
    """The settings of a module that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A module. `name` is its package, its permission prefix and (with hyphens) its place in addresses.

    `contract` is the version of the contract the module was made for (`plugin_api.CONTRACT` of that day).
    `navigation` are its entries of the menu; people see those whose page they may open.
    `permissions` maps every permission to what it lets a person do; `grants` maps a role's key to what it may do here.
    `guarded` are the permissions that open or decide what is other people's: a role that holds one of them in a body is
    given there by two people. `conditions` say on what else a permission depends.
    `tables` is the dotted path of its Piccolo app, or "" without tables.
    """

    name: str
    title: str
    summary: str
    version: str
    contract: int
    permissions: type[StrEnum]
    grants: Mapping[str, frozenset[str]]
    endpoints: Sequence[Endpoint]
    config: type[Struct] = NoConfig
    tables: str = ""
    requires: frozenset[str] = frozenset()
    papers: Sequence[PaperDeclaration] = ()
    facts: Sequence[FactDeclaration] = ()
    records: Sequence[RecordDeclaration] = ()
    navigation: Sequence[NavigationItem] = ()
    permission_titles: Mapping[str, str] = field(default_factory=dict)
    guarded: frozenset[StrEnum | str] = frozenset()
    conditions: Sequence[GrantCondition] = ()

    @property
    def address(self) -> str:
        """The module's part of an address: `monthly_rating` → `monthly-rating`."""
        return self.name.replace("_", "-")
