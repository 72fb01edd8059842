"""Guessing is slow: tries are counted per account and per address, over all processes, and tell nothing."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from inside import Inside, composed

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.sessions import SPAN, TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS

pytestmark = pytest.mark.anyio
LOGIN = "an.dt"
FORGET = "DELETE FROM auth.attempt"


@pytest.fixture
async def inside(house, database) -> AsyncIterator[Inside]:
    async with composed(house, database) as made:
        await made.backdoor.execute(FORGET)
        yield made


async def guess(
    inside: Inside, login: str, password: str = "không phải đâu", address: str = "10.0.0.1"
) -> httpx.Response:
    """One try to sign in."""
    async with inside.visitor(address=address) as client:
        return await client.post("/api/v1/session", json={"login": login, "password": password})


async def test_the_ninth_try_on_an_account_is_refused_in_every_process_and_from_every_address(
    inside: Inside, house, database
) -> None:
    async with composed(house, database) as other:
        for number in range(TRIES_PER_ACCOUNT):
            told = await guess((inside, other)[number % 2], LOGIN, address=f"10.0.0.{number}")
            assert told.status_code == 422, number
        for process in (inside, other):
            told = await guess(process, LOGIN, DEMO_PASSWORD, address="10.9.9.9")
            assert told.status_code == 429, "even with the right password"
            assert "15 phút" in told.json()["title"]
        assert (await guess(other, "uoc.tm", DEMO_PASSWORD, address="10.9.9.9")).status_code == 201, "others may"


async def test_many_tries_from_one_address_are_refused_whatever_the_login(inside: Inside) -> None:
    await inside.backdoor.execute(
        f"INSERT INTO auth.attempt SELECT 'address:10.0.0.2' FROM generate_series(1, {TRIES_PER_ADDRESS - 1})"
    )
    assert (await guess(inside, "nobody-1", address="10.0.0.2")).status_code == 422
    assert (await guess(inside, "nobody-2", address="10.0.0.2")).status_code == 429
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, address="10.0.0.2")).status_code == 429
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, address="10.0.0.3")).status_code == 201


async def test_tries_at_the_same_moment_are_counted_too(inside: Inside) -> None:
    told = await asyncio.gather(*(guess(inside, LOGIN) for _ in range(3 * TRIES_PER_ACCOUNT)))
    assert sorted({answer.status_code for answer in told}) == [422, 429]
    assert sum(answer.status_code == 422 for answer in told) == TRIES_PER_ACCOUNT


async def test_after_the_span_one_may_try_again_and_success_forgets_the_tries(inside: Inside) -> None:
    await inside.backdoor.execute(
        f"INSERT INTO auth.attempt SELECT 'account:{LOGIN}' FROM generate_series(1, {TRIES_PER_ACCOUNT})"
    )
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 429
    await inside.backdoor.execute(f"UPDATE auth.attempt SET at = at - interval '{SPAN.total_seconds()} seconds'")
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 201
    assert await inside.backdoor.value(f"SELECT count(*) FROM auth.attempt WHERE key = 'account:{LOGIN}'") == 0


async def test_an_unknown_login_is_told_the_same_and_takes_as_long_as_a_wrong_password(inside: Inside) -> None:
    async def median_of(logins: list[str]) -> tuple[float, set[tuple[int, str]]]:
        took, told = [], set()
        for number, login in enumerate(logins):
            began = time.perf_counter()
            answer = await guess(inside, login, address=f"10.1.0.{number}")
            took.append(time.perf_counter() - began)
            told.add((answer.status_code, answer.json()["detail"]))
        return statistics.median(took), told

    known, said_of_known = await median_of(["duc.tq", "ha.pt", "anh.nt", "on.dv", "ha.ht", "hanh.lh", "uoc.tm"])
    unknown, said_of_unknown = await median_of([f"khong-co-{number}" for number in range(7)])
    assert said_of_known == said_of_unknown == {(422, "Tên đăng nhập hoặc mật khẩu không đúng.")}
    assert 0.4 < unknown / known < 2.5, (known, unknown)


async def test_a_login_counts_the_same_however_it_is_written(inside: Inside) -> None:
    for number in range(TRIES_PER_ACCOUNT):
        assert (await guess(inside, ("AN.DT", " an.dt ", "An.Dt")[number % 3])).status_code == 422
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 429
