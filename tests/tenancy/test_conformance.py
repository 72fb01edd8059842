"""Every installed module, and the core, through the conformance kit."""

from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType

import pytest

from platform_core.app import compose
from platform_core.plugin_host.registry import installed_plugins
from platform_core.testing.conformance import colleague, filled, neighbours_in, tables_of, whole_trail
from plugin_api.hookspecs import hookimpl
from plugin_api.testing import Neighbours, foreign_id_faults, isolation_faults, trail_disclosures, trail_wording_faults

pytestmark = pytest.mark.anyio
MODULES = [plugin.module_manifest() for plugin in installed_plugins()]


@pytest.fixture
async def neighbours(tenants):
    """Kiên Lương and three others, in a transaction that is undone."""
    async with neighbours_in(tenants) as bodies:
        yield bodies


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_a_module_conforms(conforms, module):
    assert await conforms(module.name) == []


async def test_what_is_not_installed_is_named(conforms):
    with pytest.raises(LookupError, match="no_such"):
        await conforms("no_such")


@pytest.mark.parametrize("left_out", [{"closed": ""}, {"view": ""}], ids=["disclosures", "wording"])
async def test_conforms_tells_what_each_part_of_the_kit_finds(conforms, left_out):
    with composed_with(left_out):
        assert await conforms("monthly_rating") != []


async def test_the_kit_finds_missing_isolation(tenants, neighbours):
    module = MODULES[0]
    await filled(tenants, module)
    not_isolated = Neighbours(neighbours.own, neighbours.own, neighbours.above, neighbours.below)
    found = await isolation_faults(tables_of(module), not_isolated)
    assert any("rows seen from other" in fault for fault in found)
    assert any("rows changed from other" in fault for fault in found)


async def test_the_kit_finds_an_id_for_which_there_is_no_sample(tenants, neighbours):
    stranger = await tenants.machine("giang-thanh", "monthly_rating")
    found = await foreign_id_faults(MODULES[0].endpoints, stranger, {})
    assert any("sample_rows names no task_id" in fault for fault in found)


async def test_the_kit_finds_an_endpoint_that_answers_a_foreign_id(tenants, neighbours):
    module = MODULES[0]
    ids = await filled(tenants, module)
    no_stranger = await tenants.machine("kien-luong", module.name)
    assert await foreign_id_faults(module.endpoints, no_stranger, ids) != []


async def disclosed_in_spite_of_screens(tenants, module):
    """What the trail tells a colleague although every screen keeps it closed."""
    ids = await filled(tenants, module)
    reader = await colleague(tenants, module)
    return await trail_disclosures(module.endpoints, reader, ids, await whole_trail(reader))


async def trail_without_words(tenants, module):
    """Tables of the module whose rows the trail does not name."""
    await filled(tenants, module)
    reader = await colleague(tenants, module)
    return await trail_wording_faults(tables_of(module), module.endpoints, reader, await whole_trail(reader))


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
    tables = {table._meta.tablename for table in tables_of(module)}
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
