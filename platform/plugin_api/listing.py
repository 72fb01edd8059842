"""Lists: searched, sorted, paged, the same way everywhere."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from tenancy.query import Record

Ask = Callable[[int, int], Awaitable[list[Record]]]

PAGE_ROWS = 50
EXPORT_ROWS = 10_000


class Listing(Struct, frozen=True):
    """How a list is asked for: words, order (`-name` is descending), page; `export` takes all rows that match."""

    q: Annotated[str, Meta(max_length=100)] = ""
    sort: Annotated[str, Meta(max_length=40)] = ""
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1
    export: Annotated[str, Meta(max_length=10)] = ""

    def order(self, columns: Mapping[str, str], standard: str) -> str:
        """An ORDER BY text out of `columns` (key → SQL) only: nothing typed ever reaches the statement."""
        wanted = columns.get(self.sort.removeprefix("-"), columns[standard])
        return ", ".join(f"{part} DESC" for part in wanted.split(", ")) if self.sort.startswith("-") else wanted

    @property
    def limit(self) -> int:
        """Rows to read."""
        return EXPORT_ROWS if self.export else PAGE_ROWS

    @property
    def offset(self) -> int:
        """Rows to leave out before."""
        return 0 if self.export else (self.page - 1) * PAGE_ROWS

    def direction(self, key: str, standard: str = "") -> str | None:
        """"asc", "desc" or None when the list is sorted by something else."""
        current = self.sort or standard
        return {key: "asc", f"-{key}": "desc"}.get(current)

    def turned(self, key: str, standard: str = "") -> str:
        """The sort to ask for when the heading of `key` is pressed."""
        return f"-{key}" if self.direction(key, standard) == "asc" else key


class PageInfo(Struct, frozen=True):
    """Where a page of a list stands in the whole; numbers start at 1."""

    number: int
    pages: int
    total: int
    start: int
    end: int


async def page_of(query: Listing, ask: Ask) -> tuple[list[Record], PageInfo]:
    """The rows of the page asked for, and its place; beyond the end it is the last page.

    `ask(limit, offset)` reads rows that carry the number of all that match as `total`. Raises Refused for an export of
    more than EXPORT_ROWS rows: nothing is left out silently.
    """
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
