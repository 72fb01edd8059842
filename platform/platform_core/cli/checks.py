"""`thidua doctor`, `openapi`, `bench`: is it well, what can it do, how fast is it."""

import sys
from typing import Any

import click

from platform_core.cli.common import Instance, done, fail, faults_told, json_option, tell
from plugin_api.i18n import gettext as _


@click.command()
@json_option
@click.pass_obj
def doctor(instance: Instance, as_json: bool) -> None:
    """Every check of the instance with its verdict; exit code 1 when one fails."""
    from platform_core.operations.doctor import examine

    async def work() -> Any:
        async with instance.server():
            return await examine(instance.settings)

    verdicts = done(work)
    tell(as_json, verdicts, [f"{'ok  ' if one.well else 'FAIL'} {one.title:48} {one.detail}" for one in verdicts])
    if not all(one.well for one in verdicts):
        sys.exit(1)


@click.command()
@click.pass_obj
def openapi(instance: Instance) -> None:
    """The description of the API (OpenAPI 3.1) on standard output."""
    import msgspec

    from platform_core.app import create_app

    with faults_told():
        schema = create_app(instance.settings).litestar.openapi_schema.to_schema()
    click.echo(msgspec.json.format(msgspec.json.encode(schema)).decode())


@click.command()
@json_option
@click.pass_obj
def routes(instance: Instance, as_json: bool) -> None:
    """The permission matrix of routes: who may call what."""
    from platform_core.app import create_app
    from platform_core.plugin_host.running import dispatcher
    from platform_core.web.route_matrix import route_matrix

    with faults_told():
        lines = route_matrix(create_app(instance.settings).litestar, dispatcher().registry)
    shown = [f"{one.method:6} {one.path:90} {one.permission:34} {', '.join(one.roles)}" for one in lines]
    tell(as_json, lines, shown)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the product against bare handlers, side by side (needs a checkout)."""
    from tenancy.migrations import PROJECT_ROOT

    folder = PROJECT_ROOT / "tests" / "bench"
    if not folder.is_dir():
        fail(_("Đo tốc độ cần mã nguồn đầy đủ: hãy chạy trong bản sao của dự án."))
    sys.path.insert(0, str(folder))
    import run_bench  # pyright: ignore[reportMissingImports]  # only in a checkout

    sys.exit(run_bench.main(list(arguments)))
