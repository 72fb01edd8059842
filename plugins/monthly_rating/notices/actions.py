"""The written assignment notice: its words, its number, its issue, its amendments. Issuing freezes the tasks."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CYCLE_STEPS, CycleHead, cycle_head
from monthly_rating.notices.forms import AmendedTask, NoticeAmendment, NoticeDraft, NoticeIssue
from monthly_rating.notices.papers import issue_paper
from monthly_rating.notices.queries import READY_TO_ISSUE, NoticeTask, newest_notice, notice_tasks
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import Readiness, before_issue
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import AssignmentNotice, Task
from monthly_rating.tasks.queries import assignee, deadline_fault, next_sort
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.issued_papers import IssuedPaper
from plugin_api.names import search_fold
from tenancy.faults import Absent
from tenancy.query import rows

EARLIEST_DAYS = 31


async def save_notice(actor: Actor, cycle_id: UUID, data: NoticeDraft) -> dict[str, Any]:
    """Change the words around the tasks before the notice is issued."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.TASK_ASSIGN, head.unit_id)
    CYCLE.must_be_in(head.state, "planning")
    notice = await newest_notice(cycle_id)
    await AssignmentNotice.change(
        notice["id"], data.version, {AssignmentNotice.preamble: data.preamble, AssignmentNotice.guidance: data.guidance}
    )
    return {"cycle_id": cycle_id}


async def issue_notice(actor: Actor, cycle_id: UUID, data: NoticeIssue) -> dict[str, Any]:
    """Number, date and issue the notice: from now on the tasks stand and the period runs.

    Raises Refused naming who has no task yet; `data.version` is the cycle's.
    """
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.NOTICE_ISSUE, head.unit_id)
    CYCLE.after("issue", head.state)
    people = [
        Readiness(one["full_name"], one["excused"], one["tasks"], "", False, 0, False)
        for one in await rows(READY_TO_ISSUE, cycle_id)
    ]
    if missing := before_issue(people):
        raise Refused(_("Chưa ban hành được thông báo.") + " " + " ".join(missing))
    issued_on = _day_of_issue(head, data.issued_on)
    await CYCLE_STEPS.take(actor, cycle_id, head.state, "issue", data.version)
    notice = await newest_notice(cycle_id)
    paper = await issue_paper(
        actor, head, notice["sign"], notice["edition"], issued_on, notice["preamble"], notice["guidance"], ""
    )
    await AssignmentNotice.change(notice["id"], notice["version"], await _issued(actor, cycle_id, paper))
    return {"cycle_id": cycle_id}


async def amend_notice(actor: Actor, cycle_id: UUID, data: NoticeAmendment) -> dict[str, Any]:
    """Issue a new edition with a reason: tasks added, changed or taken out, all at once; those not named stay.

    Raises Invalid for rows that can't be used, Refused when nothing would change.
    """
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.NOTICE_ISSUE, head.unit_id)
    CYCLE.after("amend", head.state)
    issued_on = _day_of_issue(head, data.issued_on)
    before = await notice_tasks(cycle_id)
    await _apply(head, {task.task_id: task for task in before}, data.tasks)
    notice = await newest_notice(cycle_id)
    guidance = data.guidance or notice["guidance"]
    if guidance == notice["guidance"] and before == await notice_tasks(cycle_id):
        raise Refused(_("Chưa có gì thay đổi so với thông báo đã ban hành."))
    await CYCLE_STEPS.take(actor, cycle_id, head.state, "amend", data.version, data.reason)
    edition, sign = notice["edition"] + 1, settings_of(actor).notice_sign
    paper = await issue_paper(actor, head, sign, edition, issued_on, notice["preamble"], guidance, data.reason)
    amended = await AssignmentNotice.create(
        cycle_id=cycle_id,
        unit_id=head.unit_id,
        edition=edition,
        year=issued_on.year,
        sign=sign,
        preamble=notice["preamble"],
        guidance=guidance,
        reason=data.reason,
    )
    await AssignmentNotice.change(amended, 1, await _issued(actor, cycle_id, paper))
    return {"cycle_id": cycle_id}


async def _apply(head: CycleHead, known: dict[UUID, NoticeTask], wanted: list[AmendedTask]) -> None:
    problems: dict[str, str] = {}
    for place, one in enumerate(wanted):
        if not one.title and not one.task_id:
            continue
        try:
            await _apply_one(head, known, one)
        except Invalid as fault:
            problems |= {f"tasks.{place}.{field}": sentence for field, sentence in fault.problems.items()}
    if problems:
        raise Invalid(problems)


async def _apply_one(head: CycleHead, known: dict[UUID, NoticeTask], one: AmendedTask) -> None:
    if one.task_id is None:
        await _add(head, one)
        return
    task = known.get(one.task_id)
    if task is None:
        raise Absent(f"task {one.task_id} of cycle {head.cycle_id}")
    if one.person_id not in (None, task.person_id):
        raise Invalid(
            {
                "person_id": _(
                    "Người thực hiện: muốn giao “%(title)s” cho người khác thì rút nhiệm vụ này rồi thêm nhiệm vụ mới.",
                    title=task.title,
                )
            }
        )
    stored = await Task.get(one.task_id)
    if one.dropped:
        if stored["progress"]:
            raise Invalid(
                {
                    "dropped": _(
                        "Rút nhiệm vụ: nhiệm vụ “%(title)s” đã có báo cáo tiến độ nên không rút được.", title=task.title
                    )
                }
            )
        await Task.change(one.task_id, stored["version"], {Task.dropped: True})
        return
    new: dict[Any, Any] = {
        Task.title: one.title or task.title,
        Task.due_on: one.due_on or task.due_on,
        Task.required_level: task.required_level if one.required_level is None else one.required_level,
        Task.planned_quantity: task.planned_quantity if one.planned_quantity is None else one.planned_quantity,
        Task.guidance: task.guidance if one.guidance is None else one.guidance,
    }
    if any(stored[column._meta.name] != text for column, text in new.items()):
        if fault := deadline_fault(head, new[Task.due_on]):
            raise Invalid({"due_on": fault})
        new[Task.search] = search_fold(new[Task.title])
        await Task.change(one.task_id, stored["version"], new)


async def _add(head: CycleHead, one: AmendedTask) -> None:
    if one.person_id is None:
        raise Invalid({"person_id": _("Người thực hiện: hãy chọn người cho nhiệm vụ “%(title)s”.", title=one.title)})
    if one.due_on is None:
        raise Invalid({"due_on": _("Thời hạn: hãy ghi ngày cho nhiệm vụ “%(title)s”.", title=one.title)})
    await assignee(head, one.person_id)
    if fault := deadline_fault(head, one.due_on):
        raise Invalid({"due_on": fault})
    await Task.create(
        cycle_id=head.cycle_id,
        person_id=one.person_id,
        sort=await next_sort(head.cycle_id),
        title=one.title,
        due_on=one.due_on,
        required_level=one.required_level or "",
        planned_quantity=one.planned_quantity or "",
        guidance=one.guidance or "",
        search=search_fold(one.title),
    )


async def _issued(actor: Actor, cycle_id: UUID, paper: IssuedPaper) -> dict[Any, Any]:
    tasks = msgspec.json.encode(await notice_tasks(cycle_id)).decode()
    return {
        AssignmentNotice.number: paper.number,
        AssignmentNotice.year: paper.year,
        AssignmentNotice.issued_on: paper.issued_on,
        AssignmentNotice.person_id: actor.person_id,
        AssignmentNotice.issued_at: paper.issued_at,
        AssignmentNotice.tasks: tasks,
    }


def _day_of_issue(head: CycleHead, wanted: date | None) -> date:
    day = wanted or today()
    if not head.period_start - timedelta(days=EARLIEST_DAYS) <= day <= today():
        raise Invalid(
            {
                "issued_on": _(
                    "Ngày ban hành: hãy chọn ngày không sau hôm nay và không sớm hơn đầu kỳ quá %(days)s ngày.",
                    days=EARLIEST_DAYS,
                )
            }
        )
    return day
