"""Table bases. A base says who may look; the policies that enforce it are written by `tenancy.protection`."""

import os
import time
import uuid
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from piccolo.columns import UUID, Integer
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from tenancy import query
from tenancy.context import current_tenant_id, owner_of_new_rows
from tenancy.engine import DB
from tenancy.faults import Absent, Stale


def uuid7() -> uuid.UUID:
    """A UUID whose first 48 bits are the millisecond (RFC 9562 §5.7), so that new rows lie together in the index."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    return uuid.UUID(int=number & ~(0xF000 << 64) & ~(0xC << 60) | (0x7 << 76) | (0x8 << 60))


# What stands beside Table in a class is no Table itself: Piccolo would take it for one. Checkers see where it goes.
BesideTable = Table if TYPE_CHECKING else object


class TenantOwned(BesideTable):
    """A row that belongs to one body. Every query carries `tenant_id = $1`, added here and never by hand."""

    base: ClassVar[str] = ""
    tenant_id = UUID(null=False, default=owner_of_new_rows)
    id = UUID(primary_key=True, default=uuid7)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Tables speak through the engine of the request, never through the migrations' one."""
        ours: dict[str, Any] = {"db": DB} if issubclass(cls, Table) else {}
        super().__init_subclass__(**kwargs, **ours)

    @classmethod
    def select(cls, *columns: Any, exclude_secrets: bool = False) -> Any:
        return super().select(*columns, exclude_secrets=exclude_secrets).where(cls._mine())

    @classmethod
    def objects(cls, *prefetch: Any) -> Any:
        return super().objects(*prefetch).where(cls._mine())

    @classmethod
    def update(cls, values: Any = None, force: bool = False, use_auto_update: bool = True, **kwargs: Any) -> Any:
        changed = super().update(values, force, use_auto_update, **kwargs)
        return changed.where(cls._mine())

    @classmethod
    def delete(cls, force: bool = False) -> Any:
        return super().delete(force).where(cls._mine())

    @classmethod
    def count(cls, column: Any = None, distinct: Any = None) -> Any:
        return super().count(column, distinct).where(cls._mine())

    @classmethod
    def exists(cls) -> Any:
        return super().exists().where(cls._mine())

    @classmethod
    def _mine(cls) -> Any:
        return cls.tenant_id == current_tenant_id()

    @classmethod
    async def create(cls, **values: Any) -> uuid.UUID:
        """Insert one row into the body of this request and return its id."""
        row = cls(**values)
        await cls.insert(row)
        return row.id

    @classmethod
    async def create_all(cls, rows: list[Self]) -> None:
        """Insert rows in one statement; an empty list is nothing."""
        if rows:
            await cls.insert(*rows)

    @classmethod
    async def get(cls, row_id: uuid.UUID) -> dict[str, Any]:
        """The row of this body. Raises Absent: a foreign id looks the same as one that never was."""
        # lint: allow(string-built-sql): names of the table and its columns
        found = await query.row(_one_row(cls), row_id)
        if found is None:
            raise Absent(f"{cls.__name__} {row_id}")
        return dict(found)


# Piccolo builds a statement anew each time: half the time of a save. These two are the same for every row of a table.
@cache
def _one_row(table: type[Table]) -> str:
    columns = ", ".join(f'"{column._meta.db_column_name}"' for column in table._meta.columns)
    return f"SELECT {columns} FROM {table._meta.get_formatted_tablename()} WHERE tenant_id = $1 AND id = $2"


@cache
def _change(table: type[Table], columns: tuple[str, ...]) -> str:
    written = "".join(f'"{column}" = ${place}, ' for place, column in enumerate(columns, 4))
    return f"""UPDATE {table._meta.get_formatted_tablename()} SET {written}version = version + 1
               WHERE tenant_id = $1 AND id = $2 AND version = $3"""


# The same for what stands beside a TenantOwned table.
BesideOwned = TenantOwned if TYPE_CHECKING else object


class Versioned(BesideOwned):
    """Adds a version that every edit names: of two late editors one wins and the other sees both texts."""

    version = Integer(default=1)

    @classmethod
    async def change(cls, row_id: uuid.UUID, version: int, values: Mapping[Any, Any]) -> int:
        """Write `values` over exactly `version`, return the new number. Raises Stale or Absent: nothing was written."""
        columns = [cls._meta.get_column_by_name(column) if isinstance(column, str) else column for column in values]
        given = [convert_to_sql_value(value, column) for column, value in zip(columns, values.values(), strict=True)]
        changed = _change(cls, tuple(column._meta.db_column_name for column in columns))
        # lint: allow(string-built-sql): names of the table and its columns
        if not await query.run(changed, row_id, version, *given):
            raise Stale(await cls.get(row_id))
        return version + 1


class Private(TenantOwned):
    """Only the body itself may look: ratings, comments, ballots, people."""

    base = "private"


class Overseen(TenantOwned):
    """The body writes; bodies above it (and its successors) may read: what an upper body is there to see."""

    base = "overseen"


class Inherited(TenantOwned):
    """The body writes; bodies below it may read: settings and rule sets."""

    base = "inherited"
