"""Where migrations lie and how they run: every app in order, each file all or nothing."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import cast

from asyncpg import Connection

import tenancy
from tenancy.faults import UnfitDatabase
from tenancy.isolation_checks import Finding, catalogue_findings

PACKED = Path(tenancy.__file__).parent
PROJECT_ROOT = PACKED.parents[1]


def shipped(packed_name: str, folder: str) -> Path:
    """A folder of the project: beside the code in a checkout, inside the package in a wheel."""
    packed = PACKED / packed_name
    return packed if packed.is_dir() else PROJECT_ROOT / folder


def migrations_folder(app: str) -> str:
    """The folder of one app's migrations, for its `piccolo_app.py`."""
    return str(shipped("_migrations", "migrations") / app)


async def execute(sql: str) -> None:
    """Run DDL in the migration's transaction. For migrations only: they run as the owner of the tables."""
    await _owner_connection().execute(sql)


Settle = Callable[[Connection, Sequence[str]], Awaitable[None]]


async def migrate(apps: Iterable[str], bases: Mapping[str, str], settle: Settle | None = None) -> list[str]:
    """Run what has not run yet, app by app; DDL, policies and Piccolo's own note share one transaction.

    Before it is committed each app's tables are held to the rules of isolation; `bases` maps tables to their bases.
    Then `settle` gets the transaction's connection and the ids that ran, to write the state down: whatever happens
    to the next app, what is committed is expected.
    Returns the ids that ran. Raises UnfitDatabase when a table is open, RuntimeError with Piccolo's output when a
    migration fails.
    """
    from piccolo.apps.migrations.commands.forwards import run_forwards
    from piccolo.apps.migrations.tables import Migration

    from tenancy.owner import OWNER_DB

    Migration._meta._db = OWNER_DB
    ran: list[str] = []
    for app in apps:
        output = StringIO()
        async with OWNER_DB.transaction():
            await Migration.create_table(if_not_exists=True)
            before = set(await Migration.get_migrations_which_ran(app_name=app))
            with redirect_stdout(output):
                result = await run_forwards(app_name=app)
            if not result.success:
                raise RuntimeError(f"{app}: {output.getvalue()}")
            _refuse_open_tables(app, await catalogue_findings(_owner_connection(), bases))
            done = [name for name in await Migration.get_migrations_which_ran(app_name=app) if name not in before]
            if done and settle is not None:
                await settle(_owner_connection(), done)
            ran += done
    return ran


def _owner_connection() -> Connection:
    """The connection of the migration at hand."""
    from tenancy.owner import OWNER_DB

    transaction = OWNER_DB.current_transaction.get()
    assert transaction is not None, "migrations run through tenancy.migrations.migrate"
    return cast(Connection, transaction.connection)


def _refuse_open_tables(app: str, findings: Sequence[Finding]) -> None:
    if findings:
        told = "; ".join(f"{finding.thing}: {finding.why}" for finding in findings)
        raise UnfitDatabase(
            f"Mô-đun {app} chưa được cài, không có gì bị thay đổi: {told}. Mỗi bảng cần protect() trong bước cập nhật "
            "và một lớp bảng (Private, Overseen, Inherited) trong mã."
        )


async def waiting(connection: Connection, apps: Iterable[str]) -> list[str]:
    """Migrations that are shipped and have not run."""
    ran = {line["name"] for line in await connection.fetch("SELECT name FROM app.migration")}
    shipped_ids = [found for app in apps for file in sorted(Path(migrations_folder(app)).glob("*.py"))
                   for found in re.findall(r'^ID = "([^"]+)"', file.read_text(), re.MULTILINE)]
    return [one for one in shipped_ids if one not in ran]
