"""The meeting of a period with everybody in it, as the screen and the minutes need it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.judging import Judges, judges_at
from monthly_rating.cycles.queries import HEAD, CycleHead, head_of
from monthly_rating.meetings.rows import MEETING, MEMBERS, MeetingBrief, MeetingMember, meeting_member
from monthly_rating.rules.schemes import count_levels
from plugin_api.actor import Actor
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.rows import decoded
from tenancy.query import Record, row, rows


class MeetingRecord(Struct, frozen=True):
    """The meeting member by member; `open` while it goes on."""

    cycle: CycleHead
    meeting: MeetingBrief
    members: list[MeetingMember]
    counts: dict[str, int]
    present: int
    open: bool


async def meeting_of(actor: Actor, cycle_id: UUID) -> tuple[CycleHead, MeetingBrief]:
    """The cycle and its meeting. Raises Refused before it was opened."""
    found = await row(HEAD.replace("[more]", MEETING), cycle_id, actor.person_id)
    head = head_of(actor, cycle_id, found)
    if found is None or found["meeting"] is None:
        raise Refused(_("Cuộc họp của kỳ này chưa được mở. Người chủ trì mở cuộc họp ở trang của kỳ."))
    return head, decoded(found["meeting"], MeetingBrief)


def record_of(
    head: CycleHead,
    meeting: MeetingBrief,
    people: Sequence[Record],
    judges: Judges,
    reader: UUID | None,
    whole: bool,
) -> MeetingRecord:
    """The meeting as one reader may see it; `whole` as those who oversee the cell see it, `reader` None: nobody's own
    drafts."""
    members = [meeting_member(head, meeting, one, whole, judges, reader) for one in people]
    return MeetingRecord(
        cycle=head,
        meeting=meeting,
        members=members,
        counts=count_levels(head.levels, [one.level for one in members if one.level]),
        present=sum(bool(one.present) for one in members),
        open=meeting.closed_at is None,
    )


async def whole_record(actor: Actor, head: CycleHead, meeting: MeetingBrief) -> MeetingRecord:
    """The meeting as the minutes tell it, whoever asks."""
    judges = await judges_at(actor, head.unit_id)
    return record_of(head, meeting, await rows(MEMBERS, head.cycle_id), judges, None, whole=True)
