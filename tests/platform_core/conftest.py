"""The real application in this process, and people who use it: signed in, with the token their forms carry."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pytest

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import create_app
from platform_core.settings import InstanceSettings
from platform_core.web.security_headers import SecurityHeadersMiddleware
from tenancy.context import Signer
from tenancy.engine import DB

HOST = "http://thidua.test"


@dataclass
class Person:
    """A visitor in a browser without scripts: reads pages, presses buttons, follows where they lead."""

    client: httpx.AsyncClient
    slug: str

    async def opens(self, path: str = "", **query: Any) -> httpx.Response:
        """A page of the body."""
        return await self.client.get(f"/t/{self.slug}{path}", params=query)

    async def asks(self, path: str, **query: Any) -> Any:
        """The same through the API."""
        answer = await self.client.get(f"/api/v1/t/{self.slug}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def presses(self, path: str, **fields: Any) -> httpx.Response:
        """A form of the body."""
        return await self.client.post(f"/t/{self.slug}{path}", data=fields)

    async def page_of(self, words: str) -> str:
        """The path, within the body, of the person these words find."""
        found = (await self.asks("/people", q=words, state="all"))["people"]
        assert len(found) == 1, found
        return f"/people/{found[0]['id']}"

    async def roles_of(self, page: str) -> list[dict[str, Any]]:
        """The roles that the person at `page` holds today."""
        return [role for role in (await self.asks(page))["roles"] if not role["over"]]


@dataclass
class Site:
    """The application, for visitors with sessions."""

    app: SecurityHeadersMiddleware
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def sign_in(self, login: str, slug: str = "kien-luong", password: str = DEMO_PASSWORD) -> Person:
        """A new session of this person."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOST)
        self.clients.append(client)
        answer = await client.post("/api/v1/session", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.text
        client.headers["x-csrftoken"] = answer.json()["csrf_token"]
        return Person(client, slug)


@pytest.fixture(scope="module")
def app(postgres: Any, database: Any) -> SecurityHeadersMiddleware:
    """The application as `thidua serve` makes it, over this file's database."""
    return create_app(InstanceSettings(data=postgres.folder, database_url=database.dsn(), pool=6))


@pytest.fixture
async def site(app: SecurityHeadersMiddleware, postgres: Any, database: Any) -> AsyncIterator[Site]:
    """The application at work. Its pool belongs to the loop of the test; its renderer is everybody's and stays open."""
    await DB.open(database.dsn(), Signer(InstanceSettings(data=postgres.folder).key()), 6)
    site = Site(app)
    yield site
    for client in site.clients:
        await client.aclose()
    await DB.close()


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


@pytest.fixture
def said() -> Any:
    """`said(answer)`: the words of a page."""
    return text_of
