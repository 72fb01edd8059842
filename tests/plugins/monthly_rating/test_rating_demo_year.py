"""The demonstration year: the cell of Kiên Lương lives it through with the services themselves."""

from datetime import date

import pytest

from monthly_rating.demo import fill
from monthly_rating.demo.year import first_day
from tenancy.query import row, rows, value

SPRING = date(2026, 4, 20)


@pytest.fixture
def act_as(tenants):
    """People of Kiên Lương by their person's id, as those who act."""
    logins = {person: login for (slug, login), (_account, person) in tenants.people.items() if slug == "kien-luong"}

    async def acting(person_id):
        return await tenants.actor(logins[person_id])

    return acting


@pytest.mark.anyio
async def test_a_year_shows_every_turn_it_may_take_and_is_not_lived_twice(tenants, act_as):
    async with tenants.inside("kien-luong"):
        assert await fill(act_as, await tenants.cell(), SPRING) == 4
        states = await rows("SELECT state FROM monthly_rating_cycle WHERE tenant_id = $1 ORDER BY period_start")
        assert [one["state"] for one in states] == ["published", "published", "published", "running"]
        shown = await row(f"""SELECT
            array(SELECT DISTINCT level FROM monthly_rating_grade WHERE tenant_id = $1 ORDER BY 1) AS levels,
            array(SELECT DISTINCT miss_reason FROM monthly_rating_task WHERE tenant_id = $1 AND miss_reason <> ''
            ORDER BY 1) AS reasons,
            (SELECT count(*) FROM monthly_rating_task WHERE tenant_id = $1 AND done_on > due_on) AS late,
            (SELECT count(*) FROM monthly_rating_grade WHERE tenant_id = $1 AND edition > 1) AS corrections,
            (SELECT count(*) FROM monthly_rating_evidence WHERE tenant_id = $1) AS files,
            (SELECT count(*) FROM monthly_rating_year_plan WHERE tenant_id = $1 AND state = 'approved') AS plans,
            (SELECT max(at)::date <= '{SPRING}' FROM monthly_rating_cycle_step WHERE tenant_id = $1) AS past""")
        assert shown is not None
        assert (shown["levels"], shown["reasons"]) == (["A", "B", "C"], ["objective", "subjective"])
        assert (
            shown["late"] > 0
            and shown["corrections"] == 1
            and shown["files"] > 5
            and shown["plans"] == 10
            and shown["past"]
        )
        before = await value("SELECT count(*) FROM monthly_rating_comment WHERE tenant_id = $1")
        assert await fill(act_as, await tenants.cell(), SPRING) == 0
        assert await value("SELECT count(*) FROM monthly_rating_comment WHERE tenant_id = $1") == before


def test_before_april_it_is_the_year_before():
    assert first_day(date(2026, 3, 31)) == date(2025, 1, 1)
    assert first_day(date(2026, 4, 1)) == date(2026, 1, 1)
