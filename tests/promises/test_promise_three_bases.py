"""Private, overseen, inherited: over HTTP each body sees and changes what the base of a table promises, not a row more.

A module that asks for everything it can get lives in six bodies: one above, the body itself, one beside it, one below,
its successor and a cluster. What is expected is written down here by hand, not taken from the tables of the tree.
"""

import sys
from collections.abc import AsyncIterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pytest
from inside import Inside
from msgspec import Struct

from plugin_api.actor import Actor
from plugin_api.endpoints import Action, View
from plugin_api.hookspecs import hookimpl
from plugin_api.manifest import Manifest
from tenancy.engine import SEARCH_PATH
from tenancy.faults import Absent
from tenancy.protection import protect
from tenancy.query import rows
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
ABOVE, OWN, BESIDE, BELOW, SUCCESSOR, CLUSTER = "toi-cao", "kien-giang", "ha-noi", "kien-luong", "an-giang", "cum-11"
BODIES = (ABOVE, OWN, BESIDE, BELOW, SUCCESSOR, CLUSTER)
READS: dict[str, dict[str, set[str]]] = {
    "private": {body: {body} for body in BODIES},
    "overseen": {
        ABOVE: set(BODIES), OWN: {OWN, BELOW}, BESIDE: {BESIDE}, BELOW: {BELOW}, SUCCESSOR: {SUCCESSOR, OWN, BELOW},
        CLUSTER: {CLUSTER},
    },
    "inherited": {
        ABOVE: {ABOVE}, OWN: {ABOVE, OWN}, BESIDE: {ABOVE, BESIDE}, BELOW: {ABOVE, OWN, BELOW},
        SUCCESSOR: {ABOVE, SUCCESSOR}, CLUSTER: {ABOVE, CLUSTER},
    },
}  # fmt: skip
TABLES = {
    "bases_private": "private", "bases_overseen": "overseen", "bases_inherited": "inherited",
    "person": "private", "unit": "private", "module": "overseen", "setting_patch": "inherited",
}  # fmt: skip
OWNER_OF = "SELECT x.id, t.slug FROM {} x JOIN tenant t ON t.id = x.tenant_id WHERE t.slug = ANY ($1)"


class Permission(StrEnum):
    """The administrator of the body may."""

    USE = "bases.use"


Settings = msgspec.defstruct("Settings", [(body.replace("-", "_"), str, "") for body in BODIES], frozen=True)


class Shown(Struct, frozen=True):
    """Whose rows came, and whose settings are in force."""

    bodies: list[str]
    own: list[str]
    settings: list[str]


async def everything(actor: Actor, table: str) -> Shown:
    """All rows of a table that the database hands out, asked without any condition on the body."""
    found = await current_transaction().connection.fetch(OWNER_OF.format(table), list(BODIES))
    own = await rows(f"SELECT t.slug FROM {table} x JOIN tenant t ON t.id = x.tenant_id WHERE x.tenant_id = $1")
    settings = msgspec.structs.asdict(actor.settings("bases", Settings))
    return Shown(
        sorted({one["slug"] for one in found}),
        sorted({one["slug"] for one in own}),
        sorted({said for said in settings.values() if said}),
    )


async def one_row(actor: Actor, table: str, row_id: UUID) -> Shown:
    """One row, whosever it is."""
    that_row = f"{OWNER_OF.format(table)} AND x.id = $2"
    found = await current_transaction().connection.fetch(that_row, list(BODIES), row_id)
    if not found:
        raise Absent(f"{table} {row_id}")
    return Shown([one["slug"] for one in found], [], [])


async def overwrite(actor: Actor, table: str, row_id: UUID) -> None:
    """Change one row, whosever it is."""
    changed = await current_transaction().connection.execute(f"UPDATE {table} SET version = 99 WHERE id = $1", row_id)
    if changed != "UPDATE 1":
        raise Absent(f"{table} {row_id}")


@hookimpl
def module_manifest() -> Manifest:
    """As an installed distribution would bring it."""
    table, one, use = "/{table:str}", "/{table:str}/{row_id:uuid}", Permission.USE
    return Manifest(
        name="bases", title="Bases", summary="", version="1", contract=1, permissions=Permission, config=Settings,
        permission_titles={"bases.use": "Use"}, grants={"admin": frozenset(Permission)},
        endpoints=[
            View(name="bases.list", path=table, permission=use, load=everything, template="bases/shown.html"),
            View(name="bases.row", path=one, permission=use, load=one_row, template="bases/shown.html"),
            Action(name="bases.overwrite", path=f"{one}/overwrite", permission=use, run=overwrite, then="bases.list",
                   done="Done."),
        ],
    )  # fmt: skip


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    templates = tmp_path / "bases" / "templates" / "bases"
    templates.mkdir(parents=True)
    (tmp_path / "bases" / "__init__.py").touch()
    (templates / "shown.html").write_text("{% for body in bodies %}<li>{{ body }}</li>{% endfor %}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "bases", raising=False)
    module = import_module("bases")
    module.module_manifest = module_manifest  # type: ignore[attr-defined]
    return [module]


PEOPLE = """
INSERT INTO app.person SELECT id, gen_random_uuid(), 'look-' || slug, 'Người xem', '', '', '', '', false, NULL, 1
  FROM app.tenant WHERE slug = ANY ('{bodies}');
INSERT INTO app.unit SELECT id, gen_random_uuid(), 'look', 'department', 'Phòng', '', NULL, 1, '2020-01-01', NULL, 1
  FROM app.tenant WHERE slug = ANY ('{bodies}');
INSERT INTO app.role_assignment SELECT tenant_id, gen_random_uuid(), id, 'admin', NULL, '2020-01-01', NULL, 1
  FROM app.person WHERE code LIKE 'look-%';
INSERT INTO auth.account (id, login, password_hash, must_change)
  SELECT p.id, p.code, (SELECT password_hash FROM auth.account WHERE login = 'oanh.qt'), false
  FROM app.person p WHERE code LIKE 'look-%';
INSERT INTO auth.membership SELECT id, tenant_id, id, '2020-01-01', NULL FROM app.person WHERE code LIKE 'look-%';
INSERT INTO app.module SELECT id, gen_random_uuid(), 'bases', true, now(), id, 1
  FROM app.tenant WHERE slug = ANY ('{bodies}');
INSERT INTO app.setting_patch
  SELECT id, gen_random_uuid(), 'bases', jsonb_build_object(replace(slug, '-', '_'), slug), '[]', now(), id, 1
  FROM app.tenant WHERE slug = ANY ('{bodies}');
""".format(bodies="{" + ",".join(BODIES) + "}")
OWN_TABLE = "CREATE TABLE app.bases_{0} (tenant_id uuid NOT NULL, id uuid NOT NULL, version int NOT NULL);"
OWN_ROWS = """INSERT INTO app.bases_{0} SELECT id, gen_random_uuid(), 1 FROM app.tenant WHERE slug = ANY ('{{{1}}}');"""


@pytest.fixture
async def tree(inside: Inside, database: Any) -> AsyncIterator[Inside]:
    """The tables made by their owner with their row security, a row of every table in every body, somebody to look."""
    if await inside.backdoor.value("SELECT to_regclass('app.bases_private')") is None:
        owner = await asyncpg.connect(database.dsn("app_owner"), server_settings=SEARCH_PATH)
        for base in READS:
            await owner.execute(OWN_TABLE.format(base) + protect(f"bases_{base}", base))
        await owner.close()
        await inside.backdoor.execute(PEOPLE + "".join(OWN_ROWS.format(base, ",".join(BODIES)) for base in READS))
    yield inside


async def ids_of(tree: Inside, table: str) -> dict[str, UUID]:
    """A row of each body."""
    return {one["slug"]: one["id"] for one in await tree.backdoor.fetch(OWNER_OF.format(f"app.{table}"), list(BODIES))}


async def shown(client: httpx.AsyncClient, slug: str, table: str) -> tuple[set[str], set[str], set[str]]:
    """Whose rows the page shows, whose the API hands out, whose the contract's own query finds."""
    page = await client.get(f"/t/{slug}/bases/{table}")
    found = await client.get(f"/api/v1/t/{slug}/bases/{table}")
    assert (page.status_code, found.status_code) == (200, 200), found.text
    told = found.json()
    return {body for body in BODIES if f"<li>{body}</li>" in page.text}, set(told["bodies"]), set(told["own"])


@pytest.mark.parametrize("table", TABLES)
async def test_a_list_shows_what_the_base_of_its_table_promises(tree: Inside, table: str) -> None:
    assert set(await ids_of(tree, table)) == set(BODIES), "every body has something to show"
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            seen = READS[TABLES[table]][slug]
            assert await shown(client, slug, table) == (seen, seen, {slug}), (slug, table)


@pytest.mark.parametrize("table", TABLES)
async def test_a_row_that_is_not_to_be_seen_looks_like_one_that_never_was(tree: Inside, table: str) -> None:
    ids = await ids_of(tree, table)
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            for prefix in ("", "/api/v1"):
                never = await client.get(f"{prefix}/t/{slug}/bases/{table}/{uuid4()}")
                for owner, row_id in ids.items():
                    answer = await client.get(f"{prefix}/t/{slug}/bases/{table}/{row_id}")
                    expected = 200 if owner in READS[TABLES[table]][slug] else 404
                    assert answer.status_code == expected, (prefix, slug, owner, table)
                    assert expected == 200 or len(answer.text) == len(never.text), "no word more"


@pytest.mark.parametrize("table", TABLES)
async def test_seeing_is_not_changing(tree: Inside, table: str) -> None:
    ids = await ids_of(tree, table)
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            for owner, row_id in ids.items():
                answer = await client.post(f"/api/v1/t/{slug}/bases/{table}/{row_id}/overwrite")
                assert answer.status_code == (200 if owner == slug else 404), (slug, owner, answer.text)


async def test_settings_come_from_above_and_from_nowhere_else(tree: Inside) -> None:
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            told = (await client.get(f"/api/v1/t/{slug}/bases/setting_patch")).json()
            assert set(told["settings"]) == READS["inherited"][slug], slug


async def test_nobody_works_in_a_body_above_below_or_beside(tree: Inside) -> None:
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            for other in BODIES:
                for prefix in ("", "/api/v1"):
                    answer = await client.get(f"{prefix}/t/{other}/bases/bases_overseen")
                    assert answer.status_code == (200 if other == slug else 404), (slug, other)


async def test_the_list_of_modules_is_the_bodys_own_although_more_may_be_read(tree: Inside) -> None:
    await tree.backdoor.execute(
        """UPDATE app.module m SET version = 1000 + length(t.slug) FROM app.tenant t
             WHERE t.id = m.tenant_id AND m.name = 'bases'"""
    )
    for slug in BODIES:
        async with tree.visitor(f"look-{slug}") as client:
            told = (await client.get(f"/api/v1/t/{slug}/modules")).json()["modules"]
            assert [(one["name"], one["version"]) for one in told] == [("bases", 1000 + len(slug))]


@pytest.mark.parametrize(("table", "reader", "foreign"), [
    ("bases_private", BELOW, BESIDE), ("bases_overseen", BELOW, OWN), ("bases_inherited", OWN, BELOW),
])  # fmt: skip
async def test_row_security_of_another_base_is_noticed(tree: Inside, table: str, reader: str, foreign: str) -> None:
    """Negative control: without its own policy each table shows one body too many."""
    await tree.backdoor.execute(f"ALTER TABLE app.{table} DISABLE ROW LEVEL SECURITY")
    try:
        async with tree.visitor(f"look-{reader}") as client:
            page, api, own = await shown(client, reader, table)
            assert foreign in page and foreign in api and own == {reader}
    finally:
        await tree.backdoor.execute(f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY")
