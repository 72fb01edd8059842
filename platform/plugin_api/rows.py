"""From rows of SQL to the Structs that pages and operations give back."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from tenancy.query import Record

Shape = TypeVar("Shape")


def shaped(shape: type[Shape], record: Record, **more: Any) -> Shape:
    """One row as `shape`; columns that it does not have are left out, `more` are fields that the row does not hold."""
    return msgspec.convert({**dict(record), **more}, shape)


def shapes(shape: type[Shape], records: Sequence[Record]) -> list[Shape]:
    """All rows as `shape`."""
    return msgspec.convert([dict(record) for record in records], list[shape])


def decoded(text: str | None, shape: type[Shape]) -> Shape:
    """A JSON column as `shape`; NULL is an empty list."""
    return msgspec.json.decode(text or "[]", type=shape)
