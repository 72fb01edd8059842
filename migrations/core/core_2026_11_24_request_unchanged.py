"""What opens a request can be compared with what a process knows, in the message that enters the body."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T17:45:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "a request opens its body in one message"

UNCHANGED = """
SET LOCAL ROLE sec_owner;
-- What auth.open_request answers, without noting that the session was seen: its parts in a fixed order.
CREATE FUNCTION auth.request_answer(token bytea, want_slug text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE who record; here record; today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date; answer jsonb;
BEGIN
  SELECT a.id, a.login, a.language, a.must_change, a.operator INTO who
    FROM auth.session s JOIN auth.account a ON a.id = s.account_id
    WHERE s.token_hash = token AND s.expires_at > now() AND s.seen_at + s.idle > now() AND a.closed_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  answer := jsonb_build_object('account_id', who.id, 'login', who.login, 'language', who.language,
    'must_change', who.must_change, 'operator', who.operator, 'bodies', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.short_name)
        ORDER BY t.short_name, t.slug), '[]')
      FROM auth.membership m JOIN app.tenant t ON t.id = m.tenant_id
      WHERE m.account_id = who.id AND m.valid_from <= today AND (m.valid_to IS NULL OR m.valid_to >= today)));
  IF want_slug IS NULL THEN RETURN answer::text; END IF;
  SELECT t.id, t.slug, t.name, t.short_name, t.kind, t.place, t.demo, t.party_name, t.party_parent,
    coalesce((SELECT u.name FROM app.tenant u WHERE u.id = t.parent_id), '') AS upper_name,
    p.id AS person_id, p.full_name, b.access_version, b.settings_version INTO here
    FROM app.tenant t JOIN auth.membership m ON m.tenant_id = t.id AND m.account_id = who.id
      AND m.valid_from <= today AND (m.valid_to IS NULL OR m.valid_to >= today)
    JOIN app.person p ON p.tenant_id = t.id AND p.id = m.person_id
    LEFT JOIN app.body_state b ON b.tenant_id = t.id WHERE t.slug = want_slug;
  IF NOT FOUND THEN RETURN answer::text; END IF;
  RETURN (answer || jsonb_build_object('here', jsonb_build_object(
    'tenant_id', here.id, 'slug', here.slug, 'name', here.name, 'short_name', here.short_name, 'kind', here.kind,
    'place', here.place, 'demo', here.demo, 'party_name', here.party_name, 'party_parent', here.party_parent,
    'upper_name', here.upper_name, 'person_id', here.person_id, 'person_name', here.full_name,
    'roles', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'unit_id', r.unit_id) ORDER BY r.id), '[]')
      FROM app.role_assignment r WHERE r.tenant_id = here.id AND r.person_id = here.person_id
        AND r.valid_from <= today AND (r.valid_to IS NULL OR r.valid_to >= today)),
    'patches', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('tenant_id', s.tenant_id, 'module', s.module, 'patch', s.patch,
        'locked', s.locked) ORDER BY c.depth DESC, s.id), '[]')
      FROM app.closure c JOIN app.setting_patch s ON s.tenant_id = c.ancestor
      WHERE c.descendant = here.id AND NOT c.by_succession),
    'modules', (
      SELECT coalesce(jsonb_agg(d.name ORDER BY d.name), '[]') FROM app.module d
      WHERE d.tenant_id = here.id AND d.enabled),
    'access_version', coalesce(here.access_version, 0), 'settings_version', coalesce(here.settings_version, 0))))::text;
END $$;

-- Notes that the session was seen, at most once a minute, in a transaction of its own: a long request locks nobody out.
CREATE OR REPLACE FUNCTION auth.open_request(token bytea, want_slug text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE answer text := auth.request_answer(token, want_slug);
BEGIN
  IF answer IS NOT NULL THEN
    UPDATE auth.session SET seen_at = now() WHERE token_hash = token AND seen_at < now() - interval '1 minute';
  END IF;
  RETURN answer;
END $$;

-- Whether auth.open_request would answer the text with this SHA-256 and change nothing.
CREATE FUNCTION auth.request_unchanged(token bytea, want_slug text, answer_hash text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  RETURN EXISTS (SELECT FROM auth.session WHERE token_hash = token AND seen_at >= now() - interval '1 minute')
    AND coalesce(encode(sha256(convert_to(auth.request_answer(token, want_slug), 'UTF8')), 'hex') = answer_hash, false);
END $$;

REVOKE ALL ON FUNCTION auth.request_answer(bytea, text), auth.request_unchanged(bytea, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.request_unchanged(bytea, text, text) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(UNCHANGED)

    manager.add_raw(build)
    return manager
