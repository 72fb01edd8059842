"""Where migrations lie and how they run: every app in order, each file all or nothing."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import cast

from asyncpg import Connection
from piccolo.conf.apps import AppConfig

import tenancy
from tenancy.engine import LOST
from tenancy.faults import FailedMigration, UnfitDatabase
from tenancy.i18n import gettext as _
from tenancy.isolation_checks import Finding, catalogue_findings

ID_LINE = re.compile(r"""^ID\b[^=\n]*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
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
    Returns the ids that ran. Raises UnfitDatabase when a table is open, FailedMigration when one can't be read or run.
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
            with _failing_as(app), redirect_stdout(output):
                result = await run_forwards(app_name=app)
                if not result.success:
                    raise RuntimeError(output.getvalue())
            _refuse_open_tables(app, await catalogue_findings(_owner_connection(), bases))
            done = [name for name in await Migration.get_migrations_which_ran(app_name=app) if name not in before]
            if done and settle is not None:
                await settle(_owner_connection(), done)
            ran += done
    return ran


@contextmanager
def _failing_as(app: str) -> Iterator[None]:
    """Whatever stops the files of an app, be it that one of them ends the process, is told in its name."""
    try:
        yield
    except (ConnectionError, *LOST):
        raise
    except (Exception, SystemExit) as fault:
        raise FailedMigration(
            _("Các bước cập nhật của mô-đun %(app)s không chạy được, không giữ lại phần nào của chúng: %(reason)s",
              app=app, reason=f"{type(fault).__name__}: {fault}")
        ) from fault


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
            _("Mô-đun %(app)s chưa được cài, không có gì bị thay đổi: %(gaps)s. Mỗi bảng cần protect() trong bước cập "
              "nhật và một lớp bảng (Private, Overseen, Inherited) trong mã.", app=app, gaps=told)
        )


async def waiting(connection: Connection, apps: Iterable[AppConfig]) -> list[str]:
    """Migrations that lie in the folders of installed apps and have not run, as "app id"."""
    ran = {(line["app_name"], line["name"])
           for line in await connection.fetch("SELECT app_name, name FROM app.migration")}
    return [f"{app.app_name} {one}" for app in apps for one in _ids_in(Path(app.resolved_migrations_folder_path))
            if (app.app_name, one) not in ran]


def _ids_in(folder: Path) -> list[str]:
    """The ids of a folder's migrations, without running them. Raises OSError when there is no such folder."""
    return sorted(found for file in folder.iterdir() if file.suffix == ".py"
                  for found in ID_LINE.findall(file.read_text(encoding="utf-8")))
