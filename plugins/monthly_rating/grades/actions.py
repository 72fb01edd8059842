"""The class: decided by the one who has the authority, published for the cell, corrected by a new edition,
never overwritten."""

from typing import Any
from uuid import UUID

from monthly_rating.common.forms import VersionOnly
from monthly_rating.common.judging import judges_at
from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CYCLE_STEPS, CycleHead, cycle_head, membership
from monthly_rating.cycles.rows import readiness_of
from monthly_rating.grades.forms import Decision
from monthly_rating.grades.papers import issue_table
from monthly_rating.permissions import Permission
from monthly_rating.rules.own_case import Ruling, reason_kept
from monthly_rating.rules.readiness import before_publication
from monthly_rating.rules.schemes import known_level
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Cycle, CycleStep, Grade, Publication
from plugin_api.actor import Actor
from plugin_api.clock import now
from plugin_api.editions import must_be_newest
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.query import value


async def decide_grade(actor: Actor, cycle_id: UUID, person_id: UUID, data: Decision) -> dict[str, Any]:
    """Decide a person's class once the meeting is open; a second word is a new edition and needs its own reason."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    ruled = (await judges_at(actor, head.unit_id)).on_grade(person_id)
    own_reason = _must_decide(actor, ruled, data)
    CYCLE.must_be_in(head.state, "meeting")
    await _add_grade(actor, head, person_id, data, own_reason)
    return {"cycle_id": cycle_id, "person_id": person_id}


async def correct_grade(actor: Actor, cycle_id: UUID, person_id: UUID, data: Decision) -> dict[str, Any]:
    """Correct a published class: a new edition with a reason, both stay readable."""
    head = await cycle_head(actor, cycle_id, "SHARE")
    actor.must(Permission.GRADE_CORRECT, head.unit_id)
    ruled = (await judges_at(actor, head.unit_id)).on_grade(person_id, corrects=True)
    own_reason = _must_decide(actor, ruled, data)
    CYCLE.after("correct", head.state)
    full_name = await value("SELECT full_name FROM person WHERE tenant_id = $1 AND id = $2", person_id)
    await _add_grade(actor, head, person_id, data, own_reason)
    await CycleStep.add(actor, cycle_id, "correct", f"{full_name}: {data.level}. {data.correction_reason}")
    return {"cycle_id": cycle_id, "person_id": person_id}


async def publish(actor: Actor, cycle_id: UUID, data: VersionOnly) -> dict[str, Any]:
    """Make the classes known to the cell. Raises Refused naming what is missing; `data.version` is the cycle's."""
    head = await cycle_head(actor, cycle_id, "UPDATE")
    actor.must(Permission.PUBLICATION_MAKE, head.unit_id)
    CYCLE.after("publish", head.state)
    closed = await value(
        "SELECT closed_at IS NOT NULL FROM monthly_rating_meeting WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
    )
    if missing := before_publication(await readiness_of(cycle_id), bool(closed)):
        raise Refused(_("Chưa công bố được kết quả.") + " " + " ".join(missing))
    at = now()
    await CYCLE_STEPS.take(actor, cycle_id, head.state, "publish", data.version, values={Cycle.published_at: at})
    await Publication.create(cycle_id=cycle_id, person_id=actor.person_id, at=at)
    await issue_table(actor, await cycle_head(actor, cycle_id), at)
    return {"cycle_id": cycle_id}


def _must_decide(actor: Actor, ruled: Ruling, data: Decision) -> str:
    """The reason to keep when it is the own class. Raises Forbidden saying who decides, Invalid without that reason."""
    if ruled.allowed:
        return reason_kept(ruled, data.own_case_reason)
    leads = settings_of(actor).decided_by == "leader"
    usual = (
        _("Mức xếp loại do lãnh đạo đơn vị quyết định.")
        if leads
        else _("Mức xếp loại do người chủ trì chi bộ quyết định.")
    )
    raise Forbidden(f"{usual} {ruled.explanation}".rstrip())


async def _add_grade(actor: Actor, head: CycleHead, person_id: UUID, data: Decision, own_case_reason: str) -> None:
    member = await membership(head.cycle_id, person_id)
    if member["excused_reason"]:
        raise Refused(_("Người này không xếp loại trong kỳ này: %(reason)s", reason=member["excused_reason"]))
    level = known_level(head.levels, data.level)
    of = {"cycle_id": head.cycle_id, "person_id": person_id}
    newest = await Grade.newest(**of)
    must_be_newest(newest, data.version)
    if newest and len(data.correction_reason.strip()) < 3:
        raise Invalid({"correction_reason": _("Lý do đính chính: đã có mức xếp loại, muốn thay đổi phải nêu lý do.")})
    await Grade.add_edition(
        of,
        newest,
        scheme_id=head.scheme_id,
        level=level.key,
        reason=data.reason,
        decided_by=actor.person_id,
        decided_at=now(),
        correction_reason=data.correction_reason if newest else "",
        own_case_reason=own_case_reason,
    )
