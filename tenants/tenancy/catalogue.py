"""Everything in the catalogue that isolation rests on, as facts: what is there, and how exactly it is defined.

Any role sees the same facts, so the running product can compare what the migrating role wrote down. The server's own
superuser is not named: a restored database has another.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from asyncpg import Connection

OUR_ROLES = "('app_owner', 'app_rt', 'app_backup', 'sec_owner', 'audit_owner')"
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
"""Schemas that are not PostgreSQL's own."""
LATER = 16384
"""The first object id that initdb does not give away: objects from here on were made afterwards."""


class Fact(NamedTuple):
    """One object: its kind, its name, and the text that defines it."""

    kind: str
    name: str
    definition: str


def _role(oid: str) -> str:
    """A role by its id, as it is named on every server."""
    return f"CASE {oid} WHEN 10 THEN '(superuser)' WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid({oid})::text END"


def _rights(acl: str) -> str:
    """Who may do what, sorted; the superuser may everything anyway."""
    return f"""(SELECT coalesce(string_agg({_role("a.grantee")} || ':' || a.privilege_type
      || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY {_role("a.grantee")}, a.privilege_type), '-')
      FROM aclexplode({acl}) a WHERE a.grantee <> 10)"""


FUNCTIONS = f"""
SELECT 'function' AS kind, p.oid::regprocedure::text AS name, concat_ws(E'\\n', {_role("p.proowner")},
    {_rights("coalesce(p.proacl, acldefault('f', p.proowner))")},
    CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END) AS definition
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} OR p.oid >= {LATER}
UNION ALL
SELECT 'rights of function', p.oid::regprocedure::text, {_rights("p.proacl")}
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT ({OURS}) AND p.oid < {LATER} AND p.proacl IS NOT NULL
UNION ALL
SELECT 'functions', 'of PostgreSQL', md5(string_agg(concat_ws('|', p.oid, p.pronamespace, p.proname, p.prolang,
    p.prosrc, p.probin, p.prosqlbody::text, p.proowner = 10, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset,
    p.provolatile, p.prokind, p.prosupport, p.proargtypes, p.prorettype, p.proconfig), E'\\n' ORDER BY p.oid))
FROM pg_proc p WHERE p.oid < {LATER}
"""
RELATION_KIND = """(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char\""""
RELATION_RIGHTS = f"coalesce(c.relacl, acldefault({RELATION_KIND}, c.relowner))"
RELATIONS = f"""
SELECT 'relation', c.oid::regclass::text, concat_ws(E'\\n', c.relkind, c.relpersistence, {_role("c.relowner")},
    c.relrowsecurity, c.relforcerowsecurity, c.relhastriggers, c.relhasrules, c.relhasindex, c.relchecks, c.reloptions,
    obj_description(c.oid, 'pg_class'),
    {_rights(RELATION_RIGHTS)},
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i
     WHERE i.inhrelid = c.oid),
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid)), E'\\n' ORDER BY a.attname)
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ({OURS} OR c.oid >= {LATER} AND n.nspname !~ '^pg_(toast|temp)') AND c.relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'view', c.oid::regclass || ' ' || r.rulename, md5(r.ev_action::text) || r.ev_enabled::text
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.oid < {LATER}
UNION ALL
SELECT 'rights of relation', c.oid::regclass::text, {_rights("c.relacl")}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT ({OURS}) AND n.nspname !~ '^pg_(toast|temp)' AND c.relacl IS NOT NULL
UNION ALL
SELECT 'rights of column', a.attrelid::regclass || '.' || a.attname, {_rights("a.attacl")}
FROM pg_attribute a WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready,
    i.indislive)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}
UNION ALL
SELECT 'constraint', k.conname || ' on ' || CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text
    ELSE k.contypid::regtype::text END, concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {OURS} AND k.contype <> 't'
  AND (k.contype <> 'n' OR NOT k.convalidated)
UNION ALL
SELECT 'rule', r.rulename || ' on ' || r.ev_class::regclass, concat_ws(' ', r.ev_enabled, pg_get_ruledef(r.oid))
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ({OURS}) AND (c.relkind NOT IN ('v', 'm') OR r.rulename <> '_RETURN')
"""
GUARDS = f"""
SELECT 'policy', p.polname || ' on ' || p.polrelid::regclass, concat_ws(' ', p.polcmd, p.polpermissive,
    (SELECT string_agg({_role("r.oid")}, ',' ORDER BY {_role("r.oid")}) FROM unnest(p.polroles) AS r(oid)),
    'USING', pg_get_expr(p.polqual, p.polrelid), 'CHECK', pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p
UNION ALL
SELECT 'trigger', t.tgname || ' on ' || t.tgrelid::regclass, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid)
FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL
SELECT 'trigger', 'of constraint ' || k.conname || ' on ' || k.conrelid::regclass, string_agg(concat_ws(' ',
    t.tgrelid::regclass, t.tgfoid::regproc, t.tgtype, t.tgenabled, t.tgdeferrable), ', '
    ORDER BY t.tgrelid::regclass::text, t.tgfoid::regproc::text)
FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint WHERE t.tgisinternal
GROUP BY k.oid, k.conname, k.conrelid
UNION ALL
SELECT 'event trigger', e.evtname, concat_ws(' ', e.evtevent, e.evtfoid::regprocedure, e.evtenabled, e.evttags)
FROM pg_event_trigger e
UNION ALL
SELECT 'schema', n.nspname,
  {_role("n.nspowner")} || ' ' || {_rights("coalesce(n.nspacl, acldefault('n', n.nspowner))")}
FROM pg_namespace n WHERE n.nspname !~ '^pg_(toast|temp)'
UNION ALL
SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, {_role("t.typowner")}, {_rights("t.typacl")})
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid >= {LATER} AND t.typrelid = 0 AND t.typelem = 0
"""
ROLES = f"""
SELECT 'role', r.rolname::text, concat_ws(' ', CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
    CASE WHEN r.rolinherit THEN 'INHERIT' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolcanlogin THEN 'LOGIN' END,
    CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END,
    r.rolconnlimit, r.rolvaliduntil)
FROM pg_roles r WHERE r.rolname IN {OUR_ROLES}
  OR (r.oid >= {LATER} AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication))
UNION ALL
SELECT 'member', pg_get_userbyid(m.member) || ' of ' || pg_get_userbyid(m.roleid),
  string_agg(concat_ws(' ', m.admin_option, m.inherit_option, m.set_option), '; ' ORDER BY m.oid)
FROM pg_auth_members m WHERE pg_get_userbyid(m.member) IN {OUR_ROLES} OR pg_get_userbyid(m.roleid) IN {OUR_ROLES}
  OR (m.roleid < {LATER} AND m.member <> 10)
GROUP BY m.member, m.roleid
UNION ALL
SELECT 'setting', concat_ws(' ', CASE s.setrole WHEN 0 THEN 'everybody' ELSE {_role("s.setrole")} END,
    CASE s.setdatabase WHEN 0 THEN 'everywhere' ELSE 'here' END), array_to_string(s.setconfig, '; ')
FROM pg_db_role_setting s JOIN pg_database d ON d.datname = current_database()
WHERE s.setdatabase IN (0, d.oid)
UNION ALL
SELECT 'rights of parameter', p.parname, {_rights("p.paracl")} FROM pg_parameter_acl p
UNION ALL
SELECT 'rights of database', 'this one', (
  SELECT string_agg({_role("a.grantee")} || ':' || a.privilege_type, ' '
    ORDER BY {_role("a.grantee")}, a.privilege_type)
  FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  WHERE a.grantee = 0 OR (pg_get_userbyid(a.grantee) IN {OUR_ROLES}))
FROM pg_database d WHERE d.datname = current_database()
UNION ALL
SELECT 'owner of database', 'this one', {_role("d.datdba")} FROM pg_database d WHERE d.datname = current_database()
UNION ALL
SELECT 'default rights', concat_ws(' ', {_role("a.defaclrole")}, a.defaclnamespace::regnamespace, a.defaclobjtype),
  {_rights("a.defaclacl")} FROM pg_default_acl a
"""
EXTRAS = f"""
SELECT 'extension', e.extname::text, e.extnamespace::regnamespace::text FROM pg_extension e
UNION ALL
SELECT 'language', l.lanname::text,
  l.lanpltrusted || ' ' || {_rights("coalesce(l.lanacl, acldefault('l', l.lanowner))")}
FROM pg_language l
UNION ALL
SELECT 'publication', p.pubname::text, p.puballtables::text FROM pg_publication p
UNION ALL
SELECT 'publication', p.prrelid::regclass::text, '' FROM pg_publication_rel p
UNION ALL
SELECT 'foreign server', s.srvname::text, {_rights("s.srvacl")} FROM pg_foreign_server s
UNION ALL
SELECT 'foreign data wrapper', w.fdwname::text, {_rights("w.fdwacl")} FROM pg_foreign_data_wrapper w
UNION ALL
SELECT 'operator', o.oid::regoperator::text, o.oprcode::regprocedure::text FROM pg_operator o WHERE o.oid >= {LATER}
UNION ALL
SELECT 'cast', c.castsource::regtype || ' as ' || c.casttarget::regtype, c.castfunc::regprocedure::text
FROM pg_cast c WHERE c.oid >= {LATER}
UNION ALL
SELECT 'large objects', 'any', count(*)::text FROM pg_largeobject_metadata HAVING count(*) > 0
"""
BUILT_IN = " UNION ALL ".join(
    f"SELECT 'built in', '{name}', md5(string_agg(x::text, ' ' ORDER BY x.oid)) FROM {name} x WHERE x.oid < {LATER}"
    for name in ("pg_operator", "pg_opclass", "pg_opfamily", "pg_amop", "pg_amproc", "pg_am", "pg_cast",
                 "pg_conversion", "pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template")
) + f"""
UNION ALL
SELECT 'built in', 'pg_aggregate', md5(string_agg(x::text, E'\\n' ORDER BY x.aggfnoid::oid))
FROM pg_aggregate x WHERE x.aggfnoid::oid < {LATER}
"""
"""What initdb made and nothing changes, catalogue by catalogue."""
MADE = " UNION ALL ".join(
    f"SELECT '{kind}', n.nspname || '.' || x.{name}, '' FROM {table} x "
    f"JOIN pg_namespace n ON n.oid = x.{prefix}namespace WHERE x.oid >= {LATER}"
    for kind, table, prefix, name in (
        ("operator family", "pg_opfamily", "opf", "opfname || ' ' || x.opfmethod"),
        ("conversion", "pg_conversion", "con", "conname"),
        ("text search configuration", "pg_ts_config", "cfg", "cfgname"),
        ("text search dictionary", "pg_ts_dict", "dict", "dictname"),
        ("text search parser", "pg_ts_parser", "prs", "prsname"),
        ("text search template", "pg_ts_template", "tmpl", "tmplname"),
        ("statistics", "pg_statistic_ext", "stx", "stxname"),
        ("collation", "pg_collation", "coll", "collname"),
    )
) + f"""
UNION ALL
SELECT 'operator class', o.opcname || ' for ' || o.opcintype::regtype || ' by ' || a.amname, o.opcdefault::text
FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE o.oid >= {LATER}
UNION ALL
SELECT 'access method', a.amname, a.amhandler::regproc::text FROM pg_am a WHERE a.oid >= {LATER}
UNION ALL
SELECT 'transform', t.trftype::regtype::text, concat_ws(' ', t.trflang, t.trffromsql::regproc, t.trftosql::regproc)
FROM pg_transform t
UNION ALL
SELECT 'subscription', s.subname, '' FROM pg_subscription s
"""
EDITIONS: dict[int, tuple[str, ...]] = {
    1: (FUNCTIONS, RELATIONS, GUARDS, ROLES, EXTRAS, BUILT_IN, MADE),
}
"""What is asked, edition by edition. Instances keep states of every edition: one that went out stays as it is, and
whatever is to be asked otherwise becomes a new edition (decision 0025; a test holds their texts)."""


def latest_edition() -> int:
    """The edition that states are written in."""
    return max(EDITIONS)


@asynccontextmanager
async def names_with_schema(connection: Connection) -> AsyncIterator[None]:
    """Inside, every name is printed with its schema; for reading only: it is rolled back, with the search_path."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET LOCAL search_path = pg_catalog")
        yield
    finally:
        await transaction.rollback()


async def catalogue_facts(connection: Connection, edition: int) -> list[Fact]:
    """Every fact that an edition asks for, in a fixed order. Ask as any role."""
    async with names_with_schema(connection):
        return sorted(Fact(*line) for line in await connection.fetch(" UNION ALL ".join(EDITIONS[edition])))
