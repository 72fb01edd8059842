"""Who may decide about people in a cell: plans, classes, waivers. Pages and actions ask here, once, in one query."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from monthly_rating.common.settings import settings_of
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import Judge, Ruling, ruling
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.ports import Holder, ports

P = Permission
JUDGING = (P.PLAN_REVIEW, P.GRADE_DECIDE, P.ASSESSMENT_WAIVE)
"""The rights that judge a person."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Everybody who judges in one cell, the actor included, and what the settings of the body say."""

    actor_id: UUID
    people: tuple[Holder, ...]
    own_allowed: bool
    seat: Permission
    stand_in: Permission

    def on_plan(self, owner_id: UUID) -> Ruling:
        """Whether the actor reviews this person's year plan."""
        return self._ruling(owner_id, {P.PLAN_REVIEW}, _("Người xem xét kế hoạch"))

    def on_waiver(self, person_id: UUID) -> Ruling:
        """Whether the actor notes that this person hands nothing in, or is not rated."""
        return self._ruling(person_id, {P.ASSESSMENT_WAIVE}, _("Người ghi nhận không nộp bản tự đánh giá"))

    def on_grade(self, person_id: UUID, corrects: bool = False) -> Ruling:
        """Whether the actor decides (or corrects) this person's class: who holds the seat that the settings name;
        for that one's own class the other seat stands in."""
        rights = {P.GRADE_DECIDE, P.GRADE_CORRECT} if corrects else {P.GRADE_DECIDE}
        return self._ruling(person_id, rights, _("Người quyết định mức xếp loại"), {self.seat, self.stand_in})

    def _ruling(self, subject_id: UUID, rights: Collection[str], called: str, seats: Collection[str] = ()) -> Ruling:
        asked = {P.MODULE_OPEN, *rights}
        judges = [
            Judge(one.person_id, one.full_name, not seats or self.seat in one.permissions)
            for one in self.people
            if asked <= one.permissions and (not seats or any(seat in one.permissions for seat in seats))
        ]
        return ruling(self.actor_id, subject_id, judges, self.own_allowed, called)


async def judges_at(actor: Actor, unit_id: UUID) -> Judges:
    """Who judges in one cell."""
    return (await judges_in(actor, {unit_id}))[unit_id]


async def judges_in(actor: Actor, units: Collection[UUID]) -> Mapping[UUID, Judges]:
    """Who judges in each cell. For somebody who judges nobody there the others are not looked up."""
    settings = settings_of(actor)
    seats = (P.GRADE_LEAD, P.MEETING_HOLD) if settings.decided_by == "leader" else (P.MEETING_HOLD, P.GRADE_LEAD)
    own = {unit_id: _held(actor, unit_id) for unit_id in units}
    asked = [unit_id for unit_id in units if own[unit_id].permissions & set(JUDGING)]
    others = await ports().people.holders(JUDGING, asked, actor.person_id) if asked else {}
    return {
        unit_id: Judges(actor.person_id, (own[unit_id], *others.get(unit_id, ())), settings.own_case_allowed, *seats)
        for unit_id in units
    }


def _held(actor: Actor, unit_id: UUID) -> Holder:
    held = frozenset(str(permission) for permission in P if actor.may(permission, unit_id))
    return Holder(actor.person_id, actor.person_name, held)
