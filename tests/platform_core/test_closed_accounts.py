"""A closed account is shut at once and can be opened again; `--no-demo` leaves nobody the known password."""

import asyncio

import pytest
from inside import composed

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.registration import accounts_ever, all_accounts, set_closed
from platform_core.provisioning.instance import prepare
from platform_core.settings import InstanceSettings
from tenancy.context import Signer
from tenancy.engine import DB

pytestmark = pytest.mark.anyio


async def sign_in(client, login: str, password: str = DEMO_PASSWORD):
    return await client.post("/api/v1/session", json={"login": login, "password": password})


async def test_a_closed_account_loses_its_sessions_and_is_answered_like_a_wrong_password(tenants, database):
    account, _person = tenants.people["kien-luong", "on.dv"]
    async with composed(tenants, database) as site, site.visitor("on.dv") as member, site.visitor() as nobody:
        assert await set_closed(account, True)
        assert not await set_closed(account, True)
        assert (await member.get("/api/v1/t/kien-luong/people")).status_code == 401
        closed, wrong = await sign_in(nobody, "on.dv"), await sign_in(nobody, "anh.nt", "sai mật khẩu rồi")
        assert (closed.status_code, closed.json()["detail"]) == (wrong.status_code, wrong.json()["detail"])
        assert "on.dv" not in {line.login for line in await all_accounts()}
        assert next(line for line in await accounts_ever() if line.login == "on.dv").closed
        assert await set_closed(account, False)
        assert (await member.get("/api/v1/t/kien-luong/people")).status_code == 401, "the old session stays ended"
        assert (await sign_in(nobody, "on.dv")).status_code == 201


async def test_a_start_without_demo_data_closes_the_demo_accounts_and_says_how_many(tenants, database):
    demo = {line.login for line in await all_accounts() if line.demo}
    assert demo
    said: list[str] = []
    without = InstanceSettings(data=database.server.folder, database_url=database.dsn(), demo=False)
    for _start in range(2):
        await asyncio.to_thread(asyncio.run, prepare(without, said.append))
    assert said == [f"khóa {len(demo)} tài khoản minh họa"]
    await DB.open(database.dsn(), Signer(bytes(range(32))))  # the start closed its own at the end
    async with composed(tenants, database, demo=False) as site, site.visitor() as nobody:
        assert (await sign_in(nobody, "oanh.qt")).status_code == 422
        assert [line for line in await all_accounts() if line.demo] == []
