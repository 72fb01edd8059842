"""The year of the demonstration cell: plans in January, then period after period up to today."""

from datetime import date, timedelta
from uuid import UUID

from monthly_rating.common.settings import settings_of
from monthly_rating.demo import texts
from monthly_rating.demo.month import write_period
from monthly_rating.demo.roles import ActAs, Roles, find_roles
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans import queries as plan_queries
from monthly_rating.plans.forms import (
    PlanApproval,
    PlanCorrection,
    PlanItems,
    PlanRefusal,
    PlanRow,
    PlanStart,
    PlanStep,
)
from monthly_rating.rules.periods import period_after, period_containing
from monthly_rating.tables import YearPlan
from plugin_api.actor import Actor
from plugin_api.clock import on_day
from plugin_api.ports import ports
from tenancy.query import value

FIRST_MONTH_ALONE = 4


async def fill(act_as: ActAs, unit_id: UUID, today: date) -> int:
    """Give a cell a year up to `today`, the same every time; periods that exist already are left alone.

    Before April it is the year before. Returns how many periods were written, 0 when a role can't be filled.
    Runs in the transaction at hand.
    """
    people = [one.person_id for one in await ports().people.members(unit_id, today)]
    roles = await find_roles(act_as, unit_id, people)
    if roles is None:
        return 0
    first = first_day(today)
    for year in range(first.year, today.year + 1):
        await _plan(roles, year, today)
    return await _periods(roles, first, today)


def first_day(today: date) -> date:
    """The first of January of this year; early in the year, when there is little to show, of the year before."""
    return date(today.year if today.month >= FIRST_MONTH_ALONE else today.year - 1, 1, 1)


async def _periods(roles: Roles, first: date, today: date) -> int:
    kind = settings_of(roles.chair).cycle
    period, place, written = period_containing(first, kind), 0, 0
    while period.start <= today:
        if not await value(
            "SELECT true FROM monthly_rating_cycle WHERE tenant_id = $1 AND unit_id = $2 AND period_start <= $4 "
            "AND period_end >= $3",
            roles.unit_id,
            period.start,
            period.end,
        ):
            await write_period(roles, period, place, today)
            written += 1
        period, place = period_after(period, kind), place + 1
    return written


async def _plan(roles: Roles, year: int, today: date) -> None:
    """Everybody plans; one plan is returned and handed in again, one is corrected, all are approved in time."""
    for place, member in enumerate(roles.members):
        if await _has_plan(member, roles.unit_id, year) or today < date(year, 1, 20):
            continue
        with on_day(date(year, 1, 5) + timedelta(days=place % 4)):
            plan_id = (await plan_actions.start_plan(member, PlanStart(roles.unit_id, year)))["plan_id"]
            await plan_actions.save_plan(member, plan_id, PlanItems(1, _items(place, year)))
            await plan_actions.submit_plan(member, plan_id, PlanStep(2))
        with on_day(date(year, 1, 12)):
            await _review(roles, member, plan_id, place, year)


async def _review(roles: Roles, member: Actor, plan_id: UUID, place: int, year: int) -> None:
    reviewer = roles.reviewers[member.person_id]
    alone = texts.OWN_CASE if reviewer.person_id == member.person_id else ""
    version = 3
    if place == 1:
        await plan_actions.return_plan(
            reviewer, plan_id, PlanRefusal(version, "Bổ sung mức độ cần đạt cho từng nhiệm vụ.", alone)
        )
        kept = [
            PlanRow(None, row.title, row.due_on, f"{row.expected_level}, báo cáo bằng văn bản")
            for row in _items(place, year)
        ]
        await plan_actions.save_plan(member, plan_id, PlanItems(version + 1, kept))
        await plan_actions.submit_plan(member, plan_id, PlanStep(version + 2, "Đã bổ sung theo góp ý."))
        version += 3
    if place == 2:
        added = PlanRow(
            None, "Giúp đỡ 01 đồng chí mới nắm quy trình nghiệp vụ", date(year, 6, 30), "Làm việc độc lập được"
        )
        await plan_actions.correct_plan(
            reviewer, plan_id, PlanCorrection(version, [*await _stored(plan_id), added], "Bổ sung việc kèm cặp.", alone)
        )
        version += 1
    await plan_actions.approve_plan(reviewer, plan_id, PlanApproval(version, "Đồng ý.", alone))


def _items(place: int, year: int) -> list[PlanRow]:
    """Three undertakings, spread over the year by the person's place."""
    chosen = [(texts.PLANNED[(place + step) % len(texts.PLANNED)], 2 + (place + step * 3) % 11) for step in range(3)]
    return [
        PlanRow(None, work.title, date(year, month, 25), work.level)
        for work, month in sorted(chosen, key=lambda one: one[1])
    ]


async def _stored(plan_id: UUID) -> list[PlanRow]:
    return [
        PlanRow(one.item_id, one.title, one.due_on, one.expected_level) for one in await plan_queries.items_of(plan_id)
    ]


async def _has_plan(member: Actor, unit_id: UUID, year: int) -> bool:
    return await YearPlan.exists().where(
        YearPlan.person_id == member.person_id, YearPlan.unit_id == unit_id, YearPlan.year == year
    )
