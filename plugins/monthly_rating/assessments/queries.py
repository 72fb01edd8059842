"""A person's own tasks and self-assessment as they are stored."""

from typing import Any
from uuid import UUID

from tenancy.query import row

OWN_TASKS = """SELECT id, title, due_on, done_on, self_level, miss_reason, miss_explanation,
  lesson FROM monthly_rating_task
WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3 AND NOT dropped ORDER BY sort"""


async def stored_assessment(cycle_id: UUID, person_id: UUID) -> dict[str, Any] | None:
    found = await row(
        """SELECT id, version, state, proposed_level, summary FROM monthly_rating_self_assessment
                         WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3""",
        cycle_id,
        person_id,
    )
    return dict(found) if found else None
