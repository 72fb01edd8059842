"""The states of a year plan and of a cycle, and every step between them, as data."""

from collections.abc import Mapping
from typing import Final

from plugin_api.errors import Refused
from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _

PLAN_STATES: Final[Mapping[str, str]] = {
    "draft": _("Đang soạn"),
    "submitted": _("Chờ xem xét"),
    "returned": _("Trả lại để sửa"),
    "approved": _("Đã duyệt"),
}
PLAN_STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "submit": (frozenset({"draft", "returned"}), "submitted"),
    "correct": (frozenset({"submitted"}), "submitted"),
    "return": (frozenset({"submitted"}), "returned"),
    "approve": (frozenset({"submitted"}), "approved"),
    "reopen": (frozenset({"approved"}), "returned"),
}
"""Step → the states it may be taken from, the state it leads to."""

PLAN_STEP_TITLES: Final[Mapping[str, str]] = {
    "submit": _("Gửi xem xét"),
    "correct": _("Chỉnh sửa khi xem xét"),
    "return": _("Trả lại"),
    "approve": _("Duyệt"),
    "reopen": _("Mở lại"),
}

CYCLE_STATES: Final[Mapping[str, str]] = {
    "planning": _("Đang phân công"),
    "running": _("Đang thực hiện"),
    "meeting": _("Đang họp, xếp loại"),
    "published": _("Đã công bố"),
}
CYCLE_STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "issue": (frozenset({"planning"}), "running"),
    "amend": (frozenset({"running"}), "running"),
    "open_meeting": (frozenset({"running"}), "meeting"),
    "close_meeting": (frozenset({"meeting"}), "meeting"),
    "publish": (frozenset({"meeting"}), "published"),
    "correct": (frozenset({"published"}), "published"),
}
CYCLE_STEP_TITLES: Final[Mapping[str, str]] = {
    "open": _("Mở kỳ"),
    "issue": _("Ban hành thông báo phân công"),
    "amend": _("Sửa đổi thông báo phân công"),
    "open_meeting": _("Mở cuộc họp"),
    "close_meeting": _("Kết thúc cuộc họp"),
    "publish": _("Công bố kết quả"),
    "correct": _("Đính chính mức xếp loại"),
}
NEXT_CYCLE_STEP: Final[Mapping[str, str]] = {"planning": "issue", "running": "open_meeting", "meeting": "publish"}

ASSESSMENT_STATES: Final[Mapping[str, str]] = {
    "": _("Chưa viết"),
    "draft": _("Đang soạn"),
    "submitted": _("Đã nộp"),
    "waived": _("Không nộp, đã ghi lý do"),
}


def title_of(titles: Mapping[str, str], state: str) -> str:
    """What `state` is called in the language of this request."""
    return gettext(titles[state])


def plan_state_after(step: str, state: str) -> str:
    """Where `step` leads a plan in `state`. Raises Refused with the reason."""
    allowed, target = PLAN_STEPS[step]
    if state not in allowed:
        raise Refused(
            gettext(
                "Kế hoạch đang ở trạng thái “%(state)s”, không thể %(step)s. Mở lại trang để xem trạng thái mới nhất.",
                state=title_of(PLAN_STATES, state),
                step=gettext(PLAN_STEP_TITLES[step]).lower(),
            )
        )
    return target


def cycle_state_after(step: str, state: str) -> str:
    """Where `step` leads a cycle in `state`. Raises Refused, saying which step comes first."""
    allowed, target = CYCLE_STEPS[step]
    if state in allowed:
        return target
    wanted = gettext(CYCLE_STEP_TITLES[step]).lower()
    if state == "published":
        raise Refused(
            gettext("Kỳ này đã công bố kết quả nên không thể %(step)s. Sai sót thì dùng mục đính chính.", step=wanted)
        )
    raise Refused(
        gettext(
            "Kỳ đang ở bước “%(state)s”, chưa thể hoặc không còn %(step)s được. Bước tiếp theo là: %(next)s.",
            state=title_of(CYCLE_STATES, state),
            step=wanted,
            next=gettext(CYCLE_STEP_TITLES[NEXT_CYCLE_STEP[state]]).lower(),
        )
    )


def next_step_title(state: str, meeting_closed: bool = True) -> str:
    """What comes next, in words; nothing once the results are known."""
    if state not in NEXT_CYCLE_STEP:
        return ""
    step = "close_meeting" if state == "meeting" and not meeting_closed else NEXT_CYCLE_STEP[state]
    return gettext(CYCLE_STEP_TITLES[step])


def must_be_in(state: str, wanted: str) -> None:
    """Raise Refused unless a cycle is in `wanted`: for work that belongs to one state and leads nowhere."""
    if state == wanted:
        return
    if state == "published":
        raise Refused(
            gettext("Kỳ này đã công bố kết quả, không sửa được nữa. Sai sót về mức xếp loại thì dùng mục đính chính.")
        )
    raise Refused(
        gettext(
            "Việc này chỉ làm khi kỳ ở bước “%(wanted)s”; kỳ đang ở bước “%(state)s”.",
            wanted=title_of(CYCLE_STATES, wanted),
            state=title_of(CYCLE_STATES, state),
        )
    )
