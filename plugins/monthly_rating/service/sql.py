"""From rows to typed values, and the pieces of SQL that several statements share."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from tenancy.query import Record

Shape = TypeVar("Shape")

LATE = "(t.done_on > t.due_on OR (t.done_on IS NULL AND t.due_on < $3))"
"""`rules.tasks.is_late` for a task `t` on the day `$3`."""

GRADE_NOW = """LEFT JOIN LATERAL (SELECT g.level, g.reason, g.edition, g.decided_at, g.decided_by,
  g.correction_reason FROM monthly_rating_grade g
  WHERE g.tenant_id = $1 AND g.cycle_id = m.cycle_id AND g.person_id = m.person_id
    ORDER BY g.edition DESC LIMIT 1) g ON true"""
"""The class that holds for a member `m` of a cycle: the newest edition."""

WORK = f"""LEFT JOIN LATERAL (SELECT count(*) AS tasks, count(*) FILTER (WHERE t.done_on IS NOT NULL) AS done,
  count(*) FILTER (WHERE {LATE}) AS late FROM monthly_rating_task t
  WHERE t.tenant_id = $1 AND t.cycle_id = m.cycle_id AND t.person_id = m.person_id AND NOT t.dropped) w ON true"""
"""How many tasks a member `m` of a cycle has, how many are done, how many late on the day `$3`."""


def shaped(shape: type[Shape], record: Record, **more: Any) -> Shape:
    """One row as `shape`; columns that it does not have are left out, JSON columns arrive decoded."""
    return msgspec.convert({**dict(record), **more}, shape)


def shapes(shape: type[Shape], records: Sequence[Record]) -> list[Shape]:
    """All rows as `shape`."""
    return msgspec.convert([dict(record) for record in records], list[shape])  # type: ignore[valid-type]


def decoded(text: str | None, shape: type[Shape]) -> Shape:
    """A JSON column as `shape`; NULL is an empty list."""
    return msgspec.json.decode(text or "[]", type=shape)
