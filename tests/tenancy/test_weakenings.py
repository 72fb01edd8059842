"""Whatever weakens isolation in the database is reported: each statement once, as a superuser, undone."""

import asyncio

import asyncpg
import pytest
from inside import Backdoor

from platform_core.operations.doctor import examine
from platform_core.provisioning.app_registry import table_bases
from platform_core.provisioning.instance import run_migrations
from platform_core.settings import InstanceSettings
from tenancy.context import Signer
from tenancy.engine import SEARCH_PATH
from tenancy.expected_state import state_findings, write_down
from tenancy.faults import UnfitDatabase
from tenancy.fitness import faults, refuse_unfit
from tenancy.isolation_checks import catalogue_findings

pytestmark = pytest.mark.anyio
SIGNER = Signer(bytes(range(32)))
DEFINER = "LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog"

WEAKENINGS = {
    # what the context is trusted for
    "a verification without its hmac": (
        "CREATE OR REPLACE FUNCTION sec.verified(signed text) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE "
        "SET search_path = pg_catalog AS $$ BEGIN RETURN string_to_array(signed, '.'); END $$",
        "function sec.verified",
    ),
    "a context that is always somebody's": (
        "CREATE OR REPLACE FUNCTION app.tid() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER COST 100000 "
        "SET search_path = pg_catalog AS $$ SELECT id FROM app.tenant LIMIT 1 $$",
        "function app.tid()",
    ),
    "everything visible": (
        "CREATE OR REPLACE FUNCTION app.visible() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER COST 100000 "
        "SET search_path = pg_catalog AS $$ SELECT array_agg(id) FROM app.tenant $$",
        "function app.visible()",
    ),
    "tickets for every purpose": (
        "CREATE OR REPLACE FUNCTION auth.granted(ticket text, purpose text) RETURNS uuid LANGUAGE sql "
        "SET search_path = pg_catalog AS $$ SELECT split_part(ticket, '.', 2)::uuid $$",
        "function auth.granted",
    ),
    "a cheap policy function": ("ALTER FUNCTION app.tid() COST 1", "function app.tid()"),
    "a function no longer a definer": ("ALTER FUNCTION app.visible() SECURITY INVOKER", "function app.visible()"),
    "a search_path that is not pinned": ("ALTER FUNCTION sec.context() RESET search_path", "function sec.context()"),
    "a search_path that is somebody's": (
        "ALTER FUNCTION app.enter(text) SET search_path = public, pg_catalog", "function app.enter(text)"),
    "a leakproof function": ("ALTER FUNCTION app.tid() LEAKPROOF", "function app.tid()"),
    "a function of another owner": ("ALTER FUNCTION app.enter(text) OWNER TO postgres", "function app.enter(text)"),
    "a chain that forgets the account": (
        "CREATE OR REPLACE FUNCTION audit.head_signature(tenant uuid, seq bigint, hash bytea) RETURNS bytea "
        "LANGUAGE sql STABLE SET search_path = pg_catalog AS $$ SELECT '\\x00'::bytea $$",
        "function audit.head_signature",
    ),
    # what hands secrets out
    "a definer that returns all password hashes": (
        f"CREATE FUNCTION auth.hashes() RETURNS SETOF text {DEFINER} AS 'SELECT password_hash FROM auth.account'; "
        "ALTER FUNCTION auth.hashes() OWNER TO sec_owner",
        "function auth.hashes()",
    ),
    "a definer in a schema of its own": (
        f"CREATE SCHEMA extra; CREATE FUNCTION extra.keys() RETURNS SETOF bytea {DEFINER} "
        "AS 'SELECT inner_pad FROM sec.key'",
        "function extra.keys()",
    ),
    "a definer in public": (
        f"CREATE FUNCTION public.rows() RETURNS bigint {DEFINER} AS 'SELECT count(*) FROM app.person'",
        "function public.rows()",
    ),
    "a definer among PostgreSQL's own": (
        f"CREATE FUNCTION pg_catalog.lower(text, text) RETURNS text {DEFINER} AS 'SELECT 1::text'",
        "function lower(text,text)",
    ),
    "the key to be read": ("GRANT SELECT ON sec.key TO app_rt", "relation sec.key"),
    "former keys to be read": ("GRANT SELECT ON sec.former_key TO PUBLIC", "relation sec.former_key"),
    "one column of the accounts": ("GRANT SELECT (password_hash) ON auth.account TO app_rt", "auth.account"),
    "the key to be installed": ("GRANT EXECUTE ON FUNCTION sec.install_key(bytea) TO app_rt", "sec.install_key"),
    "signing for anybody": ("GRANT EXECUTE ON FUNCTION sec.mac(bytea, int) TO app_rt", "function sec.mac"),
    "signing heads": ("GRANT EXECUTE ON FUNCTION audit.sign_heads(int) TO PUBLIC", "function audit.sign_heads"),
    "a way into the schema of keys": ("GRANT USAGE ON SCHEMA sec TO app_rt", "schema sec"),
    "the server's files": ("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO app_rt", "pg_read_file(text)"),
    "programs of the server": ("GRANT pg_execute_server_program TO app_rt", "member app_rt"),
    "statements of others": (
        "GRANT EXECUTE ON FUNCTION pg_stat_get_activity(integer) TO app_rt", "pg_stat_get_activity(integer)"),
    "password hashes of roles": ("GRANT SELECT ON pg_authid TO app_rt", "pg_authid"),
    "advisory locks for everybody": (
        "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC", "pg_advisory_lock"),
    "large objects for everybody": ("GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC", "lo_create(oid)"),
    "a large object": ("SELECT lo_create(424242)", "large objects"),
    "statistics of everybody's rows": ("GRANT SELECT ON pg_stat_all_tables TO PUBLIC", "pg_stat_all_tables"),
    # what the trail rests on
    "a trail to be read by any body": (
        "DROP POLICY may_read ON audit.log; CREATE POLICY may_read ON audit.log FOR SELECT TO app_rt USING (true)",
        "policy may_read on audit.log",
    ),
    "a trail to be written": ("GRANT INSERT, UPDATE, DELETE ON audit.log TO app_rt", "relation audit.log"),
    "heads to be written": ("GRANT UPDATE ON audit.head TO app_rt", "relation audit.head"),
    "a trail without row security": ("ALTER TABLE audit.log DISABLE ROW LEVEL SECURITY", "relation audit.log"),
    "a trail of insertions only": (
        "DROP TRIGGER trail ON app.person; CREATE TRIGGER trail AFTER INSERT ON app.person FOR EACH ROW "
        "EXECUTE FUNCTION audit.chain('person', '')",
        "trigger trail on app.person",
    ),
    "a trail that never fires": (
        "DROP TRIGGER trail ON app.person; CREATE TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON app.person "
        "FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit.chain('person', '')",
        "trigger trail on app.person",
    ),
    "a trail that leaves columns out": (
        "DROP TRIGGER trail ON app.person; CREATE TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON app.person "
        "FOR EACH ROW EXECUTE FUNCTION audit.chain('person', 'position,email')",
        "trigger trail on app.person",
    ),
    "a trail for one column only": (
        "DROP TRIGGER trail ON app.person; CREATE TRIGGER trail AFTER INSERT OR UPDATE OF email OR DELETE "
        "ON app.person FOR EACH ROW EXECUTE FUNCTION audit.chain('person', '')",
        "trigger trail on app.person",
    ),
    "a trail under another name": (
        "DROP TRIGGER trail ON app.person; CREATE TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON app.person "
        "FOR EACH ROW EXECUTE FUNCTION audit.chain('unit', '')",
        "trigger trail on app.person",
    ),
    "a trail that is switched off": ("ALTER TABLE app.person DISABLE TRIGGER trail", "trigger trail on app.person"),
    "a trail for replicas only": ("ALTER TABLE app.person ENABLE REPLICA TRIGGER trail", "trigger trail on app.person"),
    "no trail": ("DROP TRIGGER trail ON app.unit", "trigger trail on app.unit"),
    "bodies without a chain": ("DROP TRIGGER opens_chain ON app.tenant", "trigger opens_chain on app.tenant"),
    "replication role to be set": ("GRANT SET ON PARAMETER session_replication_role TO app_rt", "session_replication"),
    "parameters to be changed": ("GRANT ALTER SYSTEM ON PARAMETER fsync TO app_rt", "rights of parameter fsync"),
    # what the tables rest on
    "row security off": ("ALTER TABLE app.unit DISABLE ROW LEVEL SECURITY", "app.unit"),
    "row security not forced": ("ALTER TABLE app.unit NO FORCE ROW LEVEL SECURITY", "app.unit"),
    "a private table relabelled and opened": (
        "COMMENT ON TABLE app.person IS 'base=overseen'; DROP POLICY may_read ON app.person; "
        "CREATE POLICY may_read ON app.person FOR SELECT TO app_rt USING (tenant_id = ANY (app.visible()))",
        "policy may_read on app.person",
    ),
    "another base by comment alone": ("COMMENT ON TABLE app.person IS 'base=directory'", "relation app.person"),
    "a policy in another schema": (
        "CREATE POLICY more ON audit.log FOR SELECT USING (true)", "policy more on audit.log"),
    "a policy for everybody": ("CREATE POLICY more ON app.person FOR SELECT USING (true)", "policy more on app.person"),
    "a policy less": ("DROP POLICY may_change ON app.person", "policy may_change on app.person"),
    "a wider one for sign-in": (
        "CREATE POLICY writes ON app.person FOR UPDATE TO sec_owner USING (true)", "policy writes on app.person"),
    "deleting records": ("GRANT DELETE ON app.person TO app_rt", "relation app.person"),
    "truncating records": ("GRANT TRUNCATE ON app.person TO app_rt", "relation app.person"),
    "a grant less": ("REVOKE INSERT ON app.person FROM app_rt", "relation app.person"),
    "a grant to everybody": ("GRANT SELECT ON app.person TO PUBLIC", "relation app.person"),
    "an execution less": ("REVOKE EXECUTE ON FUNCTION app.enter(text) FROM app_rt", "function app.enter(text)"),
    "rights on tables to come": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT ALL ON TABLES TO PUBLIC", "default rights"),
    "a foreign key less": (
        "ALTER TABLE app.appointment DROP CONSTRAINT appointment_person_id_exists", "appointment_person_id_exists"),
    "a foreign key that checks nothing": (
        "ALTER TABLE app.appointment DISABLE TRIGGER ALL", "of constraint appointment_person_id_exists"),
    "a check less": ("ALTER TABLE app.unit DROP CONSTRAINT unit_kind_check", "unit_kind_check"),
    "a unique less": ("ALTER TABLE app.person DROP CONSTRAINT person_code_once", "person_code_once"),
    "a key that allows none": ("ALTER TABLE app.person ALTER COLUMN full_name DROP NOT NULL", "relation app.person"),
    "a table lost at a crash": ("ALTER TABLE app.pressed_key SET UNLOGGED", "relation app.pressed_key"),
    "a view over everybody": (
        "CREATE VIEW app.everybody AS SELECT * FROM app.person; GRANT SELECT ON app.everybody TO app_rt",
        "relation app.everybody",
    ),
    "a copy of everybody": (
        "CREATE TABLE public.copied AS SELECT * FROM app.person; GRANT SELECT ON public.copied TO app_rt",
        "relation public.copied",
    ),
    "a table below another": ("CREATE TABLE app.person_child () INHERITS (app.person)", "relation app.person_child"),
    "a rule that copies": (
        "CREATE TABLE public.sink (id uuid); CREATE RULE leak AS ON INSERT TO app.person "
        "DO ALSO INSERT INTO public.sink VALUES (NEW.id)",
        "rule leak on app.person",
    ),
    "a trigger that copies": (
        "CREATE FUNCTION public.copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
        "CREATE TRIGGER copies BEFORE INSERT ON app.person FOR EACH ROW EXECUTE FUNCTION public.copy()",
        "trigger copies on app.person",
    ),
    "a publication": ("CREATE PUBLICATION everything FOR ALL TABLES", "publication everything"),
    "an event trigger": (
        "CREATE FUNCTION public.ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; "
        "CREATE EVENT TRIGGER watches ON ddl_command_end EXECUTE FUNCTION public.ddl()",
        "event trigger watches",
    ),
    "a type that converts by itself": (
        "CREATE FUNCTION public.as_uuid(text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'; "
        "CREATE CAST (text AS uuid) WITH FUNCTION public.as_uuid(text) AS IMPLICIT",
        "cast text as uuid",
    ),
    # what PostgreSQL itself brings
    "a view of PostgreSQL that shows hashes": (
        "CREATE OR REPLACE VIEW information_schema.collation_character_set_applicability AS "
        "SELECT login::information_schema.sql_identifier AS collation_catalog, "
        "password_hash::information_schema.sql_identifier AS collation_schema, "
        "''::information_schema.sql_identifier AS collation_name, ''::information_schema.sql_identifier AS "
        "character_set_catalog, ''::information_schema.sql_identifier AS character_set_schema, "
        "''::information_schema.sql_identifier AS character_set_name FROM auth.account",
        "view information_schema.collation_character_set_applicability",
    ),
    "a table that forgot its triggers": (
        "UPDATE pg_class SET relhastriggers = false WHERE oid = 'app.person'::regclass", "relation app.person"),
    "a table that forgot its checks": (
        "UPDATE pg_class SET relchecks = 0 WHERE oid = 'app.unit'::regclass", "relation app.unit"),
    "foreign keys without their triggers": (
        "DELETE FROM pg_trigger WHERE tgconstraint = (SELECT oid FROM pg_constraint WHERE conname = "
        "'appointment_person_id_exists')",
        "of constraint appointment_person_id_exists",
    ),
    "equal means unequal": (
        "UPDATE pg_operator SET oprcode = 'uuid_ne'::regproc WHERE oid = '=(uuid,uuid)'::regoperator",
        "built in pg_operator",
    ),
    "a view in front of a table": ("SET allow_system_table_mods = on; CREATE VIEW pg_catalog.person AS SELECT 1 AS id",
                                   "relation person"),
    "another order of texts": (
        "ALTER TABLE app.person ALTER COLUMN code TYPE text COLLATE \"C\"", "relation app.person"),
    # who is who
    "one more superuser": ("CREATE ROLE somebody SUPERUSER LOGIN", "role somebody"),
    "one more past row security": ("CREATE ROLE somebody BYPASSRLS LOGIN", "role somebody"),
    "somebody runs programs of the server": (
        "CREATE ROLE somebody LOGIN; GRANT pg_execute_server_program TO somebody", "member somebody"),
    "settings of the superuser": ("ALTER ROLE postgres SET session_replication_role = replica", "setting (superuser)"),
    "no more connections": ("ALTER ROLE app_rt CONNECTION LIMIT 0", "role app_rt"),
    "a database of a stranger": (
        "CREATE ROLE somebody; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO somebody', current_database()); "
        "END $$",
        "owner of database",
    ),
    "the owner a superuser": ("ALTER ROLE app_owner SUPERUSER", "role app_owner"),
    "the owner past row security": ("ALTER ROLE app_owner BYPASSRLS", "role app_owner"),
    "the product past row security": ("ALTER ROLE app_rt BYPASSRLS", "role app_rt"),
    "the product making roles": ("ALTER ROLE app_rt CREATEROLE", "role app_rt"),
    "the keeper of keys signing in": ("ALTER ROLE sec_owner LOGIN", "role sec_owner"),
    "the product a member of the owner": ("GRANT app_owner TO app_rt", "member app_rt of app_owner"),
    "the product a member of the backup": ("GRANT app_backup TO app_rt", "member app_rt of app_backup"),
    "the owner inheriting the keys": (
        "GRANT sec_owner TO app_owner WITH INHERIT TRUE", "member app_owner of sec_owner"),
    "a table of the product's": (
        "CREATE TABLE public.own (id int); ALTER TABLE public.own OWNER TO app_rt", "public.own"),
    "creating in the schema": ("GRANT CREATE ON SCHEMA app TO app_rt", "schema app"),
    "creating in public": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "schema public"),
    "temporary tables": (
        "DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO PUBLIC', current_database()); END $$",
                         "rights of database"),
    "commits that are not waited for": ("ALTER ROLE app_rt SET synchronous_commit = off", "setting app_rt"),
    "the same for the whole database": (
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
        "setting everybody here",
    ),
    "a library loaded at sign-on": ("ALTER ROLE app_rt SET session_preload_libraries = 'x'", "setting app_rt"),
    "an untrusted language for everybody": (
        "UPDATE pg_language SET lanpltrusted = true WHERE lanname = 'c'", "language c"),
    "one more extension": ("CREATE EXTENSION file_fdw", "extension file_fdw"),
    "a built-in function replaced": (
        "UPDATE pg_proc SET prosrc = 'texteq' WHERE oid = 'pg_catalog.uuid_eq'::regproc", "functions of PostgreSQL"),
}


async def superuser(database) -> asyncpg.Connection:
    return await asyncpg.connect(database.dsn(database.server.superuser), server_settings=SEARCH_PATH)


async def test_nothing_is_reported_of_what_was_migrated(database):
    connection = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH)
    assert await state_findings(connection, SIGNER) == []
    await connection.close()


@pytest.mark.parametrize("weakening", WEAKENINGS)
async def test_a_weakening_is_reported(database, weakening):
    statement, expected = WEAKENINGS[weakening]
    connection = await superuser(database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statement)
    found = [f"{one.thing}: {one.why}" for one in await state_findings(connection, SIGNER)]
    await transaction.rollback()
    await connection.close()
    assert any(expected in one for one in found), found


async def test_another_base_is_known_from_the_code(database):
    connection = await superuser(database)
    lying = table_bases() | {"person": "overseen"}
    assert await catalogue_findings(connection, table_bases()) == []
    assert any("person" in one.thing for one in await catalogue_findings(connection, lying))
    await connection.close()


async def test_a_state_signed_by_somebody_else_counts_for_nothing(database):
    connection = await superuser(database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("GRANT DELETE ON app.person TO app_rt")
    await write_down(connection, Signer(b"x" * 32), "a forged state")
    found = await state_findings(connection, SIGNER)
    await transaction.rollback()
    await connection.close()
    assert [one.thing for one in found] == ["expected state"]


async def test_commits_that_are_not_waited_for_are_seen_as_really_in_force(database):
    connection = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH | {"synchronous_commit": "off"})
    assert any("synchronous_commit" in fault for fault in await faults(connection))
    await connection.close()


async def test_a_server_that_plays_the_replica_is_seen_and_the_trail_fires_all_the_same(database):
    """The setting may come from anywhere, ALTER SYSTEM too: what counts is what is in force."""
    connection = await superuser(database)
    await connection.execute("SET session_replication_role = replica")
    assert any("session_replication_role" in fault for fault in await faults(connection))
    transaction = connection.transaction()
    await transaction.start()
    before = await connection.fetchval("SELECT count(*) FROM audit.log")
    await connection.execute("UPDATE app.person SET position = 'x' WHERE code = 'kl-02'")
    assert await connection.fetchval("SELECT count(*) FROM audit.log") == before + 1
    await transaction.rollback()
    await connection.close()


@pytest.fixture
async def weakened(make_copy):
    """A database with one weakening that stays."""
    copy = make_copy("t_weakened")
    backdoor = Backdoor(copy.dsn(copy.server.superuser))
    await backdoor.execute("CREATE POLICY more ON audit.log FOR SELECT TO app_rt USING (tenant_id = app.tid())")
    yield copy
    server = Backdoor(copy.server.dsn(copy.server.superuser, "postgres"))
    await server.execute("DROP DATABASE t_weakened WITH (FORCE)")


async def test_doctor_start_and_migrate_refuse_what_was_changed(weakened):
    connection = await asyncpg.connect(weakened.dsn(), server_settings=SEARCH_PATH)
    with pytest.raises(UnfitDatabase, match=r"audit\.log"):
        await refuse_unfit(connection, SIGNER)
    await connection.close()
    with pytest.raises(UnfitDatabase, match="--accept"):
        await asyncio.to_thread(asyncio.run, run_migrations(weakened.dsn("app_owner"), bytes(range(32))))
    settings = InstanceSettings(data=weakened.server.folder, database_url=weakened.dsn(),
                                owner_url=weakened.dsn("app_owner"))
    verdicts = {one.check: one for one in await examine(settings)}
    assert "policy more on audit.log" in verdicts["catalogue is as migrated"].detail
    assert [one.check for one in verdicts.values() if not one.well] == ["catalogue is as migrated"]


async def test_what_is_accepted_with_a_reason_is_expected_from_then_on(weakened):
    accept = run_migrations(weakened.dsn("app_owner"), bytes(range(32)), accept="a policy for the auditors")
    await asyncio.to_thread(asyncio.run, accept)
    connection = await asyncpg.connect(weakened.dsn(), server_settings=SEARCH_PATH)
    assert await state_findings(connection, SIGNER) == []
    await connection.close()
    written = Backdoor(weakened.dsn(weakened.server.superuser))
    assert await written.value("SELECT reason FROM sec.expected_state ORDER BY number DESC LIMIT 1") == (
        "a policy for the auditors")


async def test_a_check_that_can_not_look_is_a_verdict(weakened):
    await Backdoor(weakened.dsn(weakened.server.superuser)).execute("REVOKE SELECT ON pg_policy FROM PUBLIC")
    settings = InstanceSettings(data=weakened.server.folder, database_url=weakened.dsn(),
                                owner_url=weakened.dsn("app_owner"))
    verdicts = {one.check: one for one in await examine(settings)}
    assert "InsufficientPrivilege" in verdicts["catalogue is as migrated"].detail
