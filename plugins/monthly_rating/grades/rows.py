"""Classes as rows of a screen."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plugin_api.i18n import gettext as _


class GradeEdition(Struct, frozen=True):
    """One edition of a class: who decided it, when, why, why it was corrected, and why somebody decided the own one."""

    edition: int
    level: str
    level_label: str
    reason: str
    correction_reason: str
    own_case_reason: str
    decided_by: str
    decided_at: datetime


class ResultLine(Struct, frozen=True):
    """One person's result. `reason`, `lessons` and the proposed class are empty where the reader may not see them
    of others. Why somebody decided about himself (`own_case_reason` for the class, `own_excuse_reason`,
    `own_waiver_reason`) is shown to everybody who sees the result."""

    person_id: UUID
    full_name: str
    unit_position: str
    is_me: bool
    excused_reason: str
    own_excuse_reason: str
    tasks: int
    done: int
    late: int
    proposed_level: str
    level: str
    level_label: str
    edition: int
    reason: str
    correction_reason: str
    own_case_reason: str
    own_waiver_reason: str
    lessons: list[str]


class Lesson(Struct, frozen=True):
    """What was missed, why, and what is learnt from it."""

    title: str
    miss_reason: str
    miss_explanation: str
    lesson: str


def with_own_case(words: str, one: ResultLine) -> str:
    """Words about a result, with why the person decided it alone, for tables that have one column for both."""
    alone = one.own_excuse_reason if one.excused_reason else one.own_case_reason
    said = [words, _("Tự quyết định về mình: %(reason)s", reason=alone) if alone else ""]
    if one.own_waiver_reason:
        said.append(_("Tự ghi nhận không nộp bản tự đánh giá: %(reason)s", reason=one.own_waiver_reason))
    return " ".join(part for part in said if part)
