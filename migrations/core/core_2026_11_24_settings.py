"""Settings: what a blueprint last set in a body, and a look at what the bodies below have set."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T17:40:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "settings from blueprints, settings below"

# What was written by the machine and never changed since came from a blueprint. A change of type writes every row
# anew below row security and trail: nothing but the new column differs.
COLUMN = """
ALTER TABLE app.setting_patch ADD COLUMN blueprint jsonb NOT NULL DEFAULT '{}';
ALTER TABLE app.setting_patch ALTER COLUMN blueprint TYPE jsonb USING
  CASE WHEN version = 1 AND changed_by = '00000000-0000-0000-0000-000000000000'
       THEN jsonb_build_object('settings', patch, 'locked', locked) ELSE '{}' END;
"""
BELOW = """
SET LOCAL ROLE sec_owner;
-- Every body below the one that was entered, with what makes up its settings of one module, from the top down.
CREATE FUNCTION auth.settings_below(want_module text)
RETURNS TABLE (tenant_id uuid, slug text, name text, short_name text, kind text, place text, demo boolean,
               party_name text, party_parent text, upper_name text, enabled boolean, patches jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.id, t.slug, t.name, t.short_name, t.kind, t.place, t.demo, t.party_name, t.party_parent,
    coalesce((SELECT u.name FROM app.tenant u WHERE u.id = t.parent_id), ''),
    EXISTS (SELECT 1 FROM app.module m WHERE m.tenant_id = t.id AND m.name = want_module AND m.enabled),
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('tenant_id', s.tenant_id, 'module', s.module, 'patch', s.patch,
        'locked', s.locked, 'body', b.short_name) ORDER BY up.depth DESC)
      FROM app.closure up JOIN app.setting_patch s ON s.tenant_id = up.ancestor AND s.module = want_module
      JOIN app.tenant b ON b.id = s.tenant_id
      WHERE up.descendant = t.id AND NOT up.by_succession), '[]')
  FROM app.closure down JOIN app.tenant t ON t.id = down.descendant
  WHERE down.ancestor = app.tid() AND down.descendant <> app.tid() AND NOT down.by_succession
  ORDER BY down.depth, t.short_name $$;

-- One change of a module's settings at a time in the whole tree: a body and one above it can't contradict each other
-- by being quick.
CREATE FUNCTION auth.lock_settings(want_module text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('settings:' || want_module, 0)) $$;

REVOKE ALL ON FUNCTION auth.settings_below(text), auth.lock_settings(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.settings_below(text), auth.lock_settings(text) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(COLUMN)
        await execute(BELOW)

    manager.add_raw(build)
    return manager
