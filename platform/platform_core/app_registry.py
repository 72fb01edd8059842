"""Which Piccolo apps there are: tenancy, the core, and the tables of every installed module."""

from platform_core.plugin_host.registry import installed_plugins

FIRST = ["tenancy.piccolo_app", "platform_core.people.piccolo_app"]


def apps() -> list[str]:
    """Dotted paths, the walls first."""
    manifests = [plugin.module_manifest() for plugin in installed_plugins()]
    return [*FIRST, *(manifest.tables for manifest in manifests if manifest.tables)]


def app_names() -> list[str]:
    """Names of the apps in the order their migrations run."""
    manifests = [plugin.module_manifest() for plugin in installed_plugins()]
    return ["tenancy", "core", *(manifest.name for manifest in manifests if manifest.tables)]
