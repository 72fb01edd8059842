"""Settings of a module per body: a frozen Struct with a default for every field, patched down the tree of bodies."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec

Config = TypeVar("Config", bound=msgspec.Struct)


class Patch(msgspec.Struct, frozen=True):
    """What one body set for one module, and which of those keys bodies below it may not change."""

    tenant_id: UUID
    module: str
    patch: dict[str, Any]
    locked: list[str] = []


class Origin(msgspec.Struct, frozen=True):
    """Where the value of one key comes from: a body's patch or the default (`tenant_id` None)."""

    key: str
    value: Any
    tenant_id: UUID | None
    locked: bool


def origins(config: type[msgspec.Struct], patches: Iterable[Patch]) -> dict[str, Origin]:
    """Every key with its value and its origin; `patches` come from the top of the tree down to the body itself."""
    defaults = config()
    found = {key: Origin(key, getattr(defaults, key), None, False) for key in config.__struct_fields__}
    for patch in patches:
        for key, value in patch.patch.items():
            if key in found and not found[key].locked:
                found[key] = Origin(key, value, patch.tenant_id, False)
        for key in patch.locked:
            if key in found:
                found[key] = msgspec.structs.replace(found[key], locked=True)
    return found


def resolve(config: type[Config], patches: Iterable[Patch]) -> Config:
    """Defaults ← ancestors ← own, with locks. Raises msgspec.ValidationError when a stored value no longer fits."""
    values = {key: origin.value for key, origin in origins(config, patches).items() if origin.tenant_id is not None}
    return msgspec.convert(values, config, strict=False)


def problems(config: type[msgspec.Struct], values: Mapping[str, Any]) -> dict[str, str]:
    """Every field that does not fit, with the reason; unknown keys included. Empty when all is well."""
    types = {field.name: field.type for field in msgspec.structs.fields(config)}
    found: dict[str, str] = {key: "unknown setting" for key in values if key not in types}
    for key, value in values.items():
        if key in types:
            try:
                msgspec.convert(value, types[key], strict=False)
            except msgspec.ValidationError as fault:
                found[key] = str(fault)
    return found
