"""What may be assigned to whom until when, and whose task it is."""

from typing import Any, Literal
from uuid import UUID

from monthly_rating.common.sql import LATE, TASK_WORDS
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.cycles.rows import ASSESSMENTS
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Task
from monthly_rating.tasks.rows import TASK_COLUMNS
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.listing import Orders
from tenancy.query import row, value

DUE_PLAN_ITEMS = """
FROM monthly_rating_year_plan p JOIN monthly_rating_year_plan_item i ON i.tenant_id = p.tenant_id AND i.plan_id = p.id
JOIN monthly_rating_cycle_member m ON m.tenant_id = p.tenant_id AND m.cycle_id = $2 AND m.person_id = p.person_id
  AND m.excused_reason = ''
JOIN monthly_rating_cycle c ON c.tenant_id = m.tenant_id AND c.id = m.cycle_id
WHERE p.tenant_id = $1 AND p.unit_id = c.unit_id
  AND p.year BETWEEN extract(year FROM c.period_start) AND extract(year FROM c.period_end)
  AND p.state = 'approved' AND NOT i.dropped AND i.due_on BETWEEN c.period_start AND c.period_end
  AND NOT EXISTS (SELECT 1 FROM monthly_rating_task t WHERE t.tenant_id = $1 AND t.plan_item_id = i.id
    AND NOT t.dropped)"""
"""Undertakings of approved plans that fall due in the period of cycle `$2` and are not assigned yet."""
LIST = f"""
WITH {ASSESSMENTS}
SELECT {TASK_COLUMNS}, t.guidance, t.plan_item_id, t.version, p.full_name, coalesce(a.state, '') AS assessment,
  count(*) OVER () AS total
FROM monthly_rating_task t
JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
LEFT JOIN assessed a ON a.person_id = t.person_id
WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped AND ($4::uuid IS NULL OR t.person_id = $4)
  AND ($5::uuid IS NULL OR t.person_id = $5) AND ($7 = '' OR {TASK_WORDS} LIKE '%' || $7 || '%')
  AND ($6 = '' OR ($6 = 'late' AND {LATE}) OR ($6 = 'done' AND t.done_on IS NOT NULL)
    OR ($6 = 'open' AND t.done_on IS NULL))"""
ORDERS = Orders(
    "t.id",
    "person",
    person="p.name_key, t.sort",
    title="t.title",
    due="t.due_on, p.name_key",
    progress="t.progress, t.due_on",
)
PEOPLE = f"""
SELECT m.person_id, p.full_name, m.excused_reason = '' AS rated,
  (SELECT count(*) FROM (SELECT i.id {DUE_PLAN_ITEMS}) waiting) AS from_plans
FROM monthly_rating_cycle_member m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""
ONE = f"""
SELECT {TASK_COLUMNS}, t.guidance, t.plan_item_id, t.version, t.dropped, p.full_name,
  coalesce(i.title, '') AS from_plan, coalesce(a.state, '') AS assessment,
  (SELECT jsonb_agg(jsonb_build_object('percent', g.percent, 'note', g.note, 'full_name', q.full_name, 'at', g.at)
      ORDER BY g.at DESC, g.id DESC)
    FROM monthly_rating_task_progress g JOIN person q ON q.tenant_id = g.tenant_id AND q.id = g.person_id
    WHERE g.tenant_id = $1 AND g.task_id = t.id) AS progress_log,
  (SELECT jsonb_agg(jsonb_build_object('evidence_id', e.id, 'file_name', e.file_name, 'size', e.size,
      'sha256', e.sha256, 'full_name', q.full_name, 'at', e.at, 'withdrawn_at', e.withdrawn_at,
      'withdrawn_reason', e.withdrawn_reason) ORDER BY e.at, e.id)
    FROM monthly_rating_evidence e JOIN person q ON q.tenant_id = e.tenant_id AND q.id = e.person_id
    WHERE e.tenant_id = $1 AND e.task_id = t.id) AS files
FROM monthly_rating_task t
JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
LEFT JOIN monthly_rating_year_plan_item i ON i.tenant_id = t.tenant_id AND i.id = t.plan_item_id
LEFT JOIN monthly_rating_self_assessment a ON a.tenant_id = t.tenant_id AND a.cycle_id = t.cycle_id
  AND a.person_id = t.person_id
WHERE t.tenant_id = $1 AND t.id = $2"""


async def next_sort(cycle_id: UUID) -> int:
    """The place after the last task of a cycle."""
    return await value(
        "SELECT coalesce(max(sort), 0) + 1 FROM monthly_rating_task WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
    )


async def assignee(head: CycleHead, person_id: UUID, field: str = "person_id") -> str:
    """The name of a person rated in the cycle. Raises Invalid for anybody else."""
    found = await row(
        """SELECT p.full_name, m.excused_reason FROM monthly_rating_cycle_member m
                         JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
                         WHERE m.tenant_id = $1 AND m.cycle_id = $2 AND m.person_id = $3""",
        head.cycle_id,
        person_id,
    )
    if found is None:
        raise Invalid(
            {field: _("Người thực hiện: người này không có trong kỳ. Hãy cập nhật danh sách người của kỳ trước.")}
        )
    if found["excused_reason"]:
        raise Invalid(
            {
                field: _(
                    "Người thực hiện: %(name)s không xếp loại trong kỳ này nên không phân công.",
                    name=found["full_name"],
                )
            }
        )
    return found["full_name"]


def deadline_fault(head: CycleHead, due_on: Any) -> str | None:
    """Why a day can't be a deadline in the cycle: it lies before the period or after the meeting is due."""
    if head.period_start <= due_on <= head.decision_due:
        return None
    return _(
        "Thời hạn: hãy chọn ngày từ %(start)s đến %(end)s.",
        start=f"{head.period_start:%d/%m/%Y}",
        end=f"{head.decision_due:%d/%m/%Y}",
    )


async def own_task(
    actor: Actor, task_id: UUID, *states: str, lock: Literal["", "SHARE"] = "SHARE"
) -> tuple[dict[str, Any], CycleHead]:
    task = await Task.get(task_id)
    head = await cycle_head(actor, task["cycle_id"], lock)
    actor.must(Permission.TASK_REPORT, head.unit_id)
    if task["person_id"] != actor.person_id:
        raise Forbidden(_("Chỉ người được giao mới báo cáo nhiệm vụ này."))
    if task["dropped"]:
        raise Refused(_("Nhiệm vụ này đã được rút khỏi thông báo phân công."))
    if head.state not in states:
        CYCLE.must_be_in(head.state, states[0])
    return task, head
