"""Settings in blueprints: applied where the body has not decided otherwise since, reported where it has.

A blueprint may change what a blueprint set. What the body changed afterwards stays, unless the operator says `force`.
"""

from typing import Any

from msgspec import UNSET, Struct

from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.effect import Edit, Touched, touched_below
from platform_core.plugin_settings.settings import Changed, changed, faults_below, fitting, refuse_unfit, save
from platform_core.plugin_settings.stored import FromBlueprint, Standing, standing
from plugin_api.actor import Actor
from plugin_api.config import origins
from plugin_api.errors import Invalid
from plugin_api.i18n import gettext as _
from plugin_api.setting_fields import checked, fields_of, in_words, title_of, unknown
from tenancy.blueprints import Accepted, BlueprintFault
from tenancy.blueprints.model import Body as BlueprintBody
from tenancy.blueprints.model import ModuleUse


class KeptSetting(Struct, frozen=True):
    """A setting that stands although a blueprint says otherwise, and why: the body's own, or a lock above."""

    body: str
    setting: str
    stands: str
    asked: str
    why: str


def setting_faults(files: Accepted) -> list[BlueprintFault]:
    """All modules that are not installed, settings they do not have and values that do not fit, before a write."""
    manifests = dispatcher().registry.manifests
    found: list[BlueprintFault] = []
    for body in files.bodies:
        for use in body.modules:
            if use.name not in manifests or use.name == "core":
                sentence = _("Không có mô-đun “%(name)s” trên hệ thống này.", name=use.name)
                found.append(files.module_fault(body.slug, use.name, ("name",), sentence))
                continue
            found += _faults_of(files, body, use)
    return found


def _faults_of(files: Accepted, body: BlueprintBody, use: ModuleUse) -> list[BlueprintFault]:
    config = dispatcher().registry.manifests[use.name].config
    faults = [(("locked",), unknown(config, key)) for key in use.locked if key not in fields_of(config)]
    try:
        checked(config, use.settings)
    except Invalid as fault:
        faults += [(("settings", key), sentence) for key, sentence in fault.problems.items()]
    return [told_in_file(files, body, use, keys, sentence) for keys, sentence in faults]


def told_in_file(
    files: Accepted, body: BlueprintBody, use: ModuleUse, keys: tuple[str, ...], sentence: str
) -> BlueprintFault:
    """A fault with file, line and field, and a sentence that names body and module as people call them."""
    module = _(dispatcher().registry.manifests[use.name].title)
    return files.module_fault(body.slug, use.name, keys, f"{body.short_name}, {module}: {sentence}")


class Applying(Struct):
    """The settings one blueprint states for one module of one body, while they are applied."""

    actor: Actor
    use: ModuleUse
    force: bool
    stands: Standing
    kept: list[KeptSetting]

    def edit(self) -> Edit:
        """What is to change: what differs and is still a blueprint's to say."""
        config, own = self.stands.manifest.config, self.stands.own
        stated = checked(config, self.use.settings)
        values = {key: value for key, value in stated.items() if self._may_set(key, value)}
        locks = {key for key in self.use.locked if key not in own.locked and self._may_lock(key)}
        return Edit(values=values, lock=frozenset(locks))

    def _may_set(self, key: str, value: Any) -> bool:
        own, before = self.stands.own.patch.get(key, UNSET), self.stands.blueprint.settings.get(key, UNSET)
        if own == value:
            return False
        if self._locked_above(key, value):
            return False
        if own == before or self.force:
            return True
        self._keep(key, self._words(key), value, _("đơn vị tự đặt"))
        return False

    def _may_lock(self, key: str) -> bool:
        if self._locked_above(key, _("khóa")):
            return False
        if key not in self.stands.blueprint.locked or self.force:
            return True
        self._keep(key, _("mở"), _("khóa"), _("đơn vị tự đặt"))
        return False

    def _locked_above(self, key: str, value: Any) -> bool:
        lock = origins(self.stands.manifest.config, self.stands.above)[key].locked_by
        if lock is not None:
            self._keep(key, self._words(key), value, _("%(body)s đã khóa", body=lock.body))
        return lock is not None

    def _words(self, key: str) -> str:
        config = self.stands.manifest.config
        found = origins(config, [*self.stands.above, self.stands.own])
        return in_words(config, key, found[key].value)

    def _keep(self, key: str, stands: str, asked: Any, why: str) -> None:
        config = self.stands.manifest.config
        setting = f"{self.use.name}.{key} ({title_of(config, key)})"
        self.kept.append(KeptSetting(self.actor.body.slug, setting, stands, in_words(config, key, asked), why))


class SettingsApplied(Struct, frozen=True):
    """What a blueprint did with one module's settings of one body; `touched` are the bodies below that follow."""

    actor: Actor
    use: ModuleUse
    changed: Changed | None
    kept: list[KeptSetting]
    touched: list[Touched]


async def apply_settings(actor: Actor, use: ModuleUse, force: bool) -> SettingsApplied:
    """Apply what a blueprint says about the settings of one module; `changed` None when nothing is to change.

    Raises Invalid when they would not fit together in the body. Bodies below are judged by `unfit_below`, once all of
    the files are applied: one file may change both.
    """
    stands = await standing(actor, use.name)
    applying = Applying(actor, use, force, stands, [])
    edit = applying.edit()
    if not edit.keys:
        return SettingsApplied(actor, use, None, applying.kept, [])
    edit = fitting(stands, edit)
    after = edit.over(stands.own)
    touched = touched_below(stands, after)
    refuse_unfit(stands, after, [])
    written = FromBlueprint(
        {**stands.blueprint.settings, **edit.values}, sorted({*stands.blueprint.locked, *edit.lock})
    )
    version = await save(actor, stands, after, touched, written)
    done = changed(stands, edit, after, touched, version)
    return SettingsApplied(actor, use, done, applying.kept, [one for one in touched if one.changes()])


async def unfit_below(applied: SettingsApplied) -> list[str]:
    """What does not fit together in the bodies below, now that all is applied; in the body of `applied`."""
    if not applied.touched:
        return []
    stands = await standing(applied.actor, applied.use.name)
    now = {one.body.slug: one.patches for one in stands.below}
    return [
        sentence
        for one in applied.touched
        for sentence in faults_below(stands, one.below, now[one.below.body.slug]).values()
    ]
