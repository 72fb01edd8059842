"""Year plans as a list, and one plan with every version side by side."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.judging import judges_at
from monthly_rating.permissions import Permission
from monthly_rating.plans.forms import PlanQuery
from monthly_rating.plans.queries import ITEMS, KNOWN, LIST, ONE, ORDERS
from monthly_rating.rules.own_case import Ruling
from monthly_rating.rules.plan_changes import PlanChange, PlanItem, changes
from monthly_rating.rules.states import PLAN
from plugin_api.actor import Actor
from plugin_api.choices import Choices, choices
from plugin_api.clock import today
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.listing import PageInfo, page_of
from plugin_api.names import search_pattern
from plugin_api.papers import Sheet, SheetColumn
from plugin_api.ports import ports
from plugin_api.rows import decoded, shaped, shapes
from tenancy.faults import Absent
from tenancy.query import row, rows


class PlanLine(Struct, frozen=True):
    """A plan in the list."""

    plan_id: UUID
    person_id: UUID
    full_name: str
    unit_name: str
    year: int
    state: str
    state_title: str
    items: int
    changed_at: datetime | None
    is_mine: bool


class PlansPage(Struct, frozen=True):
    """The own plans, and for those who review or oversee everybody's that were handed in.

    `waiting`: how many plans of others are there for the person to review. `own_years`: the years the person has a
    plan for.
    """

    plans: list[PlanLine]
    page: PageInfo
    years: list[int]
    units: Choices
    states: Choices
    start_units: Choices
    start_years: list[int]
    own_years: list[int]
    waiting: int
    may_start: bool
    may_review: bool


class PlanRevision(Struct, frozen=True):
    """The plan as it stood after a step, and what that changed."""

    number: int
    step: str
    step_title: str
    state: str
    full_name: str
    at: datetime
    note: str
    own_case_reason: str
    items: list[PlanItem]
    changes: list[PlanChange]


class PlanPage(Struct, frozen=True):
    """One plan; `first_day` and `last_day` bound the deadlines. `review` says whether and how the reader reviews it."""

    plan_id: UUID
    person_id: UUID
    full_name: str
    unit_id: UUID
    unit_name: str
    year: int
    state: str
    state_title: str
    version: int
    items: list[PlanItem]
    revisions: list[PlanRevision]
    first_day: date
    last_day: date
    is_mine: bool
    review: Ruling
    may_edit: bool
    may_submit: bool
    may_correct: bool
    may_return: bool
    may_approve: bool
    may_reopen: bool


class StoredRevision(Struct, frozen=True):
    """A revision as it is stored."""

    number: int
    step: str
    state: str
    full_name: str
    at: datetime
    note: str
    own_case_reason: str
    items: list[PlanItem]


async def plans_page(actor: Actor, query: PlanQuery) -> PlansPage:
    """Plans by words, year, cell and state. Drafts are seen by their owner only."""
    found, page = await page_of(
        query,
        ORDERS,
        LIST,
        actor.person_id,
        (actor.scope(Permission.PLAN_REVIEW) | actor.scope(Permission.OVERVIEW_READ)).parameter,
        actor.scope(Permission.MODULE_OPEN).parameter,
        query.year,
        query.unit_id,
        query.state,
        search_pattern(query.q),
    )
    entered, writes, reviews = (
        actor.scope(one) for one in (Permission.MODULE_OPEN, Permission.PLAN_WRITE, Permission.PLAN_REVIEW)
    )
    known = await row(KNOWN, actor.person_id, reviews.parameter)
    assert known is not None, "an aggregate always answers"
    cells = await ports().people.units("cell", today())
    start_units = [(str(cell.id), cell.name) for cell in cells if cell.id in writes]
    now = today().year
    return PlansPage(
        plans=[shaped(PlanLine, one, state_title=PLAN.state_title(one["state"])) for one in found],
        page=page,
        years=known["years"],
        units=[(str(cell.id), cell.name) for cell in cells if cell.id in entered],
        states=choices(PLAN.states),
        start_units=start_units,
        start_years=[now, now + 1, now - 1],
        own_years=known["own_years"],
        waiting=known["waiting"],
        may_start=bool(start_units),
        may_review=bool(reviews),
    )


async def plan_page(actor: Actor, plan_id: UUID) -> PlanPage:
    """One plan with its versions. Raises Absent for a draft of somebody else and for those who neither own nor
    oversee it."""
    found = await row(ONE, plan_id)
    is_mine = found is not None and found["person_id"] == actor.person_id
    if found is None or not (is_mine or (found["state"] != "draft" and _may_read(actor, found["unit_id"]))):
        raise Absent(f"plan {plan_id}")
    state, review = found["state"], (await judges_at(actor, found["unit_id"])).on_plan(found["person_id"])
    items = shapes(PlanItem, await rows(ITEMS, plan_id))
    revisions = _revisions(decoded(found["revisions"], list[StoredRevision]))
    if not is_mine and state == "returned":
        items = revisions[0].items  # what the owner is writing now is a draft again
    writes = is_mine and actor.may(Permission.PLAN_WRITE, found["unit_id"]) and state in ("draft", "returned")
    return shaped(
        PlanPage,
        found,
        state_title=PLAN.state_title(state),
        items=items,
        revisions=revisions,
        is_mine=is_mine,
        review=review,
        may_edit=writes,
        first_day=date(found["year"], 1, 1),
        last_day=date(found["year"], 12, 31),
        may_submit=writes and bool(items),
        may_correct=review.allowed and state == "submitted",
        may_return=review.allowed and state == "submitted",
        may_approve=review.allowed and state == "submitted",
        may_reopen=review.allowed and state == "approved",
    )


def plans_sheet(found: PlansPage) -> Sheet:
    """The list as a table to calculate with."""
    return Sheet(
        title=_("Kế hoạch năm"),
        columns=(
            SheetColumn(_(mark("Họ và tên"))),
            SheetColumn(_(mark("Chi bộ"))),
            SheetColumn(_(mark("Năm")), "number", decimals=0),
            SheetColumn(_(mark("Trạng thái"))),
            SheetColumn(_(mark("Số nhiệm vụ")), "number", decimals=0),
        ),
        rows=tuple((one.full_name, one.unit_name, one.year, one.state_title, one.items) for one in found.plans),
    )


def _may_read(actor: Actor, unit_id: UUID) -> bool:
    return actor.may(Permission.PLAN_REVIEW, unit_id) or actor.may(Permission.OVERVIEW_READ, unit_id)


def _revisions(kept: list[StoredRevision]) -> list[PlanRevision]:
    """Newest first, each beside the one before it."""
    before: list[PlanItem] = []
    found: list[PlanRevision] = []
    for one in kept:
        found.append(
            PlanRevision(
                one.number,
                one.step,
                PLAN.step_title(one.step),
                one.state,
                one.full_name,
                one.at,
                one.note,
                one.own_case_reason,
                one.items,
                changes(before, one.items) if found else [],
            )
        )
        before = one.items
    return found[::-1]
