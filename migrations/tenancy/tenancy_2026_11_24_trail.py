"""The trail signed with the instance key: every field of an entry, every head, every body; former keys are kept.

Chains written before are verified first and then hashed anew: an entry's text stays, its hash changes once.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T01:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "trail signed with the instance key"

KEYS = """
SET LOCAL ROLE sec_owner;
ALTER TABLE sec.key ADD COLUMN generation int NOT NULL DEFAULT 1;
-- Entries of the trail stay signed with the key they were written under; contexts and heads want the current one.
CREATE TABLE sec.former_key (
  generation int PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL,
  retired_at timestamptz NOT NULL DEFAULT now());

CREATE FUNCTION sec.key_generation() RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$ SELECT generation FROM sec.key $$;

-- HMAC-SHA-256 of a message under the key of a generation; NULL for a generation that never was.
CREATE FUNCTION sec.mac(message bytea, of_generation int) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT sha256(k.outer_pad || sha256(k.inner_pad || message)) FROM (
    SELECT generation, inner_pad, outer_pad FROM sec.key
    UNION ALL SELECT generation, inner_pad, outer_pad FROM sec.former_key) k WHERE k.generation = of_generation $$;
REVOKE ALL ON FUNCTION sec.key_generation(), sec.mac(bytea, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.key_generation(), sec.mac(bytea, int) TO audit_owner;
RESET ROLE;
"""

TRAIL = """
SET LOCAL ROLE audit_owner;
DO $$
DECLARE body uuid; fault record;
BEGIN
  FOR body IN SELECT tenant_id FROM audit.head UNION SELECT tenant_id FROM audit.log LOOP
    FOR fault IN SELECT * FROM audit.broken(body) LOOP
      RAISE EXCEPTION 'the trail of body % is broken from entry % (%): look into it before updating',
        body, fault.at_seq, fault.why;
    END LOOP;
  END LOOP;
END $$;
DROP FUNCTION audit.broken(uuid);
ALTER TABLE audit.log ADD COLUMN key_generation int NOT NULL DEFAULT 0;
ALTER TABLE audit.log ALTER COLUMN key_generation DROP DEFAULT;
ALTER TABLE audit.head ADD COLUMN signature bytea NOT NULL DEFAULT '\\x';
ALTER TABLE audit.head ALTER COLUMN signature DROP DEFAULT;
DROP FUNCTION audit.digest(bytea, uuid, bigint, timestamptz, uuid, text, text, jsonb, jsonb);

-- The hash of an entry: every field of it, SQL NULL told from JSON null, keyed.
CREATE FUNCTION audit.digest(link audit.log) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT sec.mac(convert_to(jsonb_build_array(
    encode(link.previous, 'hex'), link.tenant_id, link.seq,
    to_char(link.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), link.account_id, link.operation,
    link.table_name, link.row_id, link.before IS NULL, link.before, link.after IS NULL, link.after,
    link.key_generation)::text, 'UTF8'), link.key_generation) $$;

-- The signature of a head, always under the current key: an end that was cut off has no signature of its own.
CREATE FUNCTION audit.head_signature(tenant uuid, seq bigint, hash bytea) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT sec.mac(convert_to(jsonb_build_array('head', tenant, seq, encode(hash, 'hex'))::text, 'UTF8'),
                 sec.key_generation()) $$;

-- One chain per body; TG_ARGV names the table (a distributed engine renames its shards) and the columns left out.
-- Rows are kept as text, so the settings that decide how values are written are pinned.
CREATE OR REPLACE FUNCTION audit.chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET timezone = 'Asia/Ho_Chi_Minh' SET bytea_output = 'hex' AS $$
DECLARE link audit.log; last audit.head;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    link.before := to_jsonb(OLD) - string_to_array(TG_ARGV[1], ','); link.tenant_id := OLD.tenant_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    link.after := to_jsonb(NEW) - string_to_array(TG_ARGV[1], ','); link.tenant_id := NEW.tenant_id;
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

-- Every body has a head from the moment it is placed.
CREATE FUNCTION audit.open_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO audit.head VALUES (NEW.id, 0, '\\x00', audit.head_signature(NEW.id, 0, '\\x00'));
  RETURN NULL;
END $$;

-- A new instance key signs the heads anew; one that the former key did not sign stays as it is, and is found.
CREATE FUNCTION audit.sign_heads(former int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  UPDATE audit.head h SET signature = audit.head_signature(h.tenant_id, h.seq, h.hash)
    WHERE h.signature = sec.mac(convert_to(
      jsonb_build_array('head', h.tenant_id, h.seq, encode(h.hash, 'hex'))::text, 'UTF8'), former) $$;

-- Verifying is for a body itself and for the operator's space.
CREATE FUNCTION audit.may_verify(tenant uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT coalesce(app.tid() IN (tenant, '00000000-0000-0000-0000-000000000000'), false) $$;

-- The first broken link of a body's chain, or no row: "head" (none), "signature", "gap", "previous", "content", "tail".
CREATE FUNCTION audit.broken(tenant uuid) RETURNS TABLE (at_seq bigint, why text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE head audit.head; last record;
BEGIN
  IF NOT audit.may_verify(tenant) THEN RAISE EXCEPTION 'another body' USING errcode = '42501'; END IF;
  SELECT * INTO head FROM audit.head WHERE tenant_id = tenant;
  IF NOT FOUND THEN RETURN QUERY SELECT 0::bigint, 'head'; RETURN; END IF;
  RETURN QUERY SELECT c.expected, CASE WHEN (c.link).seq <> c.expected THEN 'gap'
      WHEN (c.link).previous <> c.last THEN 'previous' ELSE 'content' END
    FROM (SELECT l AS link, row_number() OVER w AS expected, lag(l.hash, 1, '\\x00'::bytea) OVER w AS last
          FROM audit.log l WHERE l.tenant_id = tenant WINDOW w AS (ORDER BY l.seq)) c
    WHERE (c.link).seq <> c.expected OR (c.link).previous <> c.last
       OR (c.link).hash IS DISTINCT FROM audit.digest(c.link)
    ORDER BY c.expected LIMIT 1;
  IF FOUND THEN RETURN; END IF;
  SELECT l.seq, l.hash INTO last FROM audit.log l WHERE l.tenant_id = tenant ORDER BY l.seq DESC LIMIT 1;
  IF (head.seq, head.hash) IS DISTINCT FROM (coalesce(last.seq, 0), coalesce(last.hash, '\\x00'::bytea)) THEN
    RETURN QUERY SELECT coalesce(last.seq, 0), 'tail';
  ELSIF head.signature IS DISTINCT FROM audit.head_signature(tenant, head.seq, head.hash) THEN
    RETURN QUERY SELECT head.seq, 'signature';
  END IF;
END $$;

-- Every body that has a head or entries, with its head: the operator's space alone.
CREATE FUNCTION audit.heads() RETURNS TABLE (tenant_id uuid, seq bigint, hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT audit.may_verify(NULL) THEN RAISE EXCEPTION 'not the operator' USING errcode = '42501'; END IF;
  RETURN QUERY WITH RECURSIVE body AS (
      (SELECT l.tenant_id FROM audit.log l ORDER BY l.tenant_id LIMIT 1)
    UNION ALL
      SELECT (SELECT l.tenant_id FROM audit.log l WHERE l.tenant_id > b.tenant_id ORDER BY l.tenant_id LIMIT 1)
      FROM body b WHERE b.tenant_id IS NOT NULL)
    SELECT coalesce(b.tenant_id, h.tenant_id), coalesce(h.seq, 0), coalesce(h.hash, '\\x00'::bytea)
    FROM (SELECT * FROM body WHERE body.tenant_id IS NOT NULL) b FULL JOIN audit.head h ON h.tenant_id = b.tenant_id;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.broken(uuid), audit.heads() TO app_rt;
GRANT EXECUTE ON FUNCTION audit.open_chain() TO app_owner, app_rt;
GRANT USAGE ON SCHEMA audit TO sec_owner;
GRANT EXECUTE ON FUNCTION audit.sign_heads(int) TO sec_owner;

-- What stands is hashed anew, entry by entry.
DO $$
DECLARE link audit.log; last bytea; body uuid; ended bigint;
BEGIN
  FOR body IN SELECT h.tenant_id FROM audit.head h LOOP
    last := '\\x00'; ended := 0;
    FOR link IN SELECT * FROM audit.log l WHERE l.tenant_id = body ORDER BY l.seq LOOP
      link.previous := last; link.key_generation := sec.key_generation(); link.hash := audit.digest(link);
      UPDATE audit.log l SET previous = link.previous, key_generation = link.key_generation, hash = link.hash
        WHERE l.tenant_id = body AND l.seq = link.seq;
      last := link.hash; ended := link.seq;
    END LOOP;
    UPDATE audit.head h SET seq = ended, hash = last, signature = audit.head_signature(body, ended, last)
      WHERE h.tenant_id = body;
  END LOOP;
END $$;
RESET ROLE;
"""

OPENING = """
CREATE TRIGGER opens_chain AFTER INSERT ON app.tenant FOR EACH ROW EXECUTE FUNCTION audit.open_chain();
-- The bodies that are there already: their owner lists them, the owner of the trail opens what is missing.
ALTER TABLE app.tenant NO FORCE ROW LEVEL SECURITY;
SELECT set_config('app.bodies', coalesce(string_agg(id::text, ','), ''), true) FROM app.tenant;
ALTER TABLE app.tenant FORCE ROW LEVEL SECURITY;
SET LOCAL ROLE audit_owner;
INSERT INTO audit.head SELECT b.id::uuid, 0, '\\x00', audit.head_signature(b.id::uuid, 0, '\\x00')
  FROM unnest(string_to_array(current_setting('app.bodies'), ',')) AS b(id)
  WHERE NOT EXISTS (SELECT FROM audit.head h WHERE h.tenant_id = b.id::uuid);
RESET ROLE;
"""

ROTATION = """
SET LOCAL ROLE sec_owner;
-- The same key again changes nothing; another one retires the key at hand and signs the heads of the trails anew.
CREATE OR REPLACE FUNCTION sec.install_key(key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE padded bytea; inner_new bytea; outer_new bytea; at_hand sec.key;
BEGIN
  IF length(key) < 32 OR length(key) > 64 THEN RAISE EXCEPTION 'the instance key has 32 to 64 bytes'; END IF;
  padded := key || decode(repeat('00', 64 - length(key)), 'hex');
  inner_new := padded; outer_new := padded;
  FOR i IN 0..63 LOOP
    inner_new := set_byte(inner_new, i, get_byte(padded, i) # 54);
    outer_new := set_byte(outer_new, i, get_byte(padded, i) # 92);
  END LOOP;
  SELECT * INTO at_hand FROM sec.key;
  IF NOT FOUND THEN INSERT INTO sec.key VALUES (1, inner_new, outer_new, 1); RETURN; END IF;
  IF at_hand.inner_pad = inner_new THEN RETURN; END IF;
  INSERT INTO sec.former_key VALUES (at_hand.generation, at_hand.inner_pad, at_hand.outer_pad);
  UPDATE sec.key SET inner_pad = inner_new, outer_pad = outer_new, generation = at_hand.generation + 1;
  PERFORM audit.sign_heads(at_hand.generation);
END $$;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tenancy", description=DESCRIPTION)

    async def build() -> None:
        for step in (KEYS, TRAIL, OPENING, ROTATION):
            await execute(step)

    manager.add_raw(build)
    return manager
