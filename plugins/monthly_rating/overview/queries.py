"""How often a person was given each class in a year."""

from collections.abc import Sequence

from tenancy.query import Record

CLASSES = """
SELECT g.level, count(*) AS times FROM monthly_rating_cycle c
JOIN LATERAL (SELECT n.level FROM monthly_rating_grade n WHERE n.tenant_id = $1 AND n.cycle_id = c.id
  AND n.person_id = $2
  ORDER BY n.edition DESC LIMIT 1) g ON true
WHERE c.tenant_id = $1 AND c.year = $3 AND c.state = 'published' AND ($4::uuid[] IS NULL
  OR c.unit_id = ANY ($4)) GROUP BY g.level ORDER BY g.level"""


def class_counts(found: Sequence[Record]) -> dict[str, int]:
    return {one["level"]: one["times"] for one in found}
