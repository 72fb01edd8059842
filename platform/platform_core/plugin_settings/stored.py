"""What is stored about a module's settings, seen from one body: its own patch, those above it, the bodies below it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from platform_core.access.patches import patches_here
from platform_core.people.tables import SettingPatch
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor, Body
from plugin_api.config import Patch
from plugin_api.manifest import Manifest
from tenancy.faults import Absent, Stale
from tenancy.query import rows
from tenancy.transaction import current_transaction

OWN = "SELECT id, version, patch, locked, blueprint FROM setting_patch WHERE tenant_id = $1 AND module = $2"
BELOW = "SELECT b.* FROM auth.settings_below($2) b WHERE NOT b.tenant_id = $1"


class FromBlueprint(Struct, frozen=True):
    """What a blueprint last set in a body: what the body has not changed since may be changed by the next one."""

    settings: dict[str, Any] = {}
    locked: list[str] = []


class Below(Struct, frozen=True):
    """A body below, whether it uses the module, and the patches of its settings from the top of the tree down."""

    body: Body
    enabled: bool
    patches: tuple[Patch, ...]

    def with_patch(self, above: tuple[Patch, ...], own: Patch) -> tuple[Patch, ...]:
        """The same patches with `own` in place of what that body has set until now; `above` are those over it."""
        upper = {patch.tenant_id for patch in above} | {own.tenant_id}
        return (*above, own, *(patch for patch in self.patches if patch.tenant_id not in upper))


class Standing(Struct, frozen=True):
    """The settings of one module as they stand in one body; `version` 0: the body never set any."""

    manifest: Manifest
    above: tuple[Patch, ...]
    own: Patch
    version: int
    row_id: UUID | None
    blueprint: FromBlueprint
    below: tuple[Below, ...]


def module_with_settings(name: str) -> Manifest:
    """The module of this name. Raises Absent."""
    manifest = dispatcher().registry.manifests.get(name)
    if manifest is None or name == "core":
        raise Absent(f"module {name}")
    return manifest


async def standing(actor: Actor, module: str) -> Standing:
    """How a module's settings stand in the body of the actor. Raises Absent when there is no such module."""
    manifest = module_with_settings(module)
    found = next(iter(await rows(OWN, module)), None)
    patches = await patches_here(module)
    own = next((one for one in patches if one.tenant_id == actor.body.tenant_id), None)
    return Standing(
        manifest,
        tuple(one for one in patches if one is not own),
        own or Patch(actor.body.tenant_id, module, {}, [], actor.body.short_name),
        found["version"] if found else 0,
        found["id"] if found else None,
        msgspec.json.decode(found["blueprint"], type=FromBlueprint) if found else FromBlueprint(),
        tuple(_below(line) for line in await rows(BELOW, module)),
    )


async def hold_settings(*modules: str) -> None:
    """Wait until nobody else changes the settings of these modules; held until the transaction ends."""
    for module in sorted(set(modules)):
        await current_transaction().connection.execute("SELECT auth.lock_settings($1)", module)


async def must_be_current(stands: Standing, version: int) -> None:
    """Raises Stale when the body's settings were saved since somebody saw `version` of them."""
    if version != stands.version:
        if stands.row_id is None:
            raise Absent(f"settings of {stands.manifest.name}")
        raise Stale(await SettingPatch.get(stands.row_id))


async def store(actor: Actor, stands: Standing, own: Patch, blueprint: FromBlueprint) -> int:
    """Write the body's patch over what stands; returns the new version."""
    values: Mapping[str, Any] = {
        "patch": _json(own.patch),
        "locked": _json(own.locked),
        "blueprint": _json(blueprint),
        "changed_at": datetime.now(UTC),
        "changed_by": actor.account_id,
    }
    if stands.row_id is None:
        await SettingPatch.create(module=own.module, **values)
        return 1
    return await SettingPatch.change(stands.row_id, stands.version, values)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _below(line: Any) -> Below:
    body = Body(
        line["tenant_id"],
        line["slug"],
        line["name"],
        line["short_name"],
        line["kind"],
        line["place"],
        line["demo"],
        line["upper_name"],
        line["party_name"],
        line["party_parent"],
    )
    return Below(body, line["enabled"], tuple(msgspec.json.decode(line["patches"], type=list[Patch])))
