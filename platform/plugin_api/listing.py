"""Lists: searched, filtered, sorted, paged, the same way everywhere; `ui.list_page` shows them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo, replace

from plugin_api.errors import Refused
from plugin_api.forms import base_type, label_of
from plugin_api.i18n import gettext as _
from plugin_api.vietnam import show_date
from tenancy.query import Record, rows

Ask = Callable[[int, int], Awaitable[list[Record]]]
Options = Sequence[tuple[Any, str] | str | int]
"""What a filter offers: (value, words), or values that are their own words."""

PAGE_ROWS = 50
EXPORT_ROWS = 10_000
KEYS = ("id", "seq")
"""Columns that no two rows of a table share within a body."""


class Filter(Struct, frozen=True):
    """A filter of a list as the page shows it; `words` say what it is set to, "" when it is not set."""

    name: str
    label: str
    kind: Literal["choice", "date", "hidden"]
    value: str
    options: list[tuple[str, str]]
    words: str


class Listing(Struct, frozen=True):
    """How a list is asked for: words, order (`-name` is descending), page; `export` takes all rows that match.

    A list declares its own as a subclass: each further field is a filter, its `Meta(title=…)` the label on the page.
    """

    q: Annotated[str, Meta(max_length=100)] = ""
    sort: Annotated[str, Meta(max_length=40)] = ""
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1
    export: Annotated[str, Meta(max_length=10)] = ""

    @property
    def limit(self) -> int:
        """Rows to read."""
        return EXPORT_ROWS if self.export else PAGE_ROWS

    @property
    def offset(self) -> int:
        """Rows to leave out before."""
        return 0 if self.export else (self.page - 1) * PAGE_ROWS

    @property
    def narrowed(self) -> bool:
        """Whether words or a filter leave rows out."""
        return bool(self.q) or any(getattr(self, field.name) != field.default for field in filter_fields(type(self)))

    def link(self, address: str, **changes: Any) -> str:
        """The address that asks for this list with `changes` (None or "" takes one back), from the first page on."""
        given = {"q": self.q, "sort": self.sort} | {
            field.name: getattr(self, field.name)
            for field in filter_fields(type(self))
            if getattr(self, field.name) != field.default
        }
        asked = {name: _typed(value) for name, value in (given | changes).items() if value not in (None, "", False)}
        return f"{address}?{urlencode(asked)}" if asked else address

    def filters(self, choices: Mapping[str, Options]) -> list[Filter]:
        """The filters in their order. `choices`: field → what it offers; one with fewer than two is not offered."""
        return [_filter(field, getattr(self, field.name), choices) for field in filter_fields(type(self))]


@cache
def filter_fields(query: type[Listing]) -> tuple[FieldInfo, ...]:
    """The fields that a list adds to what every list is asked for."""
    return tuple(field for field in msgspec.structs.fields(query) if field.name not in Listing.__struct_fields__)


def _filter(field: FieldInfo, value: Any, choices: Mapping[str, Options]) -> Filter:
    options = [one if isinstance(one, tuple) else (one, str(one)) for one in choices.get(field.name, ())]
    pairs = [(str(key), words) for key, words in options]
    typed = _typed(value)
    kind = "date" if base_type(field.type) is date else "choice" if len(pairs) > 1 else "hidden"
    words = show_date(value) if isinstance(value, date) else dict(pairs).get(typed, "")
    if pairs and not any(key == "" for key, _words in pairs):
        pairs.insert(0, ("", _("Tất cả")))
    return Filter(field.name, label_of(field), kind, typed, pairs, words if value != field.default else "")


def _typed(value: Any) -> str:
    """A value as an address or a form carries it."""
    return "1" if value is True else "" if value in (None, False) else str(value)


class Orders:
    """What a list may be sorted by: key → SQL, every one down to the single row.

    `Orders("t.id", "person", person="p.name_key, t.sort", due="t.due_on")`: `unique` ends each order, or rows that are
    equal otherwise would come twice, or never, when the page is turned. `standard` holds while nothing else is asked
    for; `-key` turns the first column round. Raises ValueError, at import, for a `unique` that is no key of a table.
    """

    def __init__(self, unique: str, standard: str, **columns: str) -> None:
        if unique.rpartition(".")[2] not in KEYS:
            raise ValueError(f"a list is ordered down to a key ({', '.join(KEYS)}), not to {unique}")
        if standard.removeprefix("-") not in columns:
            raise ValueError(f"the standard order {standard} is none of {', '.join(columns)}")
        self.unique, self.standard, self.columns = unique, standard, columns

    def sort(self, asked: str) -> str:
        """The sort that holds: the one asked for, if there is such a one."""
        return asked if asked.removeprefix("-") in self.columns else self.standard

    def order(self, asked: str) -> str:
        """The text after ORDER BY: out of the declared columns only, nothing typed ever reaches the statement."""
        sort = self.sort(asked)
        first, *others = self.columns[sort.removeprefix("-")].split(", ")
        parts = [f"{first} DESC" if sort.startswith("-") else first, *others]
        return ", ".join(parts if self.unique in (first, *others) else [*parts, self.unique])


class PageInfo(Struct, frozen=True):
    """Where a page of a list stands in the whole, and how it is sorted; numbers start at 1."""

    number: int
    pages: int
    total: int
    start: int
    end: int
    sort: str = ""

    def direction(self, key: str) -> str | None:
        """"asc", "desc" or None when the list is sorted by something else."""
        return {key: "asc", f"-{key}": "desc"}.get(self.sort)

    def turned(self, key: str) -> str:
        """The sort to ask for when the heading of `key` is pressed."""
        return f"-{key}" if self.sort == key else key


async def page_of(query: Listing, orders: Orders, sql: str, *arguments: Any) -> tuple[list[Record], PageInfo]:
    """The rows of the page asked for, and its place; beyond the end it is the last page.

    `sql` carries the number of all rows that match as `total` (`count(*) OVER ()`) and takes `arguments` from `$2` on.
    Order and limits are added at its end, or in place of `[page]` (`[order]` for the bare order) where the page is cut
    inside. Raises Refused for an export of more than EXPORT_ROWS rows: nothing is left out silently.
    """
    statement = paged_statement(sql, orders.order(query.sort), len(arguments))
    # lint: allow(string-built-sql): the rule looks at the callers; the order is one of those declared
    found, page = await paged_rows(query, lambda limit, offset: rows(statement, *arguments, limit, offset))
    return found, replace(page, sort=orders.sort(query.sort))


def paged_statement(sql: str, order: str, arguments: int) -> str:
    """`sql` with its order; limit and offset are the two parameters after `$1` and `arguments` others."""
    page = f"ORDER BY {order} LIMIT ${arguments + 2} OFFSET ${arguments + 3}"
    statement = sql.replace("[order]", order)
    return statement.replace("[page]", page) if "[page]" in statement else f"{statement} {page}"


async def paged_rows(query: Listing, ask: Ask) -> tuple[list[Record], PageInfo]:
    """What `page_of` does, for rows that `ask(limit, offset)` reads."""
    found = await ask(query.limit, query.offset)
    if not found and query.offset:
        first = await ask(1, 0)
        query = replace(query, page=max(1, -(-first[0]["total"] // PAGE_ROWS)) if first else 1)
        found = await ask(query.limit, query.offset)
    total = found[0]["total"] if found else 0
    if query.export and total > EXPORT_ROWS:
        raise Refused(
            _("Danh sách có %(total)s dòng, tệp chỉ ghi được %(most)s dòng. Hãy lọc bớt rồi tải lại.",
              total=total, most=EXPORT_ROWS)
        )
    return found, paged(query, total)


def paged(query: Listing, total: int, rows: int = PAGE_ROWS) -> PageInfo:
    """The place of this page among `total` rows."""
    pages = max(1, -(-total // rows))
    start = (query.page - 1) * rows + 1 if total else 0
    return PageInfo(query.page, pages, total, start, min(total, query.page * rows))
