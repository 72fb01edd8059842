"""From rows to typed values, and the pieces of SQL that several statements share."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from tenancy.query import Record

Shape = TypeVar("Shape")
LATE = "(t.done_on > t.due_on OR (t.done_on IS NULL AND t.due_on < $3))"
"""`rules.tasks.is_late` for a task `t` on the day `$3`."""


def shaped(shape: type[Shape], record: Record, **more: Any) -> Shape:
    """One row as `shape`; columns that it does not have are left out, JSON columns arrive decoded."""
    return msgspec.convert({**dict(record), **more}, shape)


def shapes(shape: type[Shape], records: Sequence[Record]) -> list[Shape]:
    """All rows as `shape`."""
    return msgspec.convert([dict(record) for record in records], list[shape])


def decoded(text: str | None, shape: type[Shape]) -> Shape:
    """A JSON column as `shape`; NULL is an empty list."""
    return msgspec.json.decode(text or "[]", type=shape)
