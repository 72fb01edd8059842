"""`thidua serve`: from nothing to an address, with a line for each long step."""

import asyncio
import signal
import time
from types import FrameType

import click

from platform_core.embedded import EmbeddedPostgres
from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _


def serve_instance(settings: InstanceSettings) -> int:
    """Start everything and serve until told to stop; returns the exit code. Raises FrontDoorError with one sentence."""
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
        from platform_core import server
        from platform_core.app import compose
        from platform_core.instance import prepare

        compose()
        asyncio.run(prepare(settings, progress))
        return server.run(settings, postgres, on_ready=lambda address: _welcome(address, settings))
    finally:
        if postgres is not None:
            postgres.stop()


def _welcome(address: str, settings: InstanceSettings) -> None:
    click.echo(f"ready {address}")
    if settings.demo and settings.embedded:
        from platform_core.accounts.demo import DEMO_PASSWORD

        click.echo(
            _(
                "Tài khoản xem thử ở trang đăng nhập (mật khẩu chung: %(password)s), hoặc: thidua demo accounts",
                password=DEMO_PASSWORD,
            )
        )


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
