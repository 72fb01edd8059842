"""What has served its time goes: sessions that ended, attempts to sign in that no limit counts any more."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T06:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "forgetting ended sessions and old attempts"

FORGETTING = """
SET LOCAL ROLE sec_owner;
CREATE FUNCTION auth.forget_ended(ticket text, attempts_before timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE sessions int; attempts int;
BEGIN
  PERFORM auth.granted(ticket, 'forget_ended');
  DELETE FROM auth.session s WHERE s.expires_at < now() OR s.seen_at + s.idle < now();
  GET DIAGNOSTICS sessions = ROW_COUNT;
  DELETE FROM auth.attempt a WHERE a.at < attempts_before;
  GET DIAGNOSTICS attempts = ROW_COUNT;
  RETURN sessions + attempts;
END $$;
REVOKE ALL ON FUNCTION auth.forget_ended(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.forget_ended(text, timestamptz) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(FORGETTING)

    manager.add_raw(build)
    return manager
