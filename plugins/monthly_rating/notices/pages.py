"""The assignment notice on the screen: what was issued, edition by edition, or what is being drafted."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.forms import PaperQuery
from monthly_rating.cycles.queries import CycleHead
from monthly_rating.cycles.rows import people_of, readiness
from monthly_rating.notices.papers import issued_notice, notice_of, words_of
from monthly_rating.notices.queries import NoticeTask, PersonTasks, by_person, notice_rows
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_issue
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.papers import Printout, designation, number_text
from plugin_api.ports import ports
from plugin_api.rows import decoded, shaped
from tenancy.faults import Absent
from tenancy.query import Record


class NoticeEdition(Struct, frozen=True):
    """One edition; `number` and `issued_on` None while it is drafted, `reason` says why it amends the one before.

    `designation` is number and sign as the paper says them.
    """

    edition: int
    number: int | None
    sign: str
    designation: str
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


async def notice_page(actor: Actor, cycle_id: UUID) -> NoticePage:
    """The notice, for everybody of the cell once it is issued, before that for those who draft it."""
    head, stored = await notice_rows(actor, cycle_id)
    issued = head.state != "planning"
    people = await people_of(cycle_id)
    tasks = decoded(stored[0]["tasks"], list[NoticeTask])
    drafts = actor.may(Permission.TASK_ASSIGN, head.unit_id)
    issues = actor.may(Permission.NOTICE_ISSUE, head.unit_id)
    editions = [_edition(one) for one in stored]
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


async def notice_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> Printout:
    """The newest or a given edition as PDF or DOCX: as it was issued, or the draft from what is written so far.

    Raises Absent for an edition there is not, Refused for a draft of others.
    """
    head, stored = await notice_rows(actor, cycle_id)
    chosen = next((one for one in stored if query.edition in (0, one["edition"])), None)
    if chosen is None:
        raise Absent(f"edition {query.edition} of the notice of cycle {cycle_id}")
    if issued := await issued_notice(cycle_id, chosen["edition"]):
        return await ports().papers.printout(issued.id, query.form)
    return Printout(notice_of(actor, head, words_of(chosen), decoded(chosen["tasks"], list[NoticeTask])), query.form)


def _edition(stored: Record) -> NoticeEdition:
    said = designation("party", number_text(stored["number"]), stored["sign"])
    return shaped(NoticeEdition, stored, designation=said)
