"""A page costs a handful of queries, however many rows it shows: one for the session, at most four of its own."""


import pytest
from inside import Inside, Route, Watch

from platform_core.plugin_host.registry import installed_plugins
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine_in
from tenancy.query import rows

pytestmark = pytest.mark.anyio
OWN, EVERYBODY = "kien-luong", "duc.tq"
MOST = 4
"""Queries of a page, besides the one that opens the request."""
MORE_PEOPLE = """
INSERT INTO app.person
SELECT t.id, gen_random_uuid(), 'more-' || n, 'Người Thứ ' || n, '\\x01', 'nguoi thu', '', '', true, NULL, 1
FROM app.tenant t, generate_series(1, 300) AS n WHERE t.slug = 'kien-luong';
"""


async def ids_of_samples() -> dict[str, object]:
    """Rows in every table of every module, by the module's own sample; path parameter → id."""
    found: dict[str, object] = {}
    async with machine_in(OWN) as actor:
        people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY code")]
        cell = (await rows("SELECT id FROM unit WHERE tenant_id = $1 AND kind = 'cell'"))[0]["id"]
        for plugin in installed_plugins():
            name = plugin.module_manifest().name
            found |= await dispatcher().demand("sample_rows", name, actor=actor, people=people, unit_id=cell) or {}
    return found | {"person_id": found.get("person_id", people[0])}


async def counted(inside: Inside, watch: Watch, routes: list[Route], ids: dict[str, object]) -> dict[str, list[str]]:
    """The statements of every page and every JSON answer."""
    found: dict[str, list[str]] = {}
    async with inside.visitor(EVERYBODY) as client:
        for route in routes:
            address = route.at(OWN, ids)
            await client.get(address)  # the first visit compiles policies and reads types
            watch.statements.clear()
            answer = await client.get(address)
            assert answer.status_code in (200, 303, 404, 409), (str(route), answer.text[:500])
            found[str(route)] = watch.of_the_page()
    return found


async def test_no_page_asks_more_than_a_handful_however_many_rows(
    inside: Inside, watch: Watch, routes: list[Route], every_role: str
) -> None:
    await inside.backdoor.execute(every_role.format(login=EVERYBODY))
    ids = await ids_of_samples()
    shown = [route for route in routes if route.method == "GET" and route.in_a_body]
    few = await counted(inside, watch, shown, ids)
    await inside.backdoor.execute(MORE_PEOPLE)
    many = await counted(inside, watch, shown, ids)
    assert {name: len(many[name]) for name in few} == {name: len(asked) for name, asked in few.items()}
    too_many = {name: asked for name, asked in many.items() if len(asked) > MOST}
    assert not too_many, "\n".join("\n  ".join([name, *asked]) for name, asked in too_many.items())


async def test_a_query_per_row_is_noticed(inside: Inside, watch: Watch) -> None:
    """Negative control: a page that asks once per person is seen to."""
    async with machine_in(OWN):
        people = await rows("SELECT id FROM person WHERE tenant_id = $1")
        watch.statements.clear()
        for person in people:
            await rows("SELECT code FROM person WHERE tenant_id = $1 AND id = $2", person["id"])
        assert len(watch.of_the_page()) == len(people) > MOST
