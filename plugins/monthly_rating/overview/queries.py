"""How often a person was given each class in a year."""

from collections.abc import Sequence

from monthly_rating.common.sql import GRADES_IN_FORCE
from plugin_api.actor import in_scope
from tenancy.query import Record

CLASSES = f"""
WITH chosen AS MATERIALIZED (
  SELECT c.id FROM monthly_rating_cycle c
  JOIN monthly_rating_cycle_member o ON o.tenant_id = c.tenant_id AND o.cycle_id = c.id AND o.person_id = $2
  WHERE c.tenant_id = $1 AND c.year = $3 AND c.state = 'published'
    AND {in_scope("c.unit_id", "$4")}), {GRADES_IN_FORCE}
SELECT level, count(*) AS times FROM in_force WHERE person_id = $2 GROUP BY level ORDER BY level"""
"""How often a person `$2` was given each class in the year `$3`, in some cells or (NULL) in all."""


def class_counts(found: Sequence[Record]) -> dict[str, int]:
    return {one["level"]: one["times"] for one in found}
