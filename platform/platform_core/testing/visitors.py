"""People who use the application over HTTP, in the process of the test."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import create_app
from platform_core.settings import InstanceSettings
from platform_core.testing.servers import Copy
from platform_core.testing.tenants import Tenants

Visitor = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@asynccontextmanager
async def visiting(
    app: Any, login: str | None = None, password: str = DEMO_PASSWORD, address: str = "127.0.0.1"
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of this person, or of nobody, at an ASGI application; signed in, with the CSRF token of the session."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://thidua.test") as client:
        if login:
            answer = await client.post("/api/v1/session", json={"login": login, "password": password})
            assert answer.status_code == 201, answer.text
            client.headers["x-csrftoken"] = answer.json()["csrf_token"]
        yield client


@pytest.fixture
def visitor(tenants: Tenants, database: Copy) -> Visitor:
    """`async with visitor("on.dv") as client`: the application over this file's database, as this person uses it."""
    app = create_app(InstanceSettings(data=database.server.folder, database_url=database.dsn()))

    def visit(login: str | None = None) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return visiting(app, login)

    return visit
