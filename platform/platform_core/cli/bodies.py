"""`thidua tenants` and `thidua modules`: bodies from blueprints, modules switched per body."""

from pathlib import Path
from typing import Any

import click
import msgspec

from platform_core.cli.common import Instance, done, fail, json_option, tell
from plugin_api.i18n import gettext as _


@click.group()
def tenants() -> None:
    """Bodies: procuracies and clusters."""


@tenants.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Set settings also where the body changed them since a blueprint did.")
@json_option
@click.pass_obj
def apply(instance: Instance, files: tuple[Path, ...], force: bool, as_json: bool) -> None:
    """Apply blueprints (TOML) together; again is no change; a fault names file, line, field, and nothing is applied."""
    from platform_core.provisioning.blueprints import apply_files

    async def work() -> Any:
        async with instance.database():
            return await apply_files(list(files), force)

    applied = done(work)
    tell(
        as_json,
        applied,
        [
            _(
                "Đã áp dụng: %(bodies)s đơn vị, thêm %(people)s người, %(accounts)s tài khoản, bật %(modules)s mô-đun.",
                **msgspec.structs.asdict(applied),
            ),
            *_told(applied),
        ],
    )


def _told(applied: Any) -> list[str]:
    """What differs since, and what stands against the files."""
    if not (applied.changes or applied.kept):
        return [_("Không có gì khác trước ở đơn vị đã có và ở thiết lập.")]
    return [
        *(f"{one.body}: {one.what}: {one.before or '–'} → {one.after or '–'}" for one in applied.changes),
        *(
            _(
                "%(body)s: giữ nguyên %(setting)s = %(stands)s, tệp ghi %(asked)s: %(why)s.",
                **msgspec.structs.asdict(one),
            )
            for one in applied.kept
        ),
    ]


@tenants.command("list")
@json_option
@click.pass_obj
def list_bodies(instance: Instance, as_json: bool) -> None:
    """Every body of the instance."""
    found = done(lambda: _directory(instance))
    tell(as_json, found, [f"{body['kind']:10} {body['slug']:24} {body['name']}" for body in found])


@tenants.command()
@click.argument("slug")
@json_option
@click.pass_obj
def show(instance: Instance, slug: str, as_json: bool) -> None:
    """One body."""
    body = next((one for one in done(lambda: _directory(instance)) if one["slug"] == slug), None)
    if body is None:
        fail(_("Không có đơn vị “%(slug)s”. Xem: thidua tenants list", slug=slug))
    tell(as_json, body, [f"{key:12} {value}" for key, value in body.items()])


async def _directory(instance: Instance) -> list[dict[str, Any]]:
    from tenancy.context import OPERATOR_SPACE, TenantContext
    from tenancy.lifecycle import directory
    from tenancy.transaction import in_body

    async with instance.database(), in_body(TenantContext(OPERATOR_SPACE)):
        return [dict(line) for line in await directory()]


@click.group()
def modules() -> None:
    """Modules, switched on per body."""


@modules.command("list")
@click.argument("slug")
@json_option
@click.pass_obj
def list_modules(instance: Instance, slug: str, as_json: bool) -> None:
    """The modules of a body."""
    from platform_core.plugin_settings.modules import module_list

    async def work() -> Any:
        async with instance.database(), _body(slug) as actor:
            return (await module_list(actor)).modules

    found = done(work)
    tell(as_json, found, [f"{'on ' if line.enabled else 'off'} {line.name:28} {line.title}" for line in found])


@modules.command()
@click.argument("slug")
@click.argument("module")
@click.pass_obj
def enable(instance: Instance, slug: str, module: str) -> None:
    """Switch a module on in a body."""
    _switch(instance, slug, module, True)


@modules.command()
@click.argument("slug")
@click.argument("module")
@click.pass_obj
def disable(instance: Instance, slug: str, module: str) -> None:
    """Switch a module off in a body; its data is kept."""
    _switch(instance, slug, module, False)


def _switch(instance: Instance, slug: str, module: str, enabled: bool) -> None:
    from platform_core.plugin_settings.modules import Switch, module_list, switch_module
    from tenancy.faults import Absent

    async def work() -> None:
        async with instance.database(), _body(slug) as actor:
            line = next((one for one in (await module_list(actor)).modules if one.name == module), None)
            if line is None:
                raise Absent(module)
            if line.enabled is not enabled:
                await switch_module(actor, module, Switch(version=line.version, enabled=enabled))

    try:
        done(work)
    except Absent:
        fail(_("Không có mô-đun “%(name)s” trên hệ thống này.", name=module))
    click.echo(f"{slug}: {module} {'on' if enabled else 'off'}")


def _body(slug: str) -> Any:
    from platform_core.provisioning.blueprints import machine_in

    return machine_in(slug)
