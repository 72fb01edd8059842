"""The states of a year plan, of a cycle and of a self-assessment, and every step between them, as data."""

from collections.abc import Mapping
from typing import Final

from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _
from plugin_api.workflow import Step, Workflow

PLAN: Final = Workflow(
    subject=_("Kế hoạch"),
    states={
        "draft": _("Đang soạn"),
        "submitted": _("Chờ xem xét"),
        "returned": _("Trả lại để sửa"),
        "approved": _("Đã duyệt"),
    },
    steps={
        "submit": Step(_("Gửi xem xét"), frozenset({"draft", "returned"}), "submitted"),
        "correct": Step(_("Chỉnh sửa khi xem xét"), frozenset({"submitted"}), "submitted"),
        "approve": Step(_("Duyệt"), frozenset({"submitted"}), "approved"),
        "return": Step(_("Trả lại"), frozenset({"submitted"}), "returned"),
        "reopen": Step(_("Mở lại"), frozenset({"approved"}), "returned"),
    },
    advice={"approved": _("Cần thay đổi thì đề nghị người xem xét mở lại kế hoạch.")},
)

CYCLE: Final = Workflow(
    subject=_("Kỳ đánh giá"),
    states={
        "planning": _("Đang phân công"),
        "running": _("Đang thực hiện"),
        "meeting": _("Đang họp, xếp loại"),
        "published": _("Đã công bố"),
    },
    steps={
        "open": Step(_("Mở kỳ"), frozenset(), "planning"),
        "issue": Step(_("Ban hành thông báo phân công"), frozenset({"planning"}), "running"),
        "amend": Step(_("Sửa đổi thông báo phân công"), frozenset({"running"}), "running"),
        "open_meeting": Step(_("Mở cuộc họp"), frozenset({"running"}), "meeting"),
        "close_meeting": Step(_("Kết thúc cuộc họp"), frozenset({"meeting"}), "meeting"),
        "publish": Step(_("Công bố kết quả"), frozenset({"meeting"}), "published"),
        "correct": Step(_("Đính chính mức xếp loại"), frozenset({"published"}), "published"),
    },
    advice={"published": _("Sai sót về mức xếp loại thì dùng mục đính chính.")},
)

ASSESSMENT_STATES: Final[Mapping[str, str]] = {
    "": _("Chưa viết"),
    "draft": _("Đang soạn"),
    "submitted": _("Đã nộp"),
    "waived": _("Không nộp, đã ghi lý do"),
}


def assessment_title(state: str) -> str:
    """What the state of a self-assessment is called in the language of this request."""
    return gettext(ASSESSMENT_STATES[state])


def next_step_title(state: str, meeting_closed: bool = True) -> str:
    """What comes next in a cycle, in words; nothing once the results are known."""
    step = CYCLE.next_step(state)
    if step is None:
        return ""
    return CYCLE.step_title("close_meeting" if state == "meeting" and not meeting_closed else step)
