"""Decisions and texts that are never overwritten: a correction is a new edition beside the one it replaces."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from piccolo.columns import UUID as UUIDColumn
from piccolo.columns import SmallInt

from tenancy.faults import Stale
from tenancy.tables import TenantOwned

BesideOwned = TenantOwned if TYPE_CHECKING else object


class Editioned(BesideOwned):
    """Columns of a table whose rows come in editions; the highest holds, earlier ones stay readable.

    `edition_of` names the columns that say what a row is an edition of; the migration keeps them unique together with
    `edition`, so of two who add the same edition at once one gets AlreadyThere.
    """

    edition_of: ClassVar[tuple[str, ...]]
    edition = SmallInt()
    replaces_id = UUIDColumn(null=True, default=None)

    @classmethod
    async def newest(cls, **of: Any) -> dict[str, Any] | None:
        """The edition that holds, or None; `of` gives a value for each column of `edition_of`."""
        chosen = cls.select()
        for name in cls.edition_of:
            chosen = chosen.where(cls._meta.get_column_by_name(name) == of[name])
        return await chosen.order_by(cls.edition, ascending=False).first()

    @classmethod
    async def add_edition(cls, of: Mapping[str, Any], replaced: Mapping[str, Any] | None, **values: Any) -> UUID:
        """Add the edition after `replaced` (what `newest` gave) and return its id."""
        return await cls.create(
            **of,
            edition=replaced["edition"] + 1 if replaced else 1,
            replaces_id=replaced["id"] if replaced else None,
            **values,
        )


def must_be_newest(newest: Mapping[str, Any] | None, seen: int) -> None:
    """Raises Stale with the edition that holds unless it is the one the person saw (0: none)."""
    if newest is not None and newest["edition"] != seen:
        raise Stale({**newest, "version": newest["edition"]})
