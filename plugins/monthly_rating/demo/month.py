"""One period of the demonstration year, step by step; steps that lie after today have not happened yet."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import AssessmentText, OwnTask
from monthly_rating.common.forms import VersionOnly
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening
from monthly_rating.demo import texts
from monthly_rating.demo.roles import Roles
from monthly_rating.evidence import actions as evidence_actions
from monthly_rating.evidence.forms import EvidenceFile
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import AttendanceList, CommentText, MeetingCall, MinutesText, Presence
from monthly_rating.notices import actions as notice_actions
from monthly_rating.notices.forms import AmendedTask, NoticeAmendment, NoticeIssue
from monthly_rating.rules.periods import Period
from monthly_rating.tasks import actions as task_actions
from monthly_rating.tasks.forms import TaskDraft, TaskReport
from plugin_api.actor import Actor
from plugin_api.clock import on_day
from plugin_api.errors import Refused
from plugin_api.forms import Upload
from tenancy.query import rows, value

AMENDED, ABSENT, CORRECTED = 4, 6, 2
"""In which period a notice is amended, somebody is absent, a class is corrected later; counted from 0."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a period goes for one person."""

    late: bool
    missed: bool
    subjective: bool
    level: str


def course_of(place: int, period_place: int) -> Course:
    """Mostly well; now and then a late task (B) or a missed one (B with an objective reason,
    C with a subjective one)."""
    turn = (place * 5 + period_place * 3) % 23
    if turn == 7:
        return Course(late=False, missed=True, subjective=True, level="C")
    if turn in (2, 13):
        return Course(late=False, missed=True, subjective=False, level="B")
    if turn in (4, 16, 19):
        return Course(late=True, missed=False, subjective=False, level="B")
    return Course(late=False, missed=False, subjective=False, level="A")


async def write_period(roles: Roles, period: Period, place: int, today: date) -> None:
    """Open, assign, issue, work, assess, meet, decide, publish – as far as today allows."""
    with on_day(period.start):
        cycle_id = (await cycle_actions.open_cycle(roles.clerk, CycleOpening(roles.unit_id, period.start)))["cycle_id"]
        await _assign(roles, cycle_id, period, place)
    issue_day = period.start + timedelta(days=2)
    if issue_day > today:
        return
    with on_day(issue_day):
        await notice_actions.issue_notice(roles.chair, cycle_id, NoticeIssue(1))
    await _work(roles, cycle_id, period, place, today)
    meeting_day = period.end + timedelta(days=4)
    if meeting_day + timedelta(days=1) > today:
        return
    await _assess(roles, cycle_id, period, place)
    await _meet(roles, cycle_id, period, place, meeting_day)
    with on_day(meeting_day + timedelta(days=1)):
        await grade_actions.publish(roles.chair, cycle_id, VersionOnly(await _version(cycle_id)))
    if place == CORRECTED and meeting_day + timedelta(days=12) <= today:
        await _correct(roles, cycle_id, place, meeting_day + timedelta(days=12))


async def _assign(roles: Roles, cycle_id: UUID, period: Period, place: int) -> None:
    with suppress(Refused):  # no undertaking of a plan falls due in this period
        await task_actions.take_from_plans(roles.clerk, cycle_id)
    for number, member in enumerate(roles.members):
        for step in range(2 + (number + place) % 2):
            work = texts.MONTHLY[(number + place + step * 3) % len(texts.MONTHLY)]
            due_on = min(period.start + timedelta(days=14 + step * 7), period.end)
            await task_actions.add_task(
                roles.clerk,
                cycle_id,
                TaskDraft(member.person_id, work.title, due_on, work.level, work.quantity, work.guidance),
            )


async def _work(roles: Roles, cycle_id: UUID, period: Period, place: int, today: date) -> None:
    """Half-way reports, then done: in time, late, or never."""
    if place == AMENDED and period.start + timedelta(days=10) <= today:
        await _amend(roles, cycle_id, period)
    for number, member in enumerate(roles.members):
        course = course_of(number, place)
        for step, task in enumerate(await _tasks(cycle_id, member)):
            if course.missed and step == 0:
                await _report(member, task, task["due_on"] - timedelta(days=2), 60, today)
                continue
            if step == 0:
                await _report(member, task, task["due_on"] - timedelta(days=7), 50, today)
            delay = 3 if course.late and step == 0 else -((number + step) % 3)
            await _report(member, task, min(task["due_on"] + timedelta(days=delay), period.end), 100, today)


async def _report(member: Actor, task: dict[str, Any], day: date, percent: int, today: date) -> None:
    if day > today:
        return
    with on_day(day, 16):
        note = "" if percent == 100 else texts.PROGRESS[percent % len(texts.PROGRESS)]
        result = texts.RESULTS[day.day % len(texts.RESULTS)] if percent == 100 else ""
        version = await value("SELECT version FROM monthly_rating_task WHERE tenant_id = $1 AND id = $2", task["id"])
        await task_actions.report_task(member, task["id"], TaskReport(version, percent, note, result))
        if percent == 100 and day.day % 4 == 0:
            content = f"{task['title']}\n{result}\n{day:%d/%m/%Y}\n".encode()
            file = Upload(f"ket-qua-{day:%Y-%m-%d}.txt", "text/plain", content)
            await evidence_actions.add_evidence(member, task["id"], EvidenceFile(file))


async def _amend(roles: Roles, cycle_id: UUID, period: Period) -> None:
    extra = AmendedTask(
        None,
        roles.members[3 % len(roles.members)].person_id,
        "Tham gia đoàn kiểm tra liên ngành",
        period.end,
        "Có báo cáo kết quả",
        "01 cuộc",
    )
    with on_day(period.start + timedelta(days=10)):
        amendment = NoticeAmendment(await _version(cycle_id), "Bổ sung theo yêu cầu của cấp trên.", [extra])
        await notice_actions.amend_notice(roles.chair, cycle_id, amendment)


async def _assess(roles: Roles, cycle_id: UUID, period: Period, place: int) -> None:
    for number, member in enumerate(roles.members):
        course = course_of(number, place)
        why, lesson = texts.SUBJECTIVE if course.subjective else texts.OBJECTIVE
        own = []
        for task in await _tasks(cycle_id, member):
            missed = task["done_on"] is None
            kind = "subjective" if course.subjective else "objective"
            own.append(
                OwnTask(task["id"], "missed", kind, why, lesson) if missed else OwnTask(task["id"], "met")
            )
        with on_day(period.end + timedelta(days=1 + number % 2)):
            summary = (
                "Đã hoàn thành các nhiệm vụ được phân công."
                if not course.missed
                else "Còn một nhiệm vụ chưa hoàn thành."
            )
            text = AssessmentText(0, "A" if course.level == "A" else "B", summary, own)
            await assessment_actions.submit_assessment(member, cycle_id, text)


async def _meet(roles: Roles, cycle_id: UUID, period: Period, place: int, day: date) -> None:
    with on_day(day, 14):
        call = MeetingCall(
            await _version(cycle_id), day, "Phòng họp cơ quan", roles.clerk.person_id, roles.chair.person_id
        )
        await meeting_actions.open_meeting(roles.chair, cycle_id, call)
        missing = roles.members[-1].person_id if place == ABSENT else None
        presence = [
            Presence(one.person_id, one.person_id != missing, "Đi công tác" if one.person_id == missing else "")
            for one in roles.members
        ]
        await meeting_actions.take_attendance(roles.clerk, cycle_id, AttendanceList(presence))
    with on_day(day, 15):
        await _comment(roles, cycle_id, place)
    with on_day(day, 16):
        for number, member in enumerate(roles.members):
            course = course_of(number, place)
            decider = roles.deciders[member.person_id]
            decision = Decision(course.level, _reason(course), own_case_reason=_own_case_reason(decider, member))
            await grade_actions.decide_grade(decider, cycle_id, member.person_id, decision)
        await meeting_actions.close_meeting(roles.chair, cycle_id, MinutesText(1, texts.CONCLUSION))


async def _comment(roles: Roles, cycle_id: UUID, place: int) -> None:
    """Everybody speaks about three others; the clerk types for the last one."""
    people: Sequence[Actor] = roles.members
    for number, author in enumerate(people):
        for step in range(1, 4):
            about = people[(number + step) % len(people)]
            course = course_of((number + step) % len(people), place)
            text = (
                texts.FOR_THE_LATE
                if step == 1 and course.level != "A"
                else texts.COMMENTS[(number + step * 2 + place) % len(texts.COMMENTS)]
            )
            typed = author is people[-1] and author is not roles.clerk
            said = CommentText(about.person_id, text, author_id=author.person_id if typed else None)
            await meeting_actions.comment(roles.clerk if typed else author, cycle_id, said)


async def _correct(roles: Roles, cycle_id: UUID, place: int, day: date) -> None:
    """The first one who was not well rated turns out to have handed the work in: corrected, with the reason."""
    for number, member in enumerate(roles.members):
        if course_of(number, place).level != "A":
            with on_day(day):
                decider = roles.deciders[member.person_id]
                decision = Decision(
                    "A" if course_of(number, place).late else "B",
                    "Đã xem lại minh chứng nộp bổ sung.",
                    1,
                    "Báo cáo đã gửi đúng hạn qua đường công văn, chi bộ chưa cập nhật.",
                    _own_case_reason(decider, member),
                )
                await grade_actions.correct_grade(decider, cycle_id, member.person_id, decision)
            return


def _own_case_reason(decider: Actor, member: Actor) -> str:
    return texts.OWN_CASE if decider.person_id == member.person_id else ""


def _reason(course: Course) -> str:
    if course.level == "C":
        return "Một nhiệm vụ không hoàn thành do chủ quan."
    if course.missed:
        return "Một nhiệm vụ chưa xong vì lý do khách quan."
    return "Có nhiệm vụ trễ hạn." if course.late else "Hoàn thành đầy đủ, đúng hạn các nhiệm vụ được phân công."


async def _tasks(cycle_id: UUID, member: Actor) -> list[dict[str, Any]]:
    return [
        dict(one)
        for one in await rows(
            "SELECT id, title, due_on, done_on FROM monthly_rating_task WHERE tenant_id = $1 AND cycle_id = $2 "
            "AND person_id = $3 "
            "AND NOT dropped ORDER BY sort",
            cycle_id,
            member.person_id,
        )
    ]


async def _version(cycle_id: UUID) -> int:
    return await value("SELECT version FROM monthly_rating_cycle WHERE tenant_id = $1 AND id = $2", cycle_id)
