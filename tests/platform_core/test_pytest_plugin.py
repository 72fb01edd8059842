"""What `plugin_api.pytest` gives the tests of a module: actors by role, people over HTTP, modules switched on."""

from pathlib import Path

import pytest

import platform_core.testing
import plugin_api.pytest
from tenancy.query import rows

pytestmark = pytest.mark.anyio
PAGE = "/api/v1/t/kien-luong/monthly-rating/plans"


async def test_an_actor_is_found_by_the_role_he_holds(tenants):
    async with tenants.inside("kien-luong"):
        clerk = await tenants.by_role("clerk")
    assert (await tenants.login_of("clerk"), await tenants.login_of("admin")) == ("anh.nt", "oanh.qt")
    assert clerk.person_id == tenants.people["kien-luong", "anh.nt"][1]


async def test_a_role_that_nobody_holds_is_named(tenants):
    with pytest.raises(LookupError, match="emperor in giang-thanh"):
        await tenants.login_of("emperor", "giang-thanh")


async def test_a_visitor_is_who_signed_in_and_nobody_without_a_login(tenants, visitor):
    async with visitor(await tenants.login_of("member")) as client:
        assert (await client.get(PAGE)).status_code == 200
    async with visitor() as client:
        assert (await client.get(PAGE)).status_code == 401


async def test_a_module_is_switched_on_in_a_body_and_again_is_no_change(tenants):
    for _time in range(2):
        await tenants.switch_on("monthly_rating", "kien-giang")
    async with tenants.inside("kien-giang"):
        modules = await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")
    assert [line["name"] for line in modules] == ["monthly_rating"]


def test_each_fixture_is_described_and_nothing_else_is():
    names = {name for name in platform_core.testing.__all__ if name.islower()}
    described = {name for name in names if f"`{name}`" in (plugin_api.pytest.__doc__ or "")}
    assert described == names


def test_the_running_product_does_not_import_the_test_kit():
    core = Path(platform_core.testing.__file__).parents[1]
    users = [file for file in core.rglob("*.py") if "platform_core.testing" in file.read_text(encoding="utf-8")]
    assert {file.parent.name for file in users} == {"testing"}
