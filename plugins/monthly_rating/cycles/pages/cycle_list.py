"""The list of periods."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.settings import settings_of
from monthly_rating.common.sql import LATE, PERIOD_WORDS
from monthly_rating.cycles.forms import CycleQuery
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_containing, period_name
from monthly_rating.rules.states import CYCLE, next_step_title
from plugin_api.actor import Actor, in_scope
from plugin_api.choices import Choices, choices
from plugin_api.clock import today
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.listing import Orders, PageInfo, page_of
from plugin_api.names import search_pattern
from plugin_api.papers import Sheet, SheetColumn
from plugin_api.ports import ports
from plugin_api.rows import shaped
from tenancy.query import row


class CycleLine(Struct, frozen=True):
    """A period in the list, with its next step and the day that is due. `only_own`:
    the tasks counted are the person's own."""

    cycle_id: UUID
    unit_name: str
    label: str
    period_start: date
    period_end: date
    state: str
    state_title: str
    next_title: str
    next_due: date | None
    people: int
    tasks: int
    done: int
    late: int
    only_own: bool


class CyclesPage(Struct, frozen=True):
    """Periods of the cells the person may enter, newest first; where one may be opened,
    where today's is not open yet."""

    cycles: list[CycleLine]
    page: PageInfo
    years: list[int]
    units: Choices
    states: Choices
    open_units: Choices
    to_open: Choices
    may_open: bool
    suggested_on: date
    suggested_label: str
    today: date


LIST = f"""
WITH page AS MATERIALIZED (
  SELECT c.id AS cycle_id, u.name AS unit_name, c.period_start, c.period_end, c.state,
    count(*) OVER () AS total, row_number() OVER (ORDER BY [order]) AS place,
    CASE c.state WHEN 'planning' THEN c.notice_due WHEN 'published' THEN NULL ELSE c.decision_due END AS next_due,
    {in_scope("c.unit_id", "$9")} AS all_seen
  FROM monthly_rating_cycle c JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id
  WHERE c.tenant_id = $1 AND {in_scope("c.unit_id", "$2")} AND ($4::int IS NULL OR c.year = $4)
    AND ($5::uuid IS NULL OR c.unit_id = $5) AND ($6 = '' OR c.state = $6)
    AND ($7 = '' OR {PERIOD_WORDS} LIKE '%' || $7 || '%')
  [page]),
members AS MATERIALIZED (
  SELECT m.cycle_id, count(*) AS people FROM monthly_rating_cycle_member m JOIN page ON page.cycle_id = m.cycle_id
  WHERE m.tenant_id = $1 GROUP BY m.cycle_id),
work AS MATERIALIZED (
  SELECT t.cycle_id, count(*) AS tasks, count(*) FILTER (WHERE t.done_on IS NOT NULL) AS done,
    count(*) FILTER (WHERE {LATE}) AS late
  FROM monthly_rating_task t JOIN page ON page.cycle_id = t.cycle_id
  WHERE t.tenant_id = $1 AND NOT t.dropped
    AND (page.all_seen OR (t.person_id = $8 AND page.state <> 'planning')) GROUP BY t.cycle_id)
SELECT page.*, NOT page.all_seen AS only_own, coalesce(m.people, 0) AS people, coalesce(w.tasks, 0) AS tasks,
  coalesce(w.done, 0) AS done, coalesce(w.late, 0) AS late
FROM page LEFT JOIN members m ON m.cycle_id = page.cycle_id LEFT JOIN work w ON w.cycle_id = page.cycle_id
ORDER BY page.place"""
"""A page of periods with their counts."""
ORDERS = Orders("c.id", "-period", period="c.period_start, u.name", unit="u.name", state="c.state")
KNOWN = """
SELECT coalesce(array_agg(DISTINCT year ORDER BY year DESC), '{}') AS years,
  coalesce(array_agg(DISTINCT unit_id) FILTER (WHERE $2 BETWEEN period_start AND period_end), '{}') AS open_today
FROM monthly_rating_cycle WHERE tenant_id = $1"""


async def cycles_page(actor: Actor, query: CycleQuery) -> CyclesPage:
    """Periods by year, cell, state and words, newest first, and what may be opened next."""
    entered, opened = actor.scope(Permission.MODULE_OPEN), actor.scope(Permission.CYCLE_OPEN)
    found, page = await page_of(
        query,
        ORDERS,
        LIST,
        entered.parameter,
        today(),
        query.year,
        query.unit_id,
        query.state,
        search_pattern(query.q),
        actor.person_id,
        actor.scope(Permission.OVERVIEW_READ).parameter,
    )
    known = await row(KNOWN, today())
    assert known is not None, "an aggregate always answers"
    cells = await ports().people.units("cell", today())
    open_units = [(str(cell.id), cell.name) for cell in cells if cell.id in opened]
    open_today = {str(unit_id) for unit_id in known["open_today"]}
    period = period_containing(today(), settings_of(actor).cycle)
    return CyclesPage(
        cycles=[
            shaped(
                CycleLine,
                one,
                label=period_name(one["period_start"], one["period_end"]),
                state_title=CYCLE.state_title(one["state"]),
                next_title=next_step_title(one["state"]),
            )
            for one in found
        ],
        page=page,
        years=known["years"],
        units=[(str(cell.id), cell.name) for cell in cells if cell.id in entered],
        states=choices(CYCLE.states),
        open_units=open_units,
        to_open=[cell for cell in open_units if cell[0] not in open_today],
        may_open=bool(open_units),
        suggested_on=period.start,
        suggested_label=period_name(period.start, period.end),
        today=today(),
    )


def cycles_sheet(found: CyclesPage) -> Sheet:
    """The list as a table to calculate with."""
    words = (mark("Kỳ"), mark("Chi bộ"), mark("Trạng thái"))
    counts = (mark("Số người"), mark("Số nhiệm vụ"), mark("Hoàn thành"), mark("Trễ hạn"))
    return Sheet(
        title=_("Các kỳ đánh giá"),
        columns=tuple(SheetColumn(_(title)) for title in words)
        + tuple(SheetColumn(_(title), "number", decimals=0) for title in counts),
        rows=tuple(
            (one.label, one.unit_name, one.state_title, one.people, one.tasks, one.done, one.late)
            for one in found.cycles
        ),
    )
