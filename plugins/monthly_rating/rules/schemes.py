"""Rating schemes: levels best first, which one is in force on a day, and how many people stand at each level."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from msgspec import Struct

from plugin_api.errors import Invalid
from plugin_api.i18n import either
from plugin_api.i18n import gettext as _


class Level(Struct, frozen=True):
    """One class of a scheme. `rank` 1 is the best; `completed` whether it counts as having completed the tasks.

    `label` is what papers call it, `title` what screens call it in the language of the request.
    """

    key: str
    label: str
    rank: int
    completed: bool
    label_en: str = ""

    @property
    def title(self) -> str:
        return either(self.label, self.label_en)

    @property
    def choice(self) -> str:
        """The class as a form offers it."""
        return f"{self.key} – {self.title}"


class SchemeEntry(Struct, frozen=True):
    """A scheme as it is shipped."""

    code: str
    title: str
    levels: list[Level]
    source: str
    valid_from: date
    valid_to: date | None = None
    title_en: str = ""
    confirmed: bool = False
    enabled: bool = False


class Dated(Protocol):
    """What `in_force` asks of a scheme."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def enabled(self) -> bool: ...


AnyDated = TypeVar("AnyDated", bound=Dated)


def faults(levels: Sequence[Level]) -> list[str]:
    """Why levels can't be used, in words; empty when they can: two or more, keys and ranks once each, best first."""
    found = []
    if len(levels) < 2:
        found.append("a scheme needs at least two levels")
    if len({level.key for level in levels}) < len(levels):
        found.append("two levels have the same key")
    if [level.rank for level in levels] != list(range(1, len(levels) + 1)):
        found.append("levels stand best first with ranks 1, 2, 3 …")
    if sorted(levels, key=lambda level: not level.completed) != list(levels):
        found.append("no level that counts as completed stands below one that does not")
    return found


def in_force(schemes: Iterable[AnyDated], day: date) -> AnyDated | None:
    """The scheme switched on and in force on `day`; of several the one that came into force last."""
    current = [
        one
        for one in schemes
        if one.enabled and one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    ]
    return max(current, key=lambda one: one.valid_from, default=None)


def known_level(levels: Sequence[Level], key: str, field: str = "level") -> Level:
    """The level called `key`. Raises Invalid naming the levels there are."""
    for level in levels:
        if level.key == key:
            return level
    raise Invalid(
        {field: _("Mức xếp loại: hãy chọn một trong các mức %(levels)s.", levels=", ".join(one.key for one in levels))}
    )


def count_levels(levels: Sequence[Level], decided: Iterable[str]) -> dict[str, int]:
    """How often each level was decided, every level named, best first; keys of another scheme come after."""
    counts = {level.key: 0 for level in levels}
    for key in decided:
        counts[key] = counts.get(key, 0) + 1
    return counts


def count_completed(levels: Sequence[Level], decided: Iterable[str]) -> tuple[int, int]:
    """(how many decided classes count as completed, how many were decided)."""
    completed = {level.key for level in levels if level.completed}
    keys = list(decided)
    return sum(key in completed for key in keys), len(keys)


def counts_in_words(counts: dict[str, int]) -> str:
    """ "A: 9, B: 1, C: 0"."""
    return ", ".join(f"{key}: {count}" for key, count in counts.items())
