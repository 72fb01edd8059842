"""The assignment notice on the screen: what was issued, edition by edition, or what is being drafted."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.cycles.rows import people_of, readiness
from monthly_rating.notices.queries import NOTICE_TASKS, NoticeTask
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_issue
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.rows import decoded, shaped
from tenancy.faults import Absent
from tenancy.query import Record, rows


class PersonTasks(Struct, frozen=True):
    """One person's part of the notice."""

    person_id: UUID
    full_name: str
    is_me: bool
    tasks: list[NoticeTask]


class NoticeEdition(Struct, frozen=True):
    """One edition; `number` and `issued_on` None while it is drafted, `reason` says why it amends the one before."""

    edition: int
    number: int | None
    sign: str
    issued_on: date | None
    issued_by: str
    issued_at: datetime | None
    preamble: str
    guidance: str
    reason: str
    version: int


class NoticePage(Struct, frozen=True):
    """The newest edition with its tasks person by person, and the editions before it."""

    cycle: CycleHead
    notice: NoticeEdition
    editions: list[NoticeEdition]
    people: list[PersonTasks]
    assignees: list[Person]
    missing: list[str]
    today: date
    issued: bool
    may_draft: bool
    may_issue: bool
    may_amend: bool


NOTICES = f"""
SELECT CASE WHEN n.issued_on IS NOT NULL THEN n.tasks
    ELSE (SELECT jsonb_agg(to_jsonb(drafted)) FROM ({NOTICE_TASKS}) drafted) END AS tasks,
  n.edition, n.number, n.sign, n.issued_on, coalesce(p.full_name, '') AS issued_by, n.issued_at, n.preamble,
  n.guidance, n.reason, n.version,
  n.person_id AS signer_id, coalesce(m.unit_position, '') AS signer_position
FROM monthly_rating_assignment_notice n
LEFT JOIN person p ON p.tenant_id = n.tenant_id AND p.id = n.person_id
LEFT JOIN monthly_rating_cycle_member m ON m.tenant_id = n.tenant_id AND m.cycle_id = n.cycle_id
  AND m.person_id = n.person_id
WHERE n.tenant_id = $1 AND n.cycle_id = $2 ORDER BY n.edition DESC"""


async def notice_page(actor: Actor, cycle_id: UUID) -> NoticePage:
    """The notice, for everybody of the cell once it is issued, before that for those who draft it."""
    head, stored = await notice_rows(actor, cycle_id)
    issued = head.state != "planning"
    people = await people_of(cycle_id)
    tasks = decoded(stored[0]["tasks"], list[NoticeTask])
    drafts = actor.may(Permission.TASK_ASSIGN, head.unit_id)
    issues = actor.may(Permission.NOTICE_ISSUE, head.unit_id)
    editions = [shaped(NoticeEdition, one) for one in stored]
    return NoticePage(
        cycle=head,
        notice=editions[0],
        editions=editions,
        people=by_person(tasks, actor.person_id),
        assignees=[Person(one["person_id"], one["full_name"]) for one in people if not one["excused_reason"]],
        missing=[] if issued else before_issue([readiness(one) for one in people]),
        today=today(),
        issued=issued,
        may_draft=drafts and not issued,
        may_issue=issues and not issued,
        may_amend=issues and head.state == "running",
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
