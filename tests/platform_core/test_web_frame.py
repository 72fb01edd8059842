"""The frame around a page is kept for a session, and still says what holds at this very click."""

import re
from typing import Any

import pytest
from inside import composed

from platform_core.web.frame import current_entry

pytestmark = pytest.mark.anyio
PEOPLE = "/t/kien-luong/people"
TOKEN, KEY = re.compile(r'name="csrf_token" value="(\w+)"'), re.compile(r'name="idempotency_key" value="(\w+)"')


@pytest.fixture
async def inside(tenants: Any, database: Any) -> Any:
    async with composed(tenants, database) as made:
        yield made


async def page(client: Any, address: str = PEOPLE) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200
    return answer.text


async def test_two_sessions_of_one_person_have_tokens_of_their_own(inside: Any) -> None:
    async with inside.visitor("oanh.qt") as one, inside.visitor("oanh.qt") as other:
        tokens = [set(TOKEN.findall(await page(client))) for client in (one, other, one)]
    assert all(len(found) == 1 for found in tokens)
    assert tokens[0] == tokens[2] != tokens[1]


async def test_each_button_of_each_page_has_a_key_of_its_own(inside: Any) -> None:
    async with inside.visitor("oanh.qt") as client:
        keys = [key for _time in range(2) for key in KEY.findall(await page(client))]
    assert len(keys) == len(set(keys)) >= 4


async def test_the_page_at_hand_is_marked_and_found_again_after_a_change_of_language(inside: Any) -> None:
    async with inside.visitor("oanh.qt") as client:
        for address in (f"{PEOPLE}?q=a&state=all", "/t/kien-luong/modules", f"{PEOPLE}?q=%22%3E%3Cb%3E"):
            text = await page(client, address)
            assert re.findall(r'<a href="([^"]+)" aria-current="page"', text) == [address.partition("?")[0]] * 2
            assert f'name="next" value="{address.replace("&", "&amp;")}"' in text


async def test_what_changes_in_the_body_changes_the_frame_at_the_next_click(inside: Any) -> None:
    async with inside.visitor("on.dv") as client:
        assert "/t/kien-luong/trail" not in await page(client, "/t/kien-luong")
        await inside.backdoor.execute(
            """INSERT INTO app.role_assignment (tenant_id, id, person_id, role, valid_from, version)
               SELECT m.tenant_id, gen_random_uuid(), m.person_id, 'admin', '2020-01-01', 1
               FROM auth.membership m JOIN auth.account a ON a.id = m.account_id WHERE a.login = 'on.dv'"""
        )
        assert "/t/kien-luong/trail" in await page(client, "/t/kien-luong")
        await client.post("/api/v1/session/language", json={"language": "en"})
        assert "Sign out" in await page(client, "/t/kien-luong")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/t/a", "/t/a"), ("/t/a/people/1", "/t/a/people"), ("/t/a/peoples", None), ("/t/a/other", None)],
)
def test_the_entry_that_leads_to_where_the_reader_is(path: str, wanted: str | None) -> None:
    assert current_entry(["/t/a", "/t/a/people", "/t/a/modules"], path) == wanted
