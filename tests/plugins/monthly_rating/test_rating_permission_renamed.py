"""A body that denied or allowed opening the module under the former name keeps its rule."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import asyncpg
import pytest

from monthly_rating.permissions import Permission
from platform_core.people.tables import AccessRule
from tenancy.context import TenantContext
from tenancy.engine import SEARCH_PATH
from tenancy.query import rows, value
from tenancy.transaction import current_transaction, in_body

pytestmark = pytest.mark.anyio
MIGRATION = Path(__file__).parents[3] / "migrations/monthly_rating/monthly_rating_2026_11_24_module_open.py"
FORMER = "monthly_rating.room.enter"


def rename() -> str:
    """The statements of the migration."""
    spec = spec_from_file_location(MIGRATION.stem, MIGRATION)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RENAME


async def test_rules_of_every_body_follow_and_their_trail_stays_whole(tenants, database):
    rules = {"kien-luong": ("member", "deny"), "giang-thanh": ("admin", "allow")}
    for slug, (role, effect) in rules.items():
        async with in_body(TenantContext(tenants.bodies[slug])):
            await AccessRule.create(role=role, permission=FORMER, effect=effect)
    owner = await asyncpg.connect(database.dsn("app_owner"), server_settings=SEARCH_PATH)
    try:
        async with owner.transaction():
            await owner.execute(rename())
        forced = await owner.fetch("SELECT relname FROM pg_class WHERE relname IN ('access_rule', 'body_state') "
                                   "AND relforcerowsecurity")
    finally:
        await owner.close()
    assert len(forced) == 2
    for slug, (role, effect) in rules.items():
        async with in_body(TenantContext(tenants.bodies[slug])):
            found = await rows("SELECT role, effect, permission FROM access_rule WHERE tenant_id = $1 "
                               "AND permission LIKE 'monthly_rating.%'")
            assert [tuple(one) for one in found] == [(role, effect, Permission.MODULE_OPEN.value)]
            broken = "SELECT * FROM audit.broken($1)"
            assert await current_transaction().connection.fetch(broken, tenants.bodies[slug]) == []
            assert await value("SELECT count(*) FROM audit.log WHERE tenant_id = $1 AND table_name = 'access_rule' "
                               "AND after ->> 'permission' = $2", Permission.MODULE_OPEN.value) == 1
