"""A successor looks into what its predecessor handed up, and into nothing else; settings come from parents only."""

from datetime import date

import pytest

from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import BodyRow, move_to, place_body, refresh_closure, succeed
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
TABLES = {"module": "overseen", "person": "private"}


async def seen(table: str, owner: object) -> int:
    """How many rows of another body row security shows here."""
    return await current_transaction().connection.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", owner)


async def heir(tenants, *, declared: bool):
    """A new body that goes on where Kiên Lương ended, once that is declared."""
    await move_to(TenantContext(OPERATOR_SPACE))
    body = await place_body(BodyRow(slug="noi-tiep", name="Viện kiểm sát nhân dân khu vực", short_name="Khu vực",
                                    kind="region", place="Kiên Lương", valid_from=date(2025, 7, 1)))
    if declared:
        await succeed(tenants.bodies["kien-luong"], body, date(2025, 7, 1))
    await refresh_closure()
    return body


@pytest.mark.parametrize(("declared", "expected"), [(True, True), (False, False)])
async def test_an_heir_sees_what_was_handed_up_once_it_is_the_heir(tenants, declared, expected):
    async with tenants.inside("kien-luong"):
        await move_to(TenantContext(await heir(tenants, declared=declared)))
        assert (await seen("module", tenants.bodies["kien-luong"]) > 0) is expected


async def test_an_heir_does_not_see_what_is_private(tenants):
    async with tenants.inside("kien-luong"):
        await move_to(TenantContext(await heir(tenants, declared=True)))
        assert await seen("person", tenants.bodies["kien-luong"]) == 0


async def test_settings_do_not_flow_from_an_heir(tenants):
    async with tenants.inside("kien-luong"):
        body = await heir(tenants, declared=True)
        await move_to(TenantContext(tenants.bodies["kien-luong"]))
        above = await current_transaction().connection.fetchval("SELECT app.ancestry()")
        assert tenants.bodies["kien-luong"] in above
        assert body not in above


async def test_only_the_operator_changes_the_tree(tenants):
    async with tenants.inside("kien-luong"):
        with pytest.raises(Exception, match="row-level security"):
            await place_body(BodyRow(slug="la", name="Lạ", short_name="Lạ", kind="region", place="Lạ",
                                     valid_from=date(2025, 7, 1)))
