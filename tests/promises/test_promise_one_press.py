"""One press, one effect: a key that comes thirty times at once, or again later, works once and answers the same."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from inside import Backdoor
from serving import Serving

pytestmark = pytest.mark.anyio
OWN, ADMIN, OTHER_ADMIN, FOREIGN = "kien-luong", "oanh.qt", "y.lc", "giang-thanh"
AT_ONCE = 30
PLACES = "SELECT count(*) FROM app.appointment WHERE person_id = $1"
PLACE = {"unit": "van-phong", "position": "Chuyên viên", "since": "2026-01-05"}


async def new_person(client: httpx.AsyncClient, slug: str = OWN) -> str:
    """Somebody to work on; returns the id."""
    body = {"code": f"p-{uuid4().hex[:16]}", "full_name": "Lê Thị Thử"}
    answer = await client.post(f"/api/v1/t/{slug}/people", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["person_id"]


async def test_thirty_presses_at_once_do_it_once_and_answer_the_same(served: Serving, backdoor: Backdoor) -> None:
    async with served.visitor(ADMIN) as client:
        person, key = await new_person(client), uuid4().hex
        path, headers = f"/api/v1/t/{OWN}/people/{person}/appointments", {"idempotency-key": key}
        answers = await asyncio.gather(*(client.post(path, json=PLACE, headers=headers) for _ in range(AT_ONCE)))
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
        assert await backdoor.value(PLACES, person) == 1


async def test_without_a_key_each_press_counts(served: Serving, backdoor: Backdoor) -> None:
    """Negative control: nothing but the key keeps the second appointment out."""
    async with served.visitor(ADMIN) as client:
        person = await new_person(client)
        for _ in range(2):
            assert (await client.post(f"/api/v1/t/{OWN}/people/{person}/appointments", json=PLACE)).status_code == 200
        assert await backdoor.value(PLACES, person) == 2


async def test_a_form_sent_twice_lands_on_the_same_page(served: Serving, backdoor: Backdoor) -> None:
    async with served.visitor(ADMIN) as client:
        person = await new_person(client)
        typed = PLACE | {"idempotency_key": uuid4().hex}
        path = f"/t/{OWN}/people/{person}/appointments"
        answers = await asyncio.gather(*(client.post(path, data=typed) for _ in range(5)))
        assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
            (303, f"/t/{OWN}/people/{person}")
        }
        assert await backdoor.value(PLACES, person) == 1


async def test_the_same_key_with_other_content_is_refused(served: Serving, backdoor: Backdoor) -> None:
    async with served.visitor(ADMIN) as client:
        person, key = await new_person(client), {"idempotency-key": uuid4().hex}
        path = f"/api/v1/t/{OWN}/people/{person}/appointments"
        assert (await client.post(path, json=PLACE, headers=key)).status_code == 200
        for other in (PLACE | {"position": "Trưởng phòng"}, PLACE | {"unit": "hinh-su"}):
            answer = await client.post(path, json=other, headers=key)
            assert answer.status_code == 422
            assert "tải lại trang" in answer.json()["title"]
        elsewhere = f"/api/v1/t/{OWN}/people/{await new_person(client)}/appointments"
        assert (await client.post(elsewhere, json=PLACE, headers=key)).status_code == 422
        assert await backdoor.value(PLACES, person) == 1


async def test_a_refused_press_leaves_its_key_free(served: Serving, backdoor: Backdoor) -> None:
    async with served.visitor(ADMIN) as client:
        person, key = await new_person(client), {"idempotency-key": uuid4().hex}
        path = f"/api/v1/t/{OWN}/people/{person}/appointments"
        refused = await client.post(path, json=PLACE | {"unit": "khong-co"}, headers=key)
        assert refused.status_code == 422
        assert (await client.post(path, json=PLACE, headers=key)).status_code == 200
        assert await backdoor.value(PLACES, person) == 1


async def test_a_key_belongs_to_the_person_and_the_body(served: Serving) -> None:
    key = {"idempotency-key": uuid4().hex}
    body = {"code": f"k-{uuid4().hex[:16]}", "full_name": "Trần Văn Thử"}
    async with served.visitor(ADMIN) as one, served.visitor(OTHER_ADMIN) as other:
        here = await one.post(f"/api/v1/t/{OWN}/people", json=body, headers=key)
        there = await other.post(f"/api/v1/t/{FOREIGN}/people", json=body, headers=key)
    assert here.status_code == there.status_code == 200
    assert here.json()["person_id"] != there.json()["person_id"]


@pytest.mark.parametrize("key", ["short", "x" * 101, "khóa-có-dấu-ở-đây", "tab\tinside-key"])
async def test_a_malformed_key_is_refused(served: Serving, key: str) -> None:
    async with served.visitor(ADMIN) as client:
        typed = {"code": f"m-{uuid4().hex[:16]}", "full_name": "Thử Khóa", "idempotency_key": key}
        answer = await client.post(f"/t/{OWN}/people", data=typed)
    assert answer.status_code == 422
