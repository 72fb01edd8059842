"""Which cells a person may open, and whose work there."""

from uuid import UUID

from monthly_rating.permissions import Permission
from plugin_api.actor import Actor


def sees_all(actor: Actor, unit_id: UUID) -> bool:
    """Whether the person may read everybody's work in the cell (never drafts)."""
    return actor.may(Permission.OVERVIEW_READ, unit_id)


def enterable(actor: Actor) -> list[UUID] | None:
    """The cells whose rows the person may list; None for all of the body."""
    units = actor.units(Permission.MODULE_OPEN)
    return None if units is None else list(units)
