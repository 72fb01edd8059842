-- Once per database, as a superuser, before the first `thidua migrate`:
--   createdb thidua && psql -d thidua -f deploy/postgres/roles.sql
-- then give app_owner and app_rt a way to log in (password, certificate) and point
--   DATABASE_URL       at app_rt    (the product runs as this role)
--   DATABASE_OWNER_URL at app_owner (migrations run as this role)
-- Safe to run again. The product refuses to start with any other rights than these.
DO $$
DECLARE wanted record;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
      ('app_owner',   'LOGIN NOBYPASSRLS'),  -- owns the tables, runs migrations
      ('app_rt',      'LOGIN NOBYPASSRLS'),  -- the running product: owns nothing
      ('app_backup',  'LOGIN BYPASSRLS'),    -- reads everything, for dumps only
      ('sec_owner',   'NOLOGIN NOBYPASSRLS'),-- owns the keys, the accounts and the wall functions
      ('audit_owner', 'NOLOGIN NOBYPASSRLS') -- owns the trail
    ) AS w(name, attributes)
  LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT %s', wanted.name, wanted.attributes);
    END IF;
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO app_owner, app_rt, app_backup', current_database());
END $$;

-- Statements of other connections hold signed contexts of other bodies, and app_rt is one role for all of them: it may
-- neither read them nor end them, nor list what a connection has prepared. Monitoring roles still may.
REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer), pg_prepared_statement(),
  pg_cancel_backend(integer), pg_terminate_backend(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer) TO pg_monitor;
GRANT EXECUTE ON FUNCTION pg_cancel_backend(integer), pg_terminate_backend(integer, bigint) TO pg_signal_backend;

-- Only the migrating role may act as the two owners; the running product is a member of nothing.
GRANT sec_owner, audit_owner TO app_owner WITH SET TRUE, INHERIT FALSE;
GRANT pg_read_all_data TO app_backup WITH INHERIT TRUE;

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION app_owner;
CREATE SCHEMA IF NOT EXISTS sec AUTHORIZATION sec_owner;
CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION sec_owner;
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION audit_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA app, auth, audit TO app_rt;
GRANT USAGE, CREATE ON SCHEMA app TO sec_owner;
GRANT USAGE ON SCHEMA app, sec TO audit_owner;
GRANT USAGE ON SCHEMA sec, auth, audit TO app_owner;
