"""The trail fires also where the server plays the replica; columns too large for it leave their hash in it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-25T01:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "trail always fires and keeps hashes of large columns"

KEPT = """
SET LOCAL ROLE audit_owner;
-- What an entry keeps of a row: of each column in `large` (names with commas between) only the SHA-256 of its text.
CREATE FUNCTION audit.kept(line jsonb, large text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT (line - string_to_array(large, ',')) || coalesce((
    SELECT jsonb_object_agg(name || '#sha256', encode(sha256(convert_to(line ->> name, 'UTF8')), 'hex'))
    FROM unnest(string_to_array(nullif(large, ''), ',')) AS name), '{}') $$;
REVOKE ALL ON FUNCTION audit.kept(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.kept(jsonb, text) TO app_rt;

CREATE OR REPLACE FUNCTION audit.chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET timezone = 'Asia/Ho_Chi_Minh' SET bytea_output = 'hex' AS $$
DECLARE link audit.log; last audit.head;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    link.before := audit.kept(to_jsonb(OLD), TG_ARGV[1]); link.tenant_id := OLD.tenant_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    link.after := audit.kept(to_jsonb(NEW), TG_ARGV[1]); link.tenant_id := NEW.tenant_id;
  END IF;
  SELECT * INTO last FROM audit.head WHERE tenant_id = link.tenant_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the trail of body % has no head', link.tenant_id USING errcode = 'TR001';
  END IF;
  link.seq := last.seq + 1; link.previous := last.hash;
  link.at := clock_timestamp();  -- after the lock: later entries are never earlier
  link.account_id := app.uid(); link.operation := TG_OP; link.table_name := TG_ARGV[0];
  link.row_id := (coalesce(link.after, link.before) ->> 'id')::uuid;
  link.key_generation := sec.key_generation();
  link.hash := audit.digest(link);
  INSERT INTO audit.log SELECT (link).*;
  UPDATE audit.head SET seq = link.seq, hash = link.hash,
    signature = audit.head_signature(link.tenant_id, link.seq, link.hash) WHERE tenant_id = link.tenant_id;
  RETURN NULL;
END $$;
RESET ROLE;
"""
ALWAYS = """
DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT c.oid::regclass AS name, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE t.tgname IN ('trail', 'opens_chain') AND c.relnamespace = 'app'::regnamespace AND t.tgenabled <> 'A' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.name, guarded.tgname);
  END LOOP;
END $$;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tenancy", description=DESCRIPTION)

    async def build() -> None:
        await execute(KEPT)
        await execute(ALWAYS)

    manager.add_raw(build)
    return manager
