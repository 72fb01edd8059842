"""Which Piccolo apps there are: tenancy, the core, and the tables of every installed module."""

from importlib import import_module
from typing import Any

from platform_core.plugin_host.registry import installed_plugins

BY_SQL_ALONE = ("body_state", "pressed_key")
"""Tables of the core without a class: versions and pressed buttons are read and written by SQL only."""
FIRST = ["tenancy.piccolo_app", "platform_core.people.piccolo_app"]


def apps() -> list[str]:
    """Dotted paths, tenancy first."""
    manifests = [plugin.module_manifest() for plugin in installed_plugins()]
    return [*FIRST, *(manifest.tables for manifest in manifests if manifest.tables)]


def app_names() -> list[str]:
    """Names of the apps in the order their migrations run."""
    manifests = [plugin.module_manifest() for plugin in installed_plugins()]
    return ["tenancy", "core", *(manifest.name for manifest in manifests if manifest.tables)]


def table_bases() -> dict[str, str]:
    """Every tenant table of the code with its base: what the isolation checks hold the database to."""
    classes: list[Any] = [table for path in apps() for table in import_module(path).APP_CONFIG.table_classes]
    return dict.fromkeys(BY_SQL_ALONE, "private") | {table._meta.tablename: table.base for table in classes}
