"""Who plays which part in the demonstration year, told by what they may do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from monthly_rating.permissions import Permission
from monthly_rating.service.decisions import may_decide
from plugin_api.actor import Actor

ActAs = Callable[[UUID], Awaitable[Actor]]
"""A person of the body as the one who acts, with the roles of today."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the cell: those with a role of their own, and everybody who is rated, by given name."""

    unit_id: UUID
    chair: Actor
    clerk: Actor
    decider: Actor
    reviewer: Actor
    members: tuple[Actor, ...]


async def cast(act_as: ActAs, unit_id: UUID, people: list[UUID]) -> Cast | None:
    """Find the parts among the people of a cell; None when somebody needed is missing,
    so that there is no year to show."""
    actors = [await act_as(person_id) for person_id in people]
    members = tuple(one for one in actors if one.may(Permission.PLAN_WRITE, unit_id))
    chair = _first(actors, unit_id, Permission.NOTICE_ISSUE)
    clerk = next((one for one in actors if one is not chair and one.may(Permission.TASK_ASSIGN, unit_id)), chair)
    reviewer = next((one for one in actors if one is not chair and one.may(Permission.PLAN_REVIEW, unit_id)), chair)
    decider = next((one for one in actors if may_decide(one, unit_id)), None)
    if chair is None or clerk is None or reviewer is None or decider is None or len(members) < 3:
        return None
    return Cast(unit_id, chair, clerk, decider, reviewer, members)


def _first(actors: list[Actor], unit_id: UUID, permission: Permission) -> Actor | None:
    return next((one for one in actors if one.may(permission, unit_id)), None)
