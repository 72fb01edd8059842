"""Who does what in the demonstration year, told by what they may do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from monthly_rating.common.judging import Judges, judges_at
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import Ruling
from plugin_api.actor import Actor

ActAs = Callable[[UUID], Awaitable[Actor]]
"""A person of the body as the one who acts, with the roles of today."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The people of the cell: those with a role of their own, and everybody who is rated, by given name.

    `deciders` and `reviewers` name for each member who decides the class and who reviews the plan: nobody judges
    himself, unless the settings say so for want of anybody else.
    """

    unit_id: UUID
    chair: Actor
    clerk: Actor
    deciders: Mapping[UUID, Actor]
    reviewers: Mapping[UUID, Actor]
    members: tuple[Actor, ...]


async def find_roles(act_as: ActAs, unit_id: UUID, people: list[UUID]) -> Roles | None:
    """Find the roles among the people of a cell; None when somebody needed is missing,
    so that there is no year to show."""
    actors = [await act_as(person_id) for person_id in people]
    members = tuple(one for one in actors if one.may(Permission.PLAN_WRITE, unit_id))
    chair = _first(actors, unit_id, Permission.NOTICE_ISSUE)
    clerk = next((one for one in actors if one is not chair and one.may(Permission.TASK_ASSIGN, unit_id)), chair)
    if chair is None or clerk is None or len(members) < 3:
        return None
    judging = [(one, await judges_at(one, unit_id)) for one in sorted(actors, key=lambda one: one is chair)]
    deciders = _by_member(members, judging, Judges.on_grade)
    reviewers = _by_member(members, judging, Judges.on_plan)
    if len(deciders) < len(members) or len(reviewers) < len(members):
        return None
    return Roles(unit_id, chair, clerk, deciders, reviewers, members)


def _by_member(
    members: Sequence[Actor], judging: Sequence[tuple[Actor, Judges]], ruling: Callable[[Judges, UUID], Ruling]
) -> dict[UUID, Actor]:
    """Each member with the first who decides about them; the chair is asked last."""
    return {
        member.person_id: one
        for member in members
        for one, judges in reversed(judging)
        if ruling(judges, member.person_id).allowed
    }


def _first(actors: list[Actor], unit_id: UUID, permission: Permission) -> Actor | None:
    return next((one for one in actors if one.may(permission, unit_id)), None)
