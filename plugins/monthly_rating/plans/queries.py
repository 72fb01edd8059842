"""The statements that read year plans and their items."""

from uuid import UUID

from monthly_rating.common.sql import NAME_TODAY
from monthly_rating.rules.plan_changes import PlanItem
from plugin_api.actor import in_scope
from plugin_api.listing import Orders
from plugin_api.rows import shapes
from tenancy.query import rows

ITEMS = """SELECT id AS item_id, title, due_on, expected_level FROM monthly_rating_year_plan_item
WHERE tenant_id = $1 AND plan_id = $2 AND NOT dropped ORDER BY sort, due_on"""
LIST = f"""
SELECT y.id AS plan_id, y.person_id, p.full_name, u.name AS unit_name, y.year, y.state, y.person_id = $2 AS is_mine,
  count(*) OVER () AS total,
  (SELECT count(*) FROM monthly_rating_year_plan_item i WHERE i.tenant_id = $1 AND i.plan_id = y.id
    AND NOT i.dropped) AS items,
  (SELECT max(r.at) FROM monthly_rating_year_plan_revision r WHERE r.tenant_id = $1
    AND r.plan_id = y.id) AS changed_at
FROM monthly_rating_year_plan y
JOIN person p ON p.tenant_id = y.tenant_id AND p.id = y.person_id
JOIN unit u ON u.tenant_id = y.tenant_id AND u.id = y.unit_id
WHERE y.tenant_id = $1 AND (y.person_id = $2 OR (y.state <> 'draft' AND {in_scope("y.unit_id", "$3")}))
  AND {in_scope("y.unit_id", "$4")} AND ($5::int IS NULL OR y.year = $5)
    AND ($6::uuid IS NULL OR y.unit_id = $6)
  AND ($7 = '' OR y.state = $7) AND ($8 = '' OR {NAME_TODAY} LIKE '%' || $8 || '%')"""
ORDERS = Orders("y.id", "person", person="p.name_key, y.year", year="y.year, p.name_key", state="y.state, p.name_key")
KNOWN = f"""
SELECT coalesce(array_agg(DISTINCT year ORDER BY year DESC), '{{}}') AS years,
  coalesce(array_agg(DISTINCT year) FILTER (WHERE person_id = $2), '{{}}') AS own_years,
  count(*) FILTER (WHERE state = 'submitted' AND person_id <> $2
    AND {in_scope("unit_id", "$3")}) AS waiting
FROM monthly_rating_year_plan WHERE tenant_id = $1"""
ONE = """
SELECT y.id AS plan_id, y.person_id, p.full_name, y.unit_id, u.name AS unit_name, y.year, y.state, y.version,
  (SELECT jsonb_agg(jsonb_build_object('number', r.number, 'step', r.step, 'state', r.state, 'full_name',
    q.full_name, 'at', r.at, 'note', r.note, 'own_case_reason', r.own_case_reason,
       'items', r.items) ORDER BY r.number)
     FROM monthly_rating_year_plan_revision r JOIN person q ON q.tenant_id = r.tenant_id AND q.id = r.person_id
     WHERE r.tenant_id = $1 AND r.plan_id = y.id) AS revisions
FROM monthly_rating_year_plan y
JOIN person p ON p.tenant_id = y.tenant_id AND p.id = y.person_id
JOIN unit u ON u.tenant_id = y.tenant_id AND u.id = y.unit_id
WHERE y.tenant_id = $1 AND y.id = $2"""


async def items_of(plan_id: UUID) -> list[PlanItem]:
    """The items of a plan as they stand."""
    return shapes(PlanItem, await rows(ITEMS, plan_id))
