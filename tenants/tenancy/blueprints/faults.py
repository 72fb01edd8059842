"""What is wrong in a blueprint, where, and what to do about it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Place = tuple[str | int, ...]
"""The way to a value in the document: `("body", 0, "unit", 2, "name")`."""


class BlueprintFault(NamedTuple):
    """One fault: `line` counts from 1, `field` is the key as written in the file (`body.person.login`)."""

    file: str
    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, str(self.line), self.field, self.sentence) if part)


class BlueprintError(Exception):
    """A blueprint is refused. `faults` holds all of them, by file and line; nothing may be applied."""

    def __init__(self, faults: Iterable[BlueprintFault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Complaint(NamedTuple):
    """A fault seen by a rule that knows the document but not its text. `see` is another place that explains it."""

    place: Place
    sentence: str
    see: Place | None = None


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line where `place` is written, or the nearest table around it when it is not written at all."""
    while place not in lines and place:
        place = place[:-1]
    return lines.get(place, 1)


def field_of(place: Place) -> str:
    """The keys of a place without the positions: the line already tells which of several tables is meant."""
    return ".".join(part for part in place if isinstance(part, str))
