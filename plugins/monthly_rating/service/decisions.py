"""The class: decided by the one who has the authority, published for the cell, corrected by a new edition,
never overwritten."""

from typing import Any
from uuid import UUID

from monthly_rating.forms import Decision, VersionOnly
from monthly_rating.permissions import Permission
from monthly_rating.rules.readiness import before_publication
from monthly_rating.rules.schemes import known_level
from monthly_rating.rules.states import cycle_state_after, must_be_in
from monthly_rating.service.clock import moment
from monthly_rating.service.cycle_head import CycleHead, cycle_head, note_step
from monthly_rating.service.cycles import membership, settings_of
from monthly_rating.service.readiness import readiness_of
from monthly_rating.tables import Cycle, Grade, Publication
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.faults import Stale
from tenancy.query import row, value


def may_decide(actor: Actor, unit_id: UUID) -> bool:
    """Whether the person decides classes in the cell: the chair or the leader of the body, as the settings say."""
    seat = Permission.GRADE_LEAD if settings_of(actor).decided_by == "leader" else Permission.MEETING_HOLD
    return actor.may(Permission.GRADE_DECIDE, unit_id) and actor.may(seat, unit_id)


async def decide_grade(actor: Actor, cycle_id: UUID, person_id: UUID, data: Decision) -> dict[str, Any]:
    """Decide a person's class once the meeting is open; a second word is a new edition and needs its own reason."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    must_decide(actor, head.unit_id)
    must_be_in(head.state, "meeting")
    await _add_grade(actor, head, person_id, data)
    return {"cycle_id": cycle_id, "person_id": person_id}


async def correct_grade(actor: Actor, cycle_id: UUID, person_id: UUID, data: Decision) -> dict[str, Any]:
    """Correct a published class: a new edition with a reason, both stay readable."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.GRADE_CORRECT, head.unit_id)
    must_decide(actor, head.unit_id)
    cycle_state_after("correct", head.state)
    full_name = await value("SELECT full_name FROM person WHERE tenant_id = $1 AND id = $2", person_id)
    await _add_grade(actor, head, person_id, data)
    await note_step(actor, cycle_id, "correct", f"{full_name}: {data.level}. {data.correction_reason}")
    return {"cycle_id": cycle_id, "person_id": person_id}


async def publish(actor: Actor, cycle_id: UUID, data: VersionOnly) -> dict[str, Any]:
    """Make the classes known to the cell. Raises Refused naming what is missing; `data.version` is the cycle's."""
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.PUBLICATION_MAKE, head.unit_id)
    state = cycle_state_after("publish", head.state)
    closed = await value(
        "SELECT closed_at IS NOT NULL FROM monthly_rating_meeting WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
    )
    if missing := before_publication(await readiness_of(cycle_id), bool(closed)):
        raise Refused(_("Chưa công bố được kết quả.") + " " + " ".join(missing))
    now = moment()
    await Cycle.change(cycle_id, data.version, {Cycle.state: state, Cycle.published_at: now})
    await Publication.create(cycle_id=cycle_id, person_id=actor.person_id, at=now)
    await note_step(actor, cycle_id, "publish")
    return {"cycle_id": cycle_id}


def must_decide(actor: Actor, unit_id: UUID) -> None:
    """Raise Forbidden for everybody but the one who decides, saying who that is."""
    if not may_decide(actor, unit_id):
        leads = settings_of(actor).decided_by == "leader"
        raise Forbidden(
            _("Mức xếp loại do lãnh đạo đơn vị quyết định.")
            if leads
            else _("Mức xếp loại do người chủ trì chi bộ quyết định.")
        )


async def _add_grade(actor: Actor, head: CycleHead, person_id: UUID, data: Decision) -> None:
    member = await membership(head.cycle_id, person_id)
    if member["excused_reason"]:
        raise Refused(_("Người này không xếp loại trong kỳ này: %(reason)s", reason=member["excused_reason"]))
    level = known_level(head.levels, data.level)
    newest = await row(
        """SELECT id, edition, level, reason FROM monthly_rating_grade WHERE tenant_id = $1 AND cycle_id = $2
          AND person_id = $3
                          ORDER BY edition DESC LIMIT 1""",
        head.cycle_id,
        person_id,
    )
    edition = newest["edition"] if newest else 0
    if newest and edition != data.version:
        raise Stale({**dict(newest), "version": edition})
    if newest and len(data.correction_reason.strip()) < 3:
        raise Invalid({"correction_reason": _("Lý do đính chính: đã có mức xếp loại, muốn thay đổi phải nêu lý do.")})
    await Grade.create(
        cycle_id=head.cycle_id,
        person_id=person_id,
        edition=edition + 1,
        scheme_id=head.scheme_id,
        level=level.key,
        reason=data.reason,
        decided_by=actor.person_id,
        decided_at=moment(),
        replaces_id=newest["id"] if newest else None,
        correction_reason=data.correction_reason if newest else "",
    )
