"""`thidua settings`: the settings of modules per body, shown and changed by the operator."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import click

from platform_core.cli.common import Instance, done, fail, json_option, tell
from plugin_api.errors import Invalid
from plugin_api.i18n import gettext as _

preview_option = click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
Task = Callable[[Any], Awaitable[Any]]


@click.group()
def settings() -> None:
    """Settings of modules, per body."""


@settings.command()
@click.argument("slug", metavar="BODY")
@click.argument("module", required=False)
@json_option
@click.pass_obj
def show(instance: Instance, slug: str, module: str | None, as_json: bool) -> None:
    """What is in force in a body, and where it comes from; without MODULE those of every module."""
    from platform_core.plugin_host.running import dispatcher
    from platform_core.plugin_settings.page import settings_page

    async def work(actor: Any) -> Any:
        names = [module] if module else [one.name for one in dispatcher().registry.switchable()]
        return [await settings_page(actor, name) for name in names]

    found = _in_body(instance, slug, module, work)
    tell(as_json, found, [line for page in found for line in (f"{page.module}: {page.title}", *_lines(page))])


@settings.command("set")
@click.argument("slug", metavar="BODY")
@click.argument("module")
@click.argument("values", nargs=-1, required=True, metavar="KEY=VALUE…")
@preview_option
@json_option
@click.pass_obj
def set_values(
    instance: Instance, slug: str, module: str, values: tuple[str, ...], preview: bool, as_json: bool
) -> None:
    """Set settings of a body and of those below that have no value of their own; lists as JSON."""
    _change(instance, slug, module, _edit(values=dict(_pair(one) for one in values)), preview, as_json)


def _of_keys(name: str, help_text: str, edit: Callable[[frozenset[str]], Any]) -> click.Command:
    """`reset`, `lock` and `unlock`: the same words, another edit."""

    @click.argument("slug", metavar="BODY")
    @click.argument("module")
    @click.argument("keys", nargs=-1, required=True, metavar="KEY…")
    @preview_option
    @json_option
    @click.pass_obj
    def command(
        instance: Instance, slug: str, module: str, keys: tuple[str, ...], preview: bool, as_json: bool
    ) -> None:
        _change(instance, slug, module, edit(frozenset(keys)), preview, as_json)

    return click.command(name, help=help_text)(command)


def _edit(**keys: Any) -> Any:
    from platform_core.plugin_settings.effect import Edit

    return Edit(**keys)


for command in (
    _of_keys("reset", "Give settings back to what is inherited.", lambda keys: _edit(reset=keys)),
    _of_keys("lock", "Lock settings for the bodies below: their own do not count.", lambda keys: _edit(lock=keys)),
    _of_keys("unlock", "Let the bodies below set these themselves again.", lambda keys: _edit(unlock=keys)),
):
    settings.add_command(command)


def _change(instance: Instance, slug: str, module: str, edit: Any, preview: bool, as_json: bool) -> None:
    from platform_core.plugin_settings.settings import change_settings

    async def work(actor: Any) -> Any:
        return await change_settings(actor, module, edit, preview=preview)

    made = _in_body(instance, slug, module, work)
    tell(as_json, made, _told(made) or [_("Không có gì thay đổi.")])


def _in_body(instance: Instance, slug: str, module: str | None, task: Task) -> Any:
    """The work as the operator in a body; what does not fit is told line by line, each with body and field."""
    from platform_core.provisioning.blueprints import machine_in
    from tenancy.faults import Absent

    async def work() -> Any:
        async with instance.database(), machine_in(slug) as actor:
            try:
                return await task(actor)
            except Invalid as fault:
                return fault

    try:
        made = done(work)
    except Absent:
        fail(_("Không có mô-đun “%(name)s” trên hệ thống này.", name=module))
    if isinstance(made, Invalid):
        fail("\n".join(_fault(slug, module or "", *one) for one in made.problems.items()))
    return made


def _fault(slug: str, module: str, field: str, sentence: str) -> str:
    key, _at, below = field.removeprefix("values.").partition("@")
    return f"{below or slug}: {module}.{key}: {sentence}"


def _pair(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(_("“%(text)s”: hãy ghi dạng thiết_lập=giá_trị.", text=text))
    if value[:1] not in ("[", "{"):
        return key, value
    try:
        return key, json.loads(value)
    except ValueError as fault:
        raise click.BadParameter(_("“%(text)s”: giá trị phải đúng JSON.", text=text)) from fault


def _lines(page: Any) -> list[str]:
    return [f"  {one.key} = {one.words or '–'}  [{_source(one)}]  {one.title}" for one in page.settings]


def _source(one: Any) -> str:
    """Where a value comes from and what stands in the way of another."""
    words = {"own": _("đặt riêng"), "default": _("mặc định")}
    told = [words.get(one.source) or _("theo %(body)s", body=one.source_body)]
    told += [_("%(body)s đã khóa", body=one.locked_by)] if one.locked_by else []
    told += [_("khóa cho cấp dưới")] if one.locked_here else []
    told += [_("đã lưu “%(value)s” nhưng không có hiệu lực", value=one.set_here)] if one.set_here is not None else []
    return ", ".join(told)


def _told(made: Any) -> list[str]:
    outcomes = {"changed": _("đổi theo"), "kept": _("giữ giá trị riêng"), "locked": _("đã khóa")}
    lines = [_("Xem trước, chưa thay đổi gì:")] if made.preview else []
    lines += [f"{one.key}: {one.before} → {one.after}  ({one.title})" for one in made.changes]
    lines += [f"{key}: " + _("khóa cho cấp dưới") for key in made.locked]
    lines += [f"{key}: " + _("mở khóa cho cấp dưới") for key in made.unlocked]
    lines += [f"  {one.slug}: {one.key}: {one.before} → {one.after}  ({outcomes[one.outcome]})" for one in made.below]
    return lines if made.changes or made.locked or made.unlocked else []
