"""Changing the settings of a module in a body: checked by field, as a whole, and in every body below it touches.

What is checked when, and why nothing is written below, is decided in `deploy/decisions/0024-settings-of-modules.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import Struct

from platform_core.access.bodies import touch_settings
from platform_core.access.guarded import is_operator
from platform_core.access.patches import patches_here
from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.effect import (
    Edit,
    SettingBelow,
    SettingChange,
    Touched,
    own_changes,
    told_below,
    touched_below,
)
from platform_core.plugin_settings.stored import (
    Below,
    FromBlueprint,
    Standing,
    hold_settings,
    module_with_settings,
    must_be_current,
    standing,
    store,
)
from plugin_api.actor import Actor
from plugin_api.config import Patch, origins, resolve
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.manifest import Manifest
from plugin_api.setting_fields import checked, fields_of, title_of, unknown
from tenancy.context import TenantContext, current_context
from tenancy.lifecycle import move_to
from tenancy.query import rows


class Changed(Struct, frozen=True):
    """What a change of settings did, or would do when it was only tried (`preview`)."""

    version: int
    preview: bool
    changes: list[SettingChange]
    locked: list[str]
    unlocked: list[str]
    below: list[SettingBelow]

    @property
    def anything(self) -> bool:
        """Whether anything differs from before."""
        return bool(self.changes or self.locked or self.unlocked)


async def change_settings(
    actor: Actor, module: str, edit: Edit, version: int | None = None, *, preview: bool = False
) -> Changed:
    """Change what `edit` names in the body of the actor; with `preview` everything but the writing.

    `version` None is for commands: they change what stands. Raises Invalid naming every setting that does not fit here
    or below, Refused for settings that a body above locked, Stale for a late edit, Absent for an unknown module.
    """
    module_with_settings(module)
    await hold_settings(module)
    stands = await standing(actor, module)
    if version is not None:
        await must_be_current(stands, version)
    edit = fitting(stands, edit)
    after = edit.over(stands.own)
    touched = touched_below(stands, after)
    refuse_unfit(stands, after, touched)
    written = stands.version
    if not preview and after != stands.own:
        written = await save(actor, stands, after, touched, stands.blueprint)
    return changed(stands, edit, after, touched, written, preview)


def changed(
    stands: Standing, edit: Edit, after: Patch, touched: Sequence[Touched], version: int, preview: bool = False
) -> Changed:
    """What the change did, in words."""
    return Changed(
        version,
        preview,
        list(own_changes(stands, after, edit.keys)) if after.patch != stands.own.patch else [],
        sorted(set(after.locked) - set(stands.own.locked)),
        sorted(set(stands.own.locked) - set(after.locked)),
        told_below(stands, touched, edit.keys) if after != stands.own else [],
    )


def fitting(stands: Standing, edit: Edit) -> Edit:
    """The edit with its values as they are stored. Raises Invalid with all that does not fit, Refused for locks."""
    config = stands.manifest.config
    faults: dict[str, str] = {}
    values: Mapping[str, object] = {}
    try:
        values = checked(config, edit.values)
    except Invalid as fault:
        faults = {f"values.{key}": sentence for key, sentence in fault.problems.items()}
    known = fields_of(config).keys() | stands.own.patch.keys() | set(stands.own.locked)
    for key in sorted((edit.reset | edit.lock | edit.unlock) - known):
        faults["keys"] = f"{faults.get('keys', '')} {unknown(config, key)}".strip()
    if faults:
        raise Invalid(faults)
    above = origins(config, stands.above)
    closed = {key: above[key].locked_by for key in sorted(set(edit.values) | edit.lock) if key in above}
    told = [f"{title_of(config, key)} ({patch.body})" for key, patch in closed.items() if patch is not None]
    if told:
        raise Refused(_("Cấp trên đã khóa: %(settings)s.", settings=", ".join(told)))
    return Edit(values, edit.reset, edit.lock, edit.unlock)


def refuse_unfit(stands: Standing, after: Patch, touched: Sequence[Touched]) -> None:
    """Raises Invalid when the settings do not fit together here, or would not in a body below that they change."""
    faults = unfit_together(stands.manifest, [*stands.above, after])
    if faults:
        raise Invalid(faults)
    below = [faults_below(stands, one.below, one.patches) for one in touched if one.changes()]
    if any(below):
        raise Invalid({field: sentence for faults in below for field, sentence in faults.items()})


def faults_below(stands: Standing, below: Below, patches: Sequence[Patch]) -> dict[str, str]:
    """What would not fit together in a body below with these patches and did fit before."""
    before = unfit_together(stands.manifest, below.patches)
    return {
        f"{field}@{below.body.slug}": f"{below.body.short_name}: {sentence}"
        for field, sentence in unfit_together(stands.manifest, patches).items()
        if before.get(field) != sentence
    }


def unfit_together(manifest: Manifest, patches: Sequence[Patch]) -> dict[str, str]:
    """What does not fit as a whole, by the Struct itself and by `validate_config`."""
    config = manifest.config
    try:
        settings = config(**{key: origin.value for key, origin in origins(config, patches).items()})
    except (ValueError, TypeError) as fault:
        return {"values": str(fault)}
    found = dispatcher().demand_now("validate_config", manifest.name, config=settings) or {}
    return {f"values.{key}": sentence for key, sentence in found.items()}


async def save(
    actor: Actor, stands: Standing, after: Patch, touched: Sequence[Touched], blueprint: FromBlueprint
) -> int:
    """Write the patch and tell the module, here and, by the operator's hand, in the bodies below it changes."""
    version = await store(actor, stands, after, blueprint)
    await touch_settings()
    await _tell(actor, stands, [*stands.above, stands.own], [*stands.above, after])
    if is_operator(actor):
        for one in touched:
            if one.below.enabled and one.changes():
                await _tell_below(actor, stands, one)
    return version


async def _tell(actor: Actor, stands: Standing, before: Sequence[Patch], after: Sequence[Patch]) -> None:
    """Call `config_changed` in the body of the transaction, for an actor who has the new settings already."""
    name, config = stands.manifest.name, stands.manifest.config
    was, becomes = resolve(config, before), resolve(config, after)
    if name in actor.modules and was != becomes:
        now = replace(actor, patches=await patches_here(), _resolved={})
        await dispatcher().demand("config_changed", name, actor=now, before=was, after=becomes)


async def _tell_below(actor: Actor, stands: Standing, touched: Touched) -> None:
    here = current_context()
    await move_to(TenantContext(touched.below.body.tenant_id, here.account_id))
    enabled = await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")
    there = replace(actor, body=touched.below.body, modules=frozenset(line["name"] for line in enabled))
    await _tell(there, stands, touched.below.patches, touched.patches)
    await move_to(here)
