"""The product as people meet it: a real `thidua serve`, real HTTP, demo accounts; and the tools to harm it."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import compose, create_app
from platform_core.embedded import EmbeddedPostgres, leftovers
from platform_core.settings import InstanceSettings
from tenancy.engine import SEARCH_PATH

START_SECONDS = 40.0
READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)
SERVE = "from platform_core.cli import main; main()"


@dataclass
class Serving:
    """A running `thidua serve` over a data folder, or over a database of its own when `database_url` is given."""

    data: Path
    database_url: str | None = None
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: subprocess.Popen[bytes] | None = None
    _signed_in: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Everything the process said."""
        return self.data / "serve.log"

    def faults(self) -> str:
        """The last faults the process logged, for the message of a failed test."""
        said = [line for line in self.log.read_text(errors="replace").splitlines() if '"level": "error"' in line]
        return "\n".join(said[-3:]).replace("\\n", "\n")

    def start(self) -> "Serving":
        """Start and wait until it answers; the port is a free one."""
        given = {"THIDUA_DATA": str(self.data), "PYTHONPATH": ":".join(filter(None, sys.path))} | self.environment
        if self.database_url:
            given["DATABASE_URL"] = self.database_url
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "serve", "--port", "0", *self.arguments],
                env=os.environ | given, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while (ready := READY.search(self.log.read_text(errors="replace"))) is None:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.02)
        self.address = ready[1]
        return self

    def stop(self) -> None:
        """Ask it to end, by its pid; kill what does not."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """kill -9: no chance to say good-bye."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def kill_postgres(self) -> int:
        """kill -9 of the postmaster behind this folder; returns its pid."""
        postmaster = leftovers.recorded_pid(self.data / "postgres" / "postmaster.pid")
        assert postmaster, "no embedded server runs here"
        os.kill(postmaster, signal.SIGKILL)
        return postmaster

    def session(self, login: str) -> tuple[str, str]:
        """(cookie, CSRF token) of a demo account, signed in once."""
        if login not in self._signed_in:
            answer = httpx.post(
                f"{self.address}/api/v1/session", json={"login": login, "password": DEMO_PASSWORD}, timeout=20
            )
            assert answer.status_code == 201, answer.text
            self._signed_in[login] = (answer.cookies["thidua"], answer.json()["csrf_token"])
        return self._signed_in[login]

    def visitor(self, login: str | None = None, **options: object) -> httpx.AsyncClient:
        """A browser of this person, or of nobody; it follows no redirect."""
        options.setdefault("timeout", 30)
        options.setdefault("limits", httpx.Limits(max_connections=None))
        if login is None:
            return httpx.AsyncClient(base_url=self.address, **options)  # type: ignore[arg-type]
        cookie, token = self.session(login)
        headers = {"x-csrftoken": token}
        return httpx.AsyncClient(base_url=self.address, cookies={"thidua": cookie}, headers=headers, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Backdoor:
    """The superuser's look at a database: what is really stored, and time and roles as a test needs them."""

    dsn: str

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows, past every wall."""
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


def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="thidua-promise-", dir="/tmp" if os.name == "posix" else None))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, make_copy: Callable[[str], object]) -> Iterator[Serving]:
    """One server for all who only ask and add: over a copy of the template in the test run's own PostgreSQL."""
    name, folder = "promises", _temporary_folder()
    shutil.copy(postgres.folder / "instance.key", folder / "instance.key")
    make_copy(name)
    serving = Serving(folder, postgres.dsn("app_rt", name)).start()
    yield serving
    serving.stop()
    _administrate(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def backdoor(postgres: EmbeddedPostgres, served: Serving) -> Backdoor:
    """Into the database behind `served`."""
    return Backdoor(postgres.dsn(postgres.superuser, "promises"))


@pytest.fixture(scope="session")
def standalone() -> Iterator[Serving]:
    """`thidua serve` as on a person's machine, with its own embedded PostgreSQL: this one may be killed."""
    folder = _temporary_folder()
    serving = Serving(folder).start()
    yield serving
    serving.stop()
    leftovers.clear_leftovers(folder / "postgres", folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def standalone_backdoor(standalone: Serving) -> Backdoor:
    """Into the database behind `standalone`."""
    embedded = EmbeddedPostgres(standalone.data)
    return Backdoor(embedded.dsn(embedded.superuser))


def _administrate(postgres: EmbeddedPostgres, statement: str) -> None:
    asyncio.run(Backdoor(postgres.dsn(postgres.superuser, "postgres")).execute(statement))


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
        """Without the frame of every request: its session, BEGIN with the body, COMMIT."""
        frame = ("BEGIN", "RESET ALL; COMMIT", "ROLLBACK", "SELECT auth.open_request(")
        return [statement for statement in self.statements if not statement.startswith(frame)]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Looks over the shoulder of every connection of this process."""
    watching, simple, extended = Watch(), asyncpg.Connection.execute, asyncpg.Connection._execute

    async def execute(self: asyncpg.Connection, query: str, *args: Any, **options: Any) -> str:
        if not args:
            await watching.see(self, query)
        return await simple(self, query, *args, **options)

    async def _execute(self: asyncpg.Connection, query: str, *args: Any, **options: Any) -> Any:
        await watching.see(self, query)
        return await extended(self, query, *args, **options)

    monkeypatch.setattr(asyncpg.Connection, "execute", execute)
    monkeypatch.setattr(asyncpg.Connection, "_execute", _execute)
    return watching


@dataclass(frozen=True)
class Inside:
    """The application in this very process, over the database of the test file: here single steps can be harmed."""

    app: Any
    house: Any
    backdoor: Backdoor

    @asynccontextmanager
    async def visitor(self, login: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of this person, or of nobody."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://thidua.test") as client:
            if login:
                asked = {"login": login, "password": DEMO_PASSWORD}
                answer = await client.post("/api/v1/session", json=asked)
                assert answer.status_code == 201, answer.text
                client.headers["x-csrftoken"] = answer.json()["csrf_token"]
            yield client


@pytest.fixture
def plugins() -> list[Any] | None:
    """The modules of `inside`: the installed ones. A test file with a module of its own says so here."""
    return None


@pytest.fixture
async def inside(house: Any, database: Any, plugins: list[Any] | None) -> AsyncIterator[Inside]:
    """The application composed over the database of this test file."""
    server = database.server
    app = create_app(InstanceSettings(data=server.folder, database_url=database.dsn()), plugins)
    yield Inside(app, house, Backdoor(database.dsn(server.superuser)))
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
            known: Mapping[str, object] = {"slug": slug, "name": "monthly_rating", **(ids or {})}
            return str(known.get(match[1]) or uuid4())

        return re.sub(r"\{(\w+):\w+\}", fill, self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@pytest.fixture(scope="session")
def routes(postgres: EmbeddedPostgres, template: str) -> list[Route]:
    """Every route of the application, read from its own table; files and the description of the API are left out."""
    app = create_app(InstanceSettings(data=postgres.folder, database_url=postgres.dsn("app_rt", template)))
    found = [
        Route(method, route.path, handler.opt["permission"], handler.opt.get("module", ""))
        for route in app.litestar.routes
        for handler in getattr(route, "route_handlers", ())
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
        if "permission" in handler.opt and not handler.opt.get("bare")
    ]
    assert len(found) > 60
    return found


@pytest.fixture(scope="session")
def almighty(served: Serving, backdoor: Backdoor) -> str:
    """Somebody with every role in the body: what he is refused, the gate refuses, not a missing permission."""
    login = "duc.tq"
    asyncio.run(backdoor.execute(EVERY_ROLE.format(login=login)))
    return login


EVERY_ROLE = """
INSERT INTO app.role_assignment (tenant_id, id, person_id, role, unit_id, valid_from, version)
SELECT m.tenant_id, gen_random_uuid(), m.person_id, r.role, NULL, '2020-01-01', 1
FROM auth.membership m JOIN auth.account a ON a.id = m.account_id AND a.login = '{login}',
  unnest(ARRAY['member', 'clerk', 'chair', 'leader', 'officer', 'admin']) AS r(role)
"""


@pytest.fixture
def every_role() -> str:
    """SQL that gives a login every role."""
    return EVERY_ROLE
