"""Piccolo's configuration for migrations: the apps of all modules, the engine of the tables' owner."""

from piccolo.conf.apps import AppRegistry

from platform_core.provisioning.app_registry import apps
from tenancy.owner import OWNER_DB

DB = OWNER_DB
APP_REGISTRY = AppRegistry(apps=apps())
