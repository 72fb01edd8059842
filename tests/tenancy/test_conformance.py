"""Every installed module, and the core, through the conformance kit."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from importlib import import_module
from types import ModuleType

import pytest

from platform_core.app import compose
from platform_core.audit.trail import TrailQuery, trail
from platform_core.plugin_host.registry import installed_plugins
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine
from plugin_api.hookspecs import hookimpl
from plugin_api.testing import Neighbours, foreign_id_faults, isolation_faults, trail_disclosures, trail_wording_faults
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import BodyRow, move_to, place_body, refresh_closure, set_parent
from tenancy.query import rows

pytestmark = pytest.mark.anyio
MODULES = [plugin.module_manifest() for plugin in installed_plugins()]


@pytest.fixture
async def neighbours(tenants):
    """Kiên Lương, Giang Thành beside it, Kiên Giang above it, and a body made below it."""
    async with tenants.inside("kien-luong"):
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
        await set_parent(below, tenants.bodies["kien-luong"])
        await refresh_closure()
        bodies = tenants.bodies
        yield Neighbours(bodies["kien-luong"], bodies["giang-thanh"], bodies["kien-giang"], below)


async def filled(tenants, module):
    """The module's sample rows in Kiên Lương."""
    await move_to(TenantContext(tenants.bodies["kien-luong"]))
    people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key")]
    actor = machine(await tenants.body("kien-luong"), frozenset({module.name}))
    cell = await tenants.cell()
    return await dispatcher().demand("sample_rows", module.name, actor=actor, people=people, unit_id=cell)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_nobody_else_sees_or_changes_a_row(tenants, neighbours, module):
    await filled(tenants, module)
    tables = import_module(module.tables).APP_CONFIG.table_classes
    assert await isolation_faults(tables, neighbours) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_a_foreign_id_is_the_same_as_absent(tenants, neighbours, module):
    ids = await filled(tenants, module)
    stranger = machine(await tenants.body("giang-thanh"), frozenset({module.name}))
    assert await foreign_id_faults(module.endpoints, stranger, ids) == []


async def test_the_kit_finds_missing_isolation(tenants, neighbours):
    module = MODULES[0]
    await filled(tenants, module)
    tables = import_module(module.tables).APP_CONFIG.table_classes
    not_isolated = Neighbours(neighbours.own, neighbours.own, neighbours.above, neighbours.below)
    found = await isolation_faults(tables, not_isolated)
    assert any("rows seen from other" in fault for fault in found)
    assert any("rows changed from other" in fault for fault in found)


async def test_the_kit_finds_an_id_for_which_there_is_no_sample(tenants, neighbours):
    stranger = machine(await tenants.body("giang-thanh"), frozenset({"monthly_rating"}))
    found = await foreign_id_faults(MODULES[0].endpoints, stranger, {})
    assert any("sample_rows names no task_id" in fault for fault in found)


async def test_the_kit_finds_an_endpoint_that_answers_a_foreign_id(tenants, neighbours):
    module = MODULES[0]
    ids = await filled(tenants, module)
    no_stranger = machine(await tenants.body("kien-luong"), frozenset({module.name}))
    assert await foreign_id_faults(module.endpoints, no_stranger, ids) != []


async def colleague(tenants, module):
    """Somebody of the same body who may do everything, and is not whom the sample rows are about."""
    other = await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key OFFSET 1 LIMIT 1")
    everybody = machine(await tenants.body("kien-luong"), frozenset({module.name}))
    return replace(everybody, person_id=other[0]["id"])


async def disclosed_in_spite_of_screens(tenants, module):
    """What the trail tells a colleague although every screen keeps it closed."""
    ids = await filled(tenants, module)
    reader = await colleague(tenants, module)
    lines = (await trail(reader, TrailQuery(export="xlsx"))).lines
    assert len(lines) == lines[0].seq, "the whole trail"
    return await trail_disclosures(module.endpoints, reader, ids, lines)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_the_trail_keeps_closed_what_every_screen_keeps_closed(tenants, neighbours, module):
    assert await disclosed_in_spite_of_screens(tenants, module) == []


async def trail_without_words(tenants, module):
    """Tables of the module whose rows the trail does not name."""
    await filled(tenants, module)
    reader = await colleague(tenants, module)
    lines = (await trail(reader, TrailQuery(export="xlsx"))).lines
    tables = import_module(module.tables).APP_CONFIG.table_classes
    return await trail_wording_faults(tables, module.endpoints, reader, lines)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_each_row_of_each_table_reads_in_the_trail_as_whose_it_is_and_leads_to_it(tenants, neighbours, module):
    assert await trail_without_words(tenants, module) == []


OWN_WORDS = {"year_plan", "cycle", "assignment_notice"}
"""Tables with a unit of their own, which names them even without what they are part of."""


@pytest.mark.parametrize(("left_out", "expected"), [
    ("parents", "does not say whose row it is"),
    ("view", "leads to no page"),
    ("table", "no entry of the trail is told"),
])  # fmt: skip
async def test_the_kit_finds_rows_that_do_not_read_so(tenants, neighbours, left_out, expected):
    without = {"parents": {"parents": {}, "concerned": "", "label": "no_such"}, "view": {"view": ""}, "table": None}
    module = next(one for one in MODULES if one.records)
    with composed_with(without[left_out]):
        found = await trail_without_words(tenants, module)
    tables = {table._meta.tablename for table in import_module(module.tables).APP_CONFIG.table_classes}
    named = {fault.partition(":")[0] for fault in found if expected in fault}
    assert named >= tables - {f"{module.name}_{kept}" for kept in OWN_WORDS if left_out == "parents"}


def composed_without_rules():
    """The installed modules, their records declared without a rule of what stays closed."""
    return composed_with({"closed": ""})


@contextmanager
def composed_with(change):
    """The installed modules, every record of theirs changed; None leaves the records out."""

    def without(plugin):
        manifest = plugin.module_manifest()
        records = [replace(record, **change) for record in manifest.records] if change is not None else []
        bare = replace(manifest, records=records)

        @hookimpl
        def module_manifest():
            return bare

        copy = ModuleType(plugin.__name__)
        copy.__dict__.update(vars(plugin), module_manifest=module_manifest)
        return copy

    compose([without(plugin) for plugin in installed_plugins()])
    try:
        yield
    finally:
        compose()


async def test_the_kit_finds_a_record_without_a_rule(tenants, neighbours):
    module = next(one for one in MODULES if any(record.closed for record in one.records))
    with composed_without_rules():
        found = await disclosed_in_spite_of_screens(tenants, module)
    closed = {record.table for record in module.records if record.closed}
    assert {fault.partition(" ")[0] for fault in found} == closed, "each rule is needed, and each is missed"
