"""A newer program asks the catalogue more: what an earlier one wrote down still binds, and is written down anew."""

import asyncio
import hashlib

import asyncpg
import msgspec
import pytest
from inside import Backdoor

from platform_core.operations.doctor import examine
from platform_core.provisioning.instance import run_migrations
from platform_core.settings import InstanceSettings
from tenancy import catalogue
from tenancy.context import Signer
from tenancy.engine import SEARCH_PATH
from tenancy.expected_state import NEW_EDITION, PURPOSE, current_state, state_findings
from tenancy.faults import UnfitDatabase
from tenancy.fitness import refuse_unfit
from tenancy.isolation_checks import Finding

pytestmark = pytest.mark.anyio
KEY = bytes(range(32))
SIGNER = Signer(KEY)
WENT_OUT = {1: "7f3e518d3f2c8a4d"}
NEW_QUESTION = "SELECT 'schema at work', n.nspname::text, 'there' FROM pg_namespace n WHERE n.nspname = 'app'"
WEAKENING = "GRANT TRUNCATE ON app.tenant TO app_rt"


def test_an_edition_that_went_out_stays_as_it_is():
    """Texts without their spaces. Ask otherwise? Add an edition, and its text here; leave the others alone."""
    texts = {number: "".join(" UNION ALL ".join(asked).split()) for number, asked in catalogue.EDITIONS.items()}
    assert {number: hashlib.sha256(text.encode()).hexdigest()[:16] for number, text in texts.items()} == WENT_OUT


@pytest.fixture
async def earlier(make_copy):
    """A database as version 0.1.0 before editions left it: the bare list of facts, signed."""
    copy = make_copy("t_earlier")
    backdoor = Backdoor(copy.dsn(copy.server.superuser))
    connection = await asyncpg.connect(copy.dsn("app_owner"), server_settings=SEARCH_PATH)
    state = msgspec.json.encode((await current_state(connection, 1)).facts).decode()
    await connection.close()
    await backdoor.fetch("INSERT INTO sec.expected_state (reason, state, signature) VALUES ('before editions', $1, $2)",
                         state, SIGNER.mac(PURPOSE, state))
    yield copy
    await Backdoor(copy.server.dsn(copy.server.superuser, "postgres")).execute("DROP DATABASE t_earlier WITH (FORCE)")


@pytest.fixture
def second_edition(monkeypatch):
    """This program asks one thing more than the one that wrote the state."""
    monkeypatch.setitem(catalogue.EDITIONS, 2, (*catalogue.EDITIONS[1], NEW_QUESTION))


async def migrated(database) -> None:
    await asyncio.to_thread(asyncio.run, run_migrations(database.dsn("app_owner"), KEY))


async def found(database) -> list[Finding]:
    connection = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH)
    try:
        return await state_findings(connection, SIGNER)
    finally:
        await connection.close()


async def states(database) -> list[str]:
    lines = await Backdoor(database.dsn(database.server.superuser)).fetch(
        "SELECT state FROM sec.expected_state ORDER BY number")
    return [line["state"] for line in lines]


async def test_a_state_from_before_editions_still_counts_and_is_written_anew_once(earlier):
    assert await found(earlier) == []
    before = await states(earlier)
    await migrated(earlier)
    await migrated(earlier)
    after = await states(earlier)
    assert len(after) == len(before) + 1 and after[-1].startswith('{"edition":1,')
    assert await found(earlier) == []


async def test_a_start_on_a_matching_state_of_an_earlier_edition_says_to_migrate(earlier, second_edition):
    connection = await asyncpg.connect(earlier.dsn(), server_settings=SEARCH_PATH)
    with pytest.raises(UnfitDatabase, match="thidua migrate") as refused:
        await refuse_unfit(connection, SIGNER)
    await connection.close()
    assert "--accept" not in str(refused.value)
    settings = InstanceSettings(data=earlier.server.folder, database_url=earlier.dsn(),
                                owner_url=earlier.dsn("app_owner"))
    verdict = next(one for one in await examine(settings) if one.check == "catalogue is as migrated")
    assert not verdict.well and "do phiên bản cũ ghi" in verdict.detail


async def test_migrate_takes_a_matching_state_over_into_the_new_edition(earlier, second_edition):
    await migrated(earlier)
    newest = (await states(earlier))[-1]
    assert newest.startswith('{"edition":2,') and "schema at work" in newest
    assert await found(earlier) == []


@pytest.mark.parametrize("who", ["before editions", "edition 1"])
async def test_a_weakening_under_an_earlier_edition_is_refused_by_the_new_program(earlier, who, request):
    if who == "edition 1":
        await migrated(earlier)
    request.getfixturevalue("second_edition")
    before = await states(earlier)
    await Backdoor(earlier.dsn(earlier.server.superuser)).execute(WEAKENING)
    assert [one.thing for one in await found(earlier)] == ["relation app.tenant"]
    with pytest.raises(UnfitDatabase, match=r"relation app\.tenant: changed"):
        await migrated(earlier)
    assert await states(earlier) == before


async def test_a_state_of_a_later_version_is_not_compared_with_half_of_it(earlier, second_edition, monkeypatch):
    await migrated(earlier)
    monkeypatch.delitem(catalogue.EDITIONS, 2)
    assert await found(earlier) == [NEW_EDITION]
    with pytest.raises(UnfitDatabase, match="phiên bản mới hơn"):
        await migrated(earlier)
