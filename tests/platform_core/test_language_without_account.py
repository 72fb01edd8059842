"""The language of a visitor who has not signed in: kept by the browser, also where no page is."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from platform_core.accounts.demo import DEMO_PASSWORD, DemoAccount, demo_accounts, set_demo_accounts
from platform_core.app import create_app
from platform_core.settings import InstanceSettings

pytestmark = pytest.mark.anyio
OANH = DemoAccount(
    "Quách Thị Oanh", "Người quản trị, Thư ký", "VKSND huyện Kiên Lương", "kien-luong", "oanh.qt", DEMO_PASSWORD,
    ["admin", "clerk"],
)  # fmt: skip


@pytest.fixture
def shown() -> Iterator[None]:
    """One demonstration account, told in Vietnamese as at start."""
    before = demo_accounts()
    set_demo_accounts([OANH])
    yield
    set_demo_accounts(before)


@pytest.fixture
async def stranger(tmp_path: Path, shown: None) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the site of a demonstration instance."""
    transport = httpx.ASGITransport(create_app(InstanceSettings(data=tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url="http://thidua.test") as client:
        yield client


def roles_on(answer: httpx.Response, heading: str) -> list[str]:
    """The roles in the list of demonstration accounts."""
    return re.findall(rf'<td data-label="{heading}">([^<]*)</td>', answer.text)


async def test_the_roles_of_the_demonstration_accounts_are_told_in_the_language_that_was_chosen(stranger):
    assert roles_on(await stranger.get("/sign-in"), "Vai trò") == ["Người quản trị, Thư ký"]
    await stranger.post("/language", data={"language": "en", "next": "/sign-in"})
    assert roles_on(await stranger.get("/sign-in"), "Role") == ["Administrator, Clerk"]


async def test_an_address_that_does_not_exist_answers_in_the_language_that_was_chosen(stranger):
    assert "Không tìm thấy trang này." in (await stranger.get("/nowhere")).text
    await stranger.post("/language", data={"language": "en", "next": "/sign-in"})
    answer = await stranger.get("/nowhere")
    assert answer.status_code == 404
    assert '<html lang="en">' in answer.text and "This page was not found." in answer.text
