"""The commands and what they share: which instance, how faults are told, how JSON is written."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from platform_core.embedded import EmbeddedPostgres, FrontDoorError
from platform_core.settings import InstanceSettings
from plugin_api.errors import Refusal
from plugin_api.i18n import gettext as _
from tenancy.blueprints import BlueprintError
from tenancy.faults import DatabaseGone, UnfitDatabase

Result = TypeVar("Result")
FAULTS = (FrontDoorError, UnfitDatabase, Refusal, BlueprintError, DatabaseGone)


class Instance:
    """The instance a command works on."""

    def __init__(self, data: Path | None) -> None:
        self.settings = InstanceSettings.from_environment(data)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[None]:
        """The database of the instance, open; its embedded server is borrowed or started for the command."""
        from platform_core.app import compose
        from platform_core.instance import opened

        compose()
        async with self.server(), opened(self.settings):
            yield

    @asynccontextmanager
    async def server(self) -> AsyncIterator[None]:
        """The embedded server: the one `serve` runs on this folder, or one of our own for the length of the command."""
        from platform_core.instance import answers

        postgres = EmbeddedPostgres(self.settings.data) if self.settings.embedded else None
        if postgres is None or await answers(postgres):
            yield
            return
        if not postgres.cluster.exists():
            raise FrontDoorError(
                _("Thư mục %(folder)s chưa có dữ liệu: hãy nêu thư mục của hệ thống bằng --data hoặc THIDUA_DATA, "
                  "hoặc chạy `thidua serve` một lần trước.", folder=self.settings.data)
            )
        postgres.start()
        try:
            yield
        finally:
            postgres.stop()


async def _awaited(work: Callable[[], Awaitable[Result]]) -> Result:
    return await work()


def done(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run a command's work; a fault the operator can mend is one sentence and exit code 1."""
    try:
        return asyncio.run(_awaited(work))
    except FAULTS as fault:
        fail(str(fault))


def fail(sentence: str) -> NoReturn:
    """One sentence on standard error, exit code 1."""
    click.echo(f"thidua: {sentence}", err=True)
    raise SystemExit(1)


def tell(as_json: bool, content: Any, lines: list[str]) -> None:
    """The answer for a machine or for a person."""
    click.echo(msgspec.json.format(msgspec.json.encode(content)).decode() if as_json else "\n".join(lines))


class InFull(click.Group):
    """A group whose --help keeps the examples as they were written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + (self.epilog or ""))


json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@click.group(
    cls=InFull,
    epilog="""Examples:
  thidua serve --port 8080
  thidua demo accounts --json
  thidua tenants apply my_body.toml
  DATABASE_URL=postgresql://app_rt@db/thidua thidua doctor
Exit codes: 0 done, 1 refused (one sentence says why), 2 wrong use.
""",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the instance (embedded PostgreSQL and key).",
)
@click.pass_context
def main(context: click.Context, data: Path | None) -> None:
    """Run and look after an instance of thidua."""
    try:
        context.obj = Instance(data)
    except FrontDoorError as fault:
        fail(fault.sentence)


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="Port on 127.0.0.1; 0 takes a free one. Default 8000."
)
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Folder of the instance.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that answer requests. Default 1.")
@click.option("--no-demo", is_flag=True, help="Without demo bodies and demo accounts.")
@click.pass_obj
def serve(instance: Instance, port: int | None, data: Path | None, workers: int | None, no_demo: bool) -> None:
    """Start the product: database, migrations, bodies, web."""
    from platform_core.cli.serve import serve_instance

    base = InstanceSettings.from_environment(data or instance.settings.data)
    chosen = replace(
        base, port=base.port if port is None else port, workers=workers or base.workers, demo=base.demo and not no_demo
    )
    try:
        sys.exit(serve_instance(chosen))
    except FAULTS as fault:
        fail(str(fault))


@main.command()
@click.option("--accept", default="", metavar="REASON",
              help="Take the catalogue as it is now for the expected one, although it was changed outside migrations.")
@click.pass_obj
def migrate(instance: Instance, accept: str) -> None:
    """Bring the tables up to date (needs DATABASE_OWNER_URL on a database of your own)."""
    from platform_core.instance import owner_dsn, run_migrations

    async def work() -> list[str]:
        async with instance.server():
            owner = owner_dsn(instance.settings)
            if owner is None:
                raise FrontDoorError(_("Hãy đặt DATABASE_OWNER_URL: cập nhật bảng phải chạy bằng vai trò app_owner."))
            return await run_migrations(owner, instance.settings.key(), accept)

    ran = done(work)
    click.echo("\n".join(ran) or _("Không có gì phải cập nhật."))


def _add_commands() -> None:
    from platform_core.cli import accounts, bodies, checks, roles, trail

    for command in (
        bodies.tenants,
        bodies.modules,
        roles.roles,
        accounts.users,
        accounts.demo,
        checks.doctor,
        checks.openapi,
        checks.routes,
        checks.bench,
        trail.trail,
        trail.maintain,
    ):
        main.add_command(command)


_add_commands()
os.environ.setdefault("PICCOLO_CONF", "platform_core.piccolo_conf")
