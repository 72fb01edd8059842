"""The own self-assessment on the screen: assigned beside done, with what still has to be said."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import assessment_title
from monthly_rating.rules.tasks import MISS_REASONS, SELF_LEVELS, OwnReport, needs_reason
from monthly_rating.tasks.rows import TASKS_OF_MEMBER, StoredTask, TaskResult, task_result
from plugin_api.actor import Actor
from plugin_api.choices import Choices, choices
from plugin_api.clock import today
from plugin_api.rows import decoded
from tenancy.faults import Absent
from tenancy.query import row


class AssessedTask(Struct, frozen=True):
    """An own task; `needs_reason` as it stands now."""

    needs_reason: bool
    task: TaskResult


class AssessmentPage(Struct, frozen=True):
    """The own self-assessment; `version` 0 before the first save."""

    cycle: CycleHead
    state: str
    state_title: str
    version: int
    proposed_level: str
    summary: str
    submitted_at: datetime | None
    waived_reason: str
    excused_reason: str
    tasks: list[AssessedTask]
    self_levels: Choices
    miss_reasons: Choices
    lesson_required: bool
    today: date
    may_write: bool
    may_take_back: bool


OWN = f"""
SELECT m.excused_reason, {TASKS_OF_MEMBER}, coalesce(a.state, '') AS state, coalesce(a.version, 0) AS version,
  coalesce(a.proposed_level, '') AS proposed_level,
  coalesce(a.summary, '') AS summary, a.submitted_at, coalesce(a.waived_reason, '') AS waived_reason,
  coalesce((SELECT h.closed_at IS NOT NULL FROM monthly_rating_meeting h WHERE h.tenant_id = $1
    AND h.cycle_id = m.cycle_id), false)
    OR EXISTS (SELECT 1 FROM monthly_rating_grade g WHERE g.tenant_id = $1 AND g.cycle_id = m.cycle_id
      AND g.person_id = m.person_id) AS too_late
FROM monthly_rating_cycle_member m
LEFT JOIN monthly_rating_self_assessment a ON a.tenant_id = m.tenant_id AND a.cycle_id = m.cycle_id
  AND a.person_id = m.person_id
WHERE m.tenant_id = $1 AND m.cycle_id = $2 AND m.person_id = $3"""


async def assessment_page(actor: Actor, cycle_id: UUID) -> AssessmentPage:
    """What the person was assigned, what came of it, and the own words about it.
    Raises Absent for who is not in the period."""
    head = await cycle_head(actor, cycle_id)
    own = await row(OWN, cycle_id, actor.person_id)
    if own is None:
        raise Absent(f"self-assessment in cycle {cycle_id}")
    stored = [] if head.state == "planning" else decoded(own["tasks"], list[StoredTask])
    now, state = today(), own["state"]
    reports = [OwnReport(one.title, one.due_on, one.done_on, one.self_level, "", "", "") for one in stored]
    writes = actor.may(Permission.ASSESSMENT_WRITE, head.unit_id) and not own["excused_reason"]
    return AssessmentPage(
        cycle=head,
        state=state,
        state_title=assessment_title(state),
        version=own["version"],
        proposed_level=own["proposed_level"],
        summary=own["summary"],
        submitted_at=own["submitted_at"],
        waived_reason=own["waived_reason"],
        excused_reason=own["excused_reason"],
        self_levels=choices(SELF_LEVELS),
        miss_reasons=choices(MISS_REASONS),
        tasks=[
            AssessedTask(needs_reason(report, now), task_result(one, now))
            for report, one in zip(reports, stored, strict=True)
        ],
        lesson_required=settings_of(actor).lesson_required,
        today=now,
        may_write=writes
        and state != "submitted"
        and (head.state == "running" or (head.state == "meeting" and not own["too_late"])),
        may_take_back=writes and state == "submitted" and head.state == "running",
    )
