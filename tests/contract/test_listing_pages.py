"""A page of a list is never an empty one beyond the end, and no export leaves rows out without a word."""

from typing import Any

import pytest

from plugin_api.errors import Refused
from plugin_api.listing import EXPORT_ROWS, Listing, paged_rows

pytestmark = pytest.mark.anyio


def rows_of(total: int) -> Any:
    async def ask(limit: int, offset: int) -> list[Any]:
        return [{"number": number, "total": total} for number in range(offset + 1, min(offset + limit, total) + 1)]

    return ask


@pytest.mark.parametrize(
    ("total", "asked", "shown", "first", "last"),
    [(120, 1, 1, 1, 50), (120, 3, 3, 101, 120), (120, 9, 3, 101, 120), (100, 3, 2, 51, 100), (0, 4, 1, None, None)],
)
async def test_a_page_past_the_end_is_the_last_one(total: int, asked: int, shown: int, first: int, last: int) -> None:
    found, page = await paged_rows(Listing(page=asked), rows_of(total))
    assert (page.number, page.total) == (shown, total)
    assert [line["number"] for line in found][:: max(len(found) - 1, 1)] == ([first, last] if total else [])


async def test_an_export_of_more_rows_than_a_file_takes_is_refused_with_the_numbers() -> None:
    whole, _page = await paged_rows(Listing(export="xlsx"), rows_of(EXPORT_ROWS))
    assert len(whole) == EXPORT_ROWS
    with pytest.raises(Refused, match="10001"):
        await paged_rows(Listing(export="xlsx"), rows_of(EXPORT_ROWS + 1))
