"""A session belongs to who signed in: never planted, never reused, ended when it should be."""

from collections.abc import AsyncIterator

import httpx
import pytest
from inside import Inside, composed

from platform_core.accounts.demo import DEMO_PASSWORD

pytestmark = pytest.mark.anyio
LOGIN, HOME = "duc.tq", "/t/kien-luong"
PLANTED = "A" * 43
NEW_PASSWORD = "bốn con trâu qua sông lớn"


@pytest.fixture
async def inside(tenants, database) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        yield made


async def sign_in(client: httpx.AsyncClient, **more: str) -> httpx.Response:
    """The form, as a browser sends it."""
    return await client.post("/sign-in", data={"login": LOGIN, "password": DEMO_PASSWORD} | more)


def cookie_of(answer: httpx.Response, name: str = "thidua") -> str:
    """The Set-Cookie line of the session."""
    return next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))


async def alive(inside: Inside, token: str) -> bool:
    """Whether a token opens anything."""
    async with inside.visitor() as client:
        client.cookies.set("thidua", token)
        return (await client.get("/api/v1/session")).status_code == 200


@pytest.mark.parametrize("way", ["form", "api"])
async def test_a_planted_token_is_never_adopted(inside: Inside, way: str) -> None:
    async with inside.visitor() as client:
        client.cookies.set("thidua", PLANTED)
        answer = (
            await sign_in(client)
            if way == "form"
            else await client.post("/api/v1/session", json={"login": LOGIN, "password": DEMO_PASSWORD})
        )
        assert answer.status_code in (201, 303)
        assert PLANTED not in cookie_of(answer)
    assert not await alive(inside, PLANTED)


async def test_each_sign_in_gives_a_new_token_and_ends_the_old_one(inside: Inside) -> None:
    async with inside.visitor() as client:
        await sign_in(client)
        first = client.cookies["thidua"]
        page = (await client.get("/account")).text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        await sign_in(client, csrf_token=token)
        second = client.cookies["thidua"]
    assert first != second
    assert not await alive(inside, first)
    assert await alive(inside, second)


async def test_a_change_of_password_gives_a_new_token_and_ends_every_other(inside: Inside) -> None:
    login = "ha.pt"
    async with inside.visitor(login) as here, inside.visitor(login) as elsewhere:
        old, other = here.cookies["thidua"], elsewhere.cookies["thidua"]
        answer = await here.post("/api/v1/session/password", json={"current": DEMO_PASSWORD, "new": NEW_PASSWORD})
        assert answer.status_code == 200, answer.text
        assert here.cookies["thidua"] not in (old, other)
        assert (await here.get(HOME)).status_code == 200
    assert not await alive(inside, old)
    assert not await alive(inside, other)
    async with inside.visitor() as client:
        again = await client.post("/api/v1/session", json={"login": login, "password": DEMO_PASSWORD})
        assert again.status_code == 422
    async with inside.visitor(login, NEW_PASSWORD):
        pass


async def test_signing_out_ends_the_session_everywhere_it_was_copied_to(inside: Inside) -> None:
    async with inside.visitor(LOGIN) as client:
        token = client.cookies["thidua"]
        answer = await client.post("/sign-out")
        assert answer.status_code == 303
        assert "Max-Age=0" in cookie_of(answer)
    assert not await alive(inside, token)


async def test_signing_out_everywhere_else_keeps_this_one(inside: Inside) -> None:
    async with inside.visitor(LOGIN) as here, inside.visitor(LOGIN) as there:
        assert (await here.post("/account/sessions/end")).status_code == 303
        assert (await here.get(HOME)).status_code == 200
        assert (await there.get(HOME)).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("moved", "lives"),
    [
        ("seen_at = now() - interval '1 hour 59 minutes'", True),
        ("seen_at = now() - interval '2 hours 1 minute'", False),
        ("opened_at = now() - interval '719 minutes', expires_at = now() + interval '1 minute'", True),
        ("opened_at = now() - interval '12 hours 1 minute', expires_at = now() - interval '1 minute'", False),
    ],
)
async def test_a_session_ends_when_idle_and_at_the_latest_after_its_time(
    inside: Inside, moved: str, lives: bool
) -> None:
    async with inside.visitor(LOGIN) as client:
        await inside.backdoor.execute(f"UPDATE auth.session SET {moved}")
        assert (await client.get("/api/v1/session")).status_code == (200 if lives else 401)


async def test_a_click_keeps_a_session_awake_but_never_beyond_twelve_hours(inside: Inside) -> None:
    async with inside.visitor(LOGIN) as client:
        await inside.backdoor.execute("UPDATE auth.session SET seen_at = now() - interval '1 hour'")
        before = await inside.backdoor.value("SELECT max(expires_at) FROM auth.session")
        await client.get(HOME)
        assert await inside.backdoor.value("SELECT max(seen_at) > now() - interval '1 minute' FROM auth.session")
        assert await inside.backdoor.value("SELECT max(expires_at) FROM auth.session") == before
        longest = await inside.backdoor.value("SELECT max(expires_at - opened_at) FROM auth.session")
        assert str(longest) == "12:00:00"


async def test_the_database_never_holds_a_token_itself(inside: Inside) -> None:
    async with inside.visitor(LOGIN) as client:
        token = client.cookies["thidua"]
        stored = await inside.backdoor.fetch(
            "SELECT s::text || encode(token_hash, 'escape') AS line FROM auth.session s"
        )
        assert stored
        assert all(token not in line["line"] and token.encode().hex() not in line["line"] for line in stored)


async def test_a_closed_account_and_an_ended_membership_hold_at_the_next_click(inside: Inside) -> None:
    async with inside.visitor("dat.vt") as client:
        assert (await client.get(HOME)).status_code == 200
        person = "(SELECT id FROM auth.account WHERE login = 'dat.vt')"
        await inside.backdoor.execute(f"UPDATE auth.membership SET valid_to = '2020-01-01' WHERE account_id = {person}")
        assert (await client.get(HOME)).status_code == 404
        await inside.backdoor.execute("UPDATE auth.account SET closed_at = now() WHERE login = 'dat.vt'")
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(inside: Inside) -> None:
    async with inside.visitor() as client:
        line = cookie_of(await sign_in(client)).lower()
    assert "httponly" in line
    assert "samesite=lax" in line
    assert "path=/" in line
    assert "domain" not in line
    assert "secure" not in line, "plain http on this machine"


async def test_over_https_the_cookie_is_bound_to_the_host_and_a_plain_one_is_ignored(tenants, database) -> None:
    async with composed(tenants, database, origin="https://thidua.example") as inside, inside.visitor() as client:
        answer = await sign_in(client)
        line = cookie_of(answer, "__Host-thidua")
        assert "secure" in line.lower()
        assert "domain" not in line.lower()
        assert "path=/" in line.lower()
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        token = line.partition("=")[2].partition(";")[0]
        async with inside.visitor() as other:
            told = await other.get("/api/v1/session", headers={"cookie": f"thidua={token}"})
            assert told.status_code == 401
            told = await other.get("/api/v1/session", headers={"cookie": f"__Host-thidua={token}"})
            assert told.status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/\r\nset-cookie: a=b"]
)
async def test_signing_in_never_leads_to_another_site(inside: Inside, wanted: str) -> None:
    async with inside.visitor() as client:
        answer = await sign_in(client, next=wanted)
    assert answer.headers["location"] == "/"
    assert not any(line.startswith("a=") for line in answer.headers.get_list("set-cookie"))


async def test_signing_in_leads_back_to_where_one_was_going(inside: Inside) -> None:
    async with inside.visitor() as client:
        asked = await client.get("/t/kien-luong/people?q=an")
        assert asked.headers["location"] == "/sign-in?next=%2Ft%2Fkien-luong%2Fpeople%3Fq%3Dan"
        assert (await sign_in(client, next="/t/kien-luong/people?q=an")).headers["location"].endswith("people?q=an")
