"""SQL where SQL is clearer: `$1` is always the body of the request, and every statement says so."""

from functools import cache
from typing import Any

from asyncpg import Record

from tenancy.context import current_tenant_id
from tenancy.transaction import current_transaction


@cache
def _names_its_body(sql: str) -> str:
    """Row security is the backstop, not the filter: the planner needs `tenant_id = $1` in the statement itself."""
    if "tenant_id = $1" not in sql and "(tenant_id, " not in sql:
        raise ValueError(f"a statement without `tenant_id = $1`: {sql[:80]}")
    return sql


async def rows(sql: str, *args: Any) -> list[Record]:
    """All rows of a statement; `$1` is the body, `args` start at `$2`."""
    return await current_transaction().connection.fetch(_names_its_body(sql), current_tenant_id(), *args)


async def row(sql: str, *args: Any) -> Record | None:
    """The first row or None; `$1` is the body, `args` start at `$2`."""
    return await current_transaction().connection.fetchrow(_names_its_body(sql), current_tenant_id(), *args)


async def value(sql: str, *args: Any) -> Any:
    """The first column of the first row or None; `$1` is the body, `args` start at `$2`."""
    return await current_transaction().connection.fetchval(_names_its_body(sql), current_tenant_id(), *args)


async def run(sql: str, *args: Any) -> int:
    """Run a statement and return how many rows it touched; `$1` is the body, `args` start at `$2`."""
    done = await current_transaction().connection.execute(_names_its_body(sql), current_tenant_id(), *args)
    return int(done.rsplit(" ", 1)[-1]) if done[-1].isdigit() else 0
