"""Answered = stored: whatever dies under the writers, what was acknowledged is there, once, and it serves again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
from inside import Backdoor
from serving import Serving

pytestmark = pytest.mark.anyio
OWN, ADMIN = "kien-luong", "oanh.qt"
WRITERS = 60
BACK_SECONDS = 10.0
IN_FULL_SWING = 2 * WRITERS
STORED = "SELECT code, count(*) AS times FROM app.person WHERE code = ANY($1) GROUP BY code"


@dataclass
class Ledger:
    """What the writers asked for, and how each was answered."""

    pressed: dict[str, str] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)

    async def reaches(self, answers: int) -> None:
        """Wait until so many presses were acknowledged."""
        for _ in range(3000):
            if len(self.acknowledged) >= answers:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"only {len(self.acknowledged)} of {answers} answers came")

    def faults(self, stored: dict[str, int]) -> list[str]:
        """Codes that were promised and are not there, or are there twice."""
        lost = sorted(self.acknowledged - set(stored))
        twice = sorted(code for code, times in stored.items() if times != 1)
        return [f"lost {code}" for code in lost] + [f"twice {code}" for code in twice]


async def add_one(client: httpx.AsyncClient, ledger: Ledger, code: str) -> None:
    """One press of "add person"; a broken connection leaves it unanswered."""
    key = ledger.pressed.setdefault(code, uuid4().hex)
    body = {"code": code, "full_name": "Nguyễn Văn Thử"}
    try:
        answer = await client.post(f"/api/v1/t/{OWN}/people", json=body, headers={"idempotency-key": key})
    except httpx.TransportError:
        ledger.unanswered.add(code)
        return
    ledger.statuses[answer.status_code] = ledger.statuses.get(answer.status_code, 0) + 1
    if answer.is_success:
        ledger.acknowledged.add(code)
        ledger.unanswered.discard(code)
    else:
        ledger.unanswered.add(code)


@asynccontextmanager
async def writers(serving: Serving) -> AsyncIterator[Ledger]:
    """WRITERS people who add one person after another until the block ends."""
    ledger, ended = Ledger(), asyncio.Event()

    async def write(client: httpx.AsyncClient) -> None:
        while not ended.is_set():
            before = len(ledger.unanswered)
            await add_one(client, ledger, f"w-{uuid4().hex[:16]}")
            if len(ledger.unanswered) > before:
                await asyncio.sleep(0.05)

    async with serving.visitor(ADMIN) as client:
        crowd = [asyncio.create_task(write(client)) for _ in range(WRITERS)]
        try:
            yield ledger
        finally:
            ended.set()
            await asyncio.gather(*crowd)


async def stored(backdoor: Backdoor, ledger: Ledger) -> dict[str, int]:
    """code → how often it is in the database."""
    return {line["code"]: line["times"] for line in await backdoor.fetch(STORED, list(ledger.pressed))}


async def seconds_until_it_saves(serving: Serving) -> float:
    """How long until somebody can save again."""
    began, again = time.monotonic(), Ledger()
    async with serving.visitor(ADMIN) as client:
        while not again.acknowledged:
            assert time.monotonic() - began < BACK_SECONDS * 3, serving.log.read_text(errors="replace")[-3000:]
            await add_one(client, again, f"b-{uuid4().hex[:16]}")
            if again.unanswered:
                await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_a_killed_application_loses_nothing_it_acknowledged(
    standalone: Serving, standalone_backdoor: Backdoor
) -> None:
    async with writers(standalone) as ledger:
        await ledger.reaches(IN_FULL_SWING)
        standalone.kill()
    assert ledger.unanswered, "nobody was hit: the kill came too late to prove anything"
    began = time.monotonic()
    await asyncio.to_thread(standalone.start)
    await seconds_until_it_saves(standalone)
    assert time.monotonic() - began <= BACK_SECONDS
    assert ledger.faults(await stored(standalone_backdoor, ledger)) == []
    await _press_again(standalone, ledger)
    assert ledger.faults(await stored(standalone_backdoor, ledger)) == []
    assert ledger.acknowledged == set(ledger.pressed), "every press got its answer in the end"


async def test_a_killed_postgresql_loses_nothing_and_the_application_waits_for_it(
    standalone: Serving, standalone_backdoor: Backdoor
) -> None:
    assert standalone.process
    application = standalone.process.pid
    async with writers(standalone) as ledger:
        await ledger.reaches(IN_FULL_SWING)
        standalone.kill_postgres()
        assert await seconds_until_it_saves(standalone) <= BACK_SECONDS
        await ledger.reaches(len(ledger.acknowledged) + IN_FULL_SWING)
    assert standalone.process.pid == application and standalone.process.poll() is None, "the application stayed up"
    assert set(ledger.statuses) <= {200, 503}, (ledger.statuses, standalone.faults())
    assert 503 in ledger.statuses, "nobody was hit: the kill came too late to prove anything"
    await _press_again(standalone, ledger)
    assert ledger.faults(await stored(standalone_backdoor, ledger)) == []
    assert ledger.acknowledged == set(ledger.pressed)


async def test_the_ledger_notices_a_lost_and_a_doubled_row(
    standalone: Serving, standalone_backdoor: Backdoor
) -> None:
    """Negative control: take one acknowledged row away, count another twice."""
    ledger = Ledger()
    async with standalone.visitor(ADMIN) as client:
        for code in ("c-lost", "c-twice"):
            await add_one(client, ledger, code)
    assert ledger.faults(await stored(standalone_backdoor, ledger)) == []
    await standalone_backdoor.execute(
        """ALTER TABLE app.person DROP CONSTRAINT person_code_once;
           DELETE FROM app.person WHERE code = 'c-lost';
           INSERT INTO app.person SELECT tenant_id, gen_random_uuid(), code, full_name, name_key, name_search, position,
             email, demo, left_on, version FROM app.person WHERE code = 'c-twice';"""
    )
    try:
        assert ledger.faults(await stored(standalone_backdoor, ledger)) == ["lost c-lost", "twice c-twice"]
    finally:
        await standalone_backdoor.execute(
            """DELETE FROM app.person WHERE code = 'c-twice';
               ALTER TABLE app.person ADD CONSTRAINT person_code_once UNIQUE (tenant_id, code);"""
        )


async def _press_again(serving: Serving, ledger: Ledger) -> None:
    """Everyone whose press was not answered presses the same button again."""
    async with serving.visitor(ADMIN) as client:
        for code in sorted(ledger.unanswered):
            await add_one(client, ledger, code)
