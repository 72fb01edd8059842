"""The core's own rooms: people, units, roles, modules, settings, keys of pressed buttons; accounts and sessions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import Reference, let_sign_in_read, protect

ID = "2026-11-22T02:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "people, access, modules, accounts"

TABLES = """
CREATE TABLE app.person (
  tenant_id uuid NOT NULL, id uuid NOT NULL, code text NOT NULL, full_name text NOT NULL,
  name_key bytea NOT NULL, name_search text NOT NULL, position text NOT NULL, email text NOT NULL,
  demo boolean NOT NULL, left_on date, version int NOT NULL);
CREATE TABLE app.unit (
  tenant_id uuid NOT NULL, id uuid NOT NULL, code text NOT NULL, kind text NOT NULL
    CHECK (kind IN ('department', 'cell')), name text NOT NULL, committee_name text NOT NULL, parent_id uuid,
  sort int NOT NULL, valid_from date NOT NULL, valid_to date, version int NOT NULL);
CREATE TABLE app.appointment (
  tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, unit_id uuid NOT NULL, position text NOT NULL,
  valid_from date NOT NULL, valid_to date, version int NOT NULL, CHECK (valid_to >= valid_from - 1));
CREATE TABLE app.role_assignment (
  tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, role text NOT NULL, unit_id uuid,
  valid_from date NOT NULL, valid_to date, version int NOT NULL, CHECK (valid_to >= valid_from - 1));
CREATE TABLE app.access_rule (
  tenant_id uuid NOT NULL, id uuid NOT NULL, role text NOT NULL, permission text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('allow', 'deny')), version int NOT NULL);
CREATE TABLE app.module (
  tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, enabled boolean NOT NULL,
  changed_at timestamptz NOT NULL, changed_by uuid NOT NULL, version int NOT NULL);
CREATE TABLE app.setting_patch (
  tenant_id uuid NOT NULL, id uuid NOT NULL, module text NOT NULL, patch jsonb NOT NULL, locked jsonb NOT NULL,
  changed_at timestamptz NOT NULL, changed_by uuid NOT NULL, version int NOT NULL);
CREATE TABLE app.body_state (
  tenant_id uuid NOT NULL, id uuid NOT NULL, access_version int NOT NULL, settings_version int NOT NULL);
CREATE TABLE app.pressed_key (
  tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, key text NOT NULL, request_hash bytea NOT NULL,
  answer bytea, pressed_at timestamptz NOT NULL);
"""

WALLS = [
    protect("person", "private", unique={"person_code_once": ["code"]}, index={"person_by_name": ["name_key"]}),
    protect("unit", "private", unique={"unit_code_once": ["code"]}, references=[Reference("parent_id", "unit")]),
    protect("appointment", "private", references=[Reference("person_id", "person"), Reference("unit_id", "unit")]),
    protect("role_assignment", "private", references=[Reference("person_id", "person"), Reference("unit_id", "unit")]),
    protect("access_rule", "private", unique={"access_rule_once": ["role", "permission"]}, deletable=True),
    protect("module", "overseen", unique={"module_once": ["name"]}),
    protect("setting_patch", "inherited", unique={"setting_patch_once": ["module"]}),
    protect("body_state", "private", audited=False),
    protect("pressed_key", "private", unique={"pressed_key_once": ["account_id", "key"]}, audited=False,
            deletable=True),
    let_sign_in_read("person"), let_sign_in_read("role_assignment"),
    let_sign_in_read("module"), let_sign_in_read("setting_patch"), let_sign_in_read("body_state"),
]

ACCOUNTS = """
SET LOCAL ROLE sec_owner;
CREATE TABLE auth.account (
  id uuid PRIMARY KEY, login text NOT NULL CONSTRAINT account_login_once UNIQUE CHECK (login = lower(login)),
  password_hash text NOT NULL, must_change boolean NOT NULL,
  language text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')), operator boolean NOT NULL DEFAULT false,
  demo boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL DEFAULT now(), closed_at timestamptz);
CREATE TABLE auth.membership (
  account_id uuid NOT NULL REFERENCES auth.account (id), tenant_id uuid NOT NULL, person_id uuid NOT NULL,
  valid_from date NOT NULL, valid_to date, PRIMARY KEY (account_id, tenant_id));
CREATE INDEX membership_of_person ON auth.membership (tenant_id, person_id);
CREATE TABLE auth.session (
  token_hash bytea PRIMARY KEY, account_id uuid NOT NULL REFERENCES auth.account (id),
  opened_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL, idle interval NOT NULL,
  address text NOT NULL, agent text NOT NULL);
CREATE INDEX session_of_account ON auth.session (account_id);
CREATE TABLE auth.attempt (key text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX attempt_by_key ON auth.attempt (key, at);

-- Books an attempt before the password is looked at; over the limit it hands out no hash, only the seconds to wait.
CREATE FUNCTION auth.begin_sign_in(ticket text, want_login text, address text, per_account int, per_address int,
                                   span interval)
RETURNS TABLE (account_id uuid, password_hash text, wait_seconds int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE tries int; first timestamptz; wait int := 0; key_limit record; found_account record;
BEGIN
  PERFORM auth.granted(ticket, 'begin_sign_in');
  FOR key_limit IN SELECT * FROM (VALUES ('account:' || lower(want_login), per_account),
                                         ('address:' || address, per_address)) AS k(name, most) LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(key_limit.name, 0));
    DELETE FROM auth.attempt a WHERE a.key = key_limit.name AND a.at < clock_timestamp() - span;
    SELECT count(*), min(a.at) INTO tries, first FROM auth.attempt a WHERE a.key = key_limit.name;
    IF tries >= key_limit.most THEN
      wait := greatest(wait, ceil(extract(epoch FROM first + span - clock_timestamp()))::int, 1);
    ELSE
      INSERT INTO auth.attempt (key) VALUES (key_limit.name);
    END IF;
  END LOOP;
  IF wait > 0 THEN RETURN QUERY SELECT NULL::uuid, NULL::text, wait; RETURN; END IF;
  SELECT a.id, a.password_hash INTO found_account FROM auth.account a
    WHERE a.login = lower(want_login) AND a.closed_at IS NULL;
  RETURN QUERY SELECT found_account.id, found_account.password_hash, 0;
END $$;

-- What acts for an account wants a ticket signed for that purpose: a hole in the SQL of a page opens nothing here.
CREATE FUNCTION auth.granted(ticket text, purpose text) RETURNS uuid LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE part text[] := sec.verified(ticket);
BEGIN
  IF part[1] <> purpose THEN RAISE EXCEPTION 'a ticket for something else' USING errcode = '42501'; END IF;
  RETURN part[2]::uuid;
END $$;

CREATE FUNCTION auth.open_session(ticket text, token bytea, idle interval, longest interval, address text, agent text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'open_session');
BEGIN
  DELETE FROM auth.session s WHERE s.account_id = account AND (s.expires_at < now() OR s.seen_at + s.idle < now());
  DELETE FROM auth.attempt a USING auth.account c WHERE c.id = account AND a.key = 'account:' || c.login;
  DELETE FROM auth.attempt WHERE ctid = (
    SELECT a.ctid FROM auth.attempt a WHERE a.key = 'address:' || address ORDER BY a.at DESC LIMIT 1);
  INSERT INTO auth.session (token_hash, account_id, expires_at, idle, address, agent)
    VALUES (token, account, now() + longest, idle, left(address, 60), left(agent, 200));
END $$;

CREATE FUNCTION auth.close_session(token bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  DELETE FROM auth.session WHERE token_hash = token $$;

CREATE FUNCTION auth.close_all_sessions(ticket text, but bytea) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE closed int;
BEGIN
  DELETE FROM auth.session
    WHERE account_id = auth.granted(ticket, 'close_sessions') AND token_hash IS DISTINCT FROM but;
  GET DIAGNOSTICS closed = ROW_COUNT; RETURN closed;
END $$;

CREATE FUNCTION auth.sessions(ticket text)
RETURNS TABLE (token_hash bytea, opened_at timestamptz, seen_at timestamptz, address text, agent text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'list_sessions');
BEGIN
  RETURN QUERY SELECT s.token_hash, s.opened_at, s.seen_at, s.address, s.agent FROM auth.session s
    WHERE s.account_id = account AND s.expires_at > now() AND s.seen_at + s.idle > now() ORDER BY s.seen_at DESC;
END $$;

CREATE FUNCTION auth.password_of(ticket text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN RETURN (SELECT a.password_hash FROM auth.account a WHERE a.id = auth.granted(ticket, 'check_password')); END $$;

CREATE FUNCTION auth.set_password(ticket text, hash text, must_change_it boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  UPDATE auth.account SET password_hash = hash, must_change = must_change_it
    WHERE id = auth.granted(ticket, 'set_password');
END $$;

CREATE FUNCTION auth.set_language(ticket text, wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN UPDATE auth.account SET language = wanted WHERE id = auth.granted(ticket, 'set_language'); END $$;

-- Only the machine (ticket of the nobody account) makes accounts; an existing login keeps its password.
CREATE FUNCTION auth.add_account(ticket text, new_id uuid, new_login text, hash text, change_first boolean,
                                 is_operator boolean, is_demo boolean)
RETURNS TABLE (account_id uuid, made boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE made_id uuid;
BEGIN
  PERFORM auth.granted(ticket, 'add_account');
  INSERT INTO auth.account (id, login, password_hash, must_change, operator, demo)
    VALUES (new_id, lower(new_login), hash, change_first, is_operator, is_demo)
    ON CONFLICT (login) DO NOTHING RETURNING id INTO made_id;
  RETURN QUERY SELECT coalesce(made_id, (SELECT a.id FROM auth.account a WHERE a.login = lower(new_login))),
    made_id IS NOT NULL;
END $$;

CREATE FUNCTION auth.accounts(ticket text)
RETURNS TABLE (account_id uuid, login text, operator boolean, demo boolean, must_change boolean, tenant_id uuid,
               person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM auth.granted(ticket, 'list_accounts');
  RETURN QUERY SELECT a.id, a.login, a.operator, a.demo, a.must_change, m.tenant_id, m.person_id
    FROM auth.account a LEFT JOIN auth.membership m ON m.account_id = a.id WHERE a.closed_at IS NULL ORDER BY a.login;
END $$;

-- A body binds its own person to an account and may only do so for itself.
CREATE FUNCTION auth.join_body(ticket text, person uuid, since date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'join_body');
BEGIN
  IF app.tid() IS NULL THEN RAISE EXCEPTION 'no body entered' USING errcode = '42501'; END IF;
  INSERT INTO auth.membership VALUES (account, app.tid(), person, since, NULL)
    ON CONFLICT (account_id, tenant_id) DO UPDATE SET person_id = excluded.person_id, valid_to = NULL;
END $$;
CREATE FUNCTION auth.leave_body(person uuid, until date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN UPDATE auth.membership SET valid_to = until WHERE tenant_id = app.tid() AND person_id = person; END $$;
CREATE FUNCTION auth.logins_here() RETURNS TABLE (person_id uuid, login text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  RETURN QUERY SELECT m.person_id, a.login FROM auth.membership m JOIN auth.account a ON a.id = m.account_id
    WHERE m.tenant_id = app.tid();
END $$;

-- Which person of this body an account is; people who left stay named in what they did.
CREATE FUNCTION auth.person_here(account uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  RETURN QUERY SELECT m.person_id FROM auth.membership m WHERE m.tenant_id = app.tid() AND m.account_id = account;
END $$;

-- One question opens a request: whose session, which body, as which person, with which roles, modules and versions.
CREATE FUNCTION auth.open_request(token bytea, want_slug text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE who record; here record; today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date; answer jsonb;
BEGIN
  SELECT a.id, a.login, a.language, a.must_change, a.operator, s.seen_at INTO who
    FROM auth.session s JOIN auth.account a ON a.id = s.account_id
    WHERE s.token_hash = token AND s.expires_at > now() AND s.seen_at + s.idle > now() AND a.closed_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF who.seen_at < now() - interval '1 minute' THEN
    UPDATE auth.session SET seen_at = now() WHERE token_hash = token;
  END IF;
  answer := jsonb_build_object('account_id', who.id, 'login', who.login, 'language', who.language,
    'must_change', who.must_change, 'operator', who.operator, 'bodies', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.short_name) ORDER BY t.short_name), '[]')
      FROM auth.membership m JOIN app.tenant t ON t.id = m.tenant_id
      WHERE m.account_id = who.id AND m.valid_from <= today AND (m.valid_to IS NULL OR m.valid_to >= today)));
  IF want_slug IS NULL THEN RETURN answer::text; END IF;
  SELECT t.id, t.slug, t.name, t.short_name, t.kind, t.place, t.demo, t.party_name, t.party_parent,
    coalesce((SELECT u.name FROM app.tenant u WHERE u.id = t.parent_id), '') AS upper_name,
    p.id AS person_id, p.full_name INTO here
    FROM app.tenant t JOIN auth.membership m ON m.tenant_id = t.id AND m.account_id = who.id
      AND m.valid_from <= today AND (m.valid_to IS NULL OR m.valid_to >= today)
    JOIN app.person p ON p.tenant_id = t.id AND p.id = m.person_id WHERE t.slug = want_slug;
  IF NOT FOUND THEN RETURN answer::text; END IF;
  RETURN (answer || jsonb_build_object('here', jsonb_build_object(
    'tenant_id', here.id, 'slug', here.slug, 'name', here.name, 'short_name', here.short_name, 'kind', here.kind,
    'place', here.place, 'demo', here.demo, 'party_name', here.party_name, 'party_parent', here.party_parent,
    'upper_name', here.upper_name, 'person_id', here.person_id, 'person_name', here.full_name,
    'roles', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'unit_id', r.unit_id)), '[]')
      FROM app.role_assignment r WHERE r.tenant_id = here.id AND r.person_id = here.person_id
        AND r.valid_from <= today AND (r.valid_to IS NULL OR r.valid_to >= today)),
    'patches', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('tenant_id', s.tenant_id, 'module', s.module, 'patch', s.patch,
        'locked', s.locked) ORDER BY c.depth DESC), '[]')
      FROM app.closure c JOIN app.setting_patch s ON s.tenant_id = c.ancestor
      WHERE c.descendant = here.id AND NOT c.by_succession),
    'modules', (SELECT coalesce(jsonb_agg(d.name), '[]') FROM app.module d WHERE d.tenant_id = here.id AND d.enabled),
    'access_version', coalesce((SELECT b.access_version FROM app.body_state b WHERE b.tenant_id = here.id), 0),
    'settings_version',
    coalesce((SELECT b.settings_version FROM app.body_state b WHERE b.tenant_id = here.id), 0))))::text;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA auth FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA auth TO app_rt;
REVOKE EXECUTE ON FUNCTION auth.granted(text, text) FROM app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(TABLES)
        for wall in WALLS:
            await execute(wall)
        await execute(ACCOUNTS)

    manager.add_raw(build)
    return manager
