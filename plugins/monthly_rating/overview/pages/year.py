"""A year of a cell: months across, members down, the published class in each field, counts at the edges."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.common.sql import GRADES_IN_FORCE, LATE
from monthly_rating.overview.forms import YearQuery
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from monthly_rating.rules.schemes import Level, count_levels
from monthly_rating.rules.states import CYCLE
from plugin_api.actor import Actor
from plugin_api.choices import Choices
from plugin_api.clock import today
from plugin_api.i18n import gettext as _
from plugin_api.papers import Sheet, SheetColumn
from plugin_api.ports import ports
from plugin_api.rows import decoded
from tenancy.query import Record, rows


class YearColumn(Struct, frozen=True):
    """A period; its counts per class, "" for periods not published."""

    cycle_id: UUID
    label: str
    short_label: str
    period_start: date
    state: str
    state_title: str
    published: bool
    counts: dict[str, int]
    late: int | None


class YearCell(Struct, frozen=True):
    """One person in one period. `cycle_id` None when the person was not in it; `late` None where it may not be seen;
    `own_case_reason` says why the person decided the own class, or not to be rated."""

    cycle_id: UUID | None
    level: str
    level_label: str
    excused: bool
    corrected: bool
    own_case_reason: str
    late: int | None


class YearRow(Struct, frozen=True):
    """One person's year: the fields in the order of the columns, how often each class, tasks late."""

    person_id: UUID
    full_name: str
    is_me: bool
    may_open: bool
    cells: list[YearCell]
    counts: dict[str, int]
    rated: int
    late: int | None


class YearPage(Struct, frozen=True):
    """The year of one cell. `levels` are the classes in use, best first;
    `chosen_unit` None when there is no cell to show."""

    year: int
    years: list[int]
    chosen_unit: UUID | None
    unit_name: str
    units: Choices
    levels: list[Level]
    columns: list[YearColumn]
    rows: list[YearRow]
    counts: dict[str, int]
    rated: int
    late: int | None
    may_see_all: bool


CYCLES = """
SELECT c.id AS cycle_id, c.year, c.period_start, c.period_end, c.state, c.scheme_id, s.levels, known.years
FROM monthly_rating_cycle c
JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
CROSS JOIN (SELECT array_agg(DISTINCT y.year ORDER BY y.year DESC) AS years, max(y.period_start) AS newest
  FROM monthly_rating_cycle y WHERE y.tenant_id = $1 AND y.unit_id = $2) known
WHERE c.tenant_id = $1 AND c.unit_id = $2 AND (c.year = $3 OR c.period_start = known.newest)
ORDER BY c.period_start"""
CELLS = f"""
WITH chosen AS MATERIALIZED (
  SELECT c.id, c.state FROM monthly_rating_cycle c WHERE c.tenant_id = $1 AND c.unit_id = $2 AND c.year = $4),
work AS MATERIALIZED (
  SELECT t.cycle_id, t.person_id, count(*) AS late FROM monthly_rating_task t JOIN chosen ON chosen.id = t.cycle_id
  WHERE t.tenant_id = $1 AND NOT t.dropped AND {LATE} GROUP BY t.cycle_id, t.person_id),
{GRADES_IN_FORCE}
SELECT m.person_id, p.full_name, m.cycle_id, m.excused_reason <> '' AS excused, coalesce(d.level, '') AS level,
  coalesce(d.edition, 0) AS edition,
  coalesce(d.own_case_reason, CASE WHEN m.excused_reason <> '' THEN m.own_case_reason END, '') AS own_case_reason,
  coalesce(w.late, 0) AS late
FROM monthly_rating_cycle_member m
JOIN chosen ON chosen.id = m.cycle_id
JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
LEFT JOIN work w ON w.cycle_id = m.cycle_id AND w.person_id = m.person_id
LEFT JOIN in_force d ON d.cycle_id = m.cycle_id AND d.person_id = m.person_id AND chosen.state = 'published'
WHERE m.tenant_id = $1 ORDER BY p.name_key, m.person_id"""


async def year_page(actor: Actor, query: YearQuery) -> YearPage:
    """The year table of a cell; without a cell the first one the person may enter, without a year this one."""
    cells = await ports().people.units("cell", today())
    entered = actor.scope(Permission.MODULE_OPEN)
    units = [cell for cell in cells if cell.id in entered]
    chosen = next(
        (cell for cell in units if cell.id == query.unit_id), None if query.unit_id else next(iter(units), None)
    )
    year = query.year or today().year
    if chosen is None:
        return YearPage(
            year, [], None, "", [(str(cell.id), cell.name) for cell in units], [], [], [], {}, 0, None, False
        )
    cycles = await rows(CYCLES, chosen.id, year)
    fields = await rows(CELLS, chosen.id, today(), year)
    all_seen = sees_all(actor, chosen.id)
    shown = [one for one in cycles if one["year"] == year]
    levels = _levels(shown)
    lines = _lines(actor, shown, fields, levels, all_seen)
    decided = [field["level"] for field in fields if field["level"]]
    return YearPage(
        year=year,
        years=sorted({year, *(cycles[0]["years"] if cycles else [])}, reverse=True),
        chosen_unit=chosen.id,
        unit_name=chosen.name,
        units=[(str(cell.id), cell.name) for cell in units],
        levels=levels,
        columns=[_column(one, fields, levels, all_seen) for one in shown],
        rows=lines,
        counts=count_levels(levels, decided),
        rated=len(decided),
        late=sum(field["late"] for field in fields) if all_seen else None,
        may_see_all=all_seen,
    )


def year_sheet(found: YearPage) -> Sheet:
    """The year table to calculate with."""
    keys = [level.key for level in found.levels]
    columns = (
        SheetColumn(_("Họ và tên")),
        *(SheetColumn(column.label) for column in found.columns),
        *(SheetColumn(_("Số kỳ %(level)s", level=key), "number", decimals=0) for key in keys),
        SheetColumn(_("Nhiệm vụ trễ hạn"), "number", decimals=0),
        SheetColumn(_("Tự quyết định về mình")),
    )
    return Sheet(
        title=_("Bảng xếp loại năm %(year)s", year=found.year),
        summary=found.unit_name,
        columns=columns,
        rows=tuple(
            (
                one.full_name,
                *(cell.level for cell in one.cells),
                *(one.counts[key] for key in keys),
                one.late,
                _own_cases(found, one),
            )
            for one in found.rows
        ),
    )


def _own_cases(found: YearPage, one: YearRow) -> str:
    """The periods whose class the person decided alone, with the reasons."""
    said = [
        f"{column.label}: {cell.own_case_reason}"
        for column, cell in zip(found.columns, one.cells, strict=True)
        if cell.own_case_reason
    ]
    return "; ".join(said)


def _levels(cycles: list[Record]) -> list[Level]:
    """The classes of the year's schemes; a key that two schemes share is named by the later one."""
    found: dict[str, Level] = {}
    for one in reversed(cycles):
        for level in decoded(one["levels"], list[Level]):
            found.setdefault(level.key, level)
    return sorted(found.values(), key=lambda level: (level.rank, level.key))


def _column(one: Record, fields: list[Record], levels: list[Level], all_seen: bool) -> YearColumn:
    own = [field for field in fields if field["cycle_id"] == one["cycle_id"]]
    published = one["state"] == "published"
    return YearColumn(
        cycle_id=one["cycle_id"],
        label=period_name(one["period_start"], one["period_end"]),
        short_label=period_name(one["period_start"], one["period_end"], with_year=False),
        period_start=one["period_start"],
        state=one["state"],
        state_title=CYCLE.state_title(one["state"]),
        published=published,
        counts=count_levels(levels, [field["level"] for field in own if field["level"]]) if published else {},
        late=sum(field["late"] for field in own) if all_seen else None,
    )


def _lines(
    actor: Actor, cycles: list[Record], fields: list[Record], levels: list[Level], all_seen: bool
) -> list[YearRow]:
    people: dict[UUID, dict[UUID, Record]] = {}
    for field in fields:
        people.setdefault(field["person_id"], {})[field["cycle_id"]] = field
    return [_row(actor, cycles, own, levels, all_seen) for own in people.values()]


def _row(actor: Actor, cycles: list[Record], own: dict[UUID, Record], levels: list[Level], all_seen: bool) -> YearRow:
    labels = {level.key: level.title for level in levels}
    one = next(iter(own.values()))
    is_me = one["person_id"] == actor.person_id
    seen = all_seen or is_me
    decided = [field["level"] for field in own.values() if field["level"]]
    return YearRow(
        person_id=one["person_id"],
        full_name=one["full_name"],
        is_me=is_me,
        may_open=seen,
        counts=count_levels(levels, decided),
        rated=len(decided),
        late=sum(field["late"] for field in own.values()) if seen else None,
        cells=[_cell(own.get(cycle["cycle_id"]), labels, seen) for cycle in cycles],
    )


def _cell(field: Record | None, labels: dict[str, str], seen: bool) -> YearCell:
    if field is None:
        return YearCell(None, "", "", False, False, "", None)
    return YearCell(
        field["cycle_id"],
        field["level"],
        labels.get(field["level"], ""),
        field["excused"],
        field["edition"] > 1,
        field["own_case_reason"],
        field["late"] if seen else None,
    )
