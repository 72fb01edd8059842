"""What the search of the platform finds in this module."""

from collections.abc import Sequence

from monthly_rating.common.settings import MODULE
from monthly_rating.common.sql import PERIOD_WORDS, TASK_WORDS
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from plugin_api.actor import Actor, in_scope
from plugin_api.links import link
from plugin_api.names import search_pattern
from plugin_api.shell import SearchHit
from tenancy.query import Record, rows

HITS = f"""
SELECT kind, id, title, detail, period_start, period_end FROM (
  (SELECT 'cycle' AS kind, c.id, '' AS title, u.name AS detail, c.period_start, c.period_end, 1 AS turn,
      row_number() OVER (ORDER BY c.period_start DESC, c.id) AS sort FROM monthly_rating_cycle c
    JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id
    WHERE c.tenant_id = $1 AND {PERIOD_WORDS} LIKE '%' || $2 || '%' AND {in_scope("c.unit_id", "$5")}
    ORDER BY sort LIMIT $6)
  UNION ALL
  (SELECT 'task', t.id, t.title, p.full_name, c.period_start, c.period_end, 2,
      row_number() OVER (ORDER BY t.id DESC) AS sort
    FROM monthly_rating_task t
    JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
    JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
    WHERE t.tenant_id = $1 AND NOT t.dropped AND {TASK_WORDS} LIKE '%' || $2 || '%'
      AND ({in_scope("c.unit_id", "$4")} OR (t.person_id = $3 AND c.state <> 'planning'))
    ORDER BY sort LIMIT $6)) found
ORDER BY turn, sort LIMIT $6"""


async def search(actor: Actor, words: str, most: int) -> Sequence[SearchHit]:
    """Periods and tasks whose words match and that the person may open, the newest first."""
    overseen, entered = actor.scope(Permission.OVERVIEW_READ), actor.scope(Permission.MODULE_OPEN)
    found = await rows(
        HITS,
        search_pattern(words),
        actor.person_id,
        overseen.parameter,
        entered.parameter,
        most,
    )
    return [_hit(actor, one, period_name(one["period_start"], one["period_end"])) for one in found]


def _hit(actor: Actor, one: Record, period: str) -> SearchHit:
    if one["kind"] == "cycle":
        return SearchHit(period, one["detail"], link(actor, f"{MODULE}.cycle", cycle_id=one["id"]))
    return SearchHit(one["title"], f"{period} · {one['detail']}", link(actor, f"{MODULE}.task", task_id=one["id"]))
