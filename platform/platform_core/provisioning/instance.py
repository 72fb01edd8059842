"""Bringing an instance up: roles, migrations, key, blueprints; and opening it for a command."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from platform_core.access.roles import role_title
from platform_core.accounts.demo import DEMO_PASSWORD, DemoAccount, set_demo_accounts
from platform_core.accounts.registration import all_accounts, close_demo_accounts
from platform_core.embedded import EmbeddedPostgres, StartupError
from platform_core.provisioning.app_registry import app_names, table_bases
from platform_core.provisioning.blueprints import apply_files
from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _
from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import DB, GONE, SEARCH_PATH
from tenancy.expected_state import (
    ROLES_SCRIPT,
    is_written_down,
    newest,
    roles_mark,
    roles_script,
    unexpected,
    write_down,
)
from tenancy.fitness import refuse_changed, refuse_unfit, refuse_unfit_server
from tenancy.lifecycle import directory, move_to
from tenancy.migrations import migrate, shipped
from tenancy.owner import use_owner
from tenancy.query import rows
from tenancy.transaction import in_body

Progress = Callable[[str], None]
DATABASE = "thidua"
PEOPLE_WITH_ROLES = """
SELECT p.id, p.full_name, p.name_key, p.position, ARRAY(
  SELECT DISTINCT r.role FROM role_assignment r WHERE r.tenant_id = p.tenant_id AND r.person_id = p.id ORDER BY r.role
) AS roles FROM person p WHERE p.tenant_id = $1
"""


def runtime_dsn(settings: InstanceSettings) -> str:
    """Where the running product connects, always as `app_rt`."""
    return settings.database_url or EmbeddedPostgres(settings.data).dsn("app_rt", DATABASE)


def owner_dsn(settings: InstanceSettings) -> str | None:
    """Where migrations connect, as `app_owner`; None when the operator gave none."""
    return EmbeddedPostgres(settings.data).dsn("app_owner", DATABASE) if settings.embedded else settings.owner_url


async def prepare(settings: InstanceSettings, progress: Progress) -> None:
    """Make the database fit for use: roles (embedded only), migrations, key, blueprints.

    Quick when there is nothing to do.

    Raises StartupError with a sentence for the operator, BlueprintError for a faulty blueprint.
    """
    changed = ""
    if settings.embedded:
        changed = await _make_database(EmbeddedPostgres(settings.data))
    else:
        async with opened(settings), DB.autocommit() as connection:
            await refuse_unfit_server(connection)
    owner = owner_dsn(settings)
    if owner is not None:
        ran = await run_migrations(owner, settings.key(), changed)
        if ran:
            progress(_("cập nhật cơ sở dữ liệu: %(count)s bước", count=len(ran)))
    async with opened(settings):
        async with DB.autocommit() as connection:
            # Migrating has just compared the embedded one; elsewhere the owner may have looked at another database.
            await refuse_unfit(connection, None if settings.embedded else Signer(settings.key()))
        applied = await apply_files(sorted(blueprints_of(settings)))
        if applied.people:
            progress(_("tạo %(bodies)s đơn vị, %(people)s người", bodies=applied.bodies, people=applied.people))
        if settings.demo and settings.embedded:
            await load_demo_accounts()
        elif not settings.demo and (closed := await close_demo_accounts()):
            progress(_("khóa %(count)s tài khoản minh họa", count=closed))


def blueprints_of(settings: InstanceSettings) -> list[Path]:
    """The blueprints that `serve` applies: all with demo data, only the sector's own bodies without."""
    folder = shipped("_blueprints", "tenants/blueprints")
    files = list(folder.glob("*.toml"))
    return files if settings.demo and settings.embedded else [path for path in files if path.stem == "sector"]


async def run_migrations(owner: str, key: bytes, accept: str = "") -> list[str]:
    """Migrate as the owner of the tables, put the instance key where `app_rt` can't read it, write the state down.

    Raises UnfitDatabase when the catalogue is not what the last migration left, unless `accept` says why it may be so.
    """
    os.environ["PICCOLO_CONF"] = "platform_core.provisioning.piccolo_conf"
    use_owner(owner)
    try:
        connection = await asyncpg.connect(owner, server_settings=SEARCH_PATH)
        try:
            if not accept:
                refuse_changed(await unexpected(connection))

            async def settle(migrating: asyncpg.Connection, done: Sequence[str]) -> None:
                await migrating.execute("SELECT sec.install_key($1)", key)
                await write_down(migrating, Signer(key), accept or ", ".join(done) or "a new key or edition")

            ran = await migrate(app_names(), table_bases(), settle)
            await connection.execute("SELECT sec.install_key($1)", key)
            if accept or not await is_written_down(connection, Signer(key)):
                await settle(connection, ran)
        finally:
            await connection.close()
    except GONE as gone:
        raise StartupError(
            _("Không kết nối được PostgreSQL để cập nhật (%(reason)s): kiểm tra DATABASE_OWNER_URL.", reason=gone)
        ) from gone
    return ran


@asynccontextmanager
async def opened(settings: InstanceSettings, size: int = 4) -> AsyncIterator[None]:
    """The pool, open for a command."""
    try:
        await DB.open(runtime_dsn(settings), Signer(settings.key()), size)
        async with DB.autocommit():
            pass
    except Exception as fault:
        await DB.close()
        raise StartupError(
            _("Không kết nối được PostgreSQL (%(reason)s): kiểm tra máy chủ hoặc DATABASE_URL.", reason=fault)
        ) from fault
    try:
        yield
    finally:
        await DB.close()


async def answers(postgres: EmbeddedPostgres) -> bool:
    """Whether the embedded server of this folder is up, within two seconds."""
    try:
        connection = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"), timeout=2)
    except (TimeoutError, OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def _make_database(postgres: EmbeddedPostgres) -> str:
    """The database, its roles and schemas, as the superuser of the embedded server; again when the script changed.

    Returns why the catalogue may differ from what was written down: "" when nothing was run over tables.
    Raises UnfitDatabase when it differs already.
    """
    server = await asyncpg.connect(postgres.dsn(postgres.superuser, "postgres"))
    try:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await server.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await server.close()
    inside = await asyncpg.connect(postgres.dsn(postgres.superuser, DATABASE))
    try:
        written = await newest(inside)
        if written is not None and roles_mark().definition in written.text:
            return ""  # the same script; the rest is compared before migrating
        refuse_changed([finding for finding in await unexpected(inside) if finding.thing != ROLES_SCRIPT])
        # lint: allow(string-built-sql): a file of the project
        await inside.execute(roles_script())
        return ROLES_SCRIPT if written else ""
    finally:
        await inside.close()


async def load_demo_accounts() -> list[DemoAccount]:
    """The demo accounts with names and roles, body by body; also told to this process for the sign-in page."""
    lines = [line for line in await all_accounts() if line.demo and line.tenant_id]
    found: list[DemoAccount] = []
    async with in_body(TenantContext(OPERATOR_SPACE)):
        bodies = {body["id"]: body for body in await directory()}
        for tenant_id in sorted(
            {line.tenant_id for line in lines if line.tenant_id}, key=lambda one: bodies[one]["slug"], reverse=True
        ):
            await move_to(TenantContext(tenant_id))
            held = {line["id"]: line for line in await rows(PEOPLE_WITH_ROLES)}
            body = bodies[tenant_id]
            own = sorted(
                (line for line in lines if line.tenant_id == tenant_id and line.person_id in held),
                key=lambda line: _rank(held[line.person_id]),
            )
            found += [
                DemoAccount(
                    held[line.person_id]["full_name"],
                    ", ".join(role_title(role) for role in held[line.person_id]["roles"]),
                    body["short_name"],
                    body["slug"],
                    line.login,
                    DEMO_PASSWORD,
                    list(held[line.person_id]["roles"]),
                )
                for line in own
            ]
            await move_to(TenantContext(OPERATOR_SPACE))
    set_demo_accounts(found)
    return found


def _rank(person: asyncpg.Record) -> tuple[int, bytes]:
    order = ("leader", "chair", "clerk", "admin", "officer", "member")
    return min((order.index(role) for role in person["roles"] if role in order), default=9), person["name_key"]
