"""`thidua` and its commands; those that start and migrate an instance stand here."""

import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from platform_core.cli import accounts, bodies, checks, plugins, roles, settings, trail
from platform_core.cli.common import Instance, done, faults_told
from platform_core.embedded import StartupError
from platform_core.observability.logs import set_up_logs
from platform_core.operations.language import speak
from platform_core.settings import InstanceSettings
from plugin_api.i18n import LANGUAGES
from plugin_api.i18n import gettext as _


class InFull(click.Group):
    """A group whose --help keeps the examples as they were written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + (self.epilog or ""))


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
@click.option("--lang", type=click.Choice(LANGUAGES), default=None,
              help="Language of what is said. Default: English where the locale asks for it, else Vietnamese.")
@click.option("--traceback", is_flag=True, help="Show all of a fault instead of one sentence.")
@click.pass_context
def main(context: click.Context, data: Path | None, lang: str | None, traceback: bool) -> None:
    """Run and look after an instance of thidua."""
    set_up_logs(logging.WARNING)  # on standard error: what a command answers stays readable for machines
    speak(lang)
    with faults_told():
        context.obj = Instance(data)


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="Port on 127.0.0.1; 0 takes a free one. Default 8000."
)
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Folder of the instance.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that answer requests. Default 1.")
@click.option("--no-demo", is_flag=True, help="Without demo bodies; demo accounts that are there are closed.")
@click.pass_obj
def serve(instance: Instance, port: int | None, data: Path | None, workers: int | None, no_demo: bool) -> None:
    """Start the product: database, migrations, bodies, web."""
    from platform_core.cli.serve import serve_instance

    base = InstanceSettings.from_environment(data or instance.settings.data)
    chosen = replace(
        base, port=base.port if port is None else port, workers=workers or base.workers, demo=base.demo and not no_demo
    )
    with faults_told():
        sys.exit(serve_instance(chosen))


@main.command()
@click.option("--accept", default="", metavar="REASON",
              help="Take the catalogue as it is now for the expected one, although it was changed outside migrations.")
@click.pass_obj
def migrate(instance: Instance, accept: str) -> None:
    """Bring the tables up to date (needs DATABASE_OWNER_URL on a database of your own)."""
    from platform_core.app import compose
    from platform_core.provisioning.instance import owner_dsn, run_migrations

    async def work() -> list[str]:
        compose()  # a module that the registry refuses makes no tables
        async with instance.server():
            owner = owner_dsn(instance.settings)
            if owner is None:
                raise StartupError(_("Hãy đặt DATABASE_OWNER_URL: cập nhật bảng phải chạy bằng vai trò app_owner."))
            return await run_migrations(owner, instance.settings.key(), accept)

    ran = done(work)
    click.echo("\n".join(ran) or _("Không có gì phải cập nhật."))


for command in (
    bodies.tenants,
    bodies.modules,
    plugins.plugin,
    roles.roles,
    settings.settings,
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

os.environ.setdefault("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")
