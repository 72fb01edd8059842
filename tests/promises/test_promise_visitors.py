"""Nobody sees another body: every route of the running application, asked by every kind of visitor, in three bodies."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from inside import Backdoor, Route
from serving import Serving

from platform_core import core_plugin
from platform_core.plugin_host.registry import installed_plugins
from plugin_api.endpoints import SIGNED_IN

pytestmark = pytest.mark.anyio
OWN, FOREIGN, ABSENT = "kien-luong", "giang-thanh", "khong-co-don-vi-nay"
STRANGER, MEMBER = "y.lc", "on.dv"
PARTICULAR = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b")
HELD_BY_MEMBERS = {
    str(permission)
    for plugin in (core_plugin, *installed_plugins())
    for permission in plugin.module_manifest().grants.get("member", ())
} | {SIGNED_IN}


@pytest.fixture
def inside_bodies(routes: list[Route]) -> list[Route]:
    """The routes of the core and of every module, inside a body."""
    found = [route for route in routes if route.in_a_body]
    assert {route.module for route in found} == {"core", *(p.module_manifest().name for p in installed_plugins())}
    return found


async def ask(client: httpx.AsyncClient, route: Route, slug: str) -> httpx.Response:
    """A plain request; what is posted says nothing."""
    if route.method == "GET":
        return await client.get(route.at(slug))
    given = {"json": {}} if route.api else {"data": {"nothing": ""}}
    return await client.request(route.method, route.at(slug), **given)  # type: ignore[arg-type]


def told(answer: httpx.Response, slug: str) -> tuple[int, str, str]:
    """What a visitor can learn from an answer: status, place, text; without trace, ids and the typed slug itself."""
    text = PARTICULAR.sub("…", answer.text.replace(slug, "SLUG"))
    place = PARTICULAR.sub("…", answer.headers.get("location", "").replace(slug, "SLUG"))
    return answer.status_code, place, text


@pytest.fixture
async def stranger(served: Serving) -> AsyncIterator[httpx.AsyncClient]:
    async with served.visitor(STRANGER) as client:
        yield client


async def test_nobody_at_all_is_sent_to_sign_in_whatever_the_body(served: Serving, inside_bodies: list[Route]) -> None:
    async with served.visitor() as client:
        for route in inside_bodies:
            for slug in (OWN, FOREIGN, ABSENT):
                answer = await ask(client, route, slug)
                form = route.method == "POST" and not route.api
                assert answer.status_code == (401 if route.api or form else 303), (str(route), slug)
                assert not form or told(answer, slug) == told(await ask(client, route, ABSENT), ABSENT), str(route)
                assert route.api or form or answer.headers["location"].startswith("/sign-in"), str(route)


async def test_a_body_of_others_looks_like_one_that_never_was(
    stranger: httpx.AsyncClient, inside_bodies: list[Route]
) -> None:
    for route in inside_bodies:
        foreign, absent = await ask(stranger, route, OWN), await ask(stranger, route, ABSENT)
        assert foreign.status_code == 404, (str(route), foreign.text[:300])
        assert told(foreign, OWN) == told(absent, ABSENT), str(route)


async def test_what_the_roles_do_not_grant_is_refused_before_anything_is_looked_up(
    served: Serving, inside_bodies: list[Route]
) -> None:
    closed = [route for route in inside_bodies if route.permission not in HELD_BY_MEMBERS]
    assert len(closed) > 10
    async with served.visitor(MEMBER) as client:
        for route in closed:
            answer = await ask(client, route, OWN)
            assert answer.status_code == 403, (str(route), route.permission, answer.text[:300])


async def test_with_every_permission_an_id_that_never_was_is_absent_and_nothing_breaks(
    served: Serving, almighty: str, inside_bodies: list[Route]
) -> None:
    async with served.visitor(almighty) as client:
        for route in inside_bodies:
            answer = await ask(client, route, OWN)
            assert answer.status_code < 500, (str(route), answer.text[:500])
            assert answer.status_code != 403, (str(route), "every role is held")
            if route.method == "GET" and "{name:str}" not in route.path:
                assert answer.status_code == (404 if ":uuid}" in route.path else 200), (str(route), answer.text[:500])


async def test_a_module_that_is_off_looks_like_one_that_never_was(
    served: Serving, backdoor: Backdoor, stranger: httpx.AsyncClient, inside_bodies: list[Route]
) -> None:
    switch = """UPDATE app.module SET enabled = {}
                WHERE tenant_id = (SELECT id FROM app.tenant WHERE slug = 'giang-thanh')"""
    await backdoor.execute(switch.format("false"))
    try:
        for route in inside_bodies:
            answer = await ask(stranger, route, FOREIGN)
            if route.module == "core":
                assert answer.status_code != 404 or ":uuid}" in route.path, str(route)
                continue
            assert answer.status_code == 404, (str(route), answer.text[:300])
            here = told(answer, FOREIGN)
            assert here[0] == told(await ask(stranger, route, ABSENT), ABSENT)[0]
        front = await stranger.get(f"/t/{FOREIGN}")
        assert "/monthly-rating" not in front.text, "nothing on the screen leads there"
    finally:
        await backdoor.execute(switch.format("true"))


async def test_the_comparison_notices_one_word_too_many(served: Serving, stranger: httpx.AsyncClient) -> None:
    """Negative control: an answer in a body of one's own and one in another's do differ."""
    own, foreign = await stranger.get(f"/t/{FOREIGN}/people"), await stranger.get(f"/t/{OWN}/people")
    assert told(own, FOREIGN) != told(foreign, OWN)
