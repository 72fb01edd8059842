"""Settings of a module per body: a frozen Struct with a default for every field, patched down the tree of bodies.

A stored value that no longer fits its field (a newer version of the module narrowed it) counts as not set: the key
falls back to what is inherited, in this body and in those below, and the log says so once per process.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog

from plugin_api.setting_fields import fields_of, unfit

Config = TypeVar("Config", bound=msgspec.Struct)
log = structlog.get_logger()


class Patch(msgspec.Struct, frozen=True):
    """What one body set for one module, and which of those keys bodies below it may not change.

    `body` is its short name, where whoever read the patch asked for it.
    """

    tenant_id: UUID
    module: str
    patch: dict[str, Any]
    locked: list[str] = []
    body: str = ""


class Origin(msgspec.Struct, frozen=True):
    """The value of one key, the patch it comes from (None: the default) and the patch that locks it, if any."""

    key: str
    value: Any
    patch: Patch | None = None
    locked_by: Patch | None = None


class Misfit(msgspec.Struct, frozen=True):
    """A stored value that does not count, and why, in the language of the request."""

    patch: Patch
    key: str
    sentence: str


def origins(config: type[msgspec.Struct], patches: Iterable[Patch]) -> dict[str, Origin]:
    """Every key with its value and its origin; `patches` come from the top of the tree down to the body itself."""
    defaults, fields = config(), fields_of(config)
    found = {key: Origin(key, getattr(defaults, key)) for key in fields}
    for patch in patches:
        for key, stored in patch.patch.items():
            if key not in found or found[key].locked_by is not None:
                continue
            try:
                value = msgspec.convert(stored, fields[key].type, strict=False)
            except msgspec.ValidationError as fault:
                _log_left_out(patch.tenant_id, patch.module, key, str(fault))
                continue
            found[key] = Origin(key, value, patch)
        for key in patch.locked:
            if key in found and found[key].locked_by is None:
                found[key] = msgspec.structs.replace(found[key], locked_by=patch)
    return found


def resolve(config: type[Config], patches: Iterable[Patch]) -> Config:
    """Defaults ← ancestors ← own, with locks.

    Never fails over what is stored: where the values of a body contradict each other, the body counts as not patched.
    """
    counting = list(patches)
    while True:
        try:
            return config(**{key: origin.value for key, origin in origins(config, counting).items()})
        except (ValueError, TypeError) as fault:
            if not counting:
                raise
            last = counting.pop()
            _log_left_out(last.tenant_id, last.module, "", str(fault))


def misfits(config: type[msgspec.Struct], patches: Sequence[Patch]) -> Iterator[Misfit]:
    """The stored values of these patches that do not count: wrong kind, out of bounds, no such setting any more."""
    for patch in patches:
        for key, stored in patch.patch.items():
            sentence = unfit(config, key, stored)
            if sentence:
                yield Misfit(patch, key, sentence)


@lru_cache(maxsize=4096)
def _log_left_out(tenant_id: UUID, module: str, key: str, why: str) -> None:
    """Once for each value and process: settings are worked out for every request."""
    log.warning("stored setting left out", tenant_id=str(tenant_id), module=module, key=key, why=why)
