"""Every installed module, and the core, through the conformance kit."""

from datetime import date
from importlib import import_module

import pytest

from platform_core.plugin_host.registry import installed_plugins
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning import machine
from plugin_api.testing import Neighbours, foreign_id_faults, wall_faults
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import BodyRow, move_to, place_body, refresh_closure, set_parent
from tenancy.query import rows

pytestmark = pytest.mark.anyio
MODULES = [plugin.module_manifest() for plugin in installed_plugins()]


@pytest.fixture
async def neighbours(house):
    """Kiên Lương, Giang Thành beside it, Kiên Giang above it, and a body made below it."""
    async with house.inside("kien-luong"):
        await move_to(TenantContext(OPERATOR_SPACE))
        below = await place_body(
            BodyRow(
                slug="duoi-kien-luong",
                name="Dưới",
                short_name="Dưới",
                kind="region",
                place="Dưới",
                valid_from=date(2020, 1, 1),
            )
        )
        await set_parent(below, house.bodies["kien-luong"])
        await refresh_closure()
        yield Neighbours(house.bodies["kien-luong"], house.bodies["giang-thanh"], house.bodies["kien-giang"], below)


async def filled(house, module):
    """The module's sample rows in Kiên Lương."""
    await move_to(TenantContext(house.bodies["kien-luong"]))
    people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key")]
    actor = machine(await house.body("kien-luong"), frozenset({module.name}))
    return await dispatcher().demand("sample_rows", module.name, actor=actor, people=people, unit_id=await house.cell())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_nobody_else_sees_or_changes_a_row(house, neighbours, module):
    await filled(house, module)
    tables = import_module(module.tables).APP_CONFIG.table_classes
    assert await wall_faults(tables, neighbours) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_a_foreign_id_is_the_same_as_absent(house, neighbours, module):
    ids = await filled(house, module)
    stranger = machine(await house.body("giang-thanh"), frozenset({module.name}))
    assert await foreign_id_faults(module.endpoints, stranger, ids) == []


async def test_the_kit_finds_an_open_wall(house, neighbours):
    module = MODULES[0]
    await filled(house, module)
    tables = import_module(module.tables).APP_CONFIG.table_classes
    open_wall = Neighbours(neighbours.own, neighbours.own, neighbours.above, neighbours.below)
    found = await wall_faults(tables, open_wall)
    assert any("rows seen from other" in fault for fault in found)
    assert any("rows changed from other" in fault for fault in found)


async def test_the_kit_finds_an_endpoint_that_answers_a_foreign_id(house, neighbours):
    module = MODULES[0]
    ids = await filled(house, module)
    no_stranger = machine(await house.body("kien-luong"), frozenset({module.name}))
    assert await foreign_id_faults(module.endpoints, no_stranger, ids) != []
