"""The application inside the test's own process, and the ways past row security that only a test has."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import compose, create_app
from platform_core.settings import InstanceSettings
from platform_core.testing.visitors import visiting
from tenancy.engine import SEARCH_PATH

RATING = "monthly_rating"
"""The module that addresses with a module or a name in them are filled with."""


@dataclass(frozen=True)
class Backdoor:
    """The superuser's look at a database: what is really stored, and time and roles as a test needs them."""

    dsn: str

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows, past row security."""
        connection = await asyncpg.connect(self.dsn, server_settings=SEARCH_PATH)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()

    async def value(self, sql: str, *args: object) -> object:
        """The first column of the first row."""
        found = await self.fetch(sql, *args)
        return found[0][0] if found else None

    async def execute(self, sql: str) -> None:
        """Any number of statements."""
        connection = await asyncpg.connect(self.dsn, server_settings=SEARCH_PATH)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


class Watch:
    """Sees every statement on its way to the database; `before` may do harm at any of them."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.before: Callable[[asyncpg.Connection, str], Awaitable[None]] | None = None

    async def see(self, connection: asyncpg.Connection, statement: str) -> None:
        """Called for each statement, in order."""
        self.statements.append(statement)
        if self.before is not None:
            await self.before(connection, statement)

    def of_the_page(self) -> list[str]:
        """Without the frame of every request: its session, BEGIN with the body, savepoints, COMMIT."""
        frame = ("BEGIN", "RESET ALL; CLOSE", "ROLLBACK", "SELECT auth.open_request(", "SAVEPOINT", "RELEASE")
        return [statement for statement in self.statements if not statement.startswith(frame)]


@dataclass(frozen=True)
class Inside:
    """The application in this very process, over the database of the test file: here single steps can be harmed."""

    app: Any
    tenants: Any
    backdoor: Backdoor

    def visitor(
        self, login: str | None = None, password: str = DEMO_PASSWORD, address: str = "127.0.0.1"
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """A browser of this person, or of nobody."""
        return visiting(self.app, login, password, address)


@asynccontextmanager
async def composed(
    tenants: Any, database: Any, plugins: list[Any] | None = None, **settings: Any
) -> AsyncIterator[Inside]:
    """The application over the database of the test file, with the installed modules or others."""
    server = database.server
    app = create_app(InstanceSettings(data=server.folder, database_url=database.dsn(), **settings), plugins)
    try:
        yield Inside(app, tenants, Backdoor(database.dsn(server.superuser)))
    finally:
        compose()


@dataclass(frozen=True)
class Route:
    """One method of one address of the running application, and who may call it."""

    method: str
    path: str
    permission: str
    module: str

    @property
    def api(self) -> bool:
        """Whether programs call it."""
        return self.path.startswith("/api/")

    @property
    def in_a_body(self) -> bool:
        """Whether it lies inside a body."""
        return "{slug:str}" in self.path

    def at(self, slug: str = "kien-luong", ids: Mapping[str, object] | None = None) -> str:
        """Its address in a body; parameters that are not given are ids that never were."""

        def fill(match: re.Match[str]) -> str:
            known: Mapping[str, object] = {"slug": slug, **dict.fromkeys(("name", "module"), RATING), **(ids or {})}
            return str(known.get(match[1]) or uuid4())

        return re.sub(r"\{(\w+):\w+\}", fill, self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
