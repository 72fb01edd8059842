"""What a change of settings does: in the body that makes it and in every body below. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from platform_core.plugin_settings.stored import Below, Standing
from plugin_api.config import Origin, Patch, origins
from plugin_api.setting_fields import in_words, title_of

Source = Literal["own", "inherited", "default"]
Outcome = Literal["changed", "kept", "locked"]


class Edit(Struct, frozen=True):
    """What is to change in one body; settings that are not named stay as they are.

    `values` become the body's own, `reset` go back to what is inherited, `lock` and `unlock` close and open settings
    for the bodies below.
    """

    values: Mapping[str, Any] = {}
    reset: frozenset[str] = frozenset()
    lock: frozenset[str] = frozenset()
    unlock: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Every setting that is named."""
        return frozenset(self.values) | self.reset | self.lock | self.unlock

    def over(self, own: Patch) -> Patch:
        """The body's patch after the change."""
        kept = {key: value for key, value in own.patch.items() if key not in self.reset}
        locked = (set(own.locked) | self.lock) - self.unlock
        return msgspec.structs.replace(own, patch={**kept, **self.values}, locked=sorted(locked))


class SettingChange(Struct, frozen=True):
    """One setting of the body, before and after, in words; the sources say whether the body itself set it."""

    key: str
    title: str
    before: str
    after: str
    source_before: Source
    source_after: Source


class SettingBelow(Struct, frozen=True):
    """What becomes of one setting in a body below: changed, kept (it has its own, or from between), kept and locked."""

    slug: str
    body: str
    key: str
    title: str
    before: str
    after: str
    outcome: Outcome


class Touched(Struct, frozen=True):
    """A body below and its settings before and after."""

    below: Below
    patches: tuple[Patch, ...]
    before: dict[str, Origin]
    after: dict[str, Origin]

    def changes(self) -> bool:
        """Whether any value in force there changes."""
        return any(self.before[key].value != origin.value for key, origin in self.after.items())


def source_of(origin: Origin, own: Patch) -> Source:
    """Where a value comes from, seen from the body of `own`."""
    if origin.patch is None:
        return "default"
    return "own" if origin.patch.tenant_id == own.tenant_id else "inherited"


def own_changes(stands: Standing, own: Patch, keys: Iterable[str]) -> Iterator[SettingChange]:
    """The settings among `keys` whose value or source changes in the body itself, stored ones that do not count too."""
    config = stands.manifest.config
    old, new = origins(config, [*stands.above, stands.own]), origins(config, [*stands.above, own])
    for key in sorted(keys):
        if key not in new:
            yield SettingChange(key, key, in_words(config, key, stands.own.patch.get(key)), "", "own", "default")
            continue
        sources = source_of(old[key], stands.own), source_of(new[key], own)
        moved = (key in stands.own.patch) != (key in own.patch)
        if moved or old[key].value != new[key].value or sources[0] != sources[1]:
            before, after = in_words(config, key, old[key].value), in_words(config, key, new[key].value)
            yield SettingChange(key, title_of(config, key), before, after, *sources)


def touched_below(stands: Standing, after: Patch) -> list[Touched]:
    """Every body below with its settings before and after."""
    config, found = stands.manifest.config, []
    for below in stands.below:
        patches = below.with_patch(stands.above, after)
        found.append(Touched(below, patches, origins(config, below.patches), origins(config, patches)))
    return found


def told_below(stands: Standing, touched: Sequence[Touched], keys: Iterable[str]) -> list[SettingBelow]:
    """What becomes of these settings in the bodies below that use the module."""
    config = stands.manifest.config
    return [
        SettingBelow(
            one.below.body.slug,
            one.below.body.short_name,
            key,
            title_of(config, key),
            in_words(config, key, one.before[key].value),
            in_words(config, key, one.after[key].value),
            _outcome(one.before[key], one.after[key]),
        )
        for one in touched
        if one.below.enabled
        for key in sorted(keys)
        if key in one.after
    ]


def _outcome(before: Origin, after: Origin) -> Outcome:
    if before.value != after.value:
        return "changed"
    return "kept" if after.locked_by is None else "locked"
