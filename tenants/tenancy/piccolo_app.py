"""Tenancy as a Piccolo app: the tree of bodies and row security, migrated before everything else."""

from piccolo.conf.apps import AppConfig

from tenancy.migrations import migrations_folder

APP_CONFIG = AppConfig(app_name="tenancy", migrations_folder_path=migrations_folder("tenancy"), table_classes=[])
