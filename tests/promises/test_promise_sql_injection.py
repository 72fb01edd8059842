"""An SQL injection opens nothing: a module that glues typed text into its SQL shows and changes its own body alone."""

import asyncio
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from inside import Inside
from msgspec import Meta, Struct

from plugin_api.actor import Actor
from plugin_api.endpoints import View
from plugin_api.hookspecs import hookimpl
from plugin_api.manifest import Manifest
from tenancy.context import Signer, TenantContext
from tenancy.query import rows
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
OWN, ADMIN, FOREIGN, OTHER_ADMIN = "kien-luong", "oanh.qt", "giang-thanh", "y.lc"


class Permission(StrEnum):
    """Anybody of the body may."""

    USE = "leaky.use"


class Typed(Struct, frozen=True):
    """What the attacker types: the end of a statement, or whole statements parted by ` ;; `."""

    end: Annotated[str, Meta(max_length=20_000)] = ""
    whole: Annotated[str, Meta(max_length=20_000)] = ""


class Leaked(Struct, frozen=True):
    """Everything that came back."""

    values: list[str]


async def leak(actor: Actor, query: Typed) -> Leaked:
    """The injection: glued text, once through `tenancy.query`, once straight to the connection."""
    found: list[Any] = []
    if query.whole:
        *before, last = query.whole.split(" ;; ")
        for statement in before:
            await current_transaction().connection.execute(statement)
        found = await current_transaction().connection.fetch(last)
    elif query.end:
        found = await rows(f"SELECT code, full_name FROM person WHERE tenant_id = $1 AND code = '{query.end}")
    return Leaked([str(value) for line in found for value in line.values()])


def leaky() -> ModuleType:
    """The module, as an installed distribution would bring it."""

    @hookimpl
    def module_manifest() -> Manifest:
        return Manifest(
            name="leaky", title="Leaky", summary="", version="1", contract=1, permissions=Permission,
            permission_titles={"leaky.use": "Use"}, grants={"admin": frozenset(Permission)},
            endpoints=[View(name="leaky.view", path="", permission=Permission.USE, load=leak, query=Typed)],
        )  # fmt: skip

    module = ModuleType("leaky")
    module.__file__ = __file__
    module.module_manifest = module_manifest  # type: ignore[attr-defined]
    return module


@pytest.fixture
def plugins() -> list[Any]:
    return [leaky()]


@pytest.fixture
async def injected(inside: Inside) -> Inside:
    """The module is on in both bodies; statistics about everybody's rows are fresh."""
    await inside.backdoor.execute(
        """INSERT INTO app.module SELECT id, gen_random_uuid(), 'leaky', true, now(), id, 1 FROM app.tenant
             WHERE slug IN ('kien-luong', 'giang-thanh') ON CONFLICT DO NOTHING; ANALYZE"""
    )
    return inside


TABLES = """
SELECT c.oid::regclass::text AS name,
  EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS owned
FROM pg_class c WHERE c.relnamespace IN ('app'::regnamespace, 'auth'::regnamespace, 'sec'::regnamespace)
  AND c.relkind = 'r' AND c.oid NOT IN ('auth.attempt'::regclass, 'auth.session'::regclass)"""
SECRETS = """
SELECT id::text FROM app.person WHERE tenant_id <> $1 UNION SELECT full_name FROM app.person WHERE tenant_id <> $1
  AND full_name NOT IN (SELECT full_name FROM app.person WHERE tenant_id = $1)
UNION SELECT id::text FROM app.module WHERE tenant_id <> $1 UNION SELECT id::text FROM app.unit WHERE tenant_id <> $1
UNION SELECT password_hash FROM auth.account
UNION SELECT encode(token_hash, 'hex') FROM auth.session UNION SELECT encode(inner_pad, 'hex') FROM sec.key
UNION SELECT hash::text FROM audit.log WHERE tenant_id <> $1"""


async def foreign_state(inside: Inside, own: UUID) -> dict[str, str]:
    """A fingerprint of every row that is not the attacker's body's, table by table."""
    questions = [
        f"SELECT '{table['name']}' AS name, coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') AS mark"
        f" FROM {table['name']} t" + (f" WHERE tenant_id <> '{own}'" if table["owned"] else "")
        for table in await inside.backdoor.fetch(TABLES)
    ]
    return {line["name"]: line["mark"] for line in await inside.backdoor.fetch(" UNION ALL ".join(questions))}


async def harvest(attacker: httpx.AsyncClient, secrets: set[str], **typed: str) -> set[str]:
    """What an attack brought to light that is not the attacker's body's; also on an ordinary page afterwards."""
    answer = await attacker.get(f"/api/v1/t/{OWN}/leaky", params=typed)
    page = await attacker.get(f"/api/v1/t/{OWN}/people", params={"q": typed.get("end", "")[:90]})
    assert page.status_code == 200, page.text
    return {secret for secret in secrets if secret in answer.text + page.text}


FORGED = "{forged}"
FOREIGN_ID = "{foreign}"
PERSON = "{person}"
ACCOUNT = "{account}"
ENDS = [
    "' OR true --",
    "' OR tenant_id <> $1 --",
    "' UNION SELECT id::text, full_name FROM app.person --",
    f"' UNION SELECT id::text, full_name FROM app.person WHERE tenant_id = '{FOREIGN_ID}' --",
    "' UNION SELECT login, password_hash FROM auth.account --",
    "' UNION SELECT encode(inner_pad, 'hex'), encode(outer_pad, 'hex') FROM sec.key --",
    "' UNION SELECT encode(token_hash, 'hex'), agent FROM auth.session --",
    "' UNION SELECT table_name, hash::text FROM audit.log --",
    "' UNION SELECT schemaname, most_common_vals::text || histogram_bounds::text FROM pg_stats --",
    "' UNION SELECT usename::text, query FROM pg_stat_activity --",
    "' UNION SELECT '', pg_stat_get_backend_activity(id) FROM pg_stat_get_backend_idset() AS id --",
    "' UNION SELECT '', query FROM pg_stat_get_activity(NULL) --",
    "' UNION SELECT account_id::text, password_hash FROM auth.begin_sign_in('', 'y.lc', 'x', 9, 9, 9, '1 hour') --",
    "' UNION SELECT account_id::text, password_hash FROM auth.begin_sign_in("
    "current_setting('app.context'), 'y.lc', 'x', 1000, 1000, 1000, '1 hour') --",
    "' UNION SELECT password_hash, '' FROM auth.begin_change(current_setting('app.context'), 1000, '1 hour') --",
    "' UNION SELECT '', auth.set_password(current_setting('app.context'), NULL, 'x', false)::text --",
    "' UNION SELECT '', auth.book_attempt(ARRAY['account:y.lc'], ARRAY[9], '1 hour')::text --",
    "' UNION SELECT '', auth.request_answer('\\x00', 'giang-thanh') --",
    "' UNION SELECT '', auth.request_unchanged('\\x00', 'giang-thanh', '')::text --",
    "' UNION SELECT login, account_id::text FROM auth.accounts(current_setting('app.context')) --",
    "' UNION SELECT encode(token_hash, 'hex'), agent FROM auth.sessions(current_setting('app.context')) --",
    f"' UNION SELECT set_config('app.context', '{FORGED}', true), (SELECT max(full_name) FROM app.person) --",
    "' UNION SELECT set_config('app.context', '', true), (SELECT string_agg(full_name, ',') FROM app.person) --",
    "' UNION SELECT app.enter(replace(current_setting('app.context'), app.tid()::text, '{foreign}'))::text, '' --",
    f"' UNION SELECT '', (SELECT string_agg(full_name, ',') FROM app.person, app.enter('{FORGED}')) --",
    "' UNION SELECT '', query_to_xml('SELECT full_name, id FROM app.person', true, true, '')::text --",
    "' UNION SELECT '', pg_read_file('/etc/passwd') --",
    "' UNION SELECT '', lo_import('/etc/passwd')::text --",
    "' UNION SELECT '', full_name FROM app.person WHERE full_name::int = 1 --",
    f"' UNION SELECT '', auth.leave_body('{PERSON}', '2020-01-01')::text --",
    f"' UNION SELECT '', auth.join_body(current_setting('app.context'), '{PERSON}', '2020-01-01')::text --",
    "' UNION SELECT '', audit.broken('{foreign}')::text --",
]
WHOLES = [
    "SET LOCAL row_security = off ;; SELECT id::text, full_name FROM app.person",
    "SET ROLE app_owner ;; SELECT id::text, full_name FROM app.person",
    "SET ROLE sec_owner ;; SELECT password_hash FROM auth.account",
    "SET SESSION AUTHORIZATION app_backup ;; SELECT id::text, full_name FROM app.person",
    "ALTER TABLE app.person DISABLE ROW LEVEL SECURITY ;; SELECT id::text, full_name FROM app.person",
    "DROP POLICY may_read ON app.person ;; SELECT id::text, full_name FROM app.person",
    "CREATE POLICY mine ON app.person USING (true) ;; SELECT id::text, full_name FROM app.person",
    "GRANT app_owner TO app_rt ;; SELECT 1",
    "CREATE FUNCTION app.tid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid' ;; SELECT 1",
    "CREATE TEMP TABLE person (id int) ;; SELECT 1",
    "COPY app.person TO PROGRAM 'cat' ;; SELECT 1",
    "COPY app.person TO '/tmp/thidua-stolen' ;; SELECT 1",
    "SELECT sec.install_key('12345678901234567890123456789012') ;; SELECT 1",
    "TRUNCATE app.person ;; SELECT 1",
    f"UPDATE app.person SET full_name = 'x' WHERE tenant_id = '{FOREIGN_ID}' ;; SELECT 1",
    "UPDATE app.person SET full_name = full_name ;; SELECT id::text FROM app.person",
    f"UPDATE app.access_rule SET tenant_id = '{FOREIGN_ID}' ;; SELECT 1",
    f"INSERT INTO app.access_rule VALUES ('{FOREIGN_ID}', gen_random_uuid(), 'member', 'core.people.write', 'allow', 1)"
    " ;; SELECT 1",
    f"INSERT INTO app.body_state VALUES ('{FOREIGN_ID}', '{FOREIGN_ID}', 9, 9)"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET access_version = 9 ;; SELECT 1",
    "DELETE FROM app.pressed_key ;; SELECT 1",
    "UPDATE app.tenant SET parent_id = NULL ;; DELETE FROM app.closure ;; SELECT 1",
    "INSERT INTO app.closure SELECT app.tid(), id, 1, false FROM app.tenant ON CONFLICT DO NOTHING"
    " ;; SELECT id::text FROM app.module",
    "DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM app.person WHERE full_name::int = 1;"
    " EXCEPTION WHEN others THEN PERFORM set_config('a.b', SQLERRM, true); END $$ ;; SELECT current_setting('a.b')",
    f"SELECT set_config('app.context', '{FORGED}', true) ;; SELECT id::text, full_name FROM app.person",
    f"UPDATE auth.account SET password_hash = '' WHERE id = '{ACCOUNT}' ;; SELECT 1",
]


@pytest.fixture
async def filled(injected: Inside) -> dict[str, str]:
    """What an attacker may know of the other body, and the best he can forge."""
    account, person = injected.tenants.people[FOREIGN, OTHER_ADMIN]
    tenant = injected.tenants.bodies[FOREIGN]
    forged = Signer(b"guessed " * 8).context(TenantContext(tenant, account))
    return {"forged": forged, "foreign": str(tenant), "person": str(person), "account": str(account)}


async def secrets_of(injected: Inside) -> set[str]:
    """Every text that must not come to light."""
    found = {str(line[0]) for line in await injected.backdoor.fetch(SECRETS, injected.tenants.bodies[OWN])}
    return {secret for secret in found if len(secret) > 6}


@pytest.mark.parametrize(("way", "attacks"), [("end", ENDS), ("whole", WHOLES)])
async def test_no_attack_brings_or_changes_a_foreign_row(
    injected: Inside, filled: dict[str, str], way: str, attacks: list[str]
) -> None:
    own = injected.tenants.bodies[OWN]
    async with injected.visitor(ADMIN) as attacker, injected.visitor(OTHER_ADMIN):
        before, secrets = await foreign_state(injected, own), await secrets_of(injected)
        async with injected.tenants.inside(FOREIGN):  # a colleague of the other body is at work on another connection
            secrets.add(f"app.enter('{injected.tenants.bodies[FOREIGN]}")
            brought = {attack: await harvest(attacker, secrets, **{way: attack.format(**filled)}) for attack in attacks}
        assert {attack: found for attack, found in brought.items() if found} == {}
        assert await foreign_state(injected, own) == before


LEFT_BEHIND = [
    "SELECT set_config('app.context', current_setting('app.context'), false)",
    "SELECT set_config('search_path', 'pg_catalog', false)",
    "SELECT set_config('row_security', 'off', false)",
    "SELECT set_config('default_transaction_read_only', 'on', false)",
    "SELECT set_config('statement_timeout', '1', false)",
]


@pytest.mark.parametrize("setting", LEFT_BEHIND)
async def test_what_an_injection_leaves_on_a_connection_is_gone_for_the_next(injected: Inside, setting: str) -> None:
    async with injected.visitor(ADMIN) as attacker, injected.visitor(OTHER_ADMIN) as colleague:
        attacks = [attacker.get(f"/api/v1/t/{OWN}/leaky", params={"whole": setting}) for _ in range(12)]
        assert {answer.status_code for answer in await asyncio.gather(*attacks)} == {200}
        answers = await asyncio.gather(*(colleague.get(f"/api/v1/t/{FOREIGN}/people") for _ in range(12)))
        assert {answer.status_code for answer in answers} == {200}
        assert {len(answer.json()["people"]) for answer in answers} == {len(answers[0].json()["people"])}


PAST_THE_BODY = [
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_advisory_lock_shared(1, 2)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_get(1)",
    "SELECT relname, n_live_tup FROM pg_stat_all_tables",
    "SELECT idx_scan FROM pg_stat_user_indexes",
    "SELECT pg_stat_get_live_tuples('app.person'::regclass)",
    "SELECT heap_blks_read FROM pg_statio_all_tables",
    "SELECT n_distinct FROM pg_stats",
    "SELECT pg_total_relation_size('app.person')",
    "SELECT pg_database_size(current_database())",
    "SELECT pid FROM pg_locks",
]


async def test_what_reaches_past_a_body_is_refused(injected: Inside) -> None:
    """Locks that hold up others, a store outside the trail, counts of everybody's rows."""
    async with injected.visitor(ADMIN) as attacker:
        for statement in PAST_THE_BODY:
            answer = await attacker.get(f"/api/v1/t/{OWN}/leaky", params={"whole": statement})
            assert answer.status_code == 500, statement
        control = await attacker.get(f"/api/v1/t/{OWN}/leaky", params={"whole": "SELECT pg_backend_pid()"})
        assert control.status_code == 200


async def test_a_lock_that_was_taken_all_the_same_ends_with_its_request(injected: Inside) -> None:
    take = "SELECT pg_advisory_lock(4242)"
    await injected.backdoor.execute("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO app_rt")
    try:
        async with injected.visitor(ADMIN) as attacker:
            for end in ("SELECT 1", "SELECT 1/0"):  # committed, rolled back
                await attacker.get(f"/api/v1/t/{OWN}/leaky", params={"whole": f"{take} ;; {end}"})
                held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242"
                assert await injected.backdoor.value(held) == 0
    finally:
        await injected.backdoor.execute("REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint) FROM app_rt")


async def test_no_trap_can_be_laid_under_the_statements_of_the_next_request(injected: Inside) -> None:
    """The product's prepared statements can't be listed, nor their names guessed, nor anything put in their place."""
    async with injected.visitor(ADMIN) as attacker:
        await attacker.get(f"/api/v1/t/{OWN}/leaky", params={"end": "x'"})
        listed = await attacker.get(
            f"/api/v1/t/{OWN}/leaky", params={"whole": "SELECT name, statement FROM pg_prepared_statements"}
        )
        assert listed.status_code == 500
        for number in range(100):
            guess = f"DEALLOCATE __asyncpg_stmt_{number:x}__ ;; SELECT 1"
            answer = await attacker.get(f"/api/v1/t/{OWN}/leaky", params={"whole": guess})
            assert answer.status_code == 500, "a statement of the product has a name that can be guessed"


async def test_a_gap_in_row_security_is_noticed(injected: Inside) -> None:
    """Negative control: without row security the very first attack brings the other body's people."""
    await injected.backdoor.execute("ALTER TABLE app.person DISABLE ROW LEVEL SECURITY")
    try:
        async with injected.visitor(ADMIN) as attacker:
            assert await harvest(attacker, await secrets_of(injected), end=ENDS[2])
    finally:
        await injected.backdoor.execute("ALTER TABLE app.person ENABLE ROW LEVEL SECURITY")
