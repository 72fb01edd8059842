"""Each table of a cycle (`$2`) read once, as parts of larger statements.

Every scan asks the wall whose rows it may see. A sub-query per row, or the inner side of a nested loop, asks once per
row; a materialised part asks once: seven questions for a meeting of ten people instead of a hundred.
"""

from monthly_rating.service.sql import LATE
from monthly_rating.service.task_rows import TASK_COLUMNS

WORK = f"""work AS MATERIALIZED (
  SELECT t.person_id, count(*) AS tasks, count(*) FILTER (WHERE t.done_on IS NOT NULL) AS done,
    count(*) FILTER (WHERE {LATE}) AS late
  FROM monthly_rating_task t WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped GROUP BY t.person_id)"""
"""How many tasks each person has, how many are done, how many late on the day `$3`."""

TASKS = f"""own AS MATERIALIZED (
  SELECT x.person_id, jsonb_agg(to_jsonb(x) - 'sort' ORDER BY x.sort) AS tasks
  FROM (SELECT {TASK_COLUMNS}, t.sort FROM monthly_rating_task t
    WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped) x GROUP BY x.person_id)"""
"""Each person's tasks as JSON, a list of `StoredTask`."""

ASSESSED = """assessed AS MATERIALIZED (
  SELECT a.person_id, a.state, a.proposed_level, a.summary, a.waived_reason, a.submitted_at,
    a.own_case_reason AS own_waiver_reason
  FROM monthly_rating_self_assessment a WHERE a.tenant_id = $1 AND a.cycle_id = $2)"""

ATTENDED = """attended AS MATERIALIZED (
  SELECT e.person_id, e.present, e.absence_reason
  FROM monthly_rating_meeting h
  JOIN monthly_rating_attendance e ON e.tenant_id = h.tenant_id AND e.meeting_id = h.id
  WHERE h.tenant_id = $1 AND h.cycle_id = $2)"""

DECIDED = """decided AS MATERIALIZED (
  SELECT DISTINCT ON (g.person_id) g.person_id, g.level, g.edition, g.reason, g.correction_reason,
    g.own_case_reason
  FROM monthly_rating_grade g WHERE g.tenant_id = $1 AND g.cycle_id = $2 ORDER BY g.person_id, g.edition DESC)"""
"""The class that holds for each person: the newest edition."""

OWN_EXCUSE = "CASE WHEN m.excused_reason = '' THEN '' ELSE m.own_case_reason END AS own_excuse_reason"
"""Why a member `m` who is not rated noted that himself."""
