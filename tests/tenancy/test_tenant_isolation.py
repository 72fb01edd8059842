"""The database alone isolates tenants: context, row security, signatures, keys."""

from uuid import uuid4

import asyncpg
import pytest

from platform_core.people.tables import Person
from tenancy.context import Signer, TenantContext
from tenancy.engine import DB
from tenancy.faults import Absent, Stale
from tenancy.query import rows, value

pytestmark = pytest.mark.anyio


async def test_without_a_context_nothing_is_there(tenants, database):
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "app"})
    assert await connection.fetchval("SELECT count(*) FROM person") == 0
    assert await connection.fetchval("SELECT count(*) FROM tenant") == 0
    await connection.close()


async def test_a_body_sees_its_own_people_only(tenants):
    async with tenants.inside("kien-luong"):
        own = await value("SELECT count(*) FROM person WHERE tenant_id = $1")
        from tenancy.transaction import current_transaction

        everything = await current_transaction().connection.fetchval("SELECT count(*) FROM person")
    assert own == everything == 11


async def test_a_forged_context_is_refused(tenants, database):
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "app"})
    forged = Signer(b"x" * 32).context(TenantContext(tenants.bodies["kien-luong"]))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SELECT app.enter($1)", forged)
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.context', $1, true)", forged)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("SELECT count(*) FROM person")
    await connection.close()


async def test_an_expired_context_is_refused(tenants):
    assert DB.signer is not None
    stale = DB.signer.context(TenantContext(tenants.bodies["kien-luong"]), seconds=-1)
    async with DB.autocommit() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT app.enter($1)", stale)


async def test_writing_into_another_body_is_refused(tenants):
    async with tenants.inside("kien-luong") as transaction:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await transaction.connection.execute(
                "INSERT INTO access_rule VALUES ($1, $2, 'member', 'core.people.read', 'allow', 1)",
                tenants.bodies["giang-thanh"],
                uuid4(),
            )


async def test_the_key_can_not_be_read(tenants):
    async with DB.autocommit() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("SELECT count(*) FROM sec.key")
        for table in ("account", "session", "membership", "attempt"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval(f"SELECT count(*) FROM auth.{table}")


async def test_a_foreign_row_is_absent(tenants):
    async with tenants.inside("giang-thanh"):
        foreign = (await rows("SELECT id FROM person WHERE tenant_id = $1"))[0]["id"]
    async with tenants.inside("kien-luong"):
        with pytest.raises(Absent):
            await Person.get(foreign)


async def test_a_late_edit_is_told_what_stands(tenants):
    async with tenants.inside("kien-luong"):
        person = (await rows("SELECT id FROM person WHERE tenant_id = $1"))[0]["id"]
        assert await Person.change(person, 1, {Person.position: "mới"}) == 2
        with pytest.raises(Stale) as late:
            await Person.change(person, 1, {Person.position: "cũ"})
    assert late.value.version == 2
    assert late.value.current["position"] == "mới"


async def test_a_statement_without_its_body_is_refused(tenants):
    async with tenants.inside("kien-luong"):
        with pytest.raises(ValueError, match="tenant_id"):
            await rows("SELECT * FROM person")
