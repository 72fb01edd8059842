"""Self-assessment: task by task, with reason and lesson for what was missed, and a proposed class."""

from typing import Any
from uuid import UUID

from monthly_rating.assessments.forms import AssessmentText, OwnTask, Waiver
from monthly_rating.assessments.queries import OWN_TASKS, stored_assessment
from monthly_rating.common.forms import VersionOnly
from monthly_rating.common.judging import judges_at
from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CycleHead, cycle_head, membership
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import reason_kept
from monthly_rating.rules.schemes import known_level
from monthly_rating.rules.states import CYCLE
from monthly_rating.rules.tasks import OwnReport, unanswered
from monthly_rating.tables import SelfAssessment
from plugin_api.actor import Actor
from plugin_api.clock import now, today
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.faults import Absent, Stale
from tenancy.query import rows, run, value


async def save_assessment(actor: Actor, cycle_id: UUID, data: AssessmentText) -> dict[str, Any]:
    """Keep what was written so far; nobody else sees it."""
    head = await _own(actor, cycle_id)
    await _write(actor, head, data)
    return {"cycle_id": cycle_id}


async def submit_assessment(actor: Actor, cycle_id: UUID, data: AssessmentText) -> dict[str, Any]:
    """Save and hand in. Raises Invalid naming, task by task, what is still to be said."""
    head = await _own(actor, cycle_id)
    assessment_id, version = await _write(actor, head, data)
    problems = await _missing(actor, head, data)
    if problems:
        raise Invalid(problems)
    await SelfAssessment.change(
        assessment_id, version, {SelfAssessment.state: "submitted", SelfAssessment.submitted_at: now()}
    )
    return {"cycle_id": cycle_id}


async def take_back_assessment(actor: Actor, cycle_id: UUID, data: VersionOnly) -> dict[str, Any]:
    """Take the own self-assessment back to change it, until the meeting is opened."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.ASSESSMENT_WRITE, head.unit_id)
    CYCLE.must_be_in(head.state, "running")
    stored = await stored_assessment(cycle_id, actor.person_id)
    if stored is None or stored["state"] != "submitted":
        raise Refused(_("Đồng chí chưa nộp bản tự đánh giá của kỳ này."))
    await SelfAssessment.change(
        stored["id"], data.version, {SelfAssessment.state: "draft", SelfAssessment.submitted_at: None}
    )
    return {"cycle_id": cycle_id}


async def waive_assessment(actor: Actor, cycle_id: UUID, person_id: UUID, data: Waiver) -> dict[str, Any]:
    """Note that a person did not hand in a self-assessment, with the reason. Raises Refused when one was handed in."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.ASSESSMENT_WAIVE, head.unit_id)
    own_reason = reason_kept((await judges_at(actor, head.unit_id)).on_waiver(person_id), data.own_case_reason)
    if head.state != "running":
        CYCLE.must_be_in(head.state, "meeting")
    await membership(cycle_id, person_id)
    stored = await stored_assessment(cycle_id, person_id)
    if stored is not None and stored["state"] == "submitted":
        raise Refused(_("Người này đã nộp bản tự đánh giá."))
    if stored is None:
        await SelfAssessment.create(
            cycle_id=cycle_id,
            person_id=person_id,
            state="waived",
            waived_by=actor.person_id,
            waived_reason=data.reason,
            own_case_reason=own_reason,
        )
    else:
        await SelfAssessment.change(
            stored["id"],
            stored["version"],
            {
                SelfAssessment.state: "waived",
                SelfAssessment.waived_by: actor.person_id,
                SelfAssessment.waived_reason: data.reason,
                SelfAssessment.own_case_reason: own_reason,
            },
        )
    return {"cycle_id": cycle_id, "person_id": person_id}


async def _own(actor: Actor, cycle_id: UUID) -> CycleHead:
    """The cycle, if the person may write the own self-assessment in it now."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.ASSESSMENT_WRITE, head.unit_id)
    if not head.i_belong:
        raise Forbidden(_("Đồng chí không có trong danh sách của kỳ này."))
    if (await membership(cycle_id, actor.person_id))["excused_reason"]:
        raise Refused(_("Đồng chí không xếp loại trong kỳ này nên không phải tự đánh giá."))
    if head.state != "running":
        CYCLE.must_be_in(head.state, "meeting")
        await _must_be_in_time(actor, cycle_id)
    return head


async def _must_be_in_time(actor: Actor, cycle_id: UUID) -> None:
    """In the meeting a late self-assessment still counts, until the meeting ends or the class is decided."""
    if await value(
        "SELECT closed_at IS NOT NULL FROM monthly_rating_meeting WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
    ):
        raise Refused(_("Cuộc họp đã kết thúc, không nộp bản tự đánh giá được nữa."))
    if await value(
        "SELECT true FROM monthly_rating_grade WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3 LIMIT 1",
        cycle_id,
        actor.person_id,
    ):
        raise Refused(_("Mức xếp loại của đồng chí trong kỳ này đã được quyết định."))


async def _write(actor: Actor, head: CycleHead, data: AssessmentText) -> tuple[UUID, int]:
    if data.proposed_level:
        known_level(head.levels, data.proposed_level, "proposed_level")
    await _write_tasks(actor, head.cycle_id, data.tasks)
    stored = await stored_assessment(head.cycle_id, actor.person_id)
    if stored is None:
        return await SelfAssessment.create(
            cycle_id=head.cycle_id, person_id=actor.person_id, proposed_level=data.proposed_level, summary=data.summary
        ), 1
    if stored["state"] == "submitted":
        raise Refused(_("Đồng chí đã nộp bản tự đánh giá. Muốn sửa thì rút về trước khi cuộc họp được mở."))
    if data.version != stored["version"]:
        raise Stale(stored)
    version = await SelfAssessment.change(
        stored["id"],
        data.version,
        {
            SelfAssessment.state: "draft",
            SelfAssessment.proposed_level: data.proposed_level,
            SelfAssessment.summary: data.summary,
            SelfAssessment.waived_by: None,
            SelfAssessment.waived_reason: "",
            SelfAssessment.own_case_reason: "",
        },
    )
    return stored["id"], version


async def _write_tasks(actor: Actor, cycle_id: UUID, tasks: list[OwnTask]) -> None:
    done = await run(
        """
        UPDATE monthly_rating_task t SET self_level = n.self_level, miss_reason = n.miss_reason,
          miss_explanation = n.explanation, lesson = n.lesson
        FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[]) AS n(id, self_level, miss_reason,
          explanation, lesson)
        WHERE t.tenant_id = $1 AND t.id = n.id AND t.cycle_id = $2 AND t.person_id = $3 AND NOT t.dropped""",
        cycle_id,
        actor.person_id,
        [one.task_id for one in tasks],
        [one.self_level for one in tasks],
        [one.miss_reason for one in tasks],
        [one.miss_explanation for one in tasks],
        [one.lesson for one in tasks],
    )
    if done != len({one.task_id for one in tasks}):
        raise Absent(f"a task of cycle {cycle_id} that is not the person's own")


async def _missing(actor: Actor, head: CycleHead, data: AssessmentText) -> dict[str, str]:
    """Every gap, named by the row the person typed it in; tasks that were not sent come after them."""
    problems: dict[str, str] = {}
    if not data.proposed_level:
        problems["proposed_level"] = _("Mức đề nghị: hãy chọn mức xếp loại tự nhận.")
    places = {one.task_id: place for place, one in enumerate(data.tasks)}
    lesson_required = settings_of(actor).lesson_required
    for one in await rows(OWN_TASKS, head.cycle_id, actor.person_id):
        place = places.setdefault(one["id"], len(places))
        report = OwnReport(
            one["title"],
            one["due_on"],
            one["done_on"],
            one["self_level"],
            one["miss_reason"],
            one["miss_explanation"],
            one["lesson"],
        )
        problems |= {
            f"tasks.{place}.{field}": sentence
            for field, sentence in unanswered(report, today(), lesson_required).items()
        }
    return problems
