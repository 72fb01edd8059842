"""Every statement behind every screen finds its rows by an index that begins with the body: read off EXPLAIN."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine
from plugin_api.actor import Actor
from plugin_api.endpoints import View
from plugin_api.papers import File, Printout
from tenancy import query
from tenancy.context import TenantContext
from tenancy.lifecycle import move_to
from tenancy.query import rows
from tenancy.transaction import TenantTransaction, current_transaction

pytestmark = pytest.mark.anyio
BY_ITS_BODY = re.compile(r"tenant_id = (?!(?:app\.)?tid\(\)|ANY)")
"""The statement's own word, or a join that passes it on; what row security adds by itself does not count."""
SHARED = {"tenant", "closure", "succession", "cluster_member"}
"""Tables of the tree, the same for everybody."""


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


def astray(plan: dict[str, Any]) -> list[str]:
    """Tenant tables that a plan reads otherwise than by an index condition on `tenant_id`."""
    found, reads = [], [node for node in scans(plan) if node.get("Relation Name")]
    for node in reads:
        conditions = [str(below.get("Index Cond", "")) for below in scans(node)]
        if node["Relation Name"] not in SHARED and not any(map(BY_ITS_BODY.search, conditions)):
            found.append(f"{node['Node Type']} on {node['Relation Name']}: {node.get('Filter', 'no condition')}")
    return found


class Explaining:
    """A connection that asks PostgreSQL for the plan of each statement before it runs it."""

    def __init__(self, connection: Any, plans: list[tuple[str, dict[str, Any]]]) -> None:
        self._connection, self._plans = connection, plans

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._connection, name)
        return self._explained(ask) if name in ("fetch", "fetchrow", "fetchval") else ask

    def _explained(self, ask: Any) -> Any:
        async def explain_and_ask(sql: str, *arguments: Any) -> Any:
            told = await self._connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
            self._plans.append((sql, json.loads(told)[0]["Plan"]))
            return await ask(sql, *arguments)

        return explain_and_ask


class Watched:
    """The transaction at hand with an explaining connection."""

    def __init__(self, transaction: TenantTransaction, plans: list[tuple[str, dict[str, Any]]]) -> None:
        self.connection = Explaining(transaction.connection, plans)


@pytest.fixture
async def plans(tenants, monkeypatch) -> AsyncIterator[list[tuple[str, dict[str, Any]]]]:
    """Kiên Lương with every module's sample rows; collects the plans of all statements as if the tables were large."""
    collected: list[tuple[str, dict[str, Any]]] = []
    async with tenants.inside("kien-luong") as transaction:
        await transaction.connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        monkeypatch.setattr(query, "current_transaction", lambda: Watched(current_transaction(), collected))
        yield collected


async def shown(view: View, actor: Actor, ids: dict[str, Any]) -> None:
    """Load what a view shows."""
    given = {name: ids[name] for name in ids if f"{{{name}:" in view.path}
    asked = {} if view.query is None else {"query": view.query()}
    await view.load(actor, **given, **asked)


async def test_screens_read_by_the_body(tenants, plans):
    registry = dispatcher().registry
    modules = frozenset(registry.manifests) - {"core"}
    await move_to(TenantContext(tenants.bodies["kien-luong"]))
    people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key")]
    cell = await tenants.cell()
    actor = replace(machine(await tenants.body("kien-luong"), modules), person_id=people[0])
    facts = [fact.name for manifest in registry.manifests.values() for fact in manifest.facts]
    ids: dict[str, Any] = {"person_id": people[0], "unit_id": cell, "name": facts[0], "module": "monthly_rating"}
    for module in modules:
        ids |= await dispatcher().demand("sample_rows", module, actor=actor, people=people, unit_id=cell) or {}
    plans.clear()
    for _manifest, endpoint in registry.endpoints.values():
        if isinstance(endpoint, View) and endpoint.load.__annotations__.get("return") not in (File, Printout):
            await shown(endpoint, actor, ids)
    wrong = {f"{' '.join(sql.split())[:120]}": found for sql, plan in plans if (found := astray(plan))}
    assert len(plans) > 20
    assert wrong == {}


async def test_a_statement_that_leaves_the_body_to_row_security_is_found(tenants, plans):
    connection = Explaining(current_transaction().connection, plans)
    await connection.fetch("SELECT id FROM person WHERE tenant_id IS NOT NULL")
    assert ["person" in found for _sql, plan in plans for found in astray(plan)] == [True]
