"""What the catalogue said when migrations had run: kept signed, compared at every start and by `thidua doctor`."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T02:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "expected state of the catalogue"

STATE = """
SET LOCAL ROLE sec_owner;
-- One row per change, the newest counts: when, why, the state as JSON, its signature with the instance key.
CREATE TABLE sec.expected_state (
  number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), reason text NOT NULL,
  state text NOT NULL, signature text NOT NULL);
CREATE FUNCTION app.expected_state() RETURNS TABLE (state text, signature text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT e.state, e.signature FROM sec.expected_state e ORDER BY e.number DESC LIMIT 1 $$;
REVOKE ALL ON FUNCTION app.expected_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.expected_state() TO app_rt, app_owner;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tenancy", description=DESCRIPTION)

    async def build() -> None:
        await execute(STATE)

    manager.add_raw(build)
    return manager
