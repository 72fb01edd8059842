"""What several screens show the same way."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plugin_api.i18n import gettext as _

Choices = list[tuple[str, str]]
"""(value, words) for a select."""


class Person(Struct, frozen=True):
    """A person to choose or to name."""

    person_id: UUID
    full_name: str


class StepLine(Struct, frozen=True):
    """Who took which step, when, with what note."""

    step_title: str
    full_name: str
    at: datetime
    note: str


class EvidenceLine(Struct, frozen=True):
    """A file that proves a task."""

    evidence_id: UUID
    file_name: str
    size: int
    sha256: str
    full_name: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str


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


class TaskResult(Struct, frozen=True):
    """A task beside what came of it."""

    task_id: UUID
    cycle_id: UUID
    person_id: UUID
    title: str
    due_on: date
    required_level: str
    planned_quantity: str
    progress: int
    done_on: date | None
    result: str
    standing: str
    standing_title: str
    days_late: int
    self_level: str
    self_level_title: str
    miss_reason: str
    miss_reason_title: str
    miss_explanation: str
    lesson: str
    evidence: int


def choices(words: Mapping[str, str]) -> Choices:
    """A mapping of marked words as choices in the person's language."""
    return [(key, _(word)) for key, word in words.items()]
