"""Settings of a module in a body: a sparse patch over what is inherited, checked field by field, then as a whole."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from platform_core.access.bodies import touch_settings
from platform_core.people.tables import SettingPatch
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.config import Patch, origins, problems, resolve
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _


async def save_settings(actor: Actor, module: str, patch: Mapping[str, Any], locked: list[str], version: int) -> None:
    """Store the body's patch and locks for a module.

    Raises Invalid naming every field that does not fit, Refused for a key an upper body locked, Stale for a late edit.
    """
    config = dispatcher().registry.manifests[module].config
    faults = problems(config, patch)
    if faults:
        raise Invalid(faults)
    above = [one for one in actor.patches if one.module == module and one.tenant_id != actor.body.tenant_id]
    closed = sorted(key for key, origin in origins(config, above).items() if origin.locked and key in patch)
    if closed:
        raise Refused(_("Cấp trên đã khóa các thiết lập này: %(keys)s.", keys=", ".join(closed)))
    before = actor.settings(module, config)
    after = resolve(config, [*above, Patch(actor.body.tenant_id, module, dict(patch), locked)])
    together = dispatcher().demand_now("validate_config", module, config=after) or {}
    if together:
        raise Invalid(together)
    await _store(actor, module, patch, locked, version)
    await dispatcher().demand("config_changed", module, actor=actor, before=before, after=after)
    await touch_settings()


async def _store(actor: Actor, module: str, patch: Mapping[str, Any], locked: list[str], version: int) -> None:
    values = {
        "patch": msgspec.json.encode(patch).decode(),
        "locked": msgspec.json.encode(locked).decode(),
        "changed_at": datetime.now(UTC),
        "changed_by": actor.account_id,
    }
    if version == 0:
        await SettingPatch.create(module=module, **values)
        return
    line = await SettingPatch.select(SettingPatch.id).where(SettingPatch.module == module).first()
    await SettingPatch.change(line["id"], version, values)
