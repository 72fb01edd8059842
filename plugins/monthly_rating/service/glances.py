"""What other screens show of this room: a card on "My work", a panel on a person's page, search hits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from monthly_rating.permissions import Permission
from monthly_rating.rules.schemes import counts_in_words
from monthly_rating.service.clock import today as this_day
from monthly_rating.service.links import link
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.shell import Card, PersonPanel, SearchHit
from tenancy.query import Record, rows

CLASSES = """
SELECT g.level, count(*) AS times FROM monthly_rating_cycle c
JOIN LATERAL (SELECT n.level FROM monthly_rating_grade n WHERE n.tenant_id = $1 AND n.cycle_id = c.id
  AND n.person_id = $2
  ORDER BY n.edition DESC LIMIT 1) g ON true
WHERE c.tenant_id = $1 AND c.year = $3 AND c.state = 'published' AND ($4::uuid[] IS NULL
  OR c.unit_id = ANY ($4)) GROUP BY g.level ORDER BY g.level"""
HITS = """
SELECT * FROM (
  SELECT 'tasks' AS place, t.id, t.title, c.label || ' · ' || p.full_name AS detail FROM monthly_rating_task t
    JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
      JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
    WHERE t.tenant_id = $1 AND NOT t.dropped AND t.search LIKE '%' || $2 || '%'
      AND ($4::uuid[] IS NULL OR c.unit_id = ANY ($4) OR (t.person_id = $3 AND c.state <> 'planning'))
        ORDER BY t.id DESC LIMIT 10) AS found
UNION ALL SELECT * FROM (
  SELECT 'cycles', c.id, c.label, u.name FROM monthly_rating_cycle c JOIN unit u ON u.tenant_id = c.tenant_id
    AND u.id = c.unit_id
    WHERE c.tenant_id = $1 AND c.search LIKE '%' || $2 || '%' AND ($5::uuid[] IS NULL
      OR c.unit_id = ANY ($5)) ORDER BY c.period_start DESC LIMIT 10) AS more"""


async def cards(actor: Actor, today: date) -> Sequence[Card]:
    """The own year at a glance; nothing before the first class is published."""
    counts = _counts(await rows(CLASSES, actor.person_id, today.year, None))
    if not counts:
        return []
    detail = _("Các kỳ đã công bố năm %(year)s", year=today.year)
    return [Card(_("Kết quả xếp loại của tôi"), counts_in_words(counts), detail, link(actor, "mine"))]


async def panels(actor: Actor, person_id: UUID) -> Sequence[PersonPanel]:
    """A person's classes of this year, for the person and for those who oversee the cell."""
    overseen = None if person_id == actor.person_id else actor.units(Permission.OVERVIEW_READ)
    if overseen is not None and not overseen:
        return []
    year = this_day().year
    counts = _counts(await rows(CLASSES, person_id, year, None if overseen is None else list(overseen)))
    if not counts:
        return []
    lines = [(_("Mức %(level)s", level=level), str(times)) for level, times in counts.items()]
    return [PersonPanel(_("Xếp loại năm %(year)s", year=year), lines, link(actor, "people", person_id))]


async def search(actor: Actor, words: str) -> Sequence[SearchHit]:
    """Tasks and periods whose words match and that the person may open; ten of each."""
    if len(words) < 2:
        return []
    overseen, entered = actor.units(Permission.OVERVIEW_READ), actor.units(Permission.ROOM_ENTER)
    found = await rows(
        HITS,
        words,
        actor.person_id,
        None if overseen is None else list(overseen),
        None if entered is None else list(entered),
    )
    return [SearchHit(one["title"], one["detail"], link(actor, one["place"], one["id"])) for one in found]


def _counts(found: Sequence[Record]) -> dict[str, int]:
    return {one["level"]: one["times"] for one in found}
