"""The walls: keys, signed context, the tree of bodies, accounts and sessions, the trail."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import protect_directory

ID = "2026-11-22T01:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "walls"

SIGNATURES = """
SET LOCAL ROLE sec_owner;
CREATE TABLE sec.key (id int PRIMARY KEY CHECK (id = 1), inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);

-- The key enters once, by the migrating role; no role that serves people can read it or change it.
CREATE FUNCTION sec.install_key(key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE padded bytea; inner_pad bytea; outer_pad bytea;
BEGIN
  IF length(key) < 32 OR length(key) > 64 THEN RAISE EXCEPTION 'the instance key has 32 to 64 bytes'; END IF;
  padded := key || decode(repeat('00', 64 - length(key)), 'hex');
  inner_pad := padded; outer_pad := padded;
  FOR i IN 0..63 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(padded, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(padded, i) # 92);
  END LOOP;
  INSERT INTO sec.key VALUES (1, inner_pad, outer_pad)
    ON CONFLICT (id) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad;
END $$;
REVOKE ALL ON FUNCTION sec.install_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.install_key(bytea) TO app_owner;

-- `a.b.expiry.hmac` -> {a, b, expiry, hmac}, or error 42501.
CREATE FUNCTION sec.verified(signed text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
DECLARE part text[] := string_to_array(signed, '.'); pad record;
BEGIN
  SELECT inner_pad, outer_pad INTO pad FROM sec.key WHERE id = 1;
  IF array_length(part, 1) IS DISTINCT FROM 4 OR part[3] !~ '^[0-9]{1,12}$' OR part[4] !~ '^[0-9a-f]{64}$'
     OR part[3]::bigint < extract(epoch FROM clock_timestamp())
     OR decode(part[4], 'hex') IS DISTINCT FROM
        sha256(pad.outer_pad ||
          sha256(pad.inner_pad || convert_to(part[1] || '.' || part[2] || '.' || part[3], 'UTF8')))
  THEN RAISE EXCEPTION 'bad tenant context' USING errcode = '42501'; END IF;
  RETURN part;
END $$;
REVOKE ALL ON FUNCTION sec.verified(text) FROM PUBLIC;

CREATE FUNCTION sec.context() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
DECLARE signed text := current_setting('app.context', true);
BEGIN
  IF signed IS NULL OR signed = '' THEN RETURN NULL; END IF;
  RETURN sec.verified(signed);
END $$;
REVOKE ALL ON FUNCTION sec.context() FROM PUBLIC;

CREATE FUNCTION app.enter(signed text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM sec.verified(signed);
  PERFORM set_config('app.context', signed, true);
END $$;

-- The three questions every policy asks. COST makes the planner ask once per scan and use the index.
CREATE FUNCTION app.tid() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100000 SET search_path = pg_catalog AS $$
BEGIN RETURN (sec.context())[1]::uuid; END $$;
CREATE FUNCTION app.uid() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100000 SET search_path = pg_catalog AS $$
BEGIN RETURN (sec.context())[2]::uuid; END $$;
CREATE FUNCTION app.visible() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100000 SET search_path = pg_catalog AS $$
BEGIN RETURN (SELECT array_agg(descendant) FROM app.closure WHERE ancestor = (sec.context())[1]::uuid); END $$;
CREATE FUNCTION app.ancestry() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100000 SET search_path = pg_catalog AS $$
BEGIN
  RETURN (SELECT array_agg(ancestor) FROM app.closure
    WHERE descendant = (sec.context())[1]::uuid AND NOT by_succession);
END $$;
REVOKE ALL ON FUNCTION app.enter(text), app.tid(), app.uid(), app.visible(), app.ancestry() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.enter(text), app.tid(), app.uid(), app.visible(), app.ancestry()
  TO app_rt, app_owner, audit_owner;
RESET ROLE;
"""

TREE = """
CREATE TABLE app.tenant (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT tenant_slug_once UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text NOT NULL, short_name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('supreme', 'province', 'district', 'region', 'cluster')),
  parent_id uuid REFERENCES app.tenant (id) ON DELETE RESTRICT,
  place text NOT NULL, party_name text NOT NULL, party_parent text NOT NULL,
  valid_from date NOT NULL, valid_to date, demo boolean NOT NULL,
  source text NOT NULL,
  CHECK (valid_to IS NULL OR valid_to >= valid_from));
CREATE TABLE app.succession (
  predecessor_id uuid NOT NULL REFERENCES app.tenant (id) ON DELETE RESTRICT,
  successor_id uuid NOT NULL REFERENCES app.tenant (id) ON DELETE RESTRICT,
  on_date date NOT NULL,
  PRIMARY KEY (predecessor_id, successor_id), CHECK (predecessor_id <> successor_id));
CREATE TABLE app.cluster_member (
  cluster_id uuid NOT NULL REFERENCES app.tenant (id) ON DELETE RESTRICT,
  year int NOT NULL CHECK (year BETWEEN 1960 AND 2200),
  body_id uuid NOT NULL REFERENCES app.tenant (id) ON DELETE RESTRICT,
  role text NOT NULL CHECK (role IN ('chief', 'deputy', 'member')),
  PRIMARY KEY (cluster_id, year, body_id));
CREATE UNIQUE INDEX cluster_has_one_chief ON app.cluster_member (cluster_id, year) WHERE role = 'chief';
-- Who looks down on whom: the tree, and every predecessor of a body seen (its history stays visible after a merger).
CREATE TABLE app.closure (
  ancestor uuid NOT NULL REFERENCES app.tenant (id), descendant uuid NOT NULL REFERENCES app.tenant (id),
  depth int NOT NULL, by_succession boolean NOT NULL, PRIMARY KEY (ancestor, descendant));
CREATE INDEX closure_upward ON app.closure (descendant, ancestor);
GRANT SELECT ON app.tenant, app.closure TO sec_owner;
CREATE POLICY opens_requests ON app.tenant FOR SELECT TO sec_owner USING (true);
CREATE POLICY opens_requests ON app.closure FOR SELECT TO sec_owner USING (true);
"""

TRAIL = """
SET LOCAL ROLE audit_owner;
CREATE TABLE audit.head (tenant_id uuid PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE audit.log (
  tenant_id uuid NOT NULL, seq bigint NOT NULL, at timestamptz NOT NULL, account_id uuid, operation text NOT NULL,
  table_name text NOT NULL, row_id uuid NOT NULL, before jsonb, after jsonb,
  previous bytea NOT NULL, hash bytea NOT NULL,
  CONSTRAINT log_key PRIMARY KEY (tenant_id, seq));
CREATE INDEX log_of_row ON audit.log (tenant_id, row_id, seq);
CREATE FUNCTION audit.digest(previous bytea, tenant uuid, seq bigint, at timestamptz, account uuid, operation text,
                             table_name text, before jsonb, after jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    tenant, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    account, operation, table_name, before, after)::text, 'UTF8')) $$;
-- One chain per body; TG_ARGV names the table (a distributed engine renames its shards) and the columns left out.
CREATE FUNCTION audit.chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  tenant uuid; head record; next_seq bigint; written timestamptz := clock_timestamp();
  before jsonb; after jsonb; mark bytea;
BEGIN
  IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - string_to_array(TG_ARGV[1], ','); tenant := OLD.tenant_id; END IF;
  IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - string_to_array(TG_ARGV[1], ','); tenant := NEW.tenant_id; END IF;
  INSERT INTO audit.head VALUES (tenant, 0, '\\x00') ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM audit.head WHERE tenant_id = tenant FOR UPDATE;
  next_seq := head.seq + 1;
  mark := audit.digest(head.hash, tenant, next_seq, written, app.uid(), TG_OP, TG_ARGV[0], before, after);
  INSERT INTO audit.log VALUES (tenant, next_seq, written, app.uid(), TG_OP, TG_ARGV[0],
    (coalesce(after, before) ->> 'id')::uuid, before, after, head.hash, mark);
  UPDATE audit.head SET seq = next_seq, hash = mark WHERE tenant_id = tenant;
  RETURN NULL;
END $$;
-- The first broken link of a body's chain, or no row.
CREATE FUNCTION audit.broken(tenant uuid) RETURNS TABLE (at_seq bigint, why text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE link record; last bytea := '\\x00'; expected bigint := 0; head record;
BEGIN
  FOR link IN SELECT * FROM audit.log WHERE tenant_id = tenant ORDER BY seq LOOP
    expected := expected + 1;
    IF link.seq <> expected THEN RETURN QUERY SELECT expected, 'gap'; RETURN; END IF;
    IF link.previous <> last THEN RETURN QUERY SELECT expected, 'previous'; RETURN; END IF;
    IF link.hash <> audit.digest(link.previous, link.tenant_id, link.seq, link.at, link.account_id, link.operation,
                                 link.table_name, link.before, link.after)
    THEN RETURN QUERY SELECT expected, 'content'; RETURN; END IF;
    last := link.hash;
  END LOOP;
  SELECT * INTO head FROM audit.head WHERE tenant_id = tenant;
  IF found AND (head.seq <> expected OR head.hash <> last) THEN RETURN QUERY SELECT expected, 'tail'; END IF;
END $$;
ALTER TABLE audit.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.log FORCE ROW LEVEL SECURITY;
CREATE POLICY may_read ON audit.log FOR SELECT TO app_rt USING (tenant_id = app.tid());
CREATE POLICY keeps_the_trail ON audit.log TO audit_owner USING (true) WITH CHECK (true);
COMMENT ON TABLE audit.log IS 'base=private';
GRANT SELECT ON audit.log TO app_rt;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.chain() TO app_owner, app_rt;
GRANT EXECUTE ON FUNCTION audit.broken(uuid) TO app_owner;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tenancy", description=DESCRIPTION)

    async def build() -> None:
        await execute(SIGNATURES)
        await execute(TREE)
        for table in ("tenant", "succession", "cluster_member", "closure"):
            await execute(protect_directory(table))
        await execute(TRAIL)

    manager.add_raw(build)
    return manager
