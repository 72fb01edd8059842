"""The meeting on one screen: member by member what was assigned beside what came of it, what everybody said,
the class."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.common.judging import judges_at
from monthly_rating.cycles.queries import HEAD, CycleHead, head_of
from monthly_rating.meetings.rows import (
    MEETING,
    MEMBERS,
    MeetingBrief,
    MeetingMember,
    meeting_member,
    meeting_readiness,
)
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_close, before_publication
from monthly_rating.rules.schemes import count_levels
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.errors import Forbidden, Refused
from plugin_api.i18n import gettext as _
from plugin_api.rows import decoded
from tenancy.query import row, rows


class MeetingPage(Struct, frozen=True):
    """The meeting of a period. `missing` says what keeps the chair from the next step; `may_decide`, `may_correct`,
    `may_waive` whether there is anybody about whom the reader does (`MeetingMember` says about whom)."""

    cycle: CycleHead
    meeting: MeetingBrief
    members: list[MeetingMember]
    authors: list[Person]
    counts: dict[str, int]
    present: int
    missing: list[str]
    open: bool
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
    found = await row(HEAD.replace("[more]", MEETING), cycle_id, actor.person_id)
    head = head_of(actor, cycle_id, found)
    if found is None or found["meeting"] is None:
        raise Refused(_("Cuộc họp của kỳ này chưa được mở. Người chủ trì mở cuộc họp ở trang của kỳ."))
    all_seen = sees_all(actor, head.unit_id)
    if not (all_seen or head.i_belong):
        raise Forbidden(_("Chỉ người của chi bộ có trong kỳ này và lãnh đạo mới xem được cuộc họp."))
    meeting = decoded(found["meeting"], MeetingBrief)
    people = await rows(MEMBERS, cycle_id)
    judges = await judges_at(actor, head.unit_id)
    members = [meeting_member(actor, head, meeting, one, all_seen, judges) for one in people]
    is_open = meeting.closed_at is None
    asked = [meeting_readiness(one) for one in people]
    missing = before_close(asked) if is_open else before_publication(asked, True)

    def may(permission: Permission, now: bool = is_open) -> bool:
        return now and head.state == "meeting" and actor.may(permission, head.unit_id)

    decides = any(one.decision.allowed for one in members)
    return MeetingPage(
        cycle=head,
        meeting=meeting,
        members=members,
        authors=[Person(one.person_id, one.full_name) for one in members],
        counts=count_levels(head.levels, [one.level for one in members if one.level]),
        present=sum(bool(one.present) for one in members),
        missing=missing if all_seen and head.state == "meeting" else [],
        open=is_open,
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
