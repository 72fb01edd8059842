"""What people send: one Struct per action,
  with Vietnamese titles and bounds. Empty rows of a list are left out by the services.

`version` is that of the row the person saw: of two late editors one wins and the other sees both texts.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.rules.tasks import MISS_REASONS, SELF_LEVELS, MissReason, SelfLevel
from plugin_api.forms import Upload
from plugin_api.i18n import mark as _
from plugin_api.listing import Listing

LINE, TEXT, LIST = 300, 4000, 300
"""The longest line, the longest text, the longest list."""

Version = Annotated[int, Meta(ge=1, title=_("Phiên bản"))]
Note = Annotated[str, Meta(max_length=TEXT, title=_("Ghi chú"))]
Reason = Annotated[str, Meta(min_length=3, max_length=TEXT, title=_("Lý do"))]
OwnCaseReason = Annotated[str, Meta(max_length=TEXT, title=_("Lý do tự quyết định"))]
"""Why somebody decides about himself; asked for only where the settings allow it and nobody else may."""


class PlanStart(Struct, frozen=True):
    """Begin one's plan for a year in a cell."""

    unit_id: Annotated[UUID, Meta(title=_("Chi bộ"))]
    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))]


class PlanRow(Struct, frozen=True):
    """One undertaking; `item_id` empty for a new one. A row without title and date is no row."""

    item_id: UUID | None = None
    title: Annotated[str, Meta(max_length=LINE, title=_("Nhiệm vụ"))] = ""
    due_on: Annotated[date | None, Meta(title=_("Thời hạn"))] = None
    expected_level: Annotated[str, Meta(max_length=LINE, title=_("Mức độ cần đạt"))] = ""


class PlanItems(Struct, frozen=True):
    """All undertakings as they shall stand; `note` says what a reviewer corrected."""

    version: Version
    items: Annotated[list[PlanRow], Meta(max_length=LIST, title=_("Nhiệm vụ"))]
    note: Note = ""


class PlanStep(Struct, frozen=True):
    """Hand in or approve, with a note if wished."""

    version: Version
    note: Note = ""


class PlanCorrection(PlanItems, frozen=True):
    """All undertakings as a reviewer wants them to stand."""

    own_case_reason: OwnCaseReason = ""


class PlanApproval(PlanStep, frozen=True):
    """Approve a plan, with a note if wished."""

    own_case_reason: OwnCaseReason = ""


class PlanRefusal(Struct, frozen=True):
    """Return or reopen a plan: the reason is told to its owner."""

    version: Version
    note: Reason
    own_case_reason: OwnCaseReason = ""


class CycleOpening(Struct, frozen=True):
    """Open the period of a cell that the day lies in."""

    unit_id: Annotated[UUID, Meta(title=_("Chi bộ"))]
    on: Annotated[date, Meta(title=_("Một ngày trong kỳ"))]


class Excuse(Struct, frozen=True):
    """Why a person is not rated this time; empty takes the person back in."""

    reason: Annotated[str, Meta(max_length=TEXT, title=_("Lý do không xếp loại"))] = ""
    own_case_reason: OwnCaseReason = ""


class TaskDraft(Struct, frozen=True):
    """A task to assign before the notice is issued."""

    person_id: Annotated[UUID, Meta(title=_("Người thực hiện"))]
    title: Annotated[str, Meta(min_length=3, max_length=LINE, title=_("Nhiệm vụ"))]
    due_on: Annotated[date, Meta(title=_("Thời hạn"))]
    required_level: Annotated[str, Meta(max_length=LINE, title=_("Yêu cầu cần đạt"))] = ""
    planned_quantity: Annotated[str, Meta(max_length=100, title=_("Khối lượng"))] = ""
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Hướng dẫn"))] = ""
    plan_item_id: Annotated[UUID | None, Meta(title=_("Theo kế hoạch năm"))] = None


class TaskEdit(TaskDraft, frozen=True, kw_only=True):
    """A drafted task, worded anew."""

    version: Version


class VersionOnly(Struct, frozen=True):
    """A step over what the person saw."""

    version: Version


class NoticeDraft(Struct, frozen=True):
    """The words around the tasks of the notice."""

    version: Version
    preamble: Annotated[str, Meta(max_length=TEXT, title=_("Căn cứ"))] = ""
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Tổ chức thực hiện"))] = ""


class NoticeIssue(Struct, frozen=True):
    """Issue the notice; without a day it is dated today."""

    version: Version
    issued_on: Annotated[date | None, Meta(title=_("Ngày ban hành"))] = None


class AmendedTask(Struct, frozen=True):
    """A task as it shall stand; `task_id` empty adds one, `dropped` takes one out. A row without a title is no row."""

    task_id: UUID | None = None
    person_id: Annotated[UUID | None, Meta(title=_("Người thực hiện"))] = None
    title: Annotated[str, Meta(max_length=LINE, title=_("Nhiệm vụ"))] = ""
    due_on: Annotated[date | None, Meta(title=_("Thời hạn"))] = None
    required_level: Annotated[str, Meta(max_length=LINE, title=_("Yêu cầu cần đạt"))] = ""
    planned_quantity: Annotated[str, Meta(max_length=100, title=_("Khối lượng"))] = ""
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Hướng dẫn"))] = ""
    dropped: Annotated[bool, Meta(title=_("Rút nhiệm vụ"))] = False


class NoticeAmendment(Struct, frozen=True):
    """A new edition of the issued notice; `version` is the cycle's. Tasks that are not named stay as they are."""

    version: Version
    reason: Reason
    tasks: Annotated[list[AmendedTask], Meta(max_length=LIST, title=_("Nhiệm vụ"))] = []
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Tổ chức thực hiện"))] = ""
    issued_on: Annotated[date | None, Meta(title=_("Ngày ban hành"))] = None


class TaskReport(Struct, frozen=True):
    """How far an own task is. 100 means done, on `done_on` or today."""

    version: Version
    progress: Annotated[int, Meta(ge=0, le=100, title=_("Tiến độ (%)"))]
    note: Annotated[str, Meta(max_length=TEXT, title=_("Diễn biến"))] = ""
    result: Annotated[str, Meta(max_length=TEXT, title=_("Kết quả"))] = ""
    done_on: Annotated[date | None, Meta(title=_("Ngày hoàn thành"))] = None


class EvidenceFile(Struct, frozen=True):
    """A file of at most 5 MiB: pdf, docx, xlsx, png, jpg or txt."""

    file: Annotated[Upload, Meta(title=_("Tệp minh chứng"))]


class Withdrawal(Struct, frozen=True):
    """Why something is withdrawn."""

    reason: Reason


class Waiver(Withdrawal, frozen=True):
    """Why no self-assessment was handed in."""

    own_case_reason: OwnCaseReason = ""


class OwnTask(Struct, frozen=True):
    """What a person says of one own task."""

    task_id: UUID
    self_level: Annotated[SelfLevel, Meta(title=_("Tự đánh giá"), extra={"words": SELF_LEVELS})] = ""
    miss_reason: Annotated[MissReason, Meta(title=_("Loại lý do"), extra={"words": MISS_REASONS})] = ""
    miss_explanation: Annotated[str, Meta(max_length=TEXT, title=_("Giải trình"))] = ""
    lesson: Annotated[str, Meta(max_length=TEXT, title=_("Bài học kinh nghiệm"))] = ""


class AssessmentText(Struct, frozen=True):
    """The self-assessment of a period; `version` 0 when none was saved yet."""

    version: Annotated[int, Meta(ge=0, title=_("Phiên bản"))] = 0
    proposed_level: Annotated[str, Meta(max_length=10, title=_("Mức đề nghị"))] = ""
    summary: Annotated[str, Meta(max_length=TEXT, title=_("Tự nhận xét"))] = ""
    tasks: Annotated[list[OwnTask], Meta(max_length=LIST, title=_("Nhiệm vụ"))] = []


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


class Decision(Struct, frozen=True):
    """A class with its reason. `version` is the newest edition the person saw (0: none);
    a later word needs a reason of its own."""

    level: Annotated[str, Meta(min_length=1, max_length=10, title=_("Mức xếp loại"))]
    reason: Annotated[str, Meta(min_length=3, max_length=TEXT, title=_("Lý do xếp loại"))]
    version: Annotated[int, Meta(ge=0, title=_("Phiên bản"))] = 0
    correction_reason: Annotated[str, Meta(max_length=TEXT, title=_("Lý do đính chính"))] = ""
    own_case_reason: OwnCaseReason = ""


class SchemeSwitch(Struct, frozen=True):
    """Confirm a scheme with its source and the day of force, or switch it off."""

    version: Version
    enabled: Annotated[bool, Meta(title=_("Đang dùng"))] = False
    source: Annotated[str, Meta(max_length=1000, title=_("Căn cứ"))] = ""
    valid_from: Annotated[date | None, Meta(title=_("Có hiệu lực từ ngày"))] = None


class CycleQuery(Listing, frozen=True):
    """Cycles by words, year, cell and state."""

    year: Annotated[int, Meta(ge=2000, le=2100)] | None = None
    unit_id: UUID | None = None
    state: Annotated[str, Meta(max_length=20)] = ""


class PlanQuery(Listing, frozen=True):
    """Plans by words, year, cell and state."""

    year: Annotated[int, Meta(ge=2000, le=2100)] | None = None
    unit_id: UUID | None = None
    state: Annotated[str, Meta(max_length=20)] = ""


class TaskQuery(Listing, frozen=True):
    """Tasks of a cycle by words, person and standing."""

    person_id: UUID | None = None
    state: Annotated[Literal["", "done", "late", "open"], Meta(title=_("Tình trạng"))] = ""


class YearQuery(Struct, frozen=True):
    """A year of a cell; both may be left out. `export` takes the table away."""

    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))] | None = None
    unit_id: Annotated[UUID | None, Meta(title=_("Chi bộ"))] = None
    export: Annotated[str, Meta(max_length=10)] = ""


class PaperQuery(Struct, frozen=True):
    """As which file; which edition of the notice (0: the newest)."""

    form: Annotated[Literal["pdf", "docx"], Meta(title=_("Dạng tệp"))] = "pdf"
    edition: Annotated[int, Meta(ge=0, le=1000, title=_("Phiên bản"))] = 0
