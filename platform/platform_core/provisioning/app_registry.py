"""Which Piccolo apps there are: tenancy, the core, and the tables of every installed module."""

from importlib import import_module
from typing import Any

from piccolo.conf.apps import AppConfig

from platform_core.plugin_host.registry import RegistryError, installed_plugins

BY_SQL_ALONE = ("body_state", "pressed_key")
"""Tables of the core without a class: versions and pressed buttons are read and written by SQL only."""
FIRST = {"tenancy": "tenancy.piccolo_app", "core": "platform_core.people.piccolo_app"}


def named_apps() -> dict[str, str]:
    """Names of the apps and the dotted paths of their configurations, in the order their migrations run."""
    manifests = [plugin.module_manifest() for plugin in installed_plugins()]
    return FIRST | {manifest.name: manifest.tables for manifest in manifests if manifest.tables}


def apps() -> list[str]:
    """Dotted paths, tenancy first."""
    return list(named_apps().values())


def app_names() -> list[str]:
    """Names of the apps in the order their migrations run."""
    return list(named_apps())


def app_configs() -> list[AppConfig]:
    """The configuration of each app: its tables and where its migrations lie.

    Raises RegistryError naming each module whose configuration can't be imported or bears another name.
    """
    found, faults = [], []
    for name, path in named_apps().items():
        try:
            config = import_module(path).APP_CONFIG
        except Exception as fault:
            faults.append(f"{name}: its tables {path} can't be imported ({type(fault).__name__}: {fault})")
            continue
        if config.app_name != name:
            faults.append(f"{name}: its Piccolo app is called {config.app_name}")
        found.append(config)
    if faults:
        raise RegistryError(faults)
    return found


def table_bases() -> dict[str, str]:
    """Every tenant table of the code with its base: what the isolation checks hold the database to."""
    classes: list[Any] = [table for config in app_configs() for table in config.table_classes]
    return dict.fromkeys(BY_SQL_ALONE, "private") | {table._meta.tablename: table.base for table in classes}
