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

-- app_rt is one role for all bodies, so what PostgreSQL offers to everybody is taken from PUBLIC where it reaches past a
-- body. Monitoring roles still may.
--   * Statements of other connections hold signed contexts; neither read nor end them, nor list what one has prepared.
--   * Advisory locks outlive a statement and are named by anybody's number: one body could hold up another.
--   * Large objects are a store outside row security and the trail.
--   * Statistics and sizes count the rows of all bodies.
DO $$
DECLARE taken record;
BEGIN
  FOR taken IN
    SELECT p.oid::regprocedure AS thing, CASE
        WHEN p.proname IN ('pg_cancel_backend', 'pg_terminate_backend') THEN 'pg_signal_backend'
        WHEN p.proname ~ '^pg_(stat|lock_status|.*_size$)' THEN 'pg_monitor' END AS given
      FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
        p.proname IN ('pg_cancel_backend', 'pg_terminate_backend', 'pg_prepared_statement', 'pg_lock_status',
                      'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size',
                      'pg_database_size', 'pg_tablespace_size', 'loread', 'lowrite', 'pg_logical_emit_message', 'pg_export_snapshot')
        OR p.proname ~ '^(pg_(try_)?advisory|lo_|pg_stat_(get|clear|reset|force))')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', taken.thing);
    IF taken.given IS NOT NULL THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', taken.thing, taken.given);
    END IF;
  END LOOP;
  FOR taken IN
    SELECT c.oid::regclass AS thing FROM pg_class c
      WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'
        AND c.relname ~ '^pg_(stat_|statio_|stats|locks$|prepared_statements$)'
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', taken.thing);
    EXECUTE format('GRANT SELECT ON %s TO pg_monitor', taken.thing);
  END LOOP;
END $$;
-- Sign-in books its attempts one after another; a request lets go of whatever a hole in its SQL may have locked.
GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO sec_owner;
GRANT EXECUTE ON FUNCTION pg_advisory_unlock_all() TO app_rt;

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
