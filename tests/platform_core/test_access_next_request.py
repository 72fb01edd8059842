"""A change of roles or rules holds at the person's next request, in every process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import httpx
import pytest
from inside import Inside, composed

from platform_core.access.bodies import touch_access
from tenancy.context import TenantContext
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
LOGIN, ADMIN, PLACE = "on.dv", "oanh.qt", "/api/v1/t/kien-luong"
RULE = """INSERT INTO app.access_rule SELECT id, gen_random_uuid(), '{role}', '{permission}', '{effect}', 1
          FROM app.tenant WHERE slug = 'kien-luong'
          ON CONFLICT (tenant_id, role, permission) DO UPDATE SET effect = excluded.effect"""


@pytest.fixture
async def two(tenants, database) -> AsyncIterator[tuple[Inside, Inside]]:
    """Two applications over the same database, each with its own memory."""
    async with composed(tenants, database) as one, composed(tenants, database) as other:
        yield one, other


async def statuses(browsers: list[httpx.AsyncClient], page: str = "/people") -> list[int]:
    """What each process answers."""
    return [(await browser.get(PLACE + page)).status_code for browser in browsers]


async def test_a_role_given_and_taken_back_holds_at_the_next_request_everywhere(
    two: tuple[Inside, Inside], tenants: Any
) -> None:
    _account, person = tenants.people["kien-luong", LOGIN]
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(one.visitor(LOGIN)) for one in two]
        admin = await stack.enter_async_context(two[0].visitor(ADMIN))
        assert await statuses(browsers) == [403, 403]
        given = {"role": "officer", "since": date.today().isoformat()}
        asked = await admin.post(f"{PLACE}/people/{person}/roles", json=given)
        assert asked.status_code == 200
        leader = await stack.enter_async_context(two[1].visitor("duc.tq"))
        place = f"{PLACE}/people/{person}/role-requests/{asked.json()['request_id']}/confirm"
        assert (await leader.post(place, json={"version": 1})).status_code == 200
        assert await statuses(browsers) == [200, 200]
        held = (await admin.get(f"{PLACE}/people/{person}")).json()["roles"]
        role = next(line for line in held if line["role"] == "officer")
        taken = await admin.post(
            f"{PLACE}/people/{person}/roles/{role['id']}/withdraw", json={"version": role["version"]}
        )
        assert taken.status_code == 200, taken.text
        assert await statuses(browsers) == [403, 403]


async def test_a_body_s_own_rule_holds_at_the_next_request_everywhere(two: tuple[Inside, Inside], tenants: Any) -> None:
    async def rule(role: str, permission: str, effect: str) -> None:
        await two[0].backdoor.execute(RULE.format(role=role, permission=permission, effect=effect))
        async with in_body(TenantContext(tenants.bodies["kien-luong"])):
            await touch_access()

    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(one.visitor(LOGIN)) for one in two]
        assert await statuses(browsers) == [403, 403]
        await rule("member", "core.people.read", "allow")
        assert await statuses(browsers) == [200, 200]
        await rule("member", "core.people.read", "deny")
        assert await statuses(browsers) == [403, 403]
        await rule("member", "core.people.write", "allow")
        assert await statuses(browsers) == [403, 403], "the other rule still stands"


async def test_a_deny_wins_over_every_other_role_of_the_person(two: tuple[Inside, Inside], tenants: Any) -> None:
    async with two[0].visitor("duc.tq") as leader:
        assert await statuses([leader], "/permissions") == [200]
        await two[0].backdoor.execute(RULE.format(role="chair", permission="core.permissions.read", effect="deny"))
        async with in_body(TenantContext(tenants.bodies["kien-luong"])):
            await touch_access()
        assert await statuses([leader], "/permissions") == [403]


async def test_without_moving_the_version_an_old_policy_would_stay(two: tuple[Inside, Inside], tenants: Any) -> None:
    """Negative control: it is the version, read with every session, that brings the news."""
    async with two[1].visitor("ha.pt") as leader:
        assert await statuses([leader], "/trail") == [200]
        await two[1].backdoor.execute(RULE.format(role="leader", permission="core.trail.read", effect="deny"))
        assert await statuses([leader], "/trail") == [200]
        async with in_body(TenantContext(tenants.bodies["kien-luong"])):
            await touch_access()
        assert await statuses([leader], "/trail") == [403]
