"""The people of a cycle (`$2`) with everything the steps ask about them, in one statement; its parts serve others.

Row security is evaluated once per scan. A sub-query per row, or the inner side of a nested loop, scans once per row; a
materialised part scans once: seven scans for a meeting of ten people instead of a hundred.
"""

from uuid import UUID

from monthly_rating.common.sql import GRADES_IN_FORCE, LATE
from monthly_rating.rules.readiness import Readiness
from plugin_api.clock import today
from tenancy.query import Record, rows

WORK = f"""work AS MATERIALIZED (
  SELECT t.person_id, count(*) AS tasks, count(*) FILTER (WHERE t.done_on IS NOT NULL) AS done,
    count(*) FILTER (WHERE {LATE}) AS late
  FROM monthly_rating_task t WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped GROUP BY t.person_id)"""
"""How many tasks each person has, how many are done, how many late on the day `$3`."""
ASSESSMENTS = """assessed AS MATERIALIZED (
  SELECT a.person_id, a.state, a.proposed_level, a.summary, a.waived_reason, a.submitted_at,
    a.own_case_reason AS own_waiver_reason
  FROM monthly_rating_self_assessment a WHERE a.tenant_id = $1 AND a.cycle_id = $2)"""
ATTENDANCE = """attended AS MATERIALIZED (
  SELECT e.person_id, e.present, e.absence_reason
  FROM monthly_rating_meeting h
  JOIN monthly_rating_attendance e ON e.tenant_id = h.tenant_id AND e.meeting_id = h.id
  WHERE h.tenant_id = $1 AND h.cycle_id = $2)"""
CHOSEN = "chosen AS MATERIALIZED (SELECT $2::uuid AS id)"
"""The cycle, for `GRADES_IN_FORCE`."""
OWN_EXCUSE = "CASE WHEN m.excused_reason = '' THEN '' ELSE m.own_case_reason END AS own_excuse_reason"
"""Why a member `m` who is not rated noted that himself."""
PEOPLE = f"""
WITH {CHOSEN}, {GRADES_IN_FORCE}, {WORK}, {ASSESSMENTS}, {ATTENDANCE}, commented AS MATERIALIZED (
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
LEFT JOIN in_force d ON d.person_id = m.person_id
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
