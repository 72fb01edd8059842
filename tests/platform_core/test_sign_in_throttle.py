"""Guessing is slow: tries are counted per account and per address, over all processes, and tell nothing."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from inside import Inside, composed

from platform_core.accounts import passwords
from platform_core.accounts.client_address import parsed_networks
from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.sessions import (
    SPAN,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ACCOUNT_AT_ADDRESS,
    TRIES_PER_ADDRESS,
    TRIES_PER_CHANGE,
)

pytestmark = pytest.mark.anyio
LOGIN = "an.dt"
FORGET = "DELETE FROM auth.attempt"


@pytest.fixture
async def inside(tenants, database) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        await made.backdoor.execute(FORGET)
        yield made


async def guess(
    inside: Inside, login: str, password: str = "không phải đâu", address: str = "10.0.0.1"
) -> httpx.Response:
    """One try to sign in."""
    async with inside.visitor(address=address) as client:
        return await client.post("/api/v1/session", json={"login": login, "password": password})


async def tries_left_by(inside: Inside, key: str, number: int) -> None:
    """As many booked attempts, without making them."""
    await inside.backdoor.fetch("INSERT INTO auth.attempt SELECT $1 FROM generate_series(1, $2::int)", key, number)


async def test_the_ninth_try_on_an_account_from_one_address_is_refused_in_every_process(
    inside: Inside, tenants, database
) -> None:
    async with composed(tenants, database) as other:
        for number in range(TRIES_PER_ACCOUNT_AT_ADDRESS):
            assert (await guess((inside, other)[number % 2], LOGIN)).status_code == 422, number
        for process in (inside, other):
            told = await guess(process, LOGIN, DEMO_PASSWORD)
            assert told.status_code == 429, "even with the right password"
            assert "15 phút" in told.json()["title"]
        assert (await guess(other, "uoc.tm", DEMO_PASSWORD)).status_code == 201, "others may"
        assert (await guess(other, LOGIN, DEMO_PASSWORD, "10.9.9.9")).status_code == 201, "its owner may, elsewhere"


async def test_one_address_can_not_lock_an_account_for_everybody(inside: Inside) -> None:
    for _ in range(3):
        await asyncio.gather(*(guess(inside, LOGIN) for _ in range(20)))
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, "10.9.9.9")).status_code == 201


async def test_many_addresses_together_have_a_wider_limit_on_one_account(inside: Inside) -> None:
    await tries_left_by(inside, f"account:{LOGIN}", TRIES_PER_ACCOUNT - 1)
    assert (await guess(inside, LOGIN, address="10.0.0.1")).status_code == 422
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, "10.9.9.9")).status_code == 429
    assert (await guess(inside, "uoc.tm", DEMO_PASSWORD, "10.9.9.9")).status_code == 201


async def test_many_tries_from_one_address_are_refused_whatever_the_login(inside: Inside) -> None:
    await tries_left_by(inside, "address:10.0.0.2", TRIES_PER_ADDRESS - 1)
    assert (await guess(inside, "nobody-1", address="10.0.0.2")).status_code == 422
    assert (await guess(inside, "nobody-2", address="10.0.0.2")).status_code == 429
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, address="10.0.0.2")).status_code == 429
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, address="10.0.0.3")).status_code == 201


async def test_behind_a_trusted_proxy_each_client_has_its_own_limit(tenants, database, inside: Inside) -> None:
    async with composed(tenants, database, trusted_proxies=parsed_networks("127.0.0.1")) as behind:

        async def through(told_address: str, password: str = "không phải", peer: str = "127.0.0.1") -> int:
            async with behind.visitor(address=peer) as client:
                given = {"login": f"{'uoc.tm' if password == DEMO_PASSWORD else uuid4().hex}", "password": password}
                headers = {"x-forwarded-for": told_address}
                return (await client.post("/api/v1/session", json=given, headers=headers)).status_code

        await tries_left_by(inside, "address:203.0.113.7", TRIES_PER_ADDRESS)
        assert await through("203.0.113.7", DEMO_PASSWORD) == 429
        assert await through("198.51.100.1, 203.0.113.7", DEMO_PASSWORD) == 429, "forged by the client"
        assert await through("203.0.113.7", DEMO_PASSWORD, peer="10.0.0.8") == 201, "forged by no proxy of ours"
        assert await through("203.0.113.8", DEMO_PASSWORD) == 201
        await tries_left_by(inside, "address:127.0.0.1", TRIES_PER_ADDRESS)
        assert await through("rubbish", DEMO_PASSWORD) == 429, "then the proxy itself is counted"


async def test_without_a_trusted_proxy_this_machine_has_no_limit_of_its_own(inside: Inside) -> None:
    """Behind a proxy that nobody named, all people share its address: one of them would lock out everybody."""
    await tries_left_by(inside, "address:127.0.0.1", 10 * TRIES_PER_ADDRESS)
    for number in range(3):
        assert (await guess(inside, f"nobody-{number}", address="127.0.0.1")).status_code == 422
    async with inside.visitor(LOGIN, address="127.0.0.1") as client:
        page = await client.get("/account", headers={"x-forwarded-for": "203.0.113.9"})
        assert "127.0.0.1" in page.text and "203.0.113.9" not in page.text
    booked = "SELECT count(*) FROM auth.attempt WHERE key LIKE 'account-at:nobody-%@127.0.0.1'"
    assert await inside.backdoor.value(booked) == 3, "each account keeps its limit"


@pytest.mark.parametrize("way", ["form", "api"])
async def test_guesses_of_the_current_password_are_counted_too(inside: Inside, way: str) -> None:
    path = "/change-password" if way == "form" else "/api/v1/session/password"

    async with inside.visitor(LOGIN) as client, inside.visitor(LOGIN, address="10.7.7.7") as elsewhere:

        async def change(by: httpx.AsyncClient, current: str, new: str = "bốn con trâu qua sông") -> httpx.Response:
            given = {"current": current, "new": new, "repeated": new}
            return await (by.post(path, data=given) if way == "form" else by.post(path, json=given))

        for _ in range(TRIES_PER_CHANGE):
            assert (await change(client, DEMO_PASSWORD, "ngắn")).status_code == 422, "no guess: the old one is right"
        told = await asyncio.gather(*(change(client, f"sai {number}") for number in range(2 * TRIES_PER_CHANGE)))
        assert sorted(answer.status_code for answer in told) == [422] * TRIES_PER_CHANGE + [429] * TRIES_PER_CHANGE
        late = await change(elsewhere, DEMO_PASSWORD)
        assert late.status_code == 429, "whatever the session and the address"
        assert "Hãy thử lại sau 15 phút." in late.text
        assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 201, "signing in is counted apart"


async def test_tries_at_the_same_moment_are_counted_too(inside: Inside) -> None:
    told = await asyncio.gather(*(guess(inside, LOGIN) for _ in range(3 * TRIES_PER_ACCOUNT_AT_ADDRESS)))
    assert sorted({answer.status_code for answer in told}) == [422, 429]
    assert sum(answer.status_code == 422 for answer in told) == TRIES_PER_ACCOUNT_AT_ADDRESS


async def test_after_the_span_one_may_try_again(inside: Inside) -> None:
    await tries_left_by(inside, f"account-at:{LOGIN}@10.0.0.1", TRIES_PER_ACCOUNT_AT_ADDRESS)
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 429
    await inside.backdoor.execute(f"UPDATE auth.attempt SET at = at - interval '{SPAN.total_seconds()} seconds'")
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 201


async def test_success_forgets_the_tries_at_this_address_and_no_others(inside: Inside) -> None:
    for login, address, number in [(LOGIN, "10.0.0.1", 3), (LOGIN, "10.0.0.2", 4), ("uoc.tm", "10.0.0.1", 2)]:
        for _ in range(number):
            assert (await guess(inside, login, address=address)).status_code == 422
    assert (await guess(inside, LOGIN, DEMO_PASSWORD, "10.0.0.1")).status_code == 201
    left = await inside.backdoor.fetch("SELECT key, count(*)::int AS number FROM auth.attempt GROUP BY key")
    assert {line["key"]: line["number"] for line in left} == {
        f"account-at:{LOGIN}@10.0.0.2": 4, f"account:{LOGIN}": 4, "address:10.0.0.2": 4,
        "account-at:uoc.tm@10.0.0.1": 2, "account:uoc.tm": 2, "address:10.0.0.1": 2,
    }  # fmt: skip


async def test_an_unknown_login_is_told_the_same_after_the_same_work_as_a_wrong_password(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = passwords._hasher.verify
    monkeypatch.setattr(passwords._hasher, "verify", lambda *asked: verified.append(asked[1]) or verify(*asked))
    known, unknown = [await guess(inside, login, address="10.1.0.1") for login in ("duc.tq", "khong-co")]
    assert {(answer.status_code, answer.json()["detail"]) for answer in (known, unknown)} == {
        (422, "Tên đăng nhập hoặc mật khẩu không đúng.")
    }
    of_the_account, of_nobody = [stored.rsplit("$", 2)[0] for stored in verified]
    assert of_the_account == of_nobody, "one verification each, with the same memory and passes"


async def test_a_login_counts_the_same_however_it_is_written(inside: Inside) -> None:
    for number in range(TRIES_PER_ACCOUNT_AT_ADDRESS):
        assert (await guess(inside, ("AN.DT", " an.dt ", "An.Dt")[number % 3])).status_code == 422
    assert (await guess(inside, LOGIN, DEMO_PASSWORD)).status_code == 429
