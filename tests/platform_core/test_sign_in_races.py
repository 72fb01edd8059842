"""A password that was changed opens nothing any more, whatever was on its way when it was changed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from inside import Inside, composed

from platform_core.accounts import passwords, sessions
from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.sessions import Caller
from plugin_api.errors import Invalid

pytestmark = pytest.mark.anyio
LOGIN = "uoc.tm"
NEW = "bốn con trâu qua sông lớn"
ROUNDS, GUESTS = 6, 4
HASH = "SELECT password_hash FROM auth.account WHERE login = $1"
SESSIONS = "SELECT count(*) FROM auth.session s JOIN auth.account a ON a.id = s.account_id WHERE a.login = $1"
HERE = Caller("10.0.0.1", "test", "10.0.0.1")


@pytest.fixture
async def inside(tenants, database) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        await made.backdoor.execute("DELETE FROM auth.attempt; DELETE FROM auth.session")
        yield made


async def stored_hash(inside: Inside, login: str = LOGIN) -> str:
    return str(await inside.backdoor.value(HASH, login))


async def alive(inside: Inside, token: str) -> bool:
    return await sessions.open_request(token, None) is not None


async def test_no_session_of_the_old_password_outlives_its_change(inside: Inside) -> None:
    """Sign-ins with the old password run beside the change; afterwards only the session of the change is there."""
    old = DEMO_PASSWORD
    for number in range(ROUNDS):
        new, changed, tokens = f"{NEW} {number}", asyncio.Event(), []

        async def sign_in_again_and_again(address: str, password: str, until: asyncio.Event, kept: list[str]) -> int:
            while True:
                last = until.is_set()
                async with inside.visitor(address=address) as client:
                    answer = await client.post("/api/v1/session", json={"login": LOGIN, "password": password})
                kept += [token for name, token in answer.cookies.items() if name == "thidua"]
                if last:
                    return answer.status_code

        async with inside.visitor(LOGIN, old) as changer:
            guests = [
                asyncio.create_task(sign_in_again_and_again(f"10.0.0.{guest}", old, changed, tokens))
                for guest in range(GUESTS)
            ]
            while not tokens:  # negative control: who comes before it is let in
                await asyncio.sleep(0.01)
            answer = await changer.post("/api/v1/session/password", json={"current": old, "new": new})
            changed.set()
            assert answer.status_code == 200, answer.text
            assert await asyncio.gather(*guests) == [422] * GUESTS, "who comes after the change"
            assert [token for token in tokens if await alive(inside, token)] == [], number
            assert await inside.backdoor.value(SESSIONS, LOGIN) == 1
            assert (await changer.get("/api/v1/session")).status_code == 200
        await inside.backdoor.execute("DELETE FROM auth.attempt; DELETE FROM auth.session")
        old = new


async def test_a_hash_that_was_verified_before_the_change_opens_nothing_after_it(inside: Inside) -> None:
    account_id, _person = inside.tenants.people["kien-luong", "yen.mh"]
    verified = await stored_hash(inside, "yen.mh")
    before = await sessions.open_session(account_id, verified, HERE)
    assert before is not None and await alive(inside, before), "negative control: it does while it stands"
    await sessions.set_password(account_id, NEW, must_change=False)
    assert not await alive(inside, before), "the change ends every session"
    assert await sessions.open_session(account_id, verified, HERE) is None
    assert await inside.backdoor.value(SESSIONS, "yen.mh") == 0
    assert await sessions.open_session(account_id, await stored_hash(inside, "yen.mh"), HERE) is not None


async def test_a_change_that_was_overtaken_by_another_changes_nothing(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with the old password and a session is in the middle of a change when the owner changes it first."""
    account_id, _person = inside.tenants.people["kien-luong", "dat.vt"]
    token = await sessions.open_session(account_id, await stored_hash(inside, "dat.vt"), HERE)
    assert token is not None
    opened = await sessions.open_request(token, None)
    assert opened is not None
    real = passwords.weakness

    async def meanwhile(password: str, about=()) -> str | None:
        await sessions.set_password(account_id, NEW, must_change=False)
        return await real(password, about)

    monkeypatch.setattr(passwords, "weakness", meanwhile)
    with pytest.raises(Invalid) as refused:
        taken = "mật khẩu của kẻ gian nào đó"
        await sessions.change_password(opened, DEMO_PASSWORD, taken, taken, HERE)
    assert refused.value.problems == {"old": "Mật khẩu hiện tại không đúng."}
    assert await passwords.matches(NEW, await stored_hash(inside, "dat.vt"))
    assert await inside.backdoor.value(SESSIONS, "dat.vt") == 0


async def test_an_account_closed_during_its_sign_in_gets_the_ordinary_answer(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = passwords.matches

    async def meanwhile(password: str, stored: str | None) -> bool:
        await inside.backdoor.execute("UPDATE auth.account SET closed_at = now() WHERE login = 'ha.ht'")
        return await real(password, stored)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    async with inside.visitor() as client:
        told = await client.post("/api/v1/session", json={"login": "ha.ht", "password": DEMO_PASSWORD})
    assert (told.status_code, told.json()["detail"]) == (422, "Tên đăng nhập hoặc mật khẩu không đúng.")
    assert await inside.backdoor.value(SESSIONS, "ha.ht") == 0
