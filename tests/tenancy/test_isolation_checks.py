"""Isolation checks find nothing after the migrations of every module, and what they should when isolation is broken."""

import asyncpg
import pytest

from platform_core.provisioning.app_registry import table_bases
from tenancy.engine import SEARCH_PATH
from tenancy.isolation_checks import behaviour_findings, catalogue_findings

pytestmark = pytest.mark.anyio

BREAKS = {
    "row security off": ("ALTER TABLE app.person DISABLE ROW LEVEL SECURITY", "row security off"),
    "not forced": ("ALTER TABLE app.person NO FORCE ROW LEVEL SECURITY", "not forced"),
    "a looser policy": (
        "DROP POLICY may_read ON app.person; CREATE POLICY may_read ON app.person FOR SELECT TO app_rt USING (true)",
        "not the policy",
    ),
    "an extra policy": ("CREATE POLICY more ON app.person FOR SELECT USING (true)", "speaks to"),
    "a view": (
        "CREATE VIEW app.everyone AS SELECT * FROM app.person; GRANT SELECT ON app.everyone TO app_rt",
        "view without",
    ),
    "a definer": (
        "CREATE FUNCTION app.unpinned() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
        "search_path",
    ),
    "no tenant_id": ("CREATE TABLE app.loose (id int PRIMARY KEY)", "no tenant_id"),
    "unique over bodies": ("ALTER TABLE app.person ADD CONSTRAINT code_alone UNIQUE (code)", "without tenant_id"),
    "index over bodies": ("CREATE INDEX by_code ON app.person (code)", "does not start with tenant_id"),
    "cascade": (
        "ALTER TABLE app.appointment ADD CONSTRAINT c FOREIGN KEY (tenant_id, person_id) "
        "REFERENCES app.person (tenant_id, id) ON DELETE CASCADE",
        "RESTRICT",
    ),
    "truncate": ("GRANT TRUNCATE ON app.person TO app_rt", "TRUNCATE"),
    "no trail": ("DROP TRIGGER trail ON app.person", "no trail"),
}


async def owner(database) -> asyncpg.Connection:
    return await asyncpg.connect(database.dsn("app_owner"), server_settings=SEARCH_PATH)


async def test_the_catalogue_check_finds_nothing(database):
    connection = await owner(database)
    assert await catalogue_findings(connection, table_bases()) == []
    await connection.close()


async def test_the_behaviour_check_finds_nothing(database):
    connection = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH)
    assert await behaviour_findings(connection) == []
    await connection.close()


@pytest.mark.parametrize("broken", BREAKS)
async def test_broken_isolation_is_found(database, broken):
    statement, expected = BREAKS[broken]
    connection = await owner(database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statement)
    found = [finding.why for finding in await catalogue_findings(connection, table_bases())]
    await transaction.rollback()
    await connection.close()
    assert any(expected in why for why in found), found


async def test_an_open_table_is_seen_by_the_behaviour_check(database):
    maker = await owner(database)
    await maker.execute("CREATE TABLE app.leak AS SELECT 1 AS tenant_id; GRANT SELECT ON app.leak TO app_rt")
    connection = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH)
    found = await behaviour_findings(connection)
    await maker.execute("DROP TABLE app.leak")
    await maker.close()
    await connection.close()
    assert [finding.thing for finding in found] in (["app.leak"], ["leak"])
