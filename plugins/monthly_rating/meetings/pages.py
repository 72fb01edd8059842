"""The meeting on one screen: member by member what was assigned beside what came of it, what everybody said,
the class."""

from datetime import date
from uuid import UUID

from msgspec import structs

from monthly_rating.common.access import sees_all
from monthly_rating.common.forms import PaperQuery
from monthly_rating.common.judging import judges_at
from monthly_rating.common.settings import settings_of
from monthly_rating.meetings.papers import issued_minutes, minutes
from monthly_rating.meetings.queries import MeetingRecord, meeting_of, record_of, whole_record
from monthly_rating.meetings.rows import MEMBERS, meeting_readiness
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_close, before_publication
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _
from plugin_api.papers import Printout
from plugin_api.ports import ports
from tenancy.query import rows


class MeetingPage(MeetingRecord, frozen=True):
    """The meeting of a period. `missing` says what keeps the chair from the next step; `may_decide`, `may_correct`,
    `may_waive` whether there is anybody about whom the reader does (`MeetingMember` says about whom)."""

    authors: list[Person]
    missing: list[str]
    today: date
    may_see_all: bool
    may_take_attendance: bool
    may_comment: bool
    may_type_for_others: bool
    may_write_minutes: bool
    may_close: bool
    may_decide: bool
    may_correct: bool
    may_publish: bool
    may_waive: bool


async def meeting_page(actor: Actor, cycle_id: UUID) -> MeetingPage:
    """The meeting, for everybody of the cell once it was opened. Raises Refused before."""
    head, meeting = await meeting_of(actor, cycle_id)
    all_seen = sees_all(actor, head.unit_id)
    if not (all_seen or head.i_belong):
        raise Forbidden(_("Chỉ người của chi bộ có trong kỳ này và lãnh đạo mới xem được cuộc họp."))
    people = await rows(MEMBERS, cycle_id)
    judges = await judges_at(actor, head.unit_id)
    record = record_of(head, meeting, people, judges, actor.person_id, all_seen)
    asked = [meeting_readiness(one) for one in people]
    missing = before_close(asked) if record.open else before_publication(asked, True)
    is_open, members = record.open, record.members

    def may(permission: Permission, now: bool = is_open) -> bool:
        return now and head.state == "meeting" and actor.may(permission, head.unit_id)

    decides = any(one.decision.allowed for one in members)
    return MeetingPage(
        **structs.asdict(record),
        authors=[Person(one.person_id, one.full_name) for one in members],
        missing=missing if all_seen and head.state == "meeting" else [],
        today=today(),
        may_see_all=all_seen,
        may_take_attendance=may(Permission.ATTENDANCE_WRITE),
        may_comment=head.i_belong and may(Permission.COMMENT_WRITE),
        may_type_for_others=may(Permission.COMMENT_TYPE),
        may_write_minutes=may(Permission.MINUTES_WRITE),
        may_close=may(Permission.MEETING_HOLD) and not missing,
        may_decide=decides and head.state == "meeting",
        may_correct=decides and head.state == "published",
        may_publish=may(Permission.PUBLICATION_MAKE, not is_open) and not missing,
        may_waive=may(Permission.ASSESSMENT_WAIVE, True) and any(one.waiver.allowed for one in members),
    )


async def minutes_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> Printout:
    """The minutes as PDF or DOCX: as they stood when the meeting ended, a draft before. For those who oversee the cell.

    Raises Forbidden for everybody else.
    """
    head, meeting = await meeting_of(actor, cycle_id)
    if not sees_all(actor, head.unit_id):
        raise Forbidden(
            _(
                "Biên bản họp do thư ký, người chủ trì và lãnh đạo đơn vị giữ. Kết quả của chi bộ xem ở bảng kết "
                "quả đã công bố."
            )
        )
    if meeting.closed_at and (issued := await issued_minutes(cycle_id)):
        return await ports().papers.printout(issued.id, query.form)
    return Printout(minutes(actor, await whole_record(actor, head, meeting), settings_of(actor)), query.form)
