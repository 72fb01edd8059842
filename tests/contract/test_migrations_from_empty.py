"""An empty database becomes the product in one go, a second go changes nothing, a migration is whole or not at all."""

import asyncio
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import asyncpg
import pytest
from piccolo.columns import JSON, JSONB, UUID, Boolean, Bytea, Date, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.columns.base import Column
from piccolo.conf.apps import AppRegistry
from piccolo.table import Table

from platform_core.provisioning import piccolo_conf
from platform_core.provisioning.app_registry import app_configs, app_names, apps, table_bases
from platform_core.provisioning.instance import run_migrations
from tenancy.engine import SEARCH_PATH
from tenancy.faults import UnfitDatabase
from tenancy.isolation_checks import catalogue_findings
from tenancy.migrations import migrate, shipped, waiting
from tenancy.owner import use_owner

KEY = bytes(range(32))
TYPES: dict[type[Column], str] = {
    Text: "text", UUID: "uuid", Boolean: "boolean", Bytea: "bytea", Date: "date", Integer: "integer", JSON: "json",
    JSONB: "jsonb", SmallInt: "smallint", Timestamptz: "timestamp with time zone", Numeric: "numeric",
}
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, NOT a.attnotnull AS nullable FROM pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""
EVERYTHING = """
SELECT 'table' AS kind, c.oid::regclass::text AS name, md5(string_agg(a.attname || format_type(a.atttypid, a.atttypmod)
  || a.attnotnull, ',' ORDER BY a.attnum)) AS shape FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('app', 'auth', 'audit', 'sec') AND a.attnum > 0
  AND c.relkind IN ('r', 'i') GROUP BY c.oid
UNION ALL SELECT 'policy', polrelid::regclass || '.' || polname, md5(concat(
  polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) FROM pg_policy
UNION ALL SELECT 'function', p.oid::regprocedure::text, md5(p.prosrc) FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('app', 'auth', 'audit', 'sec')
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, md5(pg_get_constraintdef(oid)) FROM pg_constraint
UNION ALL SELECT 'migration', name, app_name FROM app.migration
"""
MIGRATION = '''
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from tenancy.migrations import execute
ID, VERSION, DESCRIPTION = "2026-11-22T09:00:00:000009", "1", "of a test"

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="half", description=DESCRIPTION)

    async def build():
        await execute("""{sql}""")

    manager.add_raw(build)
    return manager
'''
HALF_APP = '''
from pathlib import Path
from piccolo.conf.apps import AppConfig
APP_CONFIG = AppConfig(app_name="half", migrations_folder_path=str(Path(__file__).parent / "half"), table_classes=[])
'''


def ask(dsn: str, statement: str, *arguments: Any) -> list[dict[str, Any]]:
    """Rows of one statement over a connection of its own."""
    async def answer() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(dsn, server_settings=SEARCH_PATH)
        try:
            return [dict(line) for line in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(answer())


@pytest.fixture(scope="module")
def empty(postgres) -> Iterator[str]:
    """A database with the roles and schemas of `roles.sql` and nothing else; the DSN of its owner."""
    async def make(statement: str, database: str) -> None:
        connection = await asyncpg.connect(postgres.dsn(postgres.superuser, database))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(make("CREATE DATABASE from_empty", "postgres"))
    asyncio.run(make((shipped("_postgres", "deploy/postgres") / "roles.sql").read_text(), "from_empty"))
    yield postgres.dsn("app_owner", "from_empty")
    asyncio.run(make("DROP DATABASE from_empty WITH (FORCE)", "postgres"))


@pytest.fixture(scope="module")
def migrated(empty) -> str:
    """The same database, migrated in one go."""
    ran = asyncio.run(run_migrations(empty, KEY))
    assert len(ran) == len({*ran}) >= len(app_names())
    return empty


def test_nothing_waits_after_the_first_go(migrated):
    async def late() -> list[str]:
        connection = await asyncpg.connect(migrated, server_settings=SEARCH_PATH)
        try:
            assert await catalogue_findings(connection, table_bases()) == []
            return await waiting(connection, app_configs())
        finally:
            await connection.close()

    assert asyncio.run(late()) == []


def test_a_second_go_changes_nothing(migrated):
    before = ask(migrated, EVERYTHING)
    assert asyncio.run(run_migrations(migrated, KEY)) == []
    assert ask(migrated, EVERYTHING) == before
    assert len(before) > 100


def test_roles_may_be_made_again(postgres, migrated):
    text = (shipped("_postgres", "deploy/postgres") / "roles.sql").read_text()

    async def again() -> None:
        connection = await asyncpg.connect(postgres.dsn(postgres.superuser, "from_empty"))
        try:
            await connection.execute(text)
        finally:
            await connection.close()

    before = ask(migrated, EVERYTHING)
    asyncio.run(again())
    assert ask(migrated, EVERYTHING) == before


UNFIT = {
    "breaks in the middle": ("CREATE TABLE app.half_made (tenant_id uuid NOT NULL); SELECT 1 / 0", "division by zero"),
    "without tenant_id": ("CREATE TABLE app.half_made (id uuid PRIMARY KEY)", "no tenant_id"),
    "without protect": ("CREATE TABLE app.half_made (tenant_id uuid NOT NULL, id uuid NOT NULL)", "no trail"),
    "with a view over all bodies": (
        "CREATE VIEW app.half_seen AS SELECT * FROM app.person; GRANT SELECT ON app.half_seen TO app_rt",
        "view without security_invoker",
    ),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_a_migration_that_breaks_or_leaves_a_table_open_leaves_nothing(migrated, tmp_path, monkeypatch, unfit):
    sql, why = UNFIT[unfit]
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "half_breaks.py").write_text(MIGRATION.replace("{sql}", sql))
    (tmp_path / "half_app.py").write_text(HALF_APP)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(piccolo_conf, "APP_REGISTRY", AppRegistry(apps=[*apps(), "half_app"]))
    monkeypatch.setenv("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")
    before = ask(migrated, EVERYTHING)
    use_owner(migrated)
    with pytest.raises((RuntimeError, asyncpg.PostgresError, SystemExit, UnfitDatabase), match=why):
        asyncio.run(migrate(["half"], table_bases()))
    assert ask(migrated, EVERYTHING) == before
    for name in ("half_app", "half_breaks"):
        sys.modules.pop(name, None)


def tables() -> list[type[Table]]:
    return [table for app in apps() for table in import_module(app).APP_CONFIG.table_classes]


def differences(table: type[Table], columns: list[dict[str, Any]]) -> list[str]:
    """Where Piccolo and the database do not agree about a table."""
    there = {column["name"]: column for column in columns}
    found = []
    for column in table._meta.columns:
        name = column._meta.db_column_name
        standing = there.pop(name, None)
        if standing is None:
            found.append(f"{name} is not in the database")
        elif standing["type"] != TYPES[type(column)]:
            found.append(f"{name}: {standing['type']} in the database, {type(column).__name__} for Piccolo")
        elif standing["nullable"] != column._meta.null:
            found.append(f"{name}: may be NULL on one side only")
    return found + [f"{name} is not known to Piccolo" for name in there]


@pytest.mark.parametrize("table", tables(), ids=lambda table: table._meta.tablename)
def test_piccolo_sees_the_table_as_it_is(migrated, table):
    assert differences(table, ask(migrated, COLUMNS, f"app.{table._meta.tablename}")) == []


def test_a_difference_is_found(migrated):
    table = tables()[0]
    columns = ask(migrated, COLUMNS, f"app.{table._meta.tablename}")
    ghost = columns[2] | {"name": "ghost"}
    wrong = [columns[0] | {"type": "text"}, columns[1] | {"nullable": True}, *columns[3:], ghost]
    assert len(differences(table, wrong)) == 4


def test_every_table_is_known_to_piccolo(migrated):
    own = {"body_state", "pressed_key", "tenant", "succession", "cluster_member", "closure", "migration"}
    there = {line["name"] for line in ask(migrated, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'app'")}
    assert there - own == {table._meta.tablename for table in tables()}
