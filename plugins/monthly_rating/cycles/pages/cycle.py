"""The page of one period: where it stands, who belongs to it, what is missing, what may be done."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.common.judging import Judges, judges_at
from monthly_rating.cycles.queries import HEAD, CycleHead, head_of
from monthly_rating.cycles.rows import people_of, readiness
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import Ruling
from monthly_rating.rules.readiness import Readiness, before_close, before_issue, before_publication
from monthly_rating.rules.states import CYCLE, assessment_title, next_step_title
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.rows import decoded, shaped
from tenancy.query import Record, row


class StepLine(Struct, frozen=True):
    """Who took which step, when, with what note."""

    step_title: str
    full_name: str
    at: datetime
    note: str


class CycleMemberLine(Struct, frozen=True):
    """Somebody rated in the period. What the reader may not see of others is None.

    `own_excuse_reason` says why somebody noted of himself not to be rated, `waiver` whether the reader notes such
    things of this person.
    """

    person_id: UUID
    full_name: str
    unit_position: str
    departments: str
    excused_reason: str
    own_excuse_reason: str
    is_me: bool
    tasks: int | None
    done: int | None
    late: int | None
    assessment: str | None
    assessment_title: str | None
    waiver: Ruling


class CyclePage(Struct, frozen=True):
    """One period. `missing` says what stands between it and the next step, to those who take that step."""

    cycle: CycleHead
    members: list[CycleMemberLine]
    clerks: list[Person]
    steps: list[StepLine]
    missing: list[str]
    next_title: str
    next_due: date | None
    today: date
    meeting_held_on: date | None
    meeting_closed: bool
    notice_editions: int
    may_see_all: bool
    may_assign: bool
    may_renew_members: bool
    may_excuse: bool
    may_issue: bool
    may_open_meeting: bool
    may_decide: bool
    may_publish: bool
    may_assess: bool


COURSE = """
  (SELECT h.held_on FROM monthly_rating_meeting h WHERE h.tenant_id = $1 AND h.cycle_id = c.id) AS held_on,
  EXISTS (SELECT 1 FROM monthly_rating_meeting h WHERE h.tenant_id = $1 AND h.cycle_id = c.id
    AND h.closed_at IS NOT NULL) AS closed,
  (SELECT count(*) FROM monthly_rating_assignment_notice n WHERE n.tenant_id = $1 AND n.cycle_id = c.id
    AND n.issued_on IS NOT NULL) AS editions,
  (SELECT jsonb_agg(jsonb_build_object('step_title', s.step, 'full_name', p.full_name, 'at', s.at, 'note',
    s.note) ORDER BY s.at, s.id)
     FROM monthly_rating_cycle_step s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
     WHERE s.tenant_id = $1 AND s.cycle_id = c.id) AS steps, """
DUE = {"planning": "notice_due", "running": "decision_due", "meeting": "decision_due"}


async def cycle_page(actor: Actor, cycle_id: UUID) -> CyclePage:
    """One period with its people, its steps and what is missing before the next."""
    course = await row(HEAD.replace("[more]", COURSE), cycle_id, actor.person_id)
    head = head_of(actor, cycle_id, course)
    assert course is not None, "head_of raised Absent otherwise"
    people, judges = await people_of(cycle_id), await judges_at(actor, head.unit_id)
    closed, all_seen = course["closed"], sees_all(actor, head.unit_id)
    missing = _missing(head.state, [readiness(one) for one in people], closed)
    rated_here = any(one["person_id"] == actor.person_id and not one["excused_reason"] for one in people)

    def may(permission: Permission, *states: str) -> bool:
        return head.state in states and actor.may(permission, head.unit_id)

    return CyclePage(
        cycle=head,
        members=[_member(actor, head, one, all_seen, judges) for one in people],
        clerks=[Person(one["person_id"], one["full_name"]) for one in people],
        steps=_steps(course["steps"], all_seen),
        missing=missing if all_seen else [],
        next_title=next_step_title(head.state, closed),
        today=today(),
        next_due=getattr(head, DUE[head.state]) if head.state in DUE else None,
        meeting_held_on=course["held_on"],
        meeting_closed=closed,
        notice_editions=course["editions"],
        may_see_all=all_seen,
        may_assign=may(Permission.TASK_ASSIGN, "planning"),
        may_renew_members=may(Permission.CYCLE_OPEN, "planning", "running"),
        may_excuse=may(Permission.ASSESSMENT_WAIVE, "planning", "running", "meeting"),
        may_issue=may(Permission.NOTICE_ISSUE, "planning"),
        may_open_meeting=may(Permission.MEETING_HOLD, "running"),
        may_decide=head.state == "meeting" and any(judges.on_grade(one["person_id"]).allowed for one in people),
        may_publish=may(Permission.PUBLICATION_MAKE, "meeting") and closed and not missing,
        may_assess=rated_here and may(Permission.ASSESSMENT_WRITE, "running", "meeting"),
    )


def _member(actor: Actor, head: CycleHead, one: Record, all_seen: bool, judges: Judges) -> CycleMemberLine:
    is_me, waiver = one["person_id"] == actor.person_id, judges.on_waiver(one["person_id"])
    if (is_me and head.state != "planning") or all_seen:
        title = assessment_title(one["assessment"])
        return shaped(CycleMemberLine, one, is_me=is_me, assessment_title=title, waiver=waiver)
    hidden = dict.fromkeys(("tasks", "done", "late", "assessment", "assessment_title"))
    return shaped(CycleMemberLine, one, is_me=is_me, waiver=waiver, **hidden)


def _steps(stored: str | None, all_seen: bool) -> list[StepLine]:
    """The steps of the period. Whose class was corrected and why is for those who oversee;
    that person reads it on the own page."""
    return [
        StepLine(
            CYCLE.step_title(one.step_title),
            one.full_name,
            one.at,
            one.note if all_seen or one.step_title != "correct" else "",
        )
        for one in decoded(stored, list[StepLine])
    ]


def _missing(state: str, people: list[Readiness], closed: bool) -> list[str]:
    if state == "planning":
        return before_issue(people)
    if state == "meeting":
        return before_publication(people, closed) if closed else before_close(people)
    return []
