"""A trail that somebody with the rights of the database tampered with is reported, whatever was done to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from inside import Backdoor

from platform_core.web.problem_details import problem_details
from tenancy.anchors import BadAnchor, anchor_now, append_anchor, read_anchors
from tenancy.context import Signer, TenantContext
from tenancy.engine import DB
from tenancy.faults import DatabaseFault
from tenancy.query import run
from tenancy.trails import trail_faults
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
KEY = bytes(range(32))
BODY = "(SELECT id FROM app.tenant WHERE slug = 'kien-luong')"
OTHER = "(SELECT id FROM app.tenant WHERE slug = 'giang-thanh')"
MIDDLE = f"tenant_id = {BODY} AND seq = 5"
PAST_THE_TRIGGER = "".join(
    f"ALTER TABLE app.{table} DISABLE TRIGGER ALL; " for table in ("person", "role_assignment", "access_rule"))
REHASH = f"""
DO $$
DECLARE link audit.log; last bytea := '\\x00';
BEGIN
  UPDATE audit.log SET after = jsonb_set(after, '{{{{email}}}}', '"x"') WHERE {MIDDLE};
  FOR link IN SELECT * FROM audit.log WHERE tenant_id = {BODY} ORDER BY seq LOOP
    link.previous := last;
    last := {{mac}};
    UPDATE audit.log SET previous = link.previous, hash = last WHERE tenant_id = link.tenant_id AND seq = link.seq;
  END LOOP;
  UPDATE audit.head SET hash = last{{sign}} WHERE tenant_id = {BODY};
END $$"""
CUT = f"DELETE FROM audit.log WHERE tenant_id = {BODY} AND seq > 5; "

TAMPERINGS = {
    "what an entry says": (
        f"UPDATE audit.log SET after = jsonb_set(after, '{{email}}', '\"x\"') WHERE {MIDDLE}", "content"),
    "what an entry said before": (f"UPDATE audit.log SET before = '{{}}' WHERE {MIDDLE}", "content"),
    "nothing into JSON null": (f"UPDATE audit.log SET before = 'null' WHERE {MIDDLE}", "content"),
    "something into nothing": (f"UPDATE audit.log SET after = NULL WHERE {MIDDLE}", "content"),
    "who": (f"UPDATE audit.log SET account_id = gen_random_uuid() WHERE {MIDDLE}", "content"),
    "when": (f"UPDATE audit.log SET at = at - interval '1 day' WHERE {MIDDLE}", "content"),
    "what was done": (f"UPDATE audit.log SET operation = 'DELETE' WHERE {MIDDLE}", "content"),
    "to which table": (f"UPDATE audit.log SET table_name = 'unit' WHERE {MIDDLE}", "content"),
    "to which row": (f"UPDATE audit.log SET row_id = gen_random_uuid() WHERE {MIDDLE}", "content"),
    "under which key": (f"UPDATE audit.log SET key_generation = 7 WHERE {MIDDLE}", "content"),
    "the hash": (f"UPDATE audit.log SET hash = '\\x01' WHERE {MIDDLE}", "content"),
    "the link to the one before": (f"UPDATE audit.log SET previous = '\\x01' WHERE {MIDDLE}", "previous"),
    "an entry removed": (f"DELETE FROM audit.log WHERE {MIDDLE}", "gap"),
    "removed and renumbered": (
        f"DELETE FROM audit.log WHERE {MIDDLE}; "
        f"UPDATE audit.log SET seq = -seq WHERE tenant_id = {BODY} AND seq > 5; "
        f"UPDATE audit.log SET seq = -seq - 1 WHERE tenant_id = {BODY} AND seq < 0",
        "previous",
    ),
    "two entries swapped": (
        f"UPDATE audit.log SET seq = -seq WHERE tenant_id = {BODY} AND seq IN (5, 6); "
        f"UPDATE audit.log SET seq = 11 + seq WHERE tenant_id = {BODY} AND seq < 0",
        "previous",
    ),
    "the end cut off": (CUT, "tail"),
    "the end cut off together with the head": (
        CUT + f"UPDATE audit.head SET seq = 5, hash = (SELECT hash FROM audit.log WHERE {MIDDLE}) "
        f"WHERE tenant_id = {BODY}",
        "signature",
    ),
    "a head signed for another body": (
        CUT + f"UPDATE audit.head SET seq = 5, hash = (SELECT hash FROM audit.log WHERE {MIDDLE}), "
        f"signature = (SELECT signature FROM audit.head WHERE tenant_id = {OTHER}) WHERE tenant_id = {BODY}",
        "signature",
    ),
    "the head removed": (f"DELETE FROM audit.head WHERE tenant_id = {BODY}", "head"),
    "everything removed": (
        f"DELETE FROM audit.log WHERE tenant_id = {BODY}; DELETE FROM audit.head WHERE tenant_id = {BODY}", "head"),
    "everything removed, the head set back": (
        f"DELETE FROM audit.log WHERE tenant_id = {BODY}; "
        f"UPDATE audit.head SET seq = 0, hash = '\\x00' WHERE tenant_id = {BODY}",
        "signature",
    ),
    "a chain given to nobody": (
        f"UPDATE audit.log SET tenant_id = gen_random_uuid() WHERE {MIDDLE}", "no such body"),
    "all hashed anew without the key": (
        REHASH.format(mac="sha256(link.previous || convert_to(link::text, 'UTF8'))", sign=""), "content"),
    "a row changed past the trigger": (
        PAST_THE_TRIGGER + f"UPDATE app.person SET position = 'x' WHERE tenant_id = {BODY} AND code = 'kl-02'", "row"),
    "a row removed past the trigger": (
        PAST_THE_TRIGGER + f"DELETE FROM app.role_assignment WHERE tenant_id = {BODY}", "row"),
    "another tree": (
        f"INSERT INTO app.closure VALUES ({OTHER}, {BODY}, 1, false)", "1 rows of who looks down"),
    "a row put in past the trigger": (
        PAST_THE_TRIGGER + "INSERT INTO app.access_rule VALUES "
        f"({BODY}, gen_random_uuid(), 'member', 'core.people.read', 'allow', 1)",
        "row",
    ),
}


@pytest.fixture
async def tampered(make_copy, request) -> AsyncIterator[Backdoor]:
    """A database of this one test, open, and the superuser's way in."""
    copy = make_copy("t_tampered")
    await DB.open(copy.dsn(), Signer(KEY), 4)
    yield Backdoor(copy.dsn(copy.server.superuser))
    await DB.close()
    await Backdoor(copy.server.dsn(copy.server.superuser, "postgres")).execute("DROP DATABASE t_tampered WITH (FORCE)")


async def test_what_people_did_leaves_whole_trails(tenants):
    assert await trail_faults() == []
    for slug in ("kien-luong", "giang-thanh"):
        async with in_body(TenantContext(tenants.bodies[slug])):
            await run("UPDATE person SET position = 'mới', version = version + 1 WHERE tenant_id = $1")
    assert await trail_faults() == []


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampering_is_reported(tampered, tampering):
    statement, expected = TAMPERINGS[tampering]
    await tampered.execute(statement)
    found = await trail_faults()
    assert any(fault.why.startswith(expected) for fault in found), found
    assert {fault.body for fault in found} == {"kien-luong"} or expected in ("no such body", "1 rows of who looks down")


async def test_what_a_superuser_signs_with_the_key_is_found_by_the_heads_outside(tampered, tmp_path):
    file, signer = tmp_path / "anchors.jsonl", Signer(KEY)
    append_anchor(file, await anchor_now(signer, datetime.now(UTC)))
    mac = "audit.digest(link)"
    await tampered.execute(REHASH.format(mac=mac, sign=", signature = audit.head_signature(tenant_id, seq, last)")
                           + f"; {PAST_THE_TRIGGER} UPDATE app.person p SET email = 'x' FROM audit.log l WHERE "
                           f"l.tenant_id = {BODY} AND l.seq = 5 AND (p.tenant_id, p.id) = (l.tenant_id, l.row_id)")
    assert [fault for fault in await trail_faults() if not fault.why.startswith("row")] == []
    found = await trail_faults(read_anchors(file, signer))
    assert ("kien-luong", "anchor") in {(fault.body, fault.why) for fault in found}


async def test_the_file_of_heads_says_when_it_was_touched(tenants, tmp_path):
    file, signer = tmp_path / "anchors.jsonl", Signer(KEY)
    append_anchor(file, await anchor_now(signer, datetime.now(UTC)))
    append_anchor(file, await anchor_now(signer, datetime.now(UTC)))
    assert len(read_anchors(file, signer)) == 2
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace('":[', '":[9', 1)]) + "\n")
    with pytest.raises(BadAnchor) as bad:
        read_anchors(file, signer)
    assert bad.value.line == 2


async def test_entries_of_former_keys_stay_good_and_heads_are_signed_anew(tampered):
    new = Signer(b"n" * 32)
    await tampered.execute(f"SELECT sec.install_key('\\x{(b'n' * 32).hex()}')")
    DB.signer = new
    assert await trail_faults() == []
    async with in_body(TenantContext(UUID(str(await tampered.value(f"SELECT {BODY}"))))):
        await run("UPDATE person SET position = 'mới' WHERE tenant_id = $1")
    assert await trail_faults() == []
    assert await tampered.value(f"SELECT count(DISTINCT key_generation) FROM audit.log WHERE tenant_id = {BODY}") == 2


async def test_a_forged_head_stays_forged_under_a_new_key(tampered):
    await tampered.execute(CUT + f"UPDATE audit.head SET seq = 5, hash = (SELECT hash FROM audit.log WHERE {MIDDLE}) "
                           f"WHERE tenant_id = {BODY}")
    await tampered.execute(f"SELECT sec.install_key('\\x{(b'n' * 32).hex()}')")
    DB.signer = Signer(b"n" * 32)
    assert any(fault.why == "signature" for fault in await trail_faults())


async def test_without_a_head_nothing_is_written_and_the_fault_says_why(tampered):
    body = UUID(str(await tampered.value(f"SELECT {BODY}")))
    await tampered.execute(f"DELETE FROM audit.head WHERE tenant_id = {BODY}")
    async with in_body(TenantContext(body)) as transaction:
        with pytest.raises(DatabaseFault) as refused:
            async with transaction.point():
                await run("UPDATE person SET position = 'mới' WHERE tenant_id = $1")
    problem = problem_details(refused.value)
    assert problem.status == 503 and "Nhật ký" in problem.sentence


async def test_of_a_column_too_large_for_the_trail_the_hash_is_kept(tenants, database):
    backdoor = Backdoor(database.dsn(database.server.superuser))
    kept = "SELECT audit.kept('{{\"id\": 1, \"content\": \"{}\"}}', 'content')::text"
    one, other = [await backdoor.value(kept.format(content)) for content in ("a", "b")]
    assert "content#sha256" in str(one) and '"content"' not in str(one) and one != other


async def test_a_body_verifies_its_own_trail_and_no_other(tenants):
    async with in_body(TenantContext(tenants.bodies["kien-luong"])) as transaction:
        assert await transaction.connection.fetch("SELECT * FROM audit.broken($1)", tenants.bodies["kien-luong"]) == []
        for question in ("audit.broken($1)", "audit.heads() WHERE tenant_id = $1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with transaction.point():
                    await transaction.connection.fetch(f"SELECT * FROM {question}", tenants.bodies["giang-thanh"])
