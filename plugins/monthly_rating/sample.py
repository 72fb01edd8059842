"""At least one row in each table, for the conformance kit: a small month in the middle of its meeting,
written without asking for rights."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from monthly_rating.rules.periods import Period, period_containing
from monthly_rating.schemes.actions import add_shipped_schemes
from monthly_rating.schemes.queries import scheme_for
from monthly_rating.tables import (
    AssignmentNotice,
    Attendance,
    Comment,
    Cycle,
    CycleMember,
    CycleStep,
    Evidence,
    Grade,
    Meeting,
    Publication,
    SelfAssessment,
    Task,
    TaskProgress,
    YearPlan,
    YearPlanItem,
    YearPlanRevision,
)
from plugin_api.actor import Actor
from plugin_api.clock import now, today


async def sample_rows(actor: Actor, people: Sequence[UUID], unit_id: UUID) -> Mapping[str, UUID]:
    """Rows about the given people of a cell; returns an id for every path parameter of the module."""
    await add_shipped_schemes()
    owner, other = people[0], people[-1]
    period = period_containing(today(), "month")
    plan_id, item_id = await _plan(owner, unit_id, period)
    await _draft(owner, unit_id, period.start.year + 1)
    cycle_id, scheme_id = await _cycle(people, unit_id, period)
    task_id, evidence_id = await _task(owner, cycle_id, item_id, period)
    await _meeting(owner, other, cycle_id, scheme_id)
    return {
        "plan_id": plan_id,
        "cycle_id": cycle_id,
        "task_id": task_id,
        "evidence_id": evidence_id,
        "person_id": owner,
        "scheme_id": scheme_id,
    }


async def _plan(owner: UUID, unit_id: UUID, period: Period) -> tuple[UUID, UUID]:
    plan_id = await YearPlan.create(
        person_id=owner, unit_id=unit_id, year=period.start.year, state="submitted", search="mau"
    )
    item_id = await YearPlanItem.create(
        plan_id=plan_id, sort=1, title="Kiểm sát việc giải quyết tin báo", due_on=period.end, expected_level="100 %"
    )
    await YearPlanRevision.create(
        plan_id=plan_id, number=1, step="submit", state="submitted", items="[]", note="", person_id=owner, at=now()
    )
    return plan_id, item_id


async def _draft(owner: UUID, unit_id: UUID, year: int) -> None:
    """A plan that its owner has not handed in: nobody else may read a word of it, the trail included."""
    plan_id = await YearPlan.create(person_id=owner, unit_id=unit_id, year=year, search="mau")
    await YearPlanItem.create(
        plan_id=plan_id, sort=1, title="Chưa cho ai xem", due_on=date(year, 6, 30), expected_level="Đang cân nhắc"
    )


async def _cycle(people: Sequence[UUID], unit_id: UUID, period: Period) -> tuple[UUID, UUID]:
    scheme_id = (await scheme_for(period.start)).scheme_id
    cycle_id = await Cycle.create(
        unit_id=unit_id,
        year=period.year,
        period_start=period.start,
        period_end=period.end,
        label=period.label,
        scheme_id=scheme_id,
        state="meeting",
        notice_due=period.start,
        assessment_due=period.end,
        decision_due=period.end + timedelta(days=10),
        search="mau",
    )
    await CycleStep.create(cycle_id=cycle_id, step="open", person_id=people[0], at=now(), note="")
    await CycleMember.create_all(
        [CycleMember(cycle_id=cycle_id, person_id=one, unit_position="Đảng viên") for one in dict.fromkeys(people)]
    )
    await AssignmentNotice.create(
        cycle_id=cycle_id,
        unit_id=unit_id,
        edition=1,
        year=period.start.year,
        number=1,
        sign="TB/CB",
        preamble="Phân công nhiệm vụ",
        issued_on=period.start,
        person_id=people[0],
        issued_at=now(),
    )
    return cycle_id, scheme_id


async def _task(owner: UUID, cycle_id: UUID, item_id: UUID, period: Period) -> tuple[UUID, UUID]:
    task_id = await Task.create(
        cycle_id=cycle_id,
        person_id=owner,
        plan_item_id=item_id,
        sort=1,
        title="Kiểm sát việc giải quyết tin báo",
        due_on=period.end,
        progress=50,
        evidence=1,
        search="mau",
    )
    await TaskProgress.create(task_id=task_id, percent=50, note="Đang làm", person_id=owner, at=now())
    evidence_id = await Evidence.create(
        task_id=task_id,
        person_id=owner,
        at=now(),
        file_name="mau.txt",
        media_type="text/plain; charset=utf-8",
        size=2,
        sha256="0" * 64,
        content=b"ok",
    )
    return task_id, evidence_id


async def _meeting(owner: UUID, other: UUID, cycle_id: UUID, scheme_id: UUID) -> None:
    await SelfAssessment.create(
        cycle_id=cycle_id,
        person_id=owner,
        state="submitted",
        proposed_level="A",
        summary="Đã làm xong",
        submitted_at=now(),
    )
    meeting_id = await Meeting.create(
        cycle_id=cycle_id,
        held_on=today(),
        place="Hội trường",
        chair_id=owner,
        clerk_id=other,
        comments_named=True,
        opened_at=now(),
    )
    await Attendance.create(meeting_id=meeting_id, person_id=owner, present=True)
    await Comment.create(
        cycle_id=cycle_id,
        about_id=owner,
        author_id=other,
        typed_by=other,
        text="Làm tốt",
        no_comment=False,
        at=now(),
    )
    await Grade.create(
        cycle_id=cycle_id,
        person_id=owner,
        edition=1,
        scheme_id=scheme_id,
        level="A",
        reason="Xong mọi việc",
        decided_by=other,
        decided_at=now(),
    )
    await Publication.create(cycle_id=cycle_id, person_id=owner, at=now())
