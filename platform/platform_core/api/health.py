"""`/health/live`: the process answers. `/health/ready`: it can also reach its database."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from platform_core.web.permissions import PUBLIC
from tenancy.engine import DB
from tenancy.faults import DatabaseGone


def health_handlers() -> list[HTTPRouteHandler]:
    """Handlers for whoever watches the instance."""

    @get("/health/live", opt={"permission": PUBLIC, "bare": True}, include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @get("/health/ready", opt={"permission": PUBLIC, "bare": True}, include_in_schema=False)
    async def ready() -> Response[dict[str, str]]:
        try:
            async with DB.autocommit() as connection:
                await connection.fetchval("SELECT 1")
        except DatabaseGone:
            return Response({"status": "no database"}, status_code=503)
        return Response({"status": "ready"})

    return [live, ready]
