"""The people of a cycle with everything the steps ask about them, in one statement."""

from uuid import UUID

from monthly_rating.rules.readiness import Readiness
from monthly_rating.service.clock import today
from monthly_rating.service.of_cycle import ASSESSED, ATTENDED, DECIDED, OWN_EXCUSE, WORK
from tenancy.query import Record, rows

PEOPLE = f"""
WITH {WORK}, {ASSESSED}, {ATTENDED}, {DECIDED}, commented AS MATERIALIZED (
  SELECT c.about_id, count(*) AS comments FROM monthly_rating_comment c
  WHERE c.tenant_id = $1 AND c.cycle_id = $2 AND c.author_id <> c.about_id GROUP BY c.about_id)
SELECT m.person_id, p.full_name, m.unit_position, m.departments, m.excused_reason,
  {OWN_EXCUSE}, coalesce(w.tasks, 0) AS tasks,
  coalesce(w.done, 0) AS done, coalesce(w.late, 0) AS late, coalesce(a.state, '') AS assessment,
  e.person_id IS NOT NULL AS attendance_taken, coalesce(k.comments, 0) AS comments, d.person_id IS NOT NULL AS graded
FROM monthly_rating_cycle_member m
JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
LEFT JOIN work w ON w.person_id = m.person_id
LEFT JOIN assessed a ON a.person_id = m.person_id
LEFT JOIN attended e ON e.person_id = m.person_id
LEFT JOIN commented k ON k.about_id = m.person_id
LEFT JOIN decided d ON d.person_id = m.person_id
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""


async def people_of(cycle_id: UUID) -> list[Record]:
    """Everybody of a cycle, by given name. What somebody says about oneself is no comment."""
    return await rows(PEOPLE, cycle_id, today())


def readiness(one: Record) -> Readiness:
    """A row as the rules ask for it."""
    return Readiness(
        one["full_name"],
        bool(one["excused_reason"]),
        one["tasks"],
        one["assessment"],
        one["attendance_taken"],
        one["comments"],
        one["graded"],
    )


async def readiness_of(cycle_id: UUID) -> list[Readiness]:
    """Everybody of a cycle as the rules ask for them."""
    return [readiness(one) for one in await people_of(cycle_id)]
