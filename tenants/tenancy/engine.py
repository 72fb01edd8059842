"""The one place that opens connections. Everything above speaks through the transaction of its request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any, cast

import asyncpg
from asyncpg import Connection, Pool
from piccolo.engine.postgres import PostgresEngine

from tenancy.context import Signer
from tenancy.faults import DatabaseGone

ACQUIRE_SECONDS = 5.0
SEARCH_PATH = {"search_path": "app, public", "timezone": "Asia/Ho_Chi_Minh", "application_name": "thidua"}
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # "another operation is in progress": the answer to the last one never came
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What asyncpg raises when the server goes away, also in the middle of a question."""

GONE = (OSError, asyncio.TimeoutError, *LOST)
"""Every way in which asyncpg says that the server is not there."""


async def _keep_as_is(connection: Connection) -> None:
    """Pool reset: nothing to reset, because every setting of ours is SET LOCAL; an open transaction is a fault."""
    if connection.is_in_transaction():
        raise asyncpg.InterfaceError("a transaction was left open")


class UnguessableConnection(Connection):
    """Names its prepared statements so that SQL smuggled into a request can't put others in their place.

    asyncpg counts them; whoever knows a name could lay a trap for the next body on this connection.
    """

    def _get_unique_id(self, prefix: str) -> str:
        return f"{prefix}_{token_hex(12)}"


class QuietEngine(PostgresEngine):
    """Piccolo's engine without its calls at construction: importing a table must not open a connection."""

    async def check_version(self) -> None:
        """Checked by `thidua doctor` and at start, with a sentence for the operator."""

    async def prep_database(self) -> None:
        """Extensions are made by `deploy/postgres/roles.sql`."""


class TenantEngine(QuietEngine):
    """Our own pool: queries run in the request's transaction or not at all."""

    def __init__(self, dsn: str = "", signer: Signer | None = None) -> None:
        super().__init__(config={"dsn": dsn}, extensions=())
        self.dsn = dsn
        self.signer = signer
        self.pool: Pool | None = None

    async def open(self, dsn: str, signer: Signer, size: int = 10) -> None:
        """Make the pool of `size` connections. PostgreSQL may be away: it is asked again at each request."""
        self.dsn, self.signer = dsn, signer
        self.pool = asyncpg.create_pool(
            dsn,
            connection_class=UnguessableConnection,
            min_size=0,
            max_size=size,
            reset=_keep_as_is,
            server_settings=SEARCH_PATH,
            max_inactive_connection_lifetime=0,
            timeout=ACQUIRE_SECONDS,
            command_timeout=60,
        )
        await self.pool

    async def close(self) -> None:
        """Give every connection back; whatever is still busy after five seconds is cut."""
        pool, self.pool = self.pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), ACQUIRE_SECONDS)
            except (TimeoutError, *GONE):
                pool.terminate()

    async def acquire(self) -> Connection:
        """A connection within ACQUIRE_SECONDS. Raises DatabaseGone."""
        if self.pool is None:
            raise DatabaseGone("the pool is closed")
        try:
            return cast(Connection, await self.pool.acquire(timeout=ACQUIRE_SECONDS))
        except GONE as gone:
            raise DatabaseGone(str(gone) or "no connection in time") from gone

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Connection]:
        """A connection outside every body, for functions of `auth` that keep their own books. Raises DatabaseGone."""
        connection = await self.acquire()
        try:
            yield connection
        except GONE as gone:
            raise DatabaseGone(str(gone)) from gone
        finally:
            await asyncio.shield(self._release(connection))

    async def _release(self, connection: Connection) -> None:
        if self.pool is None:
            connection.terminate()
            return
        try:
            await self.pool.release(connection)
        except GONE:
            connection.terminate()

    async def _run_in_pool(self, query: str, args: Any = None) -> Any:
        raise RuntimeError("a query outside a transaction: enter a body first")

    async def _run_in_new_connection(self, query: str, args: Any = None) -> Any:
        raise RuntimeError("a query outside a transaction: enter a body first")

    async def batch(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: Piccolo would open a connection that has entered no body. Page instead."""
        raise RuntimeError("batch() leaves the transaction of the request; page instead")


DB = TenantEngine()
"""The engine of this process, opened by the composition root."""
