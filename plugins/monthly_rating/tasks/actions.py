"""Tasks are drafted before the notice is issued, new ones or those that the approved year plans name for the period;
then their owners report on them."""

from typing import Any, Literal
from uuid import UUID

from monthly_rating.common.forms import VersionOnly
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Task, TaskProgress
from monthly_rating.tasks.forms import TaskDraft, TaskEdit, TaskReport
from monthly_rating.tasks.queries import DUE_PLAN_ITEMS, assignee, deadline_fault, next_sort, own_task
from plugin_api.actor import Actor
from plugin_api.clock import now, today
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold
from tenancy.query import rows, value


async def add_task(actor: Actor, cycle_id: UUID, data: TaskDraft) -> dict[str, Any]:
    """Draft a task for a person of the cell. Raises Refused after the notice was issued,
    Invalid for a stranger or a wrong day."""
    head = await _draft_of(actor, cycle_id)
    await assignee(head, data.person_id)
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
        search=search_fold(data.title),
    )
    return {"cycle_id": cycle_id, "task_id": task_id}


async def edit_task(actor: Actor, task_id: UUID, data: TaskEdit) -> dict[str, Any]:
    """Word a drafted task anew. Raises Refused after the notice was issued: then it takes an amendment."""
    task = await Task.get(task_id)
    head = await _draft_of(actor, task["cycle_id"])
    await assignee(head, data.person_id)
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
            Task.search: search_fold(data.title),
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

    Of two clerks at once the second finds what the first took: the cycle is locked for update. Raises Refused when
    there is none.
    """
    await _draft_of(actor, cycle_id, "UPDATE")
    found = await rows(
        f"SELECT i.id, p.person_id, i.title, i.due_on, i.expected_level {DUE_PLAN_ITEMS} ORDER BY "
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
                search=search_fold(one["title"]),
            )
            for place, one in enumerate(found)
        ]
    )
    return {"cycle_id": cycle_id}


async def report_task(actor: Actor, task_id: UUID, data: TaskReport) -> dict[str, Any]:
    """Report how far an own task is; 100 is done on the given day or today.

    Raises Refused outside the running period or once the self-assessment was handed in.
    """
    task, _head = await own_task(actor, task_id, "running")
    if await value(
        """SELECT true FROM monthly_rating_self_assessment WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3
                      AND state = 'submitted'""",
        task["cycle_id"],
        actor.person_id,
    ):
        raise Refused(
            _("Đồng chí đã nộp bản tự đánh giá của kỳ này. Muốn báo cáo thêm thì rút bản tự đánh giá về trước.")
        )
    done_on = (data.done_on or today()) if data.progress == 100 else None
    if done_on and done_on > today():
        raise Invalid({"done_on": _("Ngày hoàn thành: không thể sau hôm nay.")})
    await Task.change(
        task_id,
        data.version,
        {Task.progress: data.progress, Task.done_on: done_on, Task.result: data.result or task["result"]},
    )
    await TaskProgress.create(
        task_id=task_id, percent=data.progress, note=data.note, person_id=actor.person_id, at=now()
    )
    return {"task_id": task_id}


async def _draft_of(actor: Actor, cycle_id: UUID, lock: Literal["SHARE", "UPDATE"] = "SHARE") -> CycleHead:
    head = await cycle_head(actor, cycle_id, lock)
    actor.must(Permission.TASK_ASSIGN, head.unit_id)
    if head.state == "running":
        raise Refused(
            _("Thông báo phân công đã ban hành nên nhiệm vụ đã chốt. Cần thay đổi thì sửa đổi thông báo, nêu lý do.")
        )
    CYCLE.must_be_in(head.state, "planning")
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
