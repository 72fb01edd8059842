"""The demonstration year: the cell of Kiên Lương lives it through with the services themselves."""

from datetime import date
from time import perf_counter

import pytest

from monthly_rating.demo import fill
from tenancy.query import rows, value

pytestmark = pytest.mark.anyio
SPRING = date(2026, 4, 20)


def acting(house, slug="kien-luong"):
    """People of a body by their person's id."""
    logins = {person_id: login for (body, login), (_account, person_id) in house.people.items() if body == slug}

    async def act_as(person_id):
        return await house.actor(logins[person_id], slug)

    return act_as


async def test_a_year_shows_every_turn_it_may_take(house):
    async with house.inside("kien-luong"):
        start = perf_counter()
        assert await fill(acting(house), await house.cell(), SPRING) == 4
        print(perf_counter() - start)
        states = [line["state"] for line in await rows(
            "SELECT state FROM monthly_rating_cycle WHERE tenant_id = $1 ORDER BY period_start")]
        assert states == ["published", "published", "published", "running"]
