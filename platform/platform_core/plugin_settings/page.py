"""The one screen for the settings of every module, and its actions."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from platform_core.plugin_settings.effect import Edit, Source, source_of
from platform_core.plugin_settings.settings import Changed, change_settings
from platform_core.plugin_settings.stored import Below, Standing, standing
from plugin_api.actor import Actor
from plugin_api.config import Origin, misfits, origins
from plugin_api.forms import base_type, meta_of
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.setting_fields import Choices, choices_of, fields_of, in_words, title_of


class SettingThere(Struct, frozen=True):
    """A setting as it is in force in a body below that uses the module."""

    slug: str
    body: str
    value: Any
    words: str
    own: bool


class SettingLine(Struct, frozen=True):
    """One setting: what it is, what is in force and why.

    `source_body` is the body it is inherited from, `locked_by` the body above that locked it, "" for none. `set_here`
    is what this body has set although it does not count (a lock above, a value that does not fit any more: `misfit`).
    `least` and `most` bound a number, `longest` a text. `words` are for people, `value` is for programs.
    """

    key: str
    title: str
    description: str
    kind: str
    choices: Choices
    least: Any
    most: Any
    longest: int | None
    value: Any
    words: str
    default: Any
    source: Source
    source_body: str
    locked_by: str
    locked_here: bool
    set_here: Any
    misfit: str
    below: list[SettingThere]


class SettingsPage(Struct, frozen=True):
    """The settings of a module in this body. `version` 0: none was ever set here."""

    module: str
    title: str
    version: int
    enabled: bool
    settings: list[SettingLine]
    no_longer_known: list[str]


class SettingsChange(Struct, frozen=True):
    """New values of some settings over a version; with `preview` nothing is written."""

    version: Annotated[int, Meta(ge=0)]
    values: Annotated[dict[str, Any], Meta(title=mark("Thiết lập"))]
    preview: bool = False


class SettingKeys(Struct, frozen=True):
    """Some settings over a version; with `preview` nothing is written."""

    version: Annotated[int, Meta(ge=0)]
    keys: Annotated[list[str], Meta(title=mark("Thiết lập"))]
    preview: bool = False


async def settings_page(actor: Actor, module: str) -> SettingsPage:
    """Every setting of the module with its value in this body. Raises Absent when there is no such module."""
    stands = await standing(actor, module)
    config = stands.manifest.config
    return SettingsPage(
        module,
        _(stands.manifest.title),
        stands.version,
        module in actor.modules,
        _lines(stands),
        sorted(stands.own.patch.keys() - fields_of(config).keys()),
    )


async def set_settings(actor: Actor, module: str, data: SettingsChange) -> dict[str, Any]:
    """Set some settings of a module for this body and, unless they have their own, those below."""
    return told(await change_settings(actor, module, Edit(data.values), data.version, preview=data.preview))


async def reset_settings(actor: Actor, module: str, data: SettingKeys) -> dict[str, Any]:
    """Give settings back to what is inherited."""
    edit = Edit(reset=frozenset(data.keys))
    return told(await change_settings(actor, module, edit, data.version, preview=data.preview))


async def lock_settings(actor: Actor, module: str, data: SettingKeys) -> dict[str, Any]:
    """Lock settings for the bodies below: what they set themselves does not count until it is unlocked."""
    edit = Edit(lock=frozenset(data.keys))
    return told(await change_settings(actor, module, edit, data.version, preview=data.preview))


async def unlock_settings(actor: Actor, module: str, data: SettingKeys) -> dict[str, Any]:
    """Let the bodies below set these settings themselves again."""
    edit = Edit(unlock=frozenset(data.keys))
    return told(await change_settings(actor, module, edit, data.version, preview=data.preview))


def told(done: Changed) -> dict[str, Any]:
    """The answer of the API."""
    return msgspec.structs.asdict(done)


def sentence(made: Mapping[str, Any]) -> str:
    """What is said after a change: what it was, and how many bodies below follow."""
    follow = len({one.slug for one in made["below"] if one.outcome == "changed"})
    if not (made["changes"] or made["locked"] or made["unlocked"]):
        return _("Không có gì thay đổi.")
    words = "; ".join(f"{one.title}: {one.before} → {one.after}" for one in made["changes"]) or _("khóa, mở khóa")
    tried = made["preview"]
    saved = _("Xem trước, chưa lưu: %(words)s.", words=words) if tried else _("Đã lưu: %(words)s.", words=words)
    return saved if not follow else f"{saved} " + _("Đơn vị cấp dưới đổi theo: %(count)s.", count=follow)


def _lines(stands: Standing) -> list[SettingLine]:
    config = stands.manifest.config
    found = origins(config, [*stands.above, stands.own])
    unfit = {misfit.key: misfit.sentence for misfit in misfits(config, [stands.own])}
    there = [(one, origins(config, one.patches)) for one in stands.below if one.enabled]
    return [
        _line(
            stands,
            found[key],
            unfit.get(key, ""),
            [_there(stands, below, values[key]) for below, values in there],
        )
        for key in fields_of(config)
    ]


def _line(stands: Standing, origin: Origin, misfit: str, below: list[SettingThere]) -> SettingLine:
    config, key = stands.manifest.config, origin.key
    field = fields_of(config)[key]
    meta = meta_of(field.type)
    choices, source = choices_of(field), source_of(origin, stands.own)
    value, words = _value(stands, origin)
    upper = origin.locked_by if origin.locked_by and origin.locked_by.tenant_id != stands.own.tenant_id else None
    counts = source == "own" or key not in stands.own.patch
    return SettingLine(
        key=key,
        title=title_of(config, key),
        description=_(meta.description) if meta.description else "",
        kind="choice" if choices else getattr(base_type(field.type), "__name__", str(field.type)),
        choices=choices,
        least=meta.ge if meta.ge is not None else meta.gt,
        most=meta.le if meta.le is not None else meta.lt,
        longest=meta.max_length,
        value=value,
        words=words,
        default=msgspec.to_builtins(getattr(config(), key)),
        source=source,
        source_body=origin.patch.body if origin.patch is not None and source == "inherited" else "",
        locked_by=upper.body if upper else "",
        locked_here=key in stands.own.locked,
        set_here=None if counts else stands.own.patch[key],
        misfit=misfit,
        below=below,
    )


def _value(stands: Standing, origin: Origin) -> tuple[Any, str]:
    return msgspec.to_builtins(origin.value), in_words(stands.manifest.config, origin.key, origin.value)


def _there(stands: Standing, below: Below, origin: Origin) -> SettingThere:
    own = origin.patch is not None and origin.patch.tenant_id == below.body.tenant_id
    return SettingThere(below.body.slug, below.body.short_name, *_value(stands, origin), own)
