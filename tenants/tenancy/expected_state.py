"""What the catalogue said when migrations had run, signed with the instance key, against what it says now.

`thidua migrate` writes the state down; it, every start and `thidua doctor` compare. Whoever can read the key (a
superuser, the owner of the keys) can also sign another state: see decision 0014.
"""

import hashlib
import hmac
from collections.abc import Iterable

import msgspec
from asyncpg import Connection, PostgresError

from tenancy.catalogue import Fact, catalogue_facts
from tenancy.context import Signer
from tenancy.isolation_checks import Finding
from tenancy.migrations import shipped

PURPOSE = "expected-state"
ROLES_SCRIPT = "file roles.sql"
"""What the finding is called that says the script for roles is another than the one that was run."""
KNOWN = "SELECT to_regprocedure('app.expected_state()') IS NOT NULL"
NEWEST = "SELECT state, signature FROM app.expected_state()"
WRITE = "INSERT INTO sec.expected_state (reason, state, signature) VALUES ($1, $2, $3)"
BY_DATABASE = "SELECT encode(sec.mac(convert_to($1, 'UTF8'), sec.key_generation()), 'hex')"


class Expected(msgspec.Struct, frozen=True):
    """The newest state that was written down."""

    state: str
    signature: str

    def facts(self) -> list[Fact]:
        """Its facts."""
        return [Fact(*line) for line in msgspec.json.decode(self.state, type=list[tuple[str, str, str]])]


def roles_script() -> str:
    """The SQL that makes roles and schemas and takes from PUBLIC what reaches past a body."""
    return (shipped("_postgres", "deploy/postgres") / "roles.sql").read_text()


async def current_facts(connection: Connection) -> list[Fact]:
    """The facts of the catalogue and the mark of the script that made the roles."""
    mark = hashlib.sha256(roles_script().encode()).hexdigest()
    return [*await catalogue_facts(connection), Fact("file", "roles.sql", mark)]


async def newest(connection: Connection) -> Expected | None:
    """What was written down last; None before the first time."""
    if not await connection.fetchval(KNOWN):
        return None
    line = await connection.fetchrow(NEWEST)
    return None if line is None else Expected(line["state"], line["signature"])


async def state_findings(connection: Connection, signer: Signer) -> list[Finding]:
    """Everything that is not as it was written down, under the key of this instance. Ask as any of our roles."""
    written = await newest(connection)
    if written is None:
        return [Finding("expected state", "never written down: run `thidua migrate`")]
    if not hmac.compare_digest(written.signature, signer.mac(PURPOSE, written.state)):
        return [Finding("expected state", "not signed with the key of this instance")]
    return differences(written.facts(), await current_facts(connection))


def differences(expected: Iterable[Fact], found: Iterable[Fact]) -> list[Finding]:
    """What was lost, what was added and what was changed."""
    before = {(fact.kind, fact.name): fact.definition for fact in expected}
    now = {(fact.kind, fact.name): fact.definition for fact in found}
    return [
        Finding(" ".join(key), "lost" if key not in now else "added" if key not in before else "changed")
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]


async def unexpected(connection: Connection) -> list[Finding]:
    """The same for the migrating role before it changes anything: signed with the key the database holds."""
    written = await newest(connection)
    if written is None:
        return []
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE sec_owner")
            signature = await connection.fetchval(BY_DATABASE, f"{PURPOSE}\n{written.state}")
    except PostgresError as fault:
        return [Finding("expected state", str(fault))]
    if signature != written.signature:
        return [Finding("expected state", "not signed with the key of this instance")]
    return differences(written.facts(), await current_facts(connection))


async def write_down(connection: Connection, signer: Signer, reason: str) -> None:
    """Keep the state of now as the expected one, unless it is that already. Ask as `app_owner`."""
    state = msgspec.json.encode(await current_facts(connection)).decode()
    written = await newest(connection)
    signature = signer.mac(PURPOSE, state)
    if written is not None and (written.state, written.signature) == (state, signature):
        return
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE sec_owner")
        await connection.execute(WRITE, reason, state, signature)
