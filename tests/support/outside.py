"""Small distributions from outside the project, as `pip install` leaves them: a package and its entry point."""

from pathlib import Path

PLUGIN = '''
"""A module from outside."""
from enum import StrEnum

from plugin_api.hookspecs import hookimpl
from plugin_api.i18n import mark as _
from plugin_api.manifest import Manifest
{head}

class Permission(StrEnum):
    READ = "{name}.note.read"


@hookimpl
def module_manifest() -> Manifest:
    return Manifest(
        name="{name}", title=_("Sổ tay {name}"), summary="", version="1", contract=1, permissions=Permission,
        permission_titles={{"{name}.note.read": "Read"}}, grants={{"{role}": frozenset(Permission)}},
        endpoints={endpoints}, tables="{name}.piccolo_app",
    )


@hookimpl
def plugin_started(manifest: Manifest) -> None:
    {started}
'''
APP = '''
from pathlib import Path

from piccolo.columns import Text
from piccolo.conf.apps import AppConfig
from tenancy.tables import Private, Table
{head}

class Note(Private, Table, tablename="{name}_note"):
    title = Text()


APP_CONFIG = AppConfig("{name}", str(Path(__file__).parent / "migrations"), table_classes=[Note])
'''
MIGRATION = '''
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import protect

ID = "2026-12-01T08:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "notes"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="{name}", description=DESCRIPTION)

    async def build():
        await execute("CREATE TABLE app.{name}_note (tenant_id uuid NOT NULL, id uuid NOT NULL, title text NOT NULL)")
        await execute(protect("{name}_note", "private"))
        {broken}

    manager.add_raw(build)
    return manager
'''


def outside_distribution(
    folder: Path, name: str, *, plugin_head: str = "", role: str = "admin", started: str = "pass",
    endpoints: str = "[]", tables_head: str = "", broken: str = "pass",
) -> Path:
    """A module with one table, its migrations in its own package, broken where a test wants it. Returns its package.

    On the path, `folder` makes it an installed distribution.
    """
    package, announced = folder / name, folder / f"{name}-1.0.dist-info"
    (package / "migrations").mkdir(parents=True)
    announced.mkdir()
    (package / "__init__.py").write_text('"""From outside."""\n')
    (package / "plugin.py").write_text(PLUGIN.format(
        name=name, head=plugin_head, role=role, started=started, endpoints=endpoints))
    (package / "piccolo_app.py").write_text(APP.format(name=name, head=tables_head))
    (package / "migrations" / f"{name}_2026_12_01_notes.py").write_text(MIGRATION.format(name=name, broken=broken))
    (announced / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (announced / "entry_points.txt").write_text(f"[thidua.plugins]\n{name} = {name}.plugin\n")
    return package
