"""The meeting of a period: opened by the chair, presence noted, everybody commented on, minutes, closed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CYCLE_STEPS, CycleHead, cycle_head, members_of, membership
from monthly_rating.cycles.rows import readiness_of
from monthly_rating.meetings.forms import AttendanceList, CommentText, MeetingCall, MinutesText
from monthly_rating.meetings.papers import issue_minutes
from monthly_rating.meetings.queries import meeting_of, whole_record
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_close
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Comment, CycleStep, Meeting
from plugin_api.actor import Actor
from plugin_api.clock import now, today
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.faults import Absent
from tenancy.query import row, rows, run, value
from tenancy.tables import uuid7


async def open_meeting(actor: Actor, cycle_id: UUID, data: MeetingCall) -> dict[str, Any]:
    """Open the meeting: from now on results are compared, comments made, classes decided.
    `data.version` is the cycle's."""
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.MEETING_HOLD, head.unit_id)
    CYCLE.after("open_meeting", head.state)
    chair_id, members = data.chair_id or actor.person_id, await members_of(cycle_id)
    problems = {}
    if not head.period_start <= data.held_on <= today():
        problems["held_on"] = _("Ngày họp: hãy chọn ngày từ đầu kỳ đến hôm nay.")
    if chair_id not in members:
        problems["chair_id"] = _("Chủ trì: hãy chọn một người của chi bộ có trong kỳ này.")
    if data.clerk_id not in members:
        problems["clerk_id"] = _("Thư ký: hãy chọn một người của chi bộ có trong kỳ này.")
    if problems:
        raise Invalid(problems)
    await CYCLE_STEPS.take(actor, cycle_id, head.state, "open_meeting", data.version)
    await Meeting.create(
        cycle_id=cycle_id,
        held_on=data.held_on,
        place=data.place,
        chair_id=chair_id,
        clerk_id=data.clerk_id,
        comments_named=settings_of(actor).comments_named,
        opened_at=now(),
    )
    return {"cycle_id": cycle_id}


async def take_attendance(actor: Actor, cycle_id: UUID, data: AttendanceList) -> dict[str, Any]:
    """Note who is there. Raises Invalid for an absence without a reason."""
    head, meeting = await _held(actor, cycle_id)
    actor.must(Permission.ATTENDANCE_WRITE, head.unit_id)
    people = {one.person_id: one for one in data.people}
    if strangers := people.keys() - await members_of(cycle_id):
        raise Absent(f"members {strangers} of cycle {cycle_id}")
    unexplained = {
        place: one.person_id
        for place, one in enumerate(data.people)
        if not one.present and len(one.absence_reason.strip()) < 2
    }
    if unexplained:
        raise Invalid(await _without_reason(unexplained))
    await run(
        """INSERT INTO monthly_rating_attendance AS a (tenant_id, id, meeting_id, person_id, present, absence_reason,
          version)
                 SELECT $1, n.id, $2, n.person_id, n.present, n.reason, 1 FROM unnest($3::uuid[], $4::uuid[],
                   $5::bool[], $6::text[])
                   AS n(id, person_id, present, reason)
                 ON CONFLICT (tenant_id, meeting_id, person_id) DO UPDATE
                 SET present = excluded.present, absence_reason = excluded.absence_reason, version = a.version + 1""",
        meeting["id"],
        [uuid7() for _one in people],
        list(people),
        [one.present for one in people.values()],
        ["" if one.present else one.absence_reason for one in people.values()],
    )
    return {"cycle_id": cycle_id}


async def _without_reason(absent: Mapping[int, UUID]) -> dict[str, str]:
    """Field → sentence that names the person; `absent` is place in the list → person."""
    found = await rows("SELECT id, full_name FROM person WHERE tenant_id = $1 AND id = ANY ($2)", list(absent.values()))
    names = {one["id"]: one["full_name"] for one in found}
    return {
        f"people.{place}.absence_reason": _("Đồng chí %(name)s vắng mặt: hãy ghi lý do.", name=names[person_id])
        for place, person_id in absent.items()
    }


async def comment(actor: Actor, cycle_id: UUID, data: CommentText) -> dict[str, Any]:
    """Say something about a member, oneself included,
      or expressly nothing; the clerk and the chair may type for others.

    A correction is a new comment that names the one it replaces. Raises Refused outside the meeting, Forbidden for
    people who are not in the period.
    """
    head, _meeting = await _held(actor, cycle_id)
    author_id = data.author_id or actor.person_id
    actor.must(Permission.COMMENT_WRITE if author_id == actor.person_id else Permission.COMMENT_TYPE, head.unit_id)
    about = await membership(cycle_id, data.about_id)
    if about["excused_reason"]:
        raise Refused(_("Người này không xếp loại trong kỳ này nên không góp ý."))
    if author_id not in await members_of(cycle_id):
        raise Forbidden(_("Chỉ người của chi bộ có trong kỳ này mới góp ý."))
    text = data.text.strip()
    if bool(text) == data.no_comment:
        raise Invalid({"text": _("Ý kiến: hãy ghi ý kiến, hoặc chọn “không có ý kiến”.")})
    if data.replaces_id:
        await _must_be_current(cycle_id, data.replaces_id, data.about_id, author_id)
    await Comment.create(
        cycle_id=cycle_id,
        about_id=data.about_id,
        author_id=author_id,
        typed_by=actor.person_id,
        text=text,
        no_comment=data.no_comment,
        at=now(),
        replaces_id=data.replaces_id,
    )
    return {"cycle_id": cycle_id, "person_id": data.about_id}


async def save_minutes(actor: Actor, cycle_id: UUID, data: MinutesText) -> dict[str, Any]:
    """Keep the conclusion while the meeting goes on."""
    head, meeting = await _held(actor, cycle_id)
    actor.must(Permission.MINUTES_WRITE, head.unit_id)
    await Meeting.change(meeting["id"], data.version, {Meeting.conclusion: data.conclusion})
    return {"cycle_id": cycle_id}


async def close_meeting(actor: Actor, cycle_id: UUID, data: MinutesText) -> dict[str, Any]:
    """End the meeting with its conclusion. Raises Refused naming whose presence or comments are missing."""
    head, meeting = await _held(actor, cycle_id, "UPDATE")
    actor.must(Permission.MEETING_HOLD, head.unit_id)
    if missing := before_close(await readiness_of(cycle_id)):
        raise Refused(_("Chưa kết thúc được cuộc họp.") + " " + " ".join(missing))
    if len(data.conclusion.strip()) < 3:
        raise Invalid({"conclusion": _("Kết luận: hãy ghi kết luận của cuộc họp.")})
    await Meeting.change(
        meeting["id"], data.version, {Meeting.conclusion: data.conclusion, Meeting.closed_at: now()}
    )
    await CycleStep.add(actor, cycle_id, "close_meeting")
    await issue_minutes(actor, await whole_record(actor, *await meeting_of(actor, cycle_id)))
    return {"cycle_id": cycle_id}


async def _held(actor: Actor, cycle_id: UUID, lock: Any = "SHARE") -> tuple[CycleHead, dict[str, Any]]:
    """The cycle and its meeting, while that goes on."""
    head = await cycle_head(actor, cycle_id, lock)
    CYCLE.must_be_in(head.state, "meeting")
    meeting = await row(
        "SELECT id, version, closed_at FROM monthly_rating_meeting WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
    )
    if meeting is None:
        raise Absent(f"meeting of cycle {cycle_id}")
    if meeting["closed_at"]:
        raise Refused(_("Cuộc họp đã kết thúc. Việc còn lại là quyết định mức xếp loại và công bố."))
    return head, dict(meeting)


async def _must_be_current(cycle_id: UUID, comment_id: UUID, about_id: UUID, author_id: UUID) -> None:
    found = await row(
        """SELECT author_id, about_id FROM monthly_rating_comment WHERE tenant_id = $1 AND id = $2 AND cycle_id = $3""",
        comment_id,
        cycle_id,
    )
    if found is None or found["about_id"] != about_id:
        raise Absent(f"comment {comment_id} of cycle {cycle_id}")
    if found["author_id"] != author_id:
        raise Forbidden(_("Chỉ người góp ý mới sửa ý kiến của mình; thư ký sửa hộ thì chọn đúng người góp ý."))
    if await value(
        "SELECT true FROM monthly_rating_comment WHERE tenant_id = $1 AND replaces_id = $2 LIMIT 1", comment_id
    ):
        raise Refused(_("Ý kiến này đã được sửa trước đó. Tải lại trang để xem bản mới."))
