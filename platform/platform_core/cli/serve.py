"""`thidua serve`: from nothing to an address, with a line for each long step."""

import asyncio
import signal
import time
from types import FrameType

import click

from platform_core.accounts.demo import DEMO_PASSWORD, demo_accounts
from platform_core.embedded import EmbeddedPostgres
from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _


def serve_instance(settings: InstanceSettings) -> int:
    """Start everything and serve until told to stop; returns the exit code. Raises StartupError with one sentence."""
    began = time.monotonic()

    def progress(line: str) -> None:
        click.echo(f"  {time.monotonic() - began:5.1f} s  {line}", err=True)

    signal.signal(signal.SIGTERM, _leave)  # until the server sets its own: PostgreSQL is stopped by the `finally` below
    settings.key()
    postgres = None
    if settings.embedded:
        postgres = EmbeddedPostgres(settings.data)
        postgres.start()
        progress(_("PostgreSQL đã chạy tại %(folder)s", folder=settings.data))
    try:
        from platform_core.app import compose
        from platform_core.operations import server
        from platform_core.operations.maintenance import daily_maintenance
        from platform_core.provisioning.instance import prepare

        compose()
        asyncio.run(prepare(settings, progress))
        with daily_maintenance(settings):
            return server.run(settings, postgres, on_ready=lambda address: _welcome(address))
    finally:
        if postgres is not None:
            postgres.stop()


def _welcome(address: str) -> None:
    click.echo(f"ready {address}")
    accounts = demo_accounts()
    if accounts:
        click.echo(_("Tài khoản xem thử (mật khẩu chung: %(password)s):", password=DEMO_PASSWORD))
    for account in accounts:
        click.echo(f"  {account.login:10} {account.name:20} {account.body:24} {account.role}")


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
