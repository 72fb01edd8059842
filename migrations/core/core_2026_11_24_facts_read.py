"""The permission to read facts is called after them; rules that bodies made about it follow."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T17:30:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "core.figures.read becomes core.facts.read"

# The owner sees the rows of every body while FORCE is off; what is changed is in each body's trail.
RENAME = """
ALTER TABLE app.access_rule NO FORCE ROW LEVEL SECURITY;
ALTER TABLE app.body_state NO FORCE ROW LEVEL SECURITY;
WITH renamed AS (
  UPDATE app.access_rule SET permission = 'core.facts.read', version = version + 1
  WHERE permission = 'core.figures.read' RETURNING tenant_id)
UPDATE app.body_state b SET access_version = b.access_version + 1
  WHERE b.tenant_id IN (SELECT tenant_id FROM renamed);
ALTER TABLE app.access_rule FORCE ROW LEVEL SECURITY;
ALTER TABLE app.body_state FORCE ROW LEVEL SECURITY;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(RENAME)

    manager.add_raw(build)
    return manager
