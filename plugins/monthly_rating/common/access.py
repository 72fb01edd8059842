"""Which cells a person may open, and whose work there."""

from uuid import UUID

from monthly_rating.permissions import Permission
from plugin_api.actor import Actor


def sees_all(actor: Actor, unit_id: UUID) -> bool:
    """Whether the person may read everybody's work in the cell (never drafts)."""
    return actor.may(Permission.OVERVIEW_READ, unit_id)
