"""The editions of a notice, the tasks they name, the last number."""

from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.permissions import Permission
from plugin_api.actor import Actor
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.rows import shapes
from tenancy.faults import Absent
from tenancy.query import Record, row, rows, value


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


class PersonTasks(Struct, frozen=True):
    """One person's part of the notice."""

    person_id: UUID
    full_name: str
    is_me: bool
    tasks: list[NoticeTask]


NOTICE_TASKS = """
SELECT t.id AS task_id, t.person_id, p.full_name, t.title, t.due_on, t.required_level, t.planned_quantity, t.guidance
FROM monthly_rating_task t JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped ORDER BY p.name_key, t.sort"""
NOTICES = f"""
SELECT CASE WHEN n.issued_on IS NOT NULL THEN n.tasks
    ELSE (SELECT jsonb_agg(to_jsonb(drafted)) FROM ({NOTICE_TASKS}) drafted) END AS tasks,
  n.edition, n.number, n.sign, n.issued_on, coalesce(p.full_name, '') AS issued_by, n.issued_at, n.preamble,
  n.guidance, n.reason, n.version,
  n.person_id AS signer_id, coalesce(nullif(m.unit_position, ''), p.position, '') AS signer_position
FROM monthly_rating_assignment_notice n
LEFT JOIN person p ON p.tenant_id = n.tenant_id AND p.id = n.person_id
LEFT JOIN monthly_rating_cycle_member m ON m.tenant_id = n.tenant_id AND m.cycle_id = n.cycle_id
  AND m.person_id = n.person_id
WHERE n.tenant_id = $1 AND n.cycle_id = $2 ORDER BY n.edition DESC"""
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
        """SELECT id, edition, version, sign, preamble, guidance FROM monthly_rating_assignment_notice
                         WHERE tenant_id = $1 AND cycle_id = $2 ORDER BY edition DESC LIMIT 1""",
        cycle_id,
    )
    if found is None:
        raise Absent(f"notice of cycle {cycle_id}")
    return dict(found)


async def last_number(head: CycleHead, year: int) -> int:
    """The last number a notice of the cell had in a year, also from before numbers were kept in the register."""
    return await value(
        """SELECT coalesce(max(number), 0) FROM monthly_rating_assignment_notice
                          WHERE tenant_id = $1 AND unit_id = $2 AND year = $3""",
        head.unit_id,
        year,
    )


async def notice_rows(actor: Actor, cycle_id: UUID) -> tuple[CycleHead, list[Record]]:
    """The cycle and every edition of its notice with its tasks, newest first.

    Raises Refused while it is drafted by others.
    """
    head = await cycle_head(actor, cycle_id)
    if head.state == "planning" and not (
        actor.may(Permission.TASK_ASSIGN, head.unit_id) or sees_all(actor, head.unit_id)
    ):
        raise Refused(_("Thông báo phân công của kỳ này đang soạn, chưa ban hành."))
    stored = await rows(NOTICES, cycle_id)
    if not stored:
        raise Absent(f"notice of cycle {cycle_id}")
    return head, stored


def by_person(tasks: list[NoticeTask], me: UUID) -> list[PersonTasks]:
    """Tasks grouped by person, in the order in which they come."""
    grouped: dict[UUID, list[NoticeTask]] = {}
    for task in tasks:
        grouped.setdefault(task.person_id, []).append(task)
    return [PersonTasks(person_id, own[0].full_name, person_id == me, own) for person_id, own in grouped.items()]
