"""What tests may ask for: a real PostgreSQL with real row security, bodies from the blueprints, people by login."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from loops import settled

from platform_core.access.bodies import BodyPolicies
from platform_core.accounts.opened import HeldRole
from platform_core.accounts.registration import all_accounts
from platform_core.app import compose
from platform_core.embedded import EmbeddedPostgres
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning import instance
from platform_core.settings import InstanceSettings
from plugin_api.actor import Actor, Body
from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import DB
from tenancy.lifecycle import directory
from tenancy.query import row, rows
from tenancy.transaction import TenantTransaction, in_body

os.environ.setdefault("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")
os.environ["THIDUA_LANG"] = "vi"  # whatever the locale of the machine is
TEMPLATE = "template_of_tests"
KEY = bytes(range(32))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
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
    connection = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@dataclass
class Tenants:
    """The bodies of the template, with their people at hand by login."""

    bodies: dict[str, UUID]
    people: dict[tuple[str, str], tuple[UUID, UUID]]
    policies: BodyPolicies

    def inside(self, slug: str, account_id: UUID | None = None) -> AbstractAsyncContextManager[TenantTransaction]:
        """A transaction in a body, undone at the end."""
        return undone(TenantContext(self.bodies[slug], account_id or OPERATOR_SPACE))

    async def actor(self, login: str, slug: str = "kien-luong") -> Actor:
        """The person with this login, with the roles of today, in the transaction at hand."""
        account_id, person_id = self.people[slug, login]
        person = await row("SELECT full_name FROM person WHERE tenant_id = $1 AND id = $2", person_id)
        held = await rows(
            "SELECT role, unit_id FROM role_assignment WHERE tenant_id = $1 AND person_id = $2 AND valid_to IS NULL",
            person_id,
        )
        modules = await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")
        policy = await self.policies.load(self.bodies[slug], 0)
        assert person is not None
        return Actor(
            account_id,
            person_id,
            person["full_name"],
            await body_of(slug),
            tuple(policy.held(role.role, role.unit_id) for role in (HeldRole(**line) for line in held)),
            frozenset(line["name"] for line in modules),
        )

    async def body(self, slug: str) -> Body:
        """A body as a request knows it."""
        return await body_of(slug)

    async def cell(self) -> UUID:
        """The Party cell of the body at hand."""
        found = await row("SELECT id FROM unit WHERE tenant_id = $1 AND kind = 'cell'")
        assert found is not None
        return found["id"]


async def body_of(slug: str) -> Body:
    """A body out of the directory."""
    line = next(one for one in await directory() if one["slug"] == slug)
    return Body(
        line["id"],
        slug,
        line["name"],
        line["short_name"],
        line["kind"],
        line["place"],
        line["demo"],
        "",
        "Chi bộ",
        "Huyện ủy",
    )


@asynccontextmanager
async def undone(context: TenantContext) -> AsyncIterator[TenantTransaction]:
    """A transaction that leaves nothing behind."""
    transaction = TenantTransaction()
    await transaction.begin(context)
    try:
        yield transaction
    finally:
        await transaction.rollback()


@pytest.fixture
async def tenants(database: Copy) -> AsyncIterator[Tenants]:
    """The pool open on this file's database, and who is who."""
    await DB.open(database.dsn(), Signer(KEY), 10)
    bodies: dict[str, UUID] = {}
    people: dict[tuple[str, str], tuple[UUID, UUID]] = {}
    async with in_body(TenantContext(OPERATOR_SPACE)):
        bodies = {line["slug"]: line["id"] for line in await directory()}
        slugs = {tenant: slug for slug, tenant in bodies.items()}
    for line in await all_accounts():
        if line.tenant_id and line.person_id:
            people[slugs[line.tenant_id], line.login] = (line.account_id, line.person_id)
    yield Tenants(bodies, people, BodyPolicies(dispatcher().registry))
    await DB.close()
