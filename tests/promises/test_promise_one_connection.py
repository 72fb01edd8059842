"""A request takes one connection and opens its body in one message; what changed meanwhile holds all the same."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from inside import Inside, Route, Watch

from tenancy.engine import TenantEngine

pytestmark = pytest.mark.anyio
OWN, ADMIN = "kien-luong", "oanh.qt"
LIST = f"/api/v1/t/{OWN}/people"
SESSION = "(SELECT s.token_hash FROM auth.session s JOIN auth.account a ON a.id = s.account_id AND a.login = 'oanh.qt')"
SEEN = f"SELECT now() - seen_at < interval '30 seconds' FROM auth.session WHERE token_hash IN {SESSION}"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each connection that was taken from the pool."""
    entries, acquire = [], TenantEngine.acquire

    async def counted(self: TenantEngine) -> Any:
        entries.append(None)
        return await acquire(self)

    monkeypatch.setattr(TenantEngine, "acquire", counted)
    return entries


@pytest.fixture
async def browser(inside: Inside) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator, known to this process already."""
    await inside.backdoor.execute("DELETE FROM auth.session")
    async with inside.visitor(ADMIN) as client:
        assert (await client.get(LIST)).status_code == 200
        yield client


async def test_every_page_takes_one_connection_and_one_message_to_open_its_body(
    browser: httpx.AsyncClient, watch: Watch, routes: list[Route], taken: list[None]
) -> None:
    wrong = {}
    for route in [route for route in routes if route.method == "GET" and route.in_a_body]:
        watch.statements.clear()
        taken.clear()
        await browser.get(route.at(OWN))
        opening = [statement for statement in watch.statements if statement.startswith(("BEGIN", "SELECT auth.open"))]
        if (len(taken), len(opening)) != (1, 1):
            wrong[str(route)] = len(taken), opening
    assert wrong == {}


async def test_a_save_takes_one_connection(browser: httpx.AsyncClient, watch: Watch, taken: list[None]) -> None:
    watch.statements.clear()
    taken.clear()
    new = {"code": "mot-ket-noi", "full_name": "Một Kết Nối"}
    answer = await browser.post(LIST, json=new, headers={"idempotency-key": "one-connection"})
    assert answer.status_code == 200, answer.text
    assert len(taken) == 1
    assert len(watch.statements) <= 6, watch.statements


NOTHING = "SELECT 1"
ACCOUNT = "(SELECT id FROM auth.account WHERE login = 'oanh.qt')"
PERSON = f"(SELECT person_id FROM auth.membership WHERE account_id = {ACCOUNT})"
CHANGES = {
    "the session ended": (f"DELETE FROM auth.session WHERE token_hash IN {SESSION}", NOTHING, 401),
    "the session is over": (f"UPDATE auth.session SET expires_at = now() WHERE token_hash IN {SESSION}", NOTHING, 401),
    "nobody clicked for long": (
        f"UPDATE auth.session SET seen_at = now() - idle WHERE token_hash IN {SESSION}",
        NOTHING,
        401,
    ),
    "the account was closed": (
        f"UPDATE auth.account SET closed_at = now() WHERE id = {ACCOUNT}",
        f"UPDATE auth.account SET closed_at = NULL WHERE id = {ACCOUNT}",
        401,
    ),
    "the password must change": (
        f"UPDATE auth.account SET must_change = true WHERE id = {ACCOUNT}",
        f"UPDATE auth.account SET must_change = false WHERE id = {ACCOUNT}",
        403,
    ),
    "the person left the body": (
        f"UPDATE auth.membership SET valid_to = greatest(valid_from, CURRENT_DATE - 2) WHERE account_id = {ACCOUNT}",
        f"UPDATE auth.membership SET valid_to = NULL WHERE account_id = {ACCOUNT}",
        404,
    ),
    "the roles ended": (
        f"UPDATE app.role_assignment SET valid_to = greatest(valid_from, CURRENT_DATE - 2) WHERE person_id IN {PERSON}",
        f"UPDATE app.role_assignment SET valid_to = NULL WHERE person_id IN {PERSON}",
        403,
    ),
    "the body has another address": (
        "UPDATE app.tenant SET slug = 'ten-moi' WHERE slug = 'kien-luong'",
        "UPDATE app.tenant SET slug = 'kien-luong' WHERE slug = 'ten-moi'",
        404,
    ),
}


@pytest.mark.parametrize(("sql", "undo", "status"), CHANGES.values(), ids=CHANGES)
async def test_what_changed_holds_at_the_next_request(
    inside: Inside, browser: httpx.AsyncClient, sql: str, undo: str, status: int
) -> None:
    await inside.backdoor.execute(sql)
    try:
        answer = await browser.get(LIST)
        assert answer.status_code == status, answer.text
    finally:
        await inside.backdoor.execute(undo)


async def test_a_click_is_noted_though_its_request_fails(inside: Inside, browser: httpx.AsyncClient) -> None:
    """The session would otherwise end under somebody who works."""
    earlier = f"UPDATE auth.session SET seen_at = now() - interval '10 minutes' WHERE token_hash IN {SESSION}"
    await inside.backdoor.execute(earlier)
    assert await inside.backdoor.value(SEEN) is False
    absent = await browser.get(f"{LIST}/00000000-0000-0000-0000-000000000001")
    assert absent.status_code == 404
    assert await inside.backdoor.value(SEEN) is True
