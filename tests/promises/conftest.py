"""The product as people meet it: a real `thidua serve`, real HTTP, demo accounts; and the tools to harm it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg
import pytest
from inside import Backdoor, Inside, Route, Watch, composed
from serving import Serving, serving_a_copy, temporary_folder

from platform_core.app import create_app
from platform_core.embedded import EmbeddedPostgres, leftovers
from platform_core.settings import InstanceSettings


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, make_copy: Callable[[str], object]) -> Iterator[Serving]:
    """One server for all who only ask and add: over a copy of the template in the test run's own PostgreSQL."""
    with serving_a_copy(postgres, make_copy, "promises") as serving:
        yield serving


@pytest.fixture(scope="session")
def backdoor(postgres: EmbeddedPostgres, served: Serving) -> Backdoor:
    """Into the database behind `served`."""
    return Backdoor(postgres.dsn(postgres.superuser, "promises"))


@pytest.fixture(scope="session")
def standalone() -> Iterator[Serving]:
    """`thidua serve` as on a person's machine, with its own embedded PostgreSQL: this one may be killed."""
    folder = temporary_folder()
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


@pytest.fixture
def plugins() -> list[Any] | None:
    """The modules of `inside`: the installed ones. A test file with a module of its own says so here."""
    return None


@pytest.fixture
async def inside(tenants: Any, database: Any, plugins: list[Any] | None) -> AsyncIterator[Inside]:
    """The application composed over the database of this test file."""
    async with composed(tenants, database, plugins) as made:
        yield made


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
    """Somebody with every role in the body: what he is refused, the middleware refuses, not a missing permission."""
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
