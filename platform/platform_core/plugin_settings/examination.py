"""What is stored in the bodies and no longer counts, for `thidua doctor`."""

from collections.abc import Iterator, Sequence

from platform_core.access.patches import patches_here
from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.settings import unfit_together
from plugin_api.config import Patch, misfits
from plugin_api.manifest import Manifest
from plugin_api.setting_fields import title_of
from tenancy import lifecycle
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.query import rows


async def unfit_settings() -> list[str]:
    """Every stored setting that does not fit and every body whose settings contradict each other, by name.

    A newer version of a module, or another place in the tree, may leave them so. To be called in the operator's space.
    """
    found: list[str] = []
    for body in await lifecycle.directory():
        await lifecycle.move_to(TenantContext(body["id"]))
        patches = await patches_here()
        used = {line["name"] for line in await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")}
        for manifest in dispatcher().registry.switchable():
            own = [one for one in patches if one.module == manifest.name and one.tenant_id == body["id"]]
            found += [f"{body['slug']}: {told}" for told in _misfits(manifest, own)]
            if manifest.name in used:
                here = [one for one in patches if one.module == manifest.name]
                found += [f"{body['slug']}: {told}" for told in _contradictions(manifest, here)]
    await lifecycle.move_to(TenantContext(OPERATOR_SPACE))
    return found


def _misfits(manifest: Manifest, own: Sequence[Patch]) -> Iterator[str]:
    for misfit in misfits(manifest.config, own):
        yield f"{manifest.name}.{misfit.key} ({title_of(manifest.config, misfit.key)}): {misfit.sentence}"


def _contradictions(manifest: Manifest, patches: Sequence[Patch]) -> Iterator[str]:
    for field, sentence in unfit_together(manifest, patches).items():
        yield f"{manifest.name}.{field.removeprefix('values.')}: {sentence}"
