"""No lost edits: of fifty who edit the same record one wins, the others see both texts and keep their own."""

import asyncio
from html import escape
from uuid import uuid4

import httpx
import pytest
from inside import Backdoor
from serving import Serving

pytestmark = pytest.mark.anyio
OWN, ADMIN = "kien-luong", "oanh.qt"
EDITORS = 50
NAME = "Phan Thị Sửa"


async def new_person(client: httpx.AsyncClient) -> str:
    """Somebody at version 1; returns the id."""
    body = {"code": f"e-{uuid4().hex[:16]}", "full_name": NAME}
    answer = await client.post(f"/api/v1/t/{OWN}/people", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["person_id"]


def winner_of(answers: list[httpx.Response], success: int) -> int:
    """The place of the only one who was told that it is saved; everybody else was told 409."""
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == sorted([success] + [409] * (EDITORS - 1)), statuses
    return statuses.index(success)


async def test_of_fifty_programs_one_wins_and_the_others_are_told_what_stands(
    served: Serving, backdoor: Backdoor
) -> None:
    async with served.visitor(ADMIN) as client:
        person = await new_person(client)
        path = f"/api/v1/t/{OWN}/people/{person}/edit"
        texts = [f"Chức danh số {number}" for number in range(EDITORS)]
        answers = await asyncio.gather(
            *(client.post(path, json={"full_name": NAME, "position": text, "version": 1}) for text in texts)
        )
    winner = winner_of(answers, 200)
    stored = await backdoor.fetch("SELECT position, version FROM app.person WHERE id = $1", person)
    assert [tuple(line) for line in stored] == [(texts[winner], 2)]
    for answer in answers[:winner] + answers[winner + 1 :]:
        problem = answer.json()
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert problem["version"] == 2
        assert problem["current"]["position"] == texts[winner]
        assert "tenant_id" not in problem["current"]


async def test_of_fifty_people_one_wins_and_the_others_keep_their_text_beside_the_stored_one(
    served: Serving, backdoor: Backdoor
) -> None:
    async with served.visitor(ADMIN) as client:
        person = await new_person(client)
        path = f"/t/{OWN}/people/{person}/edit"
        texts = [f"Chức danh <b>{number}</b> & cộng sự" for number in range(EDITORS)]
        answers = await asyncio.gather(
            *(client.post(path, data={"full_name": NAME, "position": text, "version": "1"}) for text in texts)
        )
    winner = winner_of(answers, 303)
    assert await backdoor.value("SELECT position FROM app.person WHERE id = $1", person) == texts[winner]
    for text, answer in zip(texts, answers, strict=True):
        if answer.status_code == 409:
            page = answer.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
            assert escape(text) in page, "what was typed is still there"
            assert escape(texts[winner]) in page, "and what stands beside it"
            assert 'name="version" value="2"' in page, "saving again means: over the newer version"


async def test_an_edit_over_the_newer_version_is_taken(served: Serving, backdoor: Backdoor) -> None:
    """Negative control: it was the version, not the second edit itself, that was refused."""
    async with served.visitor(ADMIN) as client:
        person = await new_person(client)
        path = f"/api/v1/t/{OWN}/people/{person}/edit"
        for version in (1, 2):
            answer = await client.post(path, json={"full_name": f"{NAME} {version}", "version": version})
            assert answer.status_code == 200, answer.text
    assert await backdoor.value("SELECT full_name FROM app.person WHERE id = $1", person) == f"{NAME} 2"
