"""The pieces of SQL that several statements share."""

NAME_TODAY = "left(p.name_search, length(p.full_name))"
"""The name of a person `p` as it is now, folded; `name_search` goes on with code and position."""
TASK_WORDS = f"(t.search || ' ' || {NAME_TODAY})"
"""What a task `t` of a person `p` is found by."""
PERIOD_WORDS = "(c.search || to_char(c.period_start, ' FMMM/YYYY'))"
"""What a cycle `c` is found by: its name in papers, its cell, its first month, the same in every language."""
LATE = "(t.done_on > t.due_on OR (t.done_on IS NULL AND t.due_on < $3))"
"""`rules.tasks.is_late` for a task `t` on the day `$3`."""
GRADES_IN_FORCE = """in_force AS MATERIALIZED (
  SELECT DISTINCT ON (g.cycle_id, g.person_id) g.cycle_id, g.person_id, g.level, g.edition, g.reason,
    g.correction_reason, g.own_case_reason
  FROM chosen JOIN monthly_rating_grade g ON g.cycle_id = chosen.id
  JOIN monthly_rating_cycle_member m ON m.tenant_id = g.tenant_id AND m.cycle_id = g.cycle_id
    AND m.person_id = g.person_id AND m.excused_reason = ''
  WHERE g.tenant_id = $1 ORDER BY g.cycle_id, g.person_id, g.edition DESC)"""
"""The class that counts for each person of each cycle in `chosen`: the newest edition, unless the person is excused.

Whatever counts or publishes classes asks this; where all editions of a person are read, somebody excused has none.
"""
