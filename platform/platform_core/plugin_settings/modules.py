"""Switching modules on and off in a body. Off: routes answer 404, navigation is gone, data is kept."""

from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from platform_core.people.tables import Module
from platform_core.permissions import Permission
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.manifest import Manifest
from tenancy.faults import Absent


class ModuleLine(Struct, frozen=True):
    """A module and how it stands in this body. `refusal`: why it can't be switched off now."""

    name: str
    title: str
    description: str
    enabled: bool
    version: int
    refusal: str


class ModuleList(Struct, frozen=True):
    """All modules of the instance, as this body uses them."""

    modules: list[ModuleLine]
    may_switch: bool
    may_set: bool = False


class Switch(Struct, frozen=True):
    """On or off, over a version (0: never switched before)."""

    version: Annotated[int, Meta(ge=0)]
    enabled: Annotated[bool, Meta(title=mark("Bật"))] = False


async def module_list(actor: Actor) -> ModuleList:
    """Which modules the body uses."""
    stored = {line["name"]: line for line in await Module.select()}
    lines = []
    for manifest in dispatcher().registry.switchable():
        line = stored.get(manifest.name)
        on = bool(line and line["enabled"])
        refusal = await _refusal(actor, manifest) if on else ""
        lines.append(
            ModuleLine(
                manifest.name, _(manifest.title), _(manifest.summary), on, line["version"] if line else 0, refusal
            )
        )
    return ModuleList(lines, actor.may(Permission.MODULES_SWITCH), actor.may(Permission.SETTINGS_CHANGE))


async def switch_module(actor: Actor, name: str, data: Switch) -> dict[str, Any]:
    """Switch a module on or off in the body, with everything its hooks do, or not at all."""
    registry = dispatcher().registry
    if name not in registry.manifests or name == "core":
        raise Absent(f"module {name}")
    await (switch_on if data.enabled else _switch_off)(actor, registry.manifests[name], data.version)
    return {}


async def switch_on(actor: Actor, manifest: Manifest, version: int) -> None:
    """Switch on; refused while a module it needs is off."""
    missing = sorted(manifest.requires - actor.modules)
    if missing:
        titles = ", ".join(_(dispatcher().registry.manifests[name].title) for name in missing)
        raise Refused(_("Hãy bật trước: %(modules)s.", modules=titles))
    await _store(actor, manifest.name, version, True)
    await dispatcher().demand("tenant_enabled", manifest.name, actor=actor)


async def _switch_off(actor: Actor, manifest: Manifest, version: int) -> None:
    refusal = await _refusal(actor, manifest)
    if refusal:
        raise Refused(refusal)
    await dispatcher().demand("tenant_disabled", manifest.name, actor=actor)
    await _store(actor, manifest.name, version, False)


async def _refusal(actor: Actor, manifest: Manifest) -> str:
    needing = [
        other.title
        for other in dispatcher().registry.switchable()
        if manifest.name in other.requires and other.name in actor.modules
    ]
    if needing:
        return _("Đang được dùng bởi: %(modules)s.", modules=", ".join(_(title) for title in needing))
    return await dispatcher().demand("refuse_disable", manifest.name, actor=actor) or ""


async def _store(actor: Actor, name: str, version: int, enabled: bool) -> None:
    now = datetime.now(UTC)
    if version == 0:
        await Module.create(name=name, enabled=enabled, changed_at=now, changed_by=actor.account_id)
        return
    line = await Module.select(Module.id).where(Module.name == name).first()
    if line is None:
        raise Absent(f"module {name}")
    await Module.change(
        line["id"], version, {Module.enabled: enabled, Module.changed_at: now, Module.changed_by: actor.account_id}
    )
