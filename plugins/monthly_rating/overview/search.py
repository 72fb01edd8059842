"""What the search of the platform finds in this module."""

from collections.abc import Sequence

from monthly_rating.common.links import link
from monthly_rating.common.sql import PERIOD_WORDS, TASK_WORDS
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from plugin_api.actor import Actor, in_scope
from plugin_api.shell import SearchHit
from tenancy.query import Record, rows

HITS = f"""
SELECT * FROM (
  SELECT 'tasks' AS place, t.id, t.title, p.full_name AS detail, c.period_start, c.period_end
    FROM monthly_rating_task t
    JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
      JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
    WHERE t.tenant_id = $1 AND NOT t.dropped AND {TASK_WORDS} LIKE '%' || $2 || '%'
      AND ({in_scope("c.unit_id", "$4")} OR (t.person_id = $3 AND c.state <> 'planning'))
        ORDER BY t.id DESC LIMIT 10) AS found
UNION ALL SELECT * FROM (
  SELECT 'cycles', c.id, '', u.name, c.period_start, c.period_end
    FROM monthly_rating_cycle c JOIN unit u ON u.tenant_id = c.tenant_id
    AND u.id = c.unit_id
    WHERE c.tenant_id = $1 AND {PERIOD_WORDS} LIKE '%' || $2 || '%' AND {in_scope("c.unit_id", "$5")}
    ORDER BY c.period_start DESC LIMIT 10) AS more"""


async def search(actor: Actor, words: str) -> Sequence[SearchHit]:
    """Tasks and periods whose words match and that the person may open; ten of each."""
    if len(words) < 2:
        return []
    overseen, entered = actor.scope(Permission.OVERVIEW_READ), actor.scope(Permission.MODULE_OPEN)
    found = await rows(
        HITS,
        words,
        actor.person_id,
        overseen.parameter,
        entered.parameter,
    )
    return [_hit(actor, one, period_name(one["period_start"], one["period_end"])) for one in found]


def _hit(actor: Actor, one: Record, period: str) -> SearchHit:
    detail = f"{period} · {one['detail']}" if one["title"] else one["detail"]
    return SearchHit(one["title"] or period, detail, link(actor, one["place"], one["id"]))
