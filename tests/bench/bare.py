"""The least that is possible: Litestar and asyncpg, the same tables, row security and signed context; no framework."""

import json
import os
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from jinja2 import Environment
from litestar import Litestar, MediaType, Request, Response, get, post
from msgspec import Meta, Struct

from platform_core.people.listing import ORDERS
from platform_core.people.listing import PAGE as PEOPLE
from plugin_api.listing import paged_statement
from tenancy.context import Signer, TenantContext
from tenancy.engine import SEARCH_PATH

HEAD = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Người</title></head><body><h1>Người</h1>
<table><thead><tr><th>Họ và tên<th>Mã<th>Chức danh<th>Bộ phận<th>Vai trò</tr></thead><tbody>
"""
FOOT = "</tbody></table></body></html>"
ROWS = Environment(autoescape=True).from_string(
    """{% for p in people %}<tr><td><a href="/people/{{ p.id }}">{{ p.name }}</a><td>{{ p.code }}<td>{{ p.position }}
<td>{{ p.units }}<td>{{ p.roles|join(", ") }}</tr>
{% endfor %}"""
)
SAVE = """UPDATE person SET full_name = $3, position = $4, version = version + 1
          WHERE tenant_id = $1 AND id = $2 AND version = $5 RETURNING version"""


class Edit(Struct, frozen=True):
    """What is saved."""

    full_name: Annotated[str, Meta(min_length=2, max_length=100)]
    position: Annotated[str, Meta(max_length=100)]
    version: int


class Pool:
    """One pool, made when the application starts; BEGIN with the signed context in one message."""

    def __init__(self) -> None:
        self.tenant, self.account = (UUID(os.environ[name]) for name in ("BENCH_TENANT", "BENCH_ACCOUNT"))
        self.signer = Signer(bytes.fromhex((Path(os.environ["THIDUA_DATA"]) / "instance.key").read_text()))
        self.pool: Any = None

    @asynccontextmanager
    async def open(self, _app: Litestar) -> Any:
        self.pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=10, max_size=10, server_settings=SEARCH_PATH, reset=self._nothing
        )
        yield
        await self.pool.close()

    @staticmethod
    async def _nothing(_connection: asyncpg.Connection) -> None:
        """Nothing to reset: every setting is local to its transaction."""

    @asynccontextmanager
    async def inside(self) -> Any:
        async with self.pool.acquire() as connection:
            ticket = self.signer.context(TenantContext(self.tenant, self.account))
            await connection.execute(f"BEGIN; SELECT app.enter('{ticket}')")
            yield connection
            await connection.execute("COMMIT")


def create_app() -> Litestar:
    """The application that ours is compared with."""
    pool = Pool()
    before, after = json.loads(Path(os.environ["BENCH_FRAME"]).read_text())

    async def people() -> list[asyncpg.Record]:
        async with pool.inside() as connection:
            statement = paged_statement(PEOPLE, ORDERS.order("name"), 4)
            return await connection.fetch(statement, pool.tenant, date.today(), "", "", "", 50, 0)

    @get("/json")
    async def as_json() -> Response[bytes]:
        content = msgspec.json.encode([dict(line) for line in await people()])
        return Response(content, media_type=MediaType.JSON)

    @get("/html")
    async def as_html() -> Response[bytes]:
        rows = ROWS.render(people=await people())
        return Response(f"{HEAD}{rows}{FOOT}".encode(), media_type=MediaType.HTML)

    @get("/framed")
    async def framed() -> Response[bytes]:
        """The same rows between what stands around them on our page, as text that never changes."""
        rows = ROWS.render(people=await people())
        return Response(f"{before}{rows}{after}".encode(), media_type=MediaType.HTML)

    @post("/save/{person_id:uuid}", status_code=200)
    async def save(request: Request[Any, Any, Any], person_id: UUID) -> Response[dict[str, int]]:
        edit = msgspec.json.decode(await request.body(), type=Edit)
        async with pool.inside() as connection:
            version = await connection.fetchval(
                SAVE, pool.tenant, person_id, edit.full_name, edit.position, edit.version
            )
        return Response({"version": version}, status_code=200 if version else 409)

    @get("/health/live")
    async def live() -> str:
        return "live"

    return Litestar([as_json, as_html, framed, save, live], lifespan=[pool.open], openapi_config=None)
