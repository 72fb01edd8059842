"""What the search of the platform finds in this module."""

from collections.abc import Sequence

from monthly_rating.common.settings import MODULE
from monthly_rating.permissions import Permission
from plugin_api.actor import Actor
from plugin_api.links import link
from plugin_api.names import search_pattern
from plugin_api.shell import SearchHit
from tenancy.query import rows

HITS = """
SELECT kind, id, title, detail FROM (
  (SELECT 'cycle' AS kind, c.id, c.label AS title, u.name AS detail, 1 AS turn,
      row_number() OVER (ORDER BY c.period_start DESC, c.id) AS sort FROM monthly_rating_cycle c
    JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id
    WHERE c.tenant_id = $1 AND c.search LIKE '%' || $2 || '%' AND ($5::uuid[] IS NULL OR c.unit_id = ANY ($5))
    ORDER BY sort LIMIT $6)
  UNION ALL
  (SELECT 'task', t.id, t.title, c.label || ' · ' || p.full_name, 2, row_number() OVER (ORDER BY t.id DESC) AS sort
    FROM monthly_rating_task t
    JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
    JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
    WHERE t.tenant_id = $1 AND NOT t.dropped AND t.search LIKE '%' || $2 || '%'
      AND ($4::uuid[] IS NULL OR c.unit_id = ANY ($4) OR (t.person_id = $3 AND c.state <> 'planning'))
    ORDER BY sort LIMIT $6)) found
ORDER BY turn, sort LIMIT $6"""


async def search(actor: Actor, words: str, most: int) -> Sequence[SearchHit]:
    """Periods and tasks whose words match and that the person may open, the newest first."""
    overseen, entered = actor.units(Permission.OVERVIEW_READ), actor.units(Permission.MODULE_OPEN)
    found = await rows(
        HITS,
        search_pattern(words),
        actor.person_id,
        None if overseen is None else list(overseen),
        None if entered is None else list(entered),
        most,
    )
    return [
        SearchHit(
            one["title"], one["detail"], link(actor, f"{MODULE}.{one['kind']}", **{f"{one['kind']}_id": one["id"]})
        )
        for one in found
    ]
