"""The tasks a notice names, its newest edition, its number."""

from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from monthly_rating.cycles.queries import CycleHead
from plugin_api.rows import shapes
from tenancy.faults import Absent
from tenancy.query import row, rows, value


class NoticeTask(Struct, frozen=True):
    """A task as the notice names it."""

    task_id: UUID
    person_id: UUID
    full_name: str
    title: str
    due_on: date
    required_level: str
    planned_quantity: str
    guidance: str


NOTICE_TASKS = """
SELECT t.id AS task_id, t.person_id, p.full_name, t.title, t.due_on, t.required_level, t.planned_quantity, t.guidance
FROM monthly_rating_task t JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped ORDER BY p.name_key, t.sort"""
READY_TO_ISSUE = """
SELECT p.full_name, m.excused_reason <> '' AS excused, (SELECT count(*) FROM monthly_rating_task t
  WHERE t.tenant_id = $1 AND t.cycle_id = m.cycle_id AND t.person_id = m.person_id AND NOT t.dropped) AS tasks
FROM monthly_rating_cycle_member m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""


async def notice_tasks(cycle_id: UUID) -> list[NoticeTask]:
    """The tasks of a cycle as they stand, person by person."""
    return shapes(NoticeTask, await rows(NOTICE_TASKS, cycle_id))


async def newest_notice(cycle_id: UUID) -> dict[str, Any]:
    found = await row(
        """SELECT id, edition, version, preamble, guidance FROM monthly_rating_assignment_notice
                         WHERE tenant_id = $1 AND cycle_id = $2 ORDER BY edition DESC LIMIT 1""",
        cycle_id,
    )
    if found is None:
        raise Absent(f"notice of cycle {cycle_id}")
    return dict(found)


async def next_number(head: CycleHead, year: int) -> int:
    """Numbers run per cell and year; the cell is held so that two notices never take the same one."""
    await rows("SELECT id FROM unit WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", head.unit_id)
    return await value(
        """SELECT coalesce(max(number), 0) + 1 FROM monthly_rating_assignment_notice
                          WHERE tenant_id = $1 AND unit_id = $2 AND year = $3""",
        head.unit_id,
        year,
    )
