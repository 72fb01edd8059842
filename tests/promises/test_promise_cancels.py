"""Cancels are harmless: whoever leaves in the middle, each connection stays usable, nobody gets another's answer."""

import asyncio
import random
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from inside import Backdoor, Inside
from serving import Serving

import tenancy.engine
from tenancy.engine import DB
from tenancy.faults import DatabaseGone

pytestmark = pytest.mark.anyio
PEOPLE = {"kien-luong": "oanh.qt", "giang-thanh": "y.lc"}
DISCONNECTS, WITNESSES, POOL = 200, 120, 10
CANCELS = 150
OWNERS = """SELECT DISTINCT t.slug FROM app.person p JOIN app.tenant t ON t.id = p.tenant_id
            WHERE p.id = ANY($1::uuid[])"""
OPEN = """SELECT count(*) FROM pg_stat_activity
          WHERE datname = 'promises' AND usename = 'app_rt' AND state LIKE 'idle in%'"""
BUSY = """SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
          WHERE datname = 'promises' AND usename = 'app_rt' AND NOT granted"""


async def go_away(serving: Serving, slug: str, patience: float, by_reset: bool) -> None:
    """Ask for a list or try to add somebody, and leave before the answer."""
    cookie, token = serving.session(PEOPLE[slug])
    place = urlsplit(serving.address)
    body = b'{"code": "x", "full_name": "Bo Di"}' if random.random() < 0.5 else b""
    request = (
        f"{'POST' if body else 'GET'} /api/v1/t/{slug}/people HTTP/1.1\r\nhost: {place.netloc}\r\n"
        f"cookie: thidua={cookie}\r\nx-csrftoken: {token}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body) + (5 if random.random() < 0.2 else 0)}\r\n\r\n"
    ).encode() + body
    _reader, writer = await asyncio.open_connection(place.hostname, place.port)
    if by_reset:
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.write(request)
    await asyncio.sleep(patience)
    writer.transport.abort() if by_reset else writer.close()


async def rows_seen(serving: Serving, slug: str) -> set[str]:
    """The ids in many answers to one body's administrator."""
    seen: set[str] = set()
    async with serving.visitor(PEOPLE[slug]) as client:
        for _ in range(WITNESSES // len(PEOPLE)):
            answer = await client.get(f"/api/v1/t/{slug}/people?q=&sort=code")
            assert answer.status_code == 200, answer.text
            seen |= {line["id"] for line in answer.json()["people"]}
    return seen


async def test_two_hundred_who_leave_early_harm_nobody(served: Serving, backdoor: Backdoor) -> None:
    random.seed(20261122)
    for login in PEOPLE.values():
        served.session(login)
    storms = [
        go_away(served, random.choice(list(PEOPLE)), random.random() * 0.02, random.random() < 0.5)
        for _ in range(DISCONNECTS)
    ]
    witnesses = [rows_seen(served, slug) for slug in PEOPLE]

    async def storm() -> None:
        for start in range(0, DISCONNECTS, 20):
            await asyncio.gather(*storms[start : start + 20])

    seen, *_ = await asyncio.gather(asyncio.gather(*witnesses), storm())
    for slug, ids in zip(PEOPLE, seen, strict=True):
        assert {line["slug"] for line in await backdoor.fetch(OWNERS, sorted(ids))} == {slug}
    await _nobody_holds_a_transaction(backdoor)
    assert await _connections_that_can_work(served, backdoor) == POOL


async def _nobody_holds_a_transaction(backdoor: Backdoor) -> None:
    for _ in range(100):
        if not await backdoor.value(OPEN):
            return
        await asyncio.sleep(0.05)
    pytest.fail("a transaction was left open")


async def _connections_that_can_work(serving: Serving, backdoor: Backdoor) -> int:
    """How many requests get as far as the table at the same time, while the table is locked."""
    keeper = await asyncpg.connect(backdoor.dsn)
    async with serving.visitor("oanh.qt") as client:
        async with keeper.transaction():
            await keeper.execute("LOCK TABLE app.person IN ACCESS EXCLUSIVE MODE")
            asking = [asyncio.create_task(client.get("/api/v1/t/kien-luong/people")) for _ in range(POOL + 3)]
            most = 0
            for _ in range(60):
                await asyncio.sleep(0.02)
                most = max(most, int(await keeper.fetchval(BUSY)))
                if most == POOL:
                    break
        await keeper.close()
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}
    return most


async def test_requests_cancelled_at_any_step_once_or_twice_lose_no_connection(inside: Inside) -> None:
    random.seed(20261122)
    async with inside.visitor("oanh.qt") as client, inside.visitor("y.lc") as other:
        for number in range(CANCELS):
            steps = number // 3 % 50
            browser, slug = ((client, "kien-luong"), (other, "giang-thanh"))[number % 2]
            body = {"code": f"z-{number}", "full_name": "Hủy Giữa Chừng"}
            task = asyncio.create_task(browser.post(f"/api/v1/t/{slug}/people", json=body))
            await _let_run(steps)
            task.cancel()
            if number % 3:
                await _let_run(number % 5)
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if number % 10 < 2:
                assert await _bodies_shown(browser, slug, inside) == {slug}
        await _pool_is_whole()
        stored = await inside.backdoor.value("SELECT count(*) FROM app.person WHERE code LIKE 'z-%'")
        assert 0 <= int(stored) < CANCELS  # type: ignore[call-overload]


async def _let_run(steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)
    await asyncio.sleep(steps / 5000)


async def _bodies_shown(client: Any, slug: str, inside: Inside) -> set[str]:
    answer = await client.get(f"/api/v1/t/{slug}/people")
    ids = [line["id"] for line in answer.json()["people"]]
    return {line["slug"] for line in await inside.backdoor.fetch(OWNERS, ids)}


async def _pool_is_whole() -> None:
    """All connections of the pool at once, each of them outside every transaction and every body."""
    held: list[asyncpg.Connection] = []
    try:
        for _ in range(POOL):
            held.append(await DB.acquire())
        for connection in held:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT coalesce(current_setting('app.context', true), '')") == ""
    finally:
        for connection in held:
            await DB._release(connection)


async def test_a_connection_that_is_never_given_back_is_noticed(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: one lost connection, and the pool is not whole."""
    monkeypatch.setattr(tenancy.engine, "ACQUIRE_SECONDS", 0.2)
    lost = await DB.acquire()
    with pytest.raises(DatabaseGone):
        await _pool_is_whole()
    await DB._release(lost)
    await _pool_is_whole()
