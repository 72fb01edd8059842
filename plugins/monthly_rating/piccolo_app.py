"""The module as a Piccolo app: its tables and where their migrations lie."""

from piccolo.conf.apps import AppConfig

from monthly_rating.tables import TABLES
from tenancy.migrations import migrations_folder

APP_CONFIG = AppConfig(
    app_name="monthly_rating",
    migrations_folder_path=migrations_folder("monthly_rating"),
    table_classes=list(TABLES),
)
