"""What is still missing before a cycle may take its next step: sentences that name people, empty when it may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plugin_api.i18n import gettext as _

NAMED = 5


@dataclass(frozen=True, slots=True)
class Readiness:
    """One person of a cycle, as far as the steps ask. An excused person is neither commented on nor graded."""

    full_name: str
    excused: bool
    tasks: int
    assessment: str
    attendance_taken: bool
    comments: int
    graded: bool


def before_issue(people: Sequence[Readiness]) -> list[str]:
    """The notice names work for everybody who is rated."""
    if not people:
        return [_("Chưa có ai trong kỳ: hãy cập nhật danh sách người của chi bộ.")]
    without = [one.full_name for one in people if not one.excused and not one.tasks]
    return [_("Chưa phân công nhiệm vụ cho: %(names)s.", names=_names(without))] if without else []


def before_close(people: Iterable[Readiness]) -> list[str]:
    """The meeting ends when everybody's presence is noted and everybody was commented on, or expressly not."""
    rated = list(people)
    absent = [one.full_name for one in rated if not one.attendance_taken]
    silent = [one.full_name for one in rated if not one.excused and not one.comments]
    found = []
    if absent:
        found.append(_("Chưa điểm danh: %(names)s.", names=_names(absent)))
    if silent:
        found.append(_("Chưa có góp ý (hoặc ghi rõ “không có ý kiến”) cho: %(names)s.", names=_names(silent)))
    return found


def before_publication(people: Iterable[Readiness], meeting_closed: bool) -> list[str]:
    """Classes become known when all are decided, all have assessed themselves or were noted as not having,
    and the meeting ended."""
    rated = [one for one in people if not one.excused]
    found = [] if meeting_closed else [_("Cuộc họp chưa kết thúc.")]
    unassessed = [one.full_name for one in rated if one.assessment not in ("submitted", "waived")]
    ungraded = [one.full_name for one in rated if not one.graded]
    if unassessed:
        found.append(
            _("Chưa nộp bản tự đánh giá, cũng chưa ghi nhận lý do không nộp: %(names)s.", names=_names(unassessed))
        )
    if ungraded:
        found.append(_("Chưa quyết định mức xếp loại cho: %(names)s.", names=_names(ungraded)))
    if not rated:
        found.append(_("Không có ai được xếp loại trong kỳ này."))
    return found


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    rest = len(names) - NAMED
    return shown + " " + _("và %(count)s người khác", count=rest) if rest > 0 else shown
