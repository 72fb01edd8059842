"""The page "Nhật ký": every change in the body, newest first, found by who did it or whom it concerns: one query."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from platform_core.audit.wording import Change, KeptRow, Place, Wording
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.listing import Listing, Orders, PageInfo, page_of
from plugin_api.names import search_pattern
from plugin_api.papers import Sheet, SheetColumn
from tenancy.context import NOBODY


class TrailQuery(Listing, frozen=True):
    """How the trail is asked for: `q` names a person, `table` a kind of record, days are inclusive."""

    table: Annotated[str, Meta(max_length=80, title=mark("Mục"))] = ""
    since: Annotated[date | None, Meta(title=mark("Từ ngày"))] = None
    until: Annotated[date | None, Meta(title=mark("Đến hết ngày"))] = None


class TrailLine(Struct, frozen=True):
    """One change. `person_id` is the person concerned, if it concerns one; `place` the page that shows the row, if the
    reader may open it."""

    seq: int
    at: datetime
    who: str
    operation: str
    record: str
    subject: str
    person_id: UUID | None
    changes: list[Change]
    closed: bool
    place: Place | None = None


class Trail(Struct, frozen=True):
    """A page of the trail; `closed` lines are of records whose content the reader may not open."""

    lines: list[TrailLine]
    tables: list[tuple[str, str]]
    page: PageInfo


# Counting carries numbers only; the rows are fetched for the page. Who an account is here is asked once per account,
# and only where a search needs it (the OR is short-circuited otherwise). A search finds an entry by the person
# concerned only where its content is open to the reader: closed ones are found by who made them, or not at all.
# `above` climbs from each row to those it is part of, as they were when the entry was made.
FOUND = """
WITH RECURSIVE who AS (
  SELECT d.account_id FROM (SELECT DISTINCT account_id FROM audit.log WHERE tenant_id = $1) d
  JOIN LATERAL auth.person_here(d.account_id) AS here(person_id) ON true
  JOIN person p ON p.tenant_id = $1 AND p.id = here.person_id WHERE p.name_search LIKE '%' || $2 || '%'),
found AS (
  SELECT entry.seq, [count] AS total FROM audit.log entry CROSS JOIN (SELECT $7::uuid AS reader) asked
  WHERE entry.tenant_id = $1 AND ($3 = '' OR entry.table_name = $3)
    AND ($4::date IS NULL OR entry.at >= $4) AND ($5::date IS NULL OR entry.at < $5)
    AND ($2 = '' OR (entry.account_id IN (SELECT account_id FROM who) AND NOT [unsigned])
         OR (coalesce(entry.after, entry.before) ->> ($6::jsonb ->> entry.table_name)
             IN (SELECT id::text FROM person WHERE tenant_id = $1 AND name_search LIKE '%' || $2 || '%')
             AND NOT [closed]))
  [page]),
above AS (
  SELECT e.seq, 0 AS steps, e.table_name, e.row_id, coalesce(e.after, e.before) AS kept
  FROM found JOIN audit.log e ON e.tenant_id = $1 AND e.seq = found.seq
  UNION ALL
  SELECT a.seq, a.steps + 1, parent.table_name, parent.row_id, parent.kept
  FROM above a CROSS JOIN LATERAL jsonb_each_text($8::jsonb -> a.table_name) AS wanted(column_name, table_name)
  CROSS JOIN LATERAL (
    SELECT l.table_name, l.row_id, coalesce(l.after, l.before) AS kept FROM audit.log l
    WHERE l.tenant_id = $1 AND l.row_id = (a.kept ->> wanted.column_name)::uuid AND l.seq <= a.seq
      AND l.table_name = wanted.table_name ORDER BY l.seq DESC LIMIT 1) parent
  WHERE a.steps < 5)
SELECT entry.seq, entry.at, entry.account_id, entry.operation, entry.table_name, entry.before, entry.after, found.total,
  p.full_name AS who, [closed] AS closed, [unsigned] AS unsigned,
  (SELECT jsonb_object_agg(a.row_id, jsonb_build_array(a.table_name, a.kept)) FROM above a
   WHERE a.seq = entry.seq AND a.steps > 0) AS parents,
  (SELECT jsonb_object_agg(e.value, coalesce(n.full_name, u.name))
   FROM (SELECT value FROM jsonb_each_text(entry.before)
         UNION SELECT side.value FROM above a, jsonb_each_text(a.kept) AS side WHERE a.seq = entry.seq) e
   CROSS JOIN LATERAL (SELECT CASE WHEN e.value ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$' THEN e.value::uuid END AS id) named
   LEFT JOIN person n ON n.tenant_id = $1 AND n.id = named.id
   LEFT JOIN unit u ON u.tenant_id = $1 AND u.id = named.id
   WHERE coalesce(n.full_name, u.name) IS NOT NULL) AS names
FROM found JOIN audit.log entry ON entry.tenant_id = $1 AND entry.seq = found.seq
CROSS JOIN (SELECT $7::uuid AS reader) asked
LEFT JOIN LATERAL auth.person_here(entry.account_id) AS here(person_id) ON true
LEFT JOIN person p ON p.tenant_id = $1 AND p.id = here.person_id
ORDER BY entry.seq DESC
"""
ORDERS = Orders("entry.seq", "-seq", seq="entry.seq")
COUNTED = FOUND.replace("[count]", "count(*) OVER ()")
WHOLE = FOUND.replace("[count]", "(SELECT max(seq) FROM audit.log WHERE tenant_id = $1)")
"""The chain has no gaps: without a filter its last number is the count, and no page reads the whole trail."""


async def trail(actor: Actor, query: TrailQuery) -> Trail:
    """The changes that match, newest first, each in words that this reader may see."""
    after_last = query.until + timedelta(days=1) if query.until else None
    wording = Wording(actor)
    statement = (COUNTED if query.narrowed else WHOLE).replace("[closed]", wording.closed())
    statement = statement.replace("[unsigned]", wording.unsigned())
    concerned, parents = (msgspec.json.encode(one).decode() for one in (wording.concerned(), wording.parents()))
    asked = (search_pattern(query.q), query.table, query.since, after_last, concerned, actor.person_id, parents)
    # lint: allow(string-built-sql): the rules are constants of the installed modules
    found, page = await page_of(query, ORDERS, statement, *asked)
    return Trail([_line(record, wording) for record in found], wording.titles(), page)


def _line(record: Any, wording: Wording) -> TrailLine:
    kept = KeptRow(
        record["table_name"],
        record["operation"],
        *(_decoded(record[column]) for column in ("before", "after", "names", "parents")),
        closed=record["closed"],
    )
    concerned = wording.person_concerned(kept)
    return TrailLine(
        record["seq"],
        record["at"],
        _("Không nêu tên") if record["unsigned"] else record["who"] or _doer(record["account_id"]),
        wording.verb(kept),
        wording.title(kept.table),
        wording.subject(kept),
        UUID(concerned) if concerned else None,
        wording.changes(kept),
        not wording.tells(kept),
        wording.place(kept),
    )


def _doer(account_id: UUID | None) -> str:
    return _("Hệ thống") if account_id in (None, NOBODY) else _("Tài khoản không thuộc đơn vị")


def _decoded(stored: str | None) -> dict[str, Any]:
    return {} if stored is None else msgspec.json.decode(stored)


def trail_sheet(found: Trail) -> Sheet:
    """The trail as a table, one row per changed field."""
    titles = (mark("Ai"), mark("Việc"), mark("Mục"), mark("Về"), mark("Trường"), mark("Trước"), mark("Sau"))
    columns = (SheetColumn(_("Lúc"), "date"), *(SheetColumn(_(title)) for title in titles))
    rows_ = tuple(
        (line.at, line.who, line.operation, line.record, line.subject, change.field, change.before, change.after)
        for line in found.lines
        for change in line.changes or [Change("", "", "")]
    )
    return Sheet(title=_("Nhật ký thay đổi"), columns=columns, rows=rows_)
