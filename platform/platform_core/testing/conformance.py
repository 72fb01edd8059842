"""The conformance kit of `plugin_api.testing` over an installed module, its rows in Kiên Lương among neighbours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

from platform_core.audit.trail import TrailLine, TrailQuery, trail
from platform_core.plugin_host.running import dispatcher
from platform_core.testing.tenants import Tenants
from plugin_api.actor import Actor
from plugin_api.manifest import Manifest
from plugin_api.testing import Neighbours, foreign_id_faults, isolation_faults, trail_disclosures, trail_wording_faults
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import BodyRow, move_to, place_body, refresh_closure, set_parent
from tenancy.query import rows

BELOW = BodyRow(slug="duoi-kien-luong", name="Dưới", short_name="Dưới", kind="region", place="Dưới",
                valid_from=date(2020, 1, 1))
Conforms = Callable[[str], Awaitable[list[str]]]


@asynccontextmanager
async def neighbours_in(tenants: Tenants) -> AsyncIterator[Neighbours]:
    """Kiên Lương, Giang Thành beside it, Kiên Giang above it, and a body made below it; in a transaction undone."""
    async with tenants.inside("kien-luong"):
        await move_to(TenantContext(OPERATOR_SPACE))
        below = await place_body(BELOW)
        await set_parent(below, tenants.bodies["kien-luong"])
        await refresh_closure()
        bodies = tenants.bodies
        yield Neighbours(bodies["kien-luong"], bodies["giang-thanh"], bodies["kien-giang"], below)


def tables_of(module: Manifest) -> Sequence[Any]:
    """The table classes of a module."""
    return import_module(module.tables).APP_CONFIG.table_classes if module.tables else ()


async def filled(tenants: Tenants, module: Manifest) -> Mapping[str, UUID]:
    """The module's sample rows in Kiên Lương: path parameter → id."""
    await move_to(TenantContext(tenants.bodies["kien-luong"]))
    people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key")]
    actor, unit_id = await tenants.machine("kien-luong", module.name), await tenants.cell()
    if not module.tables:
        return {}
    return await dispatcher().demand("sample_rows", module.name, actor=actor, people=people, unit_id=unit_id)


async def colleague(tenants: Tenants, module: Manifest) -> Actor:
    """Somebody of the same body who may do everything, and is not whom the sample rows are about."""
    people = await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key, id LIMIT 2")
    return replace(await tenants.machine("kien-luong", module.name), person_id=people[1]["id"])


async def whole_trail(reader: Actor) -> list[TrailLine]:
    """The trail as its page tells it to a reader. Raises AssertionError when it is not all of it."""
    lines = (await trail(reader, TrailQuery(export="xlsx"))).lines
    assert not lines or len(lines) == lines[0].seq, "the whole trail"
    return lines


async def isolation(tenants: Tenants, module: Manifest) -> list[str]:
    """What others see or change of its rows."""
    async with neighbours_in(tenants) as bodies:
        await filled(tenants, module)
        return await isolation_faults(tables_of(module), bodies)


async def foreign_ids(tenants: Tenants, module: Manifest) -> list[str]:
    """Endpoints to which a foreign id is not the same as one that never was."""
    async with neighbours_in(tenants):
        ids = await filled(tenants, module)
        return await foreign_id_faults(module.endpoints, await tenants.machine("giang-thanh", module.name), ids)


async def disclosures(tenants: Tenants, module: Manifest) -> list[str]:
    """What the trail tells a colleague although every screen keeps it closed."""
    async with neighbours_in(tenants):
        ids = await filled(tenants, module)
        reader = await colleague(tenants, module)
        return await trail_disclosures(module.endpoints, reader, ids, await whole_trail(reader))


async def wording(tenants: Tenants, module: Manifest) -> list[str]:
    """Tables whose rows the trail does not name, or from which it leads nowhere."""
    async with neighbours_in(tenants):
        await filled(tenants, module)
        reader = await colleague(tenants, module)
        return await trail_wording_faults(tables_of(module), module.endpoints, reader, await whole_trail(reader))


CHECKS = (isolation, foreign_ids, disclosures, wording)


@pytest.fixture
def conforms(tenants: Tenants) -> Conforms:
    """`assert await conforms("my_module") == []`: everything the kit finds, in words. Raises LookupError for a module
    that is not installed."""

    async def faults(name: str) -> list[str]:
        manifest = dispatcher().registry.manifests.get(name)
        if manifest is None:
            raise LookupError(f"no module {name} is installed; there are: {', '.join(dispatcher().registry.manifests)}")
        return [fault for check in CHECKS for fault in await check(tenants, manifest)]

    return faults
