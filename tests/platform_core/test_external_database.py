"""A PostgreSQL of one's own: same schema, same isolation, no demo accounts, one sentence for every misfit."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tenancy import fitness
from tenancy.faults import UnfitDatabase

ROOT = Path(__file__).parents[2]
THIDUA = Path(sys.executable).with_name("thidua")
NAME = "of_ones_own"


@pytest.fixture(scope="module")
def own(postgres):
    """An empty database prepared as README says, and how to call `thidua` on it."""

    async def make() -> None:
        server = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"))
        await server.execute(f"CREATE DATABASE {NAME}")
        await server.execute("CREATE DATABASE bare")
        await server.close()
        inside = await asyncpg.connect(postgres.dsn(postgres.superuser, NAME))
        await inside.execute((ROOT / "deploy/postgres/roles.sql").read_text())
        await inside.close()

    async def drop() -> None:
        server = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"))
        for name in (NAME, "bare"):
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()

    asyncio.run(make())
    yield postgres
    asyncio.run(drop())


def call(
    own, *words: str, role: str = "app_rt", owner: str | None = "app_owner", database: str = NAME
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DATABASE_URL": own.dsn(role, database),
        "THIDUA_DATA": str(own.folder),
        "THIDUA_KEY": "ab" * 32,
    }
    if owner:
        environment["DATABASE_OWNER_URL"] = own.dsn(owner, database)
    return subprocess.run([THIDUA, *words], env=environment, capture_output=True, text=True, timeout=60)


def test_serving_before_migrating_says_what_to_do(own):
    told = call(own, "serve", "--port", "0", owner=None, database="bare")
    assert told.returncode == 1
    assert "roles.sql" in told.stderr or "DATABASE_OWNER_URL" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_a_role_with_too_many_rights_is_refused(own):
    told = call(own, "serve", "--port", "0", role=own.superuser)
    assert told.returncode == 1
    assert "app_rt" in told.stderr


def test_isolation_is_the_same_and_the_first_administrator_is_made(own):
    assert call(own, "migrate").returncode == 0
    again = call(own, "migrate")
    assert again.returncode == 0
    sector = ROOT / "tenants/blueprints/sector.toml"
    assert call(own, "tenants", "apply", str(sector)).returncode == 0
    made = call(own, "users", "add", "first.admin", "--name", "Người Quản Trị", "--body", "an-giang", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["login"] == "first.admin"
    verdicts = json.loads(call(own, "doctor", "--json").stdout)
    assert verdicts and [one for one in verdicts if not one["well"]] == []


def test_no_demo_accounts_there(own):
    told = call(own, "demo", "accounts", "--json")
    assert told.returncode == 1
    users = json.loads(call(own, "users", "list", "--json").stdout)
    assert not any(user["demo"] for user in users)


def test_doctor_finds_broken_isolation(own):
    async def break_it(statement: str) -> None:
        connection = await asyncpg.connect(own.dsn("app_owner", NAME))
        await connection.execute(statement)
        await connection.close()

    asyncio.run(break_it("ALTER TABLE app.person DISABLE ROW LEVEL SECURITY"))
    told = call(own, "doctor", "--json")
    asyncio.run(break_it("ALTER TABLE app.person ENABLE ROW LEVEL SECURITY"))
    assert told.returncode == 1
    assert any("person" in one["detail"] for one in json.loads(told.stdout) if not one["well"])


def test_a_database_that_is_not_there_is_one_sentence(own):
    told = call(own, "tenants", "list", database="nowhere")
    assert told.returncode == 1
    assert len(told.stderr.strip().splitlines()) == 1


def test_a_server_that_is_too_old_is_told_before_anything_is_migrated(own, monkeypatch):
    async def ask() -> str:
        connection = await asyncpg.connect(own.dsn("app_rt", NAME))
        try:
            await fitness.refuse_unfit_server(connection)
        except UnfitDatabase as unfit:
            return str(unfit)
        finally:
            await connection.close()
        return ""

    assert asyncio.run(ask()) == ""
    monkeypatch.setattr(fitness, "LEAST_VERSION", 99)
    assert "99" in asyncio.run(ask())


def test_nothing_is_migrated_for_a_role_with_too_many_rights(own):
    told = call(own, "serve", "--port", "0", role=own.superuser, database="bare")
    assert told.returncode == 1 and "app_rt" in told.stderr

    async def tables() -> int:
        connection = await asyncpg.connect(own.dsn(own.superuser, "bare"))
        try:
            return await connection.fetchval(
                "SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text = 'app'"
            )
        finally:
            await connection.close()

    assert asyncio.run(tables()) == 0
