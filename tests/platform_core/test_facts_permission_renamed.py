"""A body that denied or allowed reading its figures keeps its rule now that they are called facts."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import asyncpg
import pytest

from platform_core.people.tables import AccessRule
from platform_core.permissions import Permission
from tenancy.context import TenantContext
from tenancy.engine import SEARCH_PATH
from tenancy.query import rows
from tenancy.transaction import current_transaction, in_body

pytestmark = pytest.mark.anyio
MIGRATION = Path(__file__).parents[2] / "migrations/core/core_2026_11_24_facts_read.py"
FORMER = "core.facts.read"
RULES = {"kien-luong": ("officer", "deny"), "giang-thanh": ("admin", "allow")}
FOUND = "SELECT role, effect, permission FROM access_rule WHERE tenant_id = $1 AND permission LIKE 'core.%'"


def rename() -> str:
    """The statements of the migration."""
    spec = spec_from_file_location(MIGRATION.stem, MIGRATION)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RENAME


async def found_in(body) -> list[tuple[str, ...]]:
    """The rules of a body about the core, its trail being whole."""
    async with in_body(TenantContext(body)):
        assert await current_transaction().connection.fetch("SELECT * FROM audit.broken($1)", body) == []
        return [tuple(one) for one in await rows(FOUND)]


async def test_rules_about_figures_become_rules_about_facts_in_every_body(tenants, database):
    for slug, (role, effect) in RULES.items():
        async with in_body(TenantContext(tenants.bodies[slug])):
            await AccessRule.create(role=role, permission=FORMER, effect=effect)
        assert await found_in(tenants.bodies[slug]) == [(role, effect, FORMER)], "negative control: before"
    owner = await asyncpg.connect(database.dsn("app_owner"), server_settings=SEARCH_PATH)
    try:
        async with owner.transaction():
            await owner.execute(rename())
        forced = await owner.fetch("SELECT relname FROM pg_class WHERE relname IN ('access_rule', 'body_state') "
                                   "AND relforcerowsecurity")
    finally:
        await owner.close()
    assert len(forced) == 2
    for slug, (role, effect) in RULES.items():
        assert await found_in(tenants.bodies[slug]) == [(role, effect, Permission.FACTS_READ.value)]
