"""A task against its deadline, and what its owner still has to say before the self-assessment can be handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _

Standing = Literal["done", "done_late", "overdue", "due_soon", "open"]
SelfLevel = Literal["", "met", "partly", "missed"]
MissReason = Literal["", "objective", "subjective"]
SOON_DAYS = 3

STANDINGS: Final[Mapping[str, str]] = {
    "done": _("Xong đúng hạn"),
    "done_late": _("Xong trễ hạn"),
    "overdue": _("Quá hạn chưa xong"),
    "due_soon": _("Sắp đến hạn"),
    "open": _("Đang làm"),
}
SELF_LEVELS: Final[Mapping[str, str]] = {
    "": _("Chưa đánh giá"),
    "met": _("Đạt"),
    "partly": _("Đạt một phần"),
    "missed": _("Không đạt"),
}
MISS_REASONS: Final[Mapping[str, str]] = {"": "", "objective": _("Khách quan"), "subjective": _("Chủ quan")}


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What a person says of one own task."""

    title: str
    due_on: date
    done_on: date | None
    self_level: str
    miss_reason: str
    miss_explanation: str
    lesson: str


def standing(due_on: date, done_on: date | None, today: date) -> Standing:
    """How a task stands on `today`. Finished on its last day is in time."""
    if done_on is not None:
        return "done" if done_on <= due_on else "done_late"
    if due_on < today:
        return "overdue"
    return "due_soon" if (due_on - today).days <= SOON_DAYS else "open"


def is_late(due_on: date, done_on: date | None, today: date) -> bool:
    """Finished after its day, or not finished although the day has passed. `common.sql.LATE` says the same in SQL."""
    return standing(due_on, done_on, today) in ("done_late", "overdue")


def days_late(due_on: date, done_on: date | None, today: date) -> int:
    """Days past the deadline, 0 when in time."""
    return max(0, ((done_on or today) - due_on).days)


def needs_reason(report: OwnReport, today: date) -> bool:
    """A task called missed, or unfinished past its day, needs reason, explanation and lesson (source 000)."""
    return report.self_level == "missed" or (report.done_on is None and report.due_on < today)


def unanswered(report: OwnReport, today: date, lesson_required: bool) -> dict[str, str]:
    """Field → sentence for what is missing before this task's self-assessment can be handed in."""
    found: dict[str, str] = {}
    name = {"title": report.title}
    if not report.self_level:
        found["self_level"] = gettext("Nhiệm vụ “%(title)s”: hãy tự đánh giá đạt, đạt một phần hay không đạt.", **name)
    if report.self_level == "met" and report.done_on is None:
        found["self_level"] = gettext(
            "Nhiệm vụ “%(title)s” chưa báo cáo hoàn thành: hãy báo cáo xong trước, hoặc chọn mức khác.", **name
        )
    if needs_reason(report, today):
        if not report.miss_reason:
            found["miss_reason"] = gettext(
                "Nhiệm vụ “%(title)s” không đạt hoặc trễ hạn: hãy chọn lý do khách quan hay chủ quan.", **name
            )
        if not report.miss_explanation.strip():
            found["miss_explanation"] = gettext("Nhiệm vụ “%(title)s”: hãy nêu rõ lý do.", **name)
        if lesson_required and not report.lesson.strip():
            found["lesson"] = gettext("Nhiệm vụ “%(title)s”: hãy nêu bài học kinh nghiệm.", **name)
    return found
