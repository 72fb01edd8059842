"""What the catalogue said when migrations had run, signed with the instance key, against what it says now.

`thidua migrate` writes the state down; it, every start and `thidua doctor` compare. Whoever can read the key (a
superuser, the owner of the keys) can also sign another state: see decision 0014.
"""

import hashlib
import hmac
from collections.abc import Iterable

import msgspec
from asyncpg import Connection, PostgresError

from tenancy.catalogue import EDITIONS, Fact, catalogue_facts, latest_edition
from tenancy.context import Signer
from tenancy.i18n import mark
from tenancy.isolation_checks import Finding
from tenancy.migrations import shipped

PURPOSE = "expected-state"
ROLES_SCRIPT = "file roles.sql"
"""What the finding is called that says the script for roles is another than the one that was run."""
KNOWN = "SELECT to_regprocedure('app.expected_state()') IS NOT NULL"
NEWEST = "SELECT state, signature FROM app.expected_state()"
WRITE = "INSERT INTO sec.expected_state (reason, state, signature) VALUES ($1, $2, $3)"
NEVER_WRITTEN = Finding("expected state", mark("chưa được ghi lần nào: hãy chạy `thidua migrate`"))
FOREIGN = Finding("expected state", mark("không được ký bằng khóa của hệ thống này"))
OLD_EDITION = Finding("expected state", mark("do phiên bản cũ ghi, vẫn khớp: hãy chạy `thidua migrate`"))
NEW_EDITION = Finding("expected state", mark("do phiên bản mới hơn ghi: hãy chạy phiên bản đó"))
BY_DATABASE = "SELECT encode(sec.mac(convert_to($1, 'UTF8'), sec.key_generation()), 'hex')"


class Expected(msgspec.Struct, frozen=True):
    """A state that was written down: which edition of the questions it answers, and the answers."""

    edition: int
    facts: list[Fact]


class Written(msgspec.Struct, frozen=True):
    """The newest state as it is kept: its text and the signature over it."""

    text: str
    signature: str

    def expected(self) -> Expected:
        """What it says. Before there were editions it was the answers alone, to what edition 1 asks."""
        if self.text.startswith("["):
            return Expected(1, msgspec.json.decode(self.text, type=list[Fact]))
        return msgspec.json.decode(self.text, type=Expected)


def roles_script() -> str:
    """The SQL that makes roles and schemas and takes from PUBLIC what reaches past a body."""
    return (shipped("_postgres", "deploy/postgres") / "roles.sql").read_text()


def roles_mark() -> Fact:
    """Which script for roles this program ships."""
    return Fact("file", "roles.sql", hashlib.sha256(roles_script().encode()).hexdigest())


async def current_state(connection: Connection, edition: int) -> Expected:
    """What the catalogue answers now to one edition, and the mark of the script that made the roles."""
    return Expected(edition, [*await catalogue_facts(connection, edition), roles_mark()])


async def newest(connection: Connection) -> Written | None:
    """What was written down last; None before the first time."""
    if not await connection.fetchval(KNOWN):
        return None
    line = await connection.fetchrow(NEWEST)
    return None if line is None else Written(line["state"], line["signature"])


async def state_findings(connection: Connection, signer: Signer) -> list[Finding]:
    """Everything that is not as it was written down, under the key of this instance. Ask as any of our roles."""
    written = await newest(connection)
    if written is None:
        return [NEVER_WRITTEN]
    if not hmac.compare_digest(written.signature, signer.mac(PURPOSE, written.text)):
        return [FOREIGN]
    expected = written.expected()
    found = await _changes(connection, expected)
    return found or ([OLD_EDITION] if expected.edition < latest_edition() else [])


async def _changes(connection: Connection, expected: Expected) -> list[Finding]:
    """What differs, by the questions that were asked then: all of them, so nothing they held is let go."""
    if expected.edition not in EDITIONS:
        return [NEW_EDITION]
    return differences(expected.facts, (await current_state(connection, expected.edition)).facts)


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
            signature = await connection.fetchval(BY_DATABASE, f"{PURPOSE}\n{written.text}")
    except PostgresError as fault:
        return [Finding("expected state", str(fault))]
    if signature != written.signature:
        return [FOREIGN]
    return await _changes(connection, written.expected())


async def is_written_down(connection: Connection, signer: Signer) -> bool:
    """Whether the newest state is of the latest edition and ours by its signature; what it says is not looked at."""
    written = await newest(connection)
    return (
        written is not None
        and written.signature == signer.mac(PURPOSE, written.text)
        and not written.text.startswith("[")
        and written.expected().edition == latest_edition()
    )


async def write_down(connection: Connection, signer: Signer, reason: str) -> None:
    """Keep the state of now as the expected one, in the latest edition. Ask as `app_owner`."""
    state = msgspec.json.encode(await current_state(connection, latest_edition())).decode()
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE sec_owner")
        await connection.execute(WRITE, reason, state, signer.mac(PURPOSE, state))
        await connection.execute("RESET ROLE")
