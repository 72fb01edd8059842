"""What the database refuses. Mapped to sentences for people once, at the edge of the web."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import PostgresError
from asyncpg.exceptions import CheckViolationError, DataError, ForeignKeyViolationError, UniqueViolationError


class Absent(LookupError):
    """No such row in this body: the same answer whether it never existed or is another body's."""


class Stale(Exception):
    """Somebody saved a newer version first.

    `current` is the row as it stands; `version` its number. Nothing of the late edit was written.
    """

    def __init__(self, current: Mapping[str, Any]) -> None:
        super().__init__(f"version {current['version']} stands")
        self.row_id: UUID = current["id"]
        self.current = dict(current)
        self.version: int = current["version"]


class DatabaseGone(Exception):
    """PostgreSQL can't be reached or all connections are busy: answer 503, the person may try again."""


class UnfitDatabase(Exception):
    """The database or the role it was reached with is not what tenant isolation needs; the sentence says what to do."""


class FailedMigration(RuntimeError):
    """The migrations of one app can't be read or run; nothing of them was kept. The sentence names the app and why."""


DatabaseFault = PostgresError
"""Any error PostgreSQL answered with; the transaction it happened in is lost."""

NO_TRAIL_HEAD = "TR001"
"""The SQLSTATE of a change in a body whose trail has lost its head: nothing is written without a trail."""

AlreadyThere = UniqueViolationError
"""A key that may be there once is there already: somebody was quicker."""

NoLongerThere = ForeignKeyViolationError
"""What a row refers to is not in this body, or what is to go is still referred to."""

UnusableValue = (DataError, CheckViolationError)
"""A value that a column can't hold or a rule of the table refuses."""
