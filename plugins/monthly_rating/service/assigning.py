"""Drafting tasks before the notice is issued: new ones, or those that the approved year plans name for the period."""

from typing import Any
from uuid import UUID

from monthly_rating.forms import TaskDraft, TaskEdit, VersionOnly
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import must_be_in
from monthly_rating.service.cycle_head import CycleHead, cycle_head
from monthly_rating.tables import Task
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold
from tenancy.query import row, rows, value

WAITING = """
FROM monthly_rating_year_plan p JOIN monthly_rating_year_plan_item i ON i.tenant_id = p.tenant_id AND i.plan_id = p.id
JOIN monthly_rating_cycle_member m ON m.tenant_id = p.tenant_id AND m.cycle_id = $2 AND m.person_id = p.person_id
  AND m.excused_reason = ''
JOIN monthly_rating_cycle c ON c.tenant_id = m.tenant_id AND c.id = m.cycle_id
WHERE p.tenant_id = $1 AND p.unit_id = c.unit_id AND p.year = c.year AND p.state = 'approved' AND NOT i.dropped
  AND i.due_on BETWEEN c.period_start AND c.period_end
  AND NOT EXISTS (SELECT 1 FROM monthly_rating_task t WHERE t.tenant_id = $1 AND t.plan_item_id = i.id
    AND NOT t.dropped)"""
"""Undertakings of approved plans that fall due in the period of cycle `$2` and are not assigned yet."""


async def add_task(actor: Actor, cycle_id: UUID, data: TaskDraft) -> dict[str, Any]:
    """Draft a task for a person of the cell. Raises Refused after the notice was issued,
    Invalid for a stranger or a wrong day."""
    head = await _draft_of(actor, cycle_id)
    full_name = await assignee(head, data.person_id)
    await _check(head, data)
    task_id = await Task.create(
        cycle_id=cycle_id,
        person_id=data.person_id,
        plan_item_id=data.plan_item_id,
        sort=await next_sort(cycle_id),
        title=data.title,
        due_on=data.due_on,
        required_level=data.required_level,
        planned_quantity=data.planned_quantity,
        guidance=data.guidance,
        search=search_fold(f"{data.title} {full_name}"),
    )
    return {"cycle_id": cycle_id, "task_id": task_id}


async def edit_task(actor: Actor, task_id: UUID, data: TaskEdit) -> dict[str, Any]:
    """Word a drafted task anew. Raises Refused after the notice was issued: then it takes an amendment."""
    task = await Task.get(task_id)
    head = await _draft_of(actor, task["cycle_id"])
    full_name = await assignee(head, data.person_id)
    await _check(head, data)
    await Task.change(
        task_id,
        data.version,
        {
            Task.person_id: data.person_id,
            Task.title: data.title,
            Task.due_on: data.due_on,
            Task.required_level: data.required_level,
            Task.planned_quantity: data.planned_quantity,
            Task.guidance: data.guidance,
            Task.plan_item_id: data.plan_item_id,
            Task.search: search_fold(f"{data.title} {full_name}"),
        },
    )
    return {"cycle_id": task["cycle_id"], "task_id": task_id}


async def drop_task(actor: Actor, task_id: UUID, data: VersionOnly) -> dict[str, Any]:
    """Take a drafted task out of the notice."""
    task = await Task.get(task_id)
    await _draft_of(actor, task["cycle_id"])
    await Task.change(task_id, data.version, {Task.dropped: True})
    return {"cycle_id": task["cycle_id"]}


async def take_from_plans(actor: Actor, cycle_id: UUID) -> dict[str, Any]:
    """Draft a task for every undertaking of an approved plan that falls due in this period.
    Raises Refused when there is none."""
    await _draft_of(actor, cycle_id)
    found = await rows(
        f"SELECT i.id, p.person_id, i.title, i.due_on, i.expected_level, p.search {WAITING} ORDER BY "
        f"p.person_id, i.sort",
        cycle_id,
    )
    if not found:
        raise Refused(
            _("Không còn nhiệm vụ nào của kế hoạch năm đã duyệt đến hạn trong kỳ này. Hãy thêm nhiệm vụ mới nếu cần.")
        )
    first = await next_sort(cycle_id)
    await Task.create_all(
        [
            Task(
                cycle_id=cycle_id,
                person_id=one["person_id"],
                plan_item_id=one["id"],
                sort=first + place,
                title=one["title"],
                due_on=one["due_on"],
                required_level=one["expected_level"],
                search=search_fold(f"{one['title']} {one['search']}"),
            )
            for place, one in enumerate(found)
        ]
    )
    return {"cycle_id": cycle_id}


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


async def _draft_of(actor: Actor, cycle_id: UUID) -> CycleHead:
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.TASK_ASSIGN, head.unit_id)
    if head.state == "running":
        raise Refused(
            _("Thông báo phân công đã ban hành nên nhiệm vụ đã chốt. Cần thay đổi thì sửa đổi thông báo, nêu lý do.")
        )
    must_be_in(head.state, "planning")
    return head


async def _check(head: CycleHead, data: TaskDraft) -> None:
    problems = {}
    if fault := deadline_fault(head, data.due_on):
        problems["due_on"] = fault
    if data.plan_item_id and not await value(
        """SELECT true FROM monthly_rating_year_plan_item i JOIN monthly_rating_year_plan p
            ON p.tenant_id = i.tenant_id AND p.id = i.plan_id WHERE i.tenant_id = $1 AND i.id = $2
              AND p.person_id = $3 AND p.state = 'approved'""",
        data.plan_item_id,
        data.person_id,
    ):
        problems["plan_item_id"] = _(
            "Theo kế hoạch năm: hãy chọn một nhiệm vụ trong kế hoạch đã duyệt của chính người này."
        )
    if problems:
        raise Invalid(problems)
