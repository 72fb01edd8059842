"""The hot screens find their rows through indexes that begin with the body."""

import re
from datetime import date

import pytest

from monthly_rating.cycles import rows as cycle_rows
from monthly_rating.cycles.pages import cycle_list as cycle_list_page
from monthly_rating.grades import queries as grade_queries
from monthly_rating.meetings import rows as meeting_rows
from monthly_rating.overview import work_items
from monthly_rating.overview.pages import person as person_page
from monthly_rating.overview.pages import year as year_page
from monthly_rating.tasks import pages as task_pages
from plugin_api.listing import paged_statement
from tenancy.query import rows
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
DAY = date(2026, 4, 6)


def hot(cell):
    """Each hot statement with its arguments."""
    own, year = cell.member.person_id, 2026
    return {
        "year": (year_page.CELLS, cell.unit_id, DAY, year),
        "tasks": (
            paged_statement(task_pages.LIST, task_pages.ORDERS.order(""), 6),
            cell.cycle_id,
            DAY,
            None,
            own,
            "",
            "",
            50,
            0,
        ),
        "cycles": (
            paged_statement(cycle_list_page.LIST, cycle_list_page.ORDERS.order(""), 8),
            [cell.unit_id],
            DAY,
            year,
            None,
            "",
            "",
            own,
            [],
            50,
            0,
        ),
        "people": (cycle_rows.PEOPLE, cell.cycle_id, DAY),
        "meeting": (meeting_rows.MEMBERS, cell.cycle_id),
        "result": (grade_queries.RESULTS, cell.cycle_id, DAY),
        "person": (person_page.PERIODS, own, year, None),
        "work": (work_items.EVERYTHING, own, [cell.unit_id], 2026, [cell.unit_id]),
    }


@pytest.mark.parametrize("name", ["year", "tasks", "cycles", "people", "meeting", "result", "person", "work"])
async def test_every_scan_goes_through_an_index_that_begins_with_the_body(cell, name):
    await cell.published()
    await current_transaction().connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    statement, *arguments = hot(cell)[name]
    plan = [one[0] for one in await rows(f"EXPLAIN {statement}", *arguments)]
    assert not [line for line in plan if "Seq Scan" in line], "\n".join(plan)
    conditions = [line for line in plan if "Index Cond:" in line]
    assert conditions and all(re.search(r"\btenant_id = ", line) for line in conditions), "\n".join(plan)
