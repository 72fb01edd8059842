"""What people send from the meeting."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import LINE, LIST, TEXT, Version
from plugin_api.i18n import mark as _


class MeetingCall(Struct, frozen=True):
    """Open the meeting of a period; the chair is who opens it unless another is named."""

    version: Version
    held_on: Annotated[date, Meta(title=_("Ngày họp"))]
    place: Annotated[str, Meta(min_length=2, max_length=LINE, title=_("Địa điểm"))]
    clerk_id: Annotated[UUID, Meta(title=_("Thư ký"))]
    chair_id: Annotated[UUID | None, Meta(title=_("Chủ trì"))] = None


class Presence(Struct, frozen=True):
    """Whether one person is there; who is not gives a reason."""

    person_id: Annotated[UUID, Meta(title=_("Đảng viên"))]
    present: Annotated[bool, Meta(title=_("Có mặt"))] = False
    absence_reason: Annotated[str, Meta(max_length=LINE, title=_("Lý do vắng"))] = ""


class AttendanceList(Struct, frozen=True):
    """The roll call; people who are not named stay as noted before."""

    people: Annotated[list[Presence], Meta(max_length=LIST, title=_("Điểm danh"))]


class CommentText(Struct, frozen=True):
    """A comment on a member: one's own, or typed for `author_id`. `replaces_id` corrects an earlier one."""

    about_id: Annotated[UUID, Meta(title=_("Góp ý cho"))]
    text: Annotated[str, Meta(max_length=TEXT, title=_("Ý kiến"))] = ""
    no_comment: Annotated[bool, Meta(title=_("Không có ý kiến"))] = False
    author_id: Annotated[UUID | None, Meta(title=_("Người góp ý"))] = None
    replaces_id: UUID | None = None


class MinutesText(Struct, frozen=True):
    """The conclusion of the meeting; `version` is the meeting's."""

    version: Version
    conclusion: Annotated[str, Meta(max_length=TEXT, title=_("Kết luận"))] = ""
