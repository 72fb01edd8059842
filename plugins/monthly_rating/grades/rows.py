"""Classes as rows of a screen."""

from datetime import datetime

from msgspec import Struct


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
