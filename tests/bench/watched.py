"""Counts the statements of pages in an application of this process."""

import asyncpg
import httpx
from inside import Watch
from places import LOGIN, SLUG, Place

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import create_app
from platform_core.settings import InstanceSettings
from tenancy.context import Signer
from tenancy.engine import DB


async def statements_of(place: Place, pages: list[str]) -> dict[str, int]:
    """page → statements of its own."""
    settings = InstanceSettings(data=place.postgres.folder, database_url=place.postgres.dsn("app_rt", place.name))
    app = create_app(settings)
    await DB.open(settings.database_url or "", Signer(settings.key()), 4)
    watch, original = Watch(), asyncpg.Connection._execute

    async def _execute(self: asyncpg.Connection, query: str, *args: object, **options: object) -> object:
        await watch.see(self, query)
        return await original(self, query, *args, **options)

    asyncpg.Connection._execute = _execute
    found = {}
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench.test") as client:  # type: ignore[arg-type]
            await client.post("/api/v1/session", json={"login": LOGIN, "password": DEMO_PASSWORD})
            for page in pages:
                await client.get(f"/t/{SLUG}{page}")
                watch.statements.clear()
                assert (await client.get(f"/t/{SLUG}{page}")).status_code == 200
                found[page] = len(watch.of_the_page())
    finally:
        asyncpg.Connection._execute = original
        await DB.close()
    return found
