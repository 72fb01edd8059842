"""The year plan: written by its owner, handed in, corrected or returned or approved by those who review,
every version kept."""

from typing import Any
from uuid import UUID

import msgspec

from monthly_rating.common.judging import judges_at
from monthly_rating.permissions import Permission
from monthly_rating.plans.forms import (
    PlanApproval,
    PlanCorrection,
    PlanItems,
    PlanRefusal,
    PlanRow,
    PlanStart,
    PlanStep,
)
from monthly_rating.plans.queries import items_of
from monthly_rating.rules.own_case import reason_kept
from monthly_rating.rules.plan_changes import changes
from monthly_rating.rules.states import PLAN
from monthly_rating.tables import YearPlan, YearPlanRevision
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports
from tenancy.faults import Absent, Stale
from tenancy.query import run, value
from tenancy.tables import uuid7


async def start_plan(actor: Actor, data: PlanStart) -> dict[str, Any]:
    """Begin the own plan for a year in a cell one belongs to.
    Raises Refused when it exists or the year is too far away."""
    actor.must(Permission.PLAN_WRITE, data.unit_id)
    if not await ports().people.belongs(actor.person_id, data.unit_id, today()):
        raise Forbidden(_("Đồng chí không sinh hoạt ở chi bộ này."))
    if not today().year - 1 <= data.year <= today().year + 1:
        raise Invalid({"year": _("Năm: chỉ lập kế hoạch cho năm trước, năm nay hoặc năm sau.")})
    if await value(
        "SELECT true FROM monthly_rating_year_plan WHERE tenant_id = $1 AND person_id = $2 AND unit_id = $3 AND "
        "year = $4",
        actor.person_id,
        data.unit_id,
        data.year,
    ):
        raise Refused(_("Đồng chí đã có kế hoạch năm %(year)s. Hãy mở kế hoạch đó từ danh sách.", year=data.year))
    plan_id = await YearPlan.create(
        person_id=actor.person_id, unit_id=data.unit_id, year=data.year
    )
    return {"plan_id": plan_id}


async def save_plan(actor: Actor, plan_id: UUID, data: PlanItems) -> dict[str, Any]:
    """Keep the items of the own plan while it is being written or was returned."""
    plan = await _own_plan(actor, plan_id)
    if plan["state"] not in ("draft", "returned"):
        raise Refused(
            _(
                "Kế hoạch đã gửi hoặc đã duyệt nên không sửa được. Cần thay đổi thì đề nghị người xem xét trả "
                "lại hoặc mở lại."
            )
        )
    await _replace_items(plan, data)
    return {"plan_id": plan_id}


async def submit_plan(actor: Actor, plan_id: UUID, data: PlanStep) -> dict[str, Any]:
    """Hand the own plan in. Raises Refused for an empty plan."""
    plan = await _own_plan(actor, plan_id)
    await _step(actor, plan, "submit", data.version, data.note)
    return {"plan_id": plan_id}


async def correct_plan(actor: Actor, plan_id: UUID, data: PlanCorrection) -> dict[str, Any]:
    """As a reviewer, correct the items of a plan handed in; the correction is a revision that its owner sees."""
    plan, own_reason = await _reviewed_plan(actor, plan_id, data.own_case_reason)
    PLAN.after("correct", plan["state"])
    before = await items_of(plan_id)
    await _replace_items(plan, data)
    if not changes(before, await items_of(plan_id)):
        raise Refused(_("Chưa có gì thay đổi so với bản đã gửi."))
    await _keep_revision(actor, plan_id, "correct", plan["state"], data.note, own_reason)
    return {"plan_id": plan_id}


async def return_plan(actor: Actor, plan_id: UUID, data: PlanRefusal) -> dict[str, Any]:
    """Give a plan back to its owner with what is to be changed."""
    await _review(actor, plan_id, "return", data)
    return {"plan_id": plan_id}


async def approve_plan(actor: Actor, plan_id: UUID, data: PlanApproval) -> dict[str, Any]:
    """Approve a plan: from now on its items can be assigned month by month."""
    await _review(actor, plan_id, "approve", data)
    return {"plan_id": plan_id}


async def reopen_plan(actor: Actor, plan_id: UUID, data: PlanRefusal) -> dict[str, Any]:
    """Let the owner of an approved plan change it, for a reason; the approved version stays readable."""
    await _review(actor, plan_id, "reopen", data)
    return {"plan_id": plan_id}


async def _own_plan(actor: Actor, plan_id: UUID) -> dict[str, Any]:
    plan = await YearPlan.get(plan_id)
    if plan["person_id"] != actor.person_id:
        raise Absent(f"plan {plan_id}")
    actor.must(Permission.PLAN_WRITE, plan["unit_id"])
    return plan


async def _review(actor: Actor, plan_id: UUID, step: str, data: PlanApproval | PlanRefusal) -> None:
    plan, own_reason = await _reviewed_plan(actor, plan_id, data.own_case_reason)
    await _step(actor, plan, step, data.version, data.note, own_reason)


async def _reviewed_plan(actor: Actor, plan_id: UUID, reason: str) -> tuple[dict[str, Any], str]:
    """A plan to review, and the reason to keep when it is the own one; a draft is nobody's but its owner's."""
    plan = await YearPlan.get(plan_id)
    if plan["state"] == "draft" and plan["person_id"] != actor.person_id:
        raise Absent(f"plan {plan_id}")
    actor.must(Permission.PLAN_REVIEW, plan["unit_id"])
    judges = await judges_at(actor, plan["unit_id"])
    return plan, reason_kept(judges.on_plan(plan["person_id"]), reason)


async def _step(
    actor: Actor, plan: dict[str, Any], step: str, version: int, note: str, own_case_reason: str = ""
) -> None:
    state = PLAN.after(step, plan["state"])
    if step == "submit" and not await items_of(plan["id"]):
        raise Refused(_("Kế hoạch chưa có nhiệm vụ nào. Hãy thêm nhiệm vụ rồi gửi."))
    await YearPlan.change(plan["id"], version, {YearPlan.state: state})
    await _keep_revision(actor, plan["id"], step, state, note, own_case_reason)


async def _replace_items(plan: dict[str, Any], data: PlanItems) -> None:
    """Write the items as they shall stand; those no longer named are marked as dropped,
    because tasks may come from them."""
    wanted = [one for one in data.items if one.title or one.due_on or one.expected_level]
    _check(plan["year"], data.items)
    if data.version != plan["version"]:
        raise Stale({**plan, "items": [msgspec.to_builtins(item) for item in await items_of(plan["id"])]})
    known = {item.item_id for item in await items_of(plan["id"])}
    if any(one.item_id and one.item_id not in known for one in wanted):
        raise Absent(f"an item of plan {plan['id']}")
    await YearPlan.change(plan["id"], data.version, {YearPlan.state: plan["state"]})
    ids = [one.item_id or uuid7() for one in wanted]
    await run(
        "UPDATE monthly_rating_year_plan_item SET dropped = true WHERE tenant_id = $1 AND plan_id = $2 AND NOT "
        "dropped AND id <> ALL ($3)",
        plan["id"],
        ids,
    )
    await run(
        """INSERT INTO monthly_rating_year_plan_item AS i (tenant_id, id, plan_id, sort, title, due_on,
          expected_level, dropped)
                 SELECT $1, n.id, $2, n.sort, n.title, n.due_on, n.level, false
                 FROM unnest($3::uuid[], $4::text[], $5::date[], $6::text[]) WITH ORDINALITY AS n(id, title, due_on,
                   level, sort)
                 ON CONFLICT (tenant_id, id) DO UPDATE SET sort = excluded.sort, title = excluded.title,
                   due_on = excluded.due_on,
                   expected_level = excluded.expected_level""",
        plan["id"],
        ids,
        [one.title for one in wanted],
        [one.due_on for one in wanted],
        [one.expected_level for one in wanted],
    )


def _check(year: int, items: list[PlanRow]) -> None:
    problems = {}
    named: set[UUID] = set()
    for place, one in enumerate(items):
        if not (one.title or one.due_on or one.expected_level):
            continue
        if one.item_id in named:
            problems[f"items.{place}.title"] = _(
                "Nhiệm vụ (dòng %(number)s): nhiệm vụ này đã có ở một dòng trên, hãy giữ một dòng.", number=place + 1
            )
            continue
        named |= {one.item_id} if one.item_id else set()
        if len(one.title) < 3:
            problems[f"items.{place}.title"] = _("Nhiệm vụ (dòng %(number)s): hãy ghi nội dung.", number=place + 1)
        if one.due_on is None:
            problems[f"items.{place}.due_on"] = _("Thời hạn (dòng %(number)s): hãy ghi ngày.", number=place + 1)
        elif one.due_on.year != year:
            problems[f"items.{place}.due_on"] = _(
                "Thời hạn (dòng %(number)s): hãy chọn ngày trong năm %(year)s.", number=place + 1, year=year
            )
    if problems:
        raise Invalid(problems)


async def _keep_revision(actor: Actor, plan_id: UUID, step: str, state: str, note: str, own_case_reason: str) -> None:
    number = await value(
        "SELECT coalesce(max(number), 0) + 1 FROM monthly_rating_year_plan_revision WHERE tenant_id = $1 AND "
        "plan_id = $2",
        plan_id,
    )
    await YearPlanRevision.add(
        actor,
        plan_id,
        step,
        note,
        number=number,
        state=state,
        items=msgspec.json.encode(await items_of(plan_id)).decode(),
        own_case_reason=own_case_reason,
    )
