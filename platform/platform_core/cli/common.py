"""What the commands share: which instance, how faults are told, how JSON is written."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from platform_core.embedded import EmbeddedPostgres, StartupError
from platform_core.operations.faults import FAULTS, sentence_of
from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _

Result = TypeVar("Result")


class Instance:
    """The instance a command works on."""

    def __init__(self, data: Path | None) -> None:
        self.settings = InstanceSettings.from_environment(data)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[None]:
        """The database of the instance, open; its embedded server is borrowed or started for the command."""
        from platform_core.app import compose
        from platform_core.provisioning.instance import opened

        compose()
        async with self.server(), opened(self.settings):
            yield

    @asynccontextmanager
    async def server(self) -> AsyncIterator[None]:
        """The embedded server: the one `serve` runs on this folder, or one of our own for the length of the command."""
        from platform_core.provisioning.instance import answers

        postgres = EmbeddedPostgres(self.settings.data) if self.settings.embedded else None
        if postgres is None or await answers(postgres):
            yield
            return
        if not postgres.cluster.exists():
            raise StartupError(
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
    with faults_told():
        return asyncio.run(_awaited(work))


@contextmanager
def faults_told() -> Iterator[None]:
    """A fault that the operator can mend is one sentence and exit code 1; with --traceback all of it."""
    try:
        yield
    except FAULTS as fault:
        if click.get_current_context().find_root().params.get("traceback"):
            raise
        fail(sentence_of(fault))


def fail(sentence: str) -> NoReturn:
    """One sentence on standard error, exit code 1."""
    click.echo(f"thidua: {sentence}", err=True)
    raise SystemExit(1)


def tell(as_json: bool, content: Any, lines: list[str]) -> None:
    """The answer for a machine or for a person."""
    click.echo(msgspec.json.format(msgspec.json.encode(content)).decode() if as_json else "\n".join(lines))


json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
