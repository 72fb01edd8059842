"""Tasks as rows of a screen: read with the statement they hang on, with lateness in words and evidence counted."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.rules.tasks import MISS_REASONS, SELF_LEVELS, STANDINGS, days_late, standing
from plugin_api.i18n import gettext as _


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


class StoredTask(Struct, frozen=True):
    """A task as it is stored; `evidence` counts the files that were not withdrawn."""

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
    self_level: str
    miss_reason: str
    miss_explanation: str
    lesson: str
    evidence: int


TASK_COLUMNS = """t.id AS task_id, t.cycle_id, t.person_id, t.title, t.due_on, t.required_level, t.planned_quantity,
  t.progress, t.done_on, t.result, t.self_level, t.miss_reason, t.miss_explanation, t.lesson, t.evidence"""
"""The columns of `StoredTask` for a task `t`."""
TASKS_OF_MEMBER = f"""(SELECT jsonb_agg(to_jsonb(own) - 'sort' ORDER BY own.sort)
  FROM (SELECT {TASK_COLUMNS}, t.sort FROM monthly_rating_task t
    WHERE t.tenant_id = $1 AND t.cycle_id = m.cycle_id AND t.person_id = m.person_id AND NOT t.dropped) own) AS tasks"""
"""The tasks of one member `m` of one cycle as JSON; for many members see `TASKS_BY_PERSON`."""


def task_result(stored: StoredTask, today: date, own_words: bool = True) -> TaskResult:
    """A task with its standing in words; without `own_words` what its owner has only drafted stays hidden."""
    stands = standing(stored.due_on, stored.done_on, today)
    level, reason = (stored.self_level, stored.miss_reason) if own_words else ("", "")
    return TaskResult(
        task_id=stored.task_id,
        cycle_id=stored.cycle_id,
        person_id=stored.person_id,
        title=stored.title,
        due_on=stored.due_on,
        required_level=stored.required_level,
        planned_quantity=stored.planned_quantity,
        progress=stored.progress,
        done_on=stored.done_on,
        result=stored.result,
        standing=stands,
        standing_title=_(STANDINGS[stands]),
        days_late=days_late(stored.due_on, stored.done_on, today),
        self_level=level,
        self_level_title=_(SELF_LEVELS[level]),
        miss_reason=reason,
        miss_reason_title=_(MISS_REASONS[reason]) if reason else "",
        miss_explanation=stored.miss_explanation if own_words else "",
        lesson=stored.lesson if own_words else "",
        evidence=stored.evidence,
    )


TASKS_BY_PERSON = f"""own AS MATERIALIZED (
  SELECT x.person_id, jsonb_agg(to_jsonb(x) - 'sort' ORDER BY x.sort) AS tasks
  FROM (SELECT {TASK_COLUMNS}, t.sort FROM monthly_rating_task t
    WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped) x GROUP BY x.person_id)"""
"""Each person's tasks as JSON, a list of `StoredTask`."""
