"""A PostgreSQL for a run of tests, a database with every table and body in it, and copies of it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from platform_core.app import compose
from platform_core.embedded import EmbeddedPostgres
from platform_core.provisioning import instance
from platform_core.settings import InstanceSettings
from platform_core.testing.loops import settled

TEMPLATE = "template_of_tests"
KEY = bytes(range(32))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop of tests marked `anyio`."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, started once for the whole run in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="thidua-test-", dir="/tmp" if os.name == "posix" else None))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """A database made by the real roles, migrations and blueprints; tests work on copies."""
    compose()
    settings = InstanceSettings(data=postgres.folder)
    (postgres.folder / "instance.key").write_text(KEY.hex())
    settled(instance.prepare(settings, lambda _line: None))
    settled(_sql(postgres, f"CREATE DATABASE {TEMPLATE} TEMPLATE {instance.DATABASE}"))
    return TEMPLATE


@dataclass(frozen=True)
class Copy:
    """A copy of the template for one test file."""

    server: EmbeddedPostgres
    name: str

    def dsn(self, role: str = "app_rt") -> str:
        """Where `role` connects to it."""
        return self.server.dsn(role, self.name)


@pytest.fixture(scope="session")
def make_copy(postgres: EmbeddedPostgres, template: str) -> Callable[[str], Copy]:
    """Makes a copy of the template; its rights are set anew: PostgreSQL does not copy those of the database itself."""

    def make(name: str) -> Copy:
        settled(_sql(postgres, f'CREATE DATABASE "{name}" TEMPLATE {template}'))
        settled(_sql(postgres, f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'))
        settled(_sql(postgres, f'GRANT CONNECT ON DATABASE "{name}" TO app_owner, app_rt, app_backup'))
        return Copy(postgres, name)

    return make


@pytest.fixture(scope="module")
def database(
    postgres: EmbeddedPostgres, make_copy: Callable[[str], Copy], request: pytest.FixtureRequest
) -> Iterator[Copy]:
    """A database of this test file alone."""
    copy = make_copy("t_" + request.module.__name__.rpartition(".")[2][-50:])
    yield copy
    settled(_sql(postgres, f'DROP DATABASE "{copy.name}" WITH (FORCE)'))


async def _sql(postgres: EmbeddedPostgres, statement: str) -> None:
    """A statement about databases, as the superuser."""
    connection = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"))
    try:
        # lint: allow(string-built-sql): names of databases can't be bind parameters; they are this file's
        await connection.execute(statement)
    finally:
        await connection.close()
