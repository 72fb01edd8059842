"""One request, one transaction: entered by signature, committed before the first byte of the answer, never leaked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Literal, cast

from asyncpg import Connection, PostgresError

from tenancy.context import Signer, TenantContext, _current
from tenancy.engine import DB, GONE, TenantEngine
from tenancy.faults import DatabaseGone

# No setting, cursor or lock outlives its request: the next one on this connection may be another body's.
Ending = Literal[
    "RESET ALL; CLOSE ALL; SELECT pg_advisory_unlock_all(); COMMIT",
    "ROLLBACK; CLOSE ALL; SELECT pg_advisory_unlock_all()",
]
COMMIT: Final[Ending] = "RESET ALL; CLOSE ALL; SELECT pg_advisory_unlock_all(); COMMIT"
ROLLBACK: Final[Ending] = "ROLLBACK; CLOSE ALL; SELECT pg_advisory_unlock_all()"
ENDED: Final[dict[Ending, str]] = {COMMIT: "COMMIT", ROLLBACK: "SELECT 1"}
"""What PostgreSQL answers to the last statement of each."""
ENTERED = "SELECT 1"
"""What PostgreSQL answers when the body was entered; SELECT 0 when the condition did not hold."""


class TenantTransaction:
    """A transaction in one body.

    `begin` → queries → `commit` or `rollback`; `finish` is safe to call twice and survives cancellation: whatever
    happens, the connection goes back to the pool or is cut. Piccolo's own context manager loses the slot for ever
    when it is cancelled twice.
    """

    def __init__(self, engine: TenantEngine = DB) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection Piccolo and `tenancy.query` use."""
        if self._connection is None:
            raise RuntimeError("the transaction has ended")
        return self._connection

    @property
    def signer(self) -> Signer:
        """Signs the contexts this engine may enter."""
        assert self._engine.signer is not None, "the engine was not opened"
        return self._engine.signer

    async def begin(self, context: TenantContext, condition: str = "true") -> bool:
        """BEGIN and enter the body, one message; whether `condition`, an SQL expression of ours, let it in.

        A transaction that was not let in has not begun and keeps its connection. Raises DatabaseGone.
        """
        ticket = self.signer.context(context)
        # lint: allow(string-built-sql): our own signer's uuids and digits; one message instead of two
        entered = await self._first(lambda it: it.execute(f"BEGIN; SELECT app.enter('{ticket}') WHERE {condition}"))
        if entered != ENTERED:
            await self._first(lambda it: it.execute("ROLLBACK"))
            return False
        _current.set(context)
        self._engine.current_transaction.set(cast(Any, self))
        return True

    async def ask_before(self, sql: str, *args: Any) -> Any:
        """The answer of a function of `auth` that is asked before the body is entered. Raises DatabaseGone."""
        # lint: allow(string-built-sql): a constant of whoever asks
        return await self._first(lambda it: it.fetchval(sql, *args))

    async def _first(self, message: Callable[[Connection], Awaitable[Any]]) -> Any:
        """What comes before the transaction, on its own connection: taken from the pool by the first of them."""
        if self._connection is None:
            self._connection = await self._engine.acquire()
        try:
            return await message(self._connection)
        except BaseException as failure:
            await self.rollback()
            if isinstance(failure, GONE):
                raise DatabaseGone(str(failure)) from failure
            raise

    @asynccontextmanager
    async def point(self, *, keep: bool = True) -> AsyncIterator[None]:
        """A savepoint: what happens inside is undone when it fails, and always unless `keep`."""
        await self.connection.execute("SAVEPOINT point")
        try:
            yield
        except BaseException:
            await self.connection.execute("ROLLBACK TO SAVEPOINT point")
            raise
        await self.connection.execute("RELEASE SAVEPOINT point" if keep else "ROLLBACK TO SAVEPOINT point")

    async def commit(self) -> None:
        """Make it last. Raises DatabaseGone when the server did not confirm; then nothing may be promised."""
        await self._finish(COMMIT)

    async def rollback(self) -> None:
        """Undo everything; never raises: a connection that was cut is rolled back by the server itself."""
        with suppress(DatabaseGone, PostgresError):
            await self._finish(ROLLBACK)

    async def release(self) -> None:
        """Give the connection of a transaction that has not begun back to the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.shield(self._engine._release(connection))

    async def _finish(self, ending: Ending) -> None:
        connection, self._connection = self._connection, None
        _current.set(None)
        self._engine.current_transaction.set(None)
        if connection is not None:
            await asyncio.shield(asyncio.ensure_future(self._end(connection, ending)))

    async def _end(self, connection: Connection, ending: Ending) -> None:
        try:
            # A failed transaction answers ROLLBACK to COMMIT.
            # lint: allow(string-built-sql): one of two constants
            if await connection.execute(ending) != ENDED[ending]:
                raise DatabaseGone("the transaction could not be committed")
        except BaseException as failure:
            connection.terminate()
            if isinstance(failure, GONE):
                raise DatabaseGone(str(failure)) from failure
            raise
        finally:
            await self._engine._release(connection)


def current_transaction() -> TenantTransaction:
    """The transaction of this request. Raises RuntimeError outside one."""
    transaction = DB.current_transaction.get()
    if transaction is None:
        raise RuntimeError("a query outside a transaction: enter a body first")
    return cast(TenantTransaction, transaction)


@asynccontextmanager
async def in_body(context: TenantContext) -> AsyncIterator[TenantTransaction]:
    """A transaction for work that no request carries: provisioning, commands, jobs, tests."""
    transaction = TenantTransaction()
    await transaction.begin(context)
    try:
        yield transaction
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()


@asynccontextmanager
async def afresh(context: TenantContext) -> AsyncIterator[TenantTransaction]:
    """A new transaction in place of the one at hand, which failed.

    That one is rolled back first: a request never holds two connections, or many that fail at once empty the pool.
    """
    failed = DB.current_transaction.get()
    if failed is not None:
        await cast(TenantTransaction, failed).rollback()
    async with in_body(context) as transaction:
        yield transaction
