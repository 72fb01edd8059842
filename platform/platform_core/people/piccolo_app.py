"""The core as a Piccolo app."""

from piccolo.conf.apps import AppConfig

from platform_core.drafts.tables import FormDraft
from platform_core.issued_papers.tables import IssuedPaperRow, PaperRegisterRow
from platform_core.people.tables import (
    AccessRule,
    Appointment,
    Module,
    Person,
    RoleAssignment,
    RoleRequest,
    SettingPatch,
    Unit,
)
from tenancy.migrations import migrations_folder

APP_CONFIG = AppConfig(
    app_name="core",
    migrations_folder_path=migrations_folder("core"),
    migration_dependencies=["tenancy.piccolo_app"],
    table_classes=[
        Person,
        Unit,
        Appointment,
        RoleAssignment,
        RoleRequest,
        AccessRule,
        Module,
        SettingPatch,
        FormDraft,
        PaperRegisterRow,
        IssuedPaperRow,
    ],
)
