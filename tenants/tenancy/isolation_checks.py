"""Checks of tenant isolation: what the catalogue says of each table and function, what one without a body really sees.

Run as tests after the migrations of every module, and by `thidua doctor`. Both must find nothing. Which base a table
has is said by the code, never by the database.
"""

from collections.abc import Mapping

from asyncpg import Connection
from msgspec import Struct

from tenancy.catalogue import names_with_schema
from tenancy.protection import DIRECTORY_READ, DIRECTORY_TABLES, DIRECTORY_WRITE, MAY_READ, OWN

OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"


class Finding(Struct, frozen=True):
    """A gap in the isolation: which object, and why it is one."""

    thing: str
    why: str


REACHABLE = f"""
SELECT c.oid::regclass::text AS thing,
  CASE WHEN c.relkind IN ('m', 'f') THEN 'materialized view or foreign table reachable'
       WHEN c.relkind = 'v' THEN 'view without security_invoker'
       WHEN NOT c.relrowsecurity THEN 'row security off' ELSE 'row security not forced' END AS why
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_schema_privilege('app_rt', n.oid, 'USAGE')
  AND (has_table_privilege('app_rt', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
       OR has_any_column_privilege('app_rt', c.oid, 'SELECT, INSERT, UPDATE'))
  AND (c.relkind IN ('m', 'f') OR (c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity))
       OR (c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{{security_invoker=true}}', false)))
"""
DEFINERS = f"""
SELECT p.oid::regprocedure::text AS thing,
  CASE WHEN r.rolsuper OR r.rolbypassrls THEN 'its owner passes through row security'
       ELSE 'its search_path is not pinned' END AS why
FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE {OURS} AND p.prosecdef AND has_function_privilege('app_rt', p.oid, 'EXECUTE')
  AND (r.rolsuper OR r.rolbypassrls OR NOT coalesce(array_to_string(p.proconfig, ',') ~ 'search_path', false))
UNION ALL
SELECT p.oid::regprocedure::text, 'marked leakproof by hand'
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} AND p.proleakproof
"""
ROLES = """
SELECT r.rolname::text AS thing, 'superuser, bypassrls, createrole, owner or member of another role' AS why
FROM pg_roles r WHERE r.rolname = 'app_rt' AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
  OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
  OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid))
UNION ALL
SELECT r.rolname, 'superuser, bypassrls, createrole or replication' FROM pg_roles r
WHERE r.rolname IN ('app_owner', 'sec_owner', 'audit_owner')
  AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication)
UNION ALL
SELECT 'large objects', 'a store outside row security and the trail' FROM pg_largeobject_metadata HAVING count(*) > 0
"""
KEYS = """
WITH ours AS (
  SELECT c.oid, c.relname = ANY ($1::text[]) AS directory FROM pg_class c
  WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'migration'
), place AS (
  SELECT a.attrelid, a.attnum, a.attnotnull FROM pg_attribute a JOIN ours ON ours.oid = a.attrelid
  WHERE a.attname = 'tenant_id'
)
SELECT ours.oid::regclass::text AS thing, 'no tenant_id that is NOT NULL' AS why FROM ours
WHERE NOT directory AND NOT EXISTS (SELECT 1 FROM place WHERE attrelid = ours.oid AND attnotnull)
UNION ALL
SELECT k.conname || ' on ' || k.conrelid::regclass, 'key or reference without tenant_id'
FROM pg_constraint k JOIN ours ON ours.oid = k.conrelid WHERE NOT directory AND k.contype IN ('p', 'u', 'f')
  AND NOT EXISTS (SELECT 1 FROM place WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey))
UNION ALL
SELECT k.conname || ' on ' || k.conrelid::regclass, 'removes or changes records by itself (only RESTRICT is allowed)'
FROM pg_constraint k WHERE k.connamespace = 'app'::regnamespace AND k.contype = 'f'
  AND (k.confdeltype NOT IN ('r', 'a') OR k.confupdtype NOT IN ('r', 'a'))
UNION ALL
SELECT i.indexrelid::regclass::text, 'index of a tenant table that does not start with tenant_id'
FROM pg_index i JOIN ours ON ours.oid = i.indrelid WHERE NOT directory
  AND NOT EXISTS (SELECT 1 FROM place WHERE attrelid = i.indrelid AND attnum = i.indkey[0])
UNION ALL
SELECT k.conrelid::regclass || ' → ' || k.confrelid::regclass, 'a shared table refers to a tenant table'
FROM pg_constraint k JOIN ours one ON one.oid = k.conrelid JOIN ours other ON other.oid = k.confrelid
WHERE k.contype = 'f' AND one.directory AND NOT other.directory
"""
GRANTS = """
SELECT c.oid::regclass::text AS thing, 'TRUNCATE, REFERENCES or TRIGGER granted to app_rt' AS why FROM pg_class c
WHERE c.relnamespace IN ('app'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace, 'sec'::regnamespace)
  AND c.relkind IN ('r', 'p') AND has_table_privilege('app_rt', c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
UNION ALL
SELECT n.nspname, 'app_rt may create here' FROM pg_namespace n WHERE has_schema_privilege('app_rt', n.oid, 'CREATE')
UNION ALL
SELECT c.oid::regclass::text, 'no trail' FROM pg_class c
WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p')
  AND c.relname <> ALL ($1::text[] || ARRAY['migration', 'pressed_key', 'body_state', 'form_draft'])
  AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'trail' AND t.tgenabled = 'A'
    AND pg_get_triggerdef(t.oid) LIKE format(
      'CREATE TRIGGER trail AFTER INSERT OR DELETE OR UPDATE ON app.%I FOR EACH ROW EXECUTE FUNCTION '
      || 'audit.chain(''%s'', ''%%'')', c.relname, c.relname))
"""
DIRECTORY = list(DIRECTORY_TABLES)
READABLE = f"""
SELECT c.oid::regclass::text AS thing FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND has_schema_privilege(n.oid, 'USAGE')
  AND has_table_privilege(c.oid, 'SELECT')
"""
POLICIES = """
SELECT c.relname, p.polname, p.polcmd::text AS command,
       p.polroles::regrole[]::text AS roles, pg_get_expr(p.polqual, p.polrelid) AS reading,
       pg_get_expr(p.polwithcheck, p.polrelid) AS writing
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'app'::regnamespace
"""


async def catalogue_findings(connection: Connection, bases: Mapping[str, str]) -> list[Finding]:
    """What is wrong by the catalogue; `bases` maps each table of the code to its base. Ask as any of our roles."""
    expected = {**bases, **dict.fromkeys(DIRECTORY_TABLES, "directory")}
    async with names_with_schema(connection):
        found = [Finding(**line) for text in (REACHABLE, DEFINERS, ROLES) for line in await connection.fetch(text)]
        found += [Finding(**line) for text in (KEYS, GRANTS) for line in await connection.fetch(text, DIRECTORY)]
        policies = await connection.fetch(POLICIES)
    for line in policies:
        base = expected.get(line["relname"])
        why = _policy_fault(base, line["command"], line["roles"], line["reading"], line["writing"])
        if why:
            found.append(Finding(f"{line['relname']}.{line['polname']}", why))
    return found


def _policy_fault(base: str | None, command: str, roles: str, reading: str | None, writing: str | None) -> str | None:
    """A policy says letter by letter what its table's base promises. Only the sign-in functions may read more."""
    if roles == "{sec_owner}":
        return None if command == "r" else "sec_owner may only read"
    if roles != "{app_rt}":
        return f"speaks to {roles}"
    if base == "directory":
        allowed: dict[str, tuple[str | None, str | None]] = {
            "r": (DIRECTORY_READ, None),
            "a": (None, DIRECTORY_WRITE),
            "w": (DIRECTORY_WRITE, DIRECTORY_WRITE),
            "d": (DIRECTORY_WRITE, None),
        }
    elif base in MAY_READ:
        allowed = {"r": (MAY_READ[base], None), "a": (None, OWN), "w": (OWN, OWN), "d": (OWN, None)}
    else:
        return "no code declares a base for its table"
    return (
        None if allowed.get(command) == (reading, writing) else f"not the policy of base {base}: {reading} / {writing}"
    )


async def behaviour_findings(connection: Connection) -> list[Finding]:
    """Every relation that `app_rt` can read shows nothing to a visitor who has entered no body. Ask as `app_rt`."""
    readable = await connection.fetch(READABLE)
    found = []
    for line in readable:
        # lint: allow(string-built-sql): the name comes out of the catalogue
        seen = await connection.fetchval(f"SELECT count(*) FROM {line['thing']}")
        if seen:
            found.append(Finding(line["thing"], f"{seen} rows to be seen without entering a body"))
    return found
