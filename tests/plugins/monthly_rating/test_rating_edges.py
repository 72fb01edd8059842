"""Where two years, two appointments or two rows meet: nothing is lost, counted twice or blanked."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monthly_rating import facts, plugin
from monthly_rating.common.forms import VersionOnly
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening, CycleQuery, Excuse
from monthly_rating.cycles.pages import cycle_list
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades import pages as grade_pages
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import pages as meeting_pages
from monthly_rating.notices import actions as notice_actions
from monthly_rating.notices.forms import AmendedTask, NoticeAmendment
from monthly_rating.overview import dashboard_cards
from monthly_rating.overview.forms import YearQuery
from monthly_rating.overview.pages import person, year
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans.forms import PlanApproval, PlanItems, PlanQuery, PlanRow, PlanStart, PlanStep
from monthly_rating.plans.pages import plans_page
from monthly_rating.plans.queries import items_of
from monthly_rating.rules.periods import period_containing
from monthly_rating.tasks import actions as task_actions
from monthly_rating.tasks.forms import TaskDraft, TaskQuery
from monthly_rating.tasks.pages import tasks_page
from plugin_api.clock import on_day
from plugin_api.config import Patch
from plugin_api.errors import Invalid, Refused
from plugin_api.forms import parse
from tenancy.query import run, value
from tenancy.tables import uuid7

pytestmark = pytest.mark.anyio
JANUARY, WORK, MEETING, AFTER = date(2026, 1, 6), date(2026, 3, 20), date(2026, 4, 3), date(2026, 4, 6)
ON_LEAVE = Excuse("Nghỉ thai sản cả tháng")


def weekly(actor):
    """The same person in a body whose periods are weeks."""
    week = (Patch(actor.body.tenant_id, "monthly_rating", {"cycle": "week"}),)
    return replace(actor, patches=week, _resolved={})


@given(st.dates(date(2010, 1, 1), date(2060, 12, 31)), st.sampled_from(["week", "month", "quarter"]))
def test_a_period_belongs_to_the_year_its_name_says(day, kind):
    assert f"năm {period_containing(day, kind).year}" in period_containing(day, kind).label


async def test_a_week_over_new_year_stands_in_the_year_its_name_says(cell):
    with on_day(date(2025, 12, 30)):
        await cycle_actions.open_cycle(weekly(cell.clerk), CycleOpening(cell.unit_id, date(2025, 12, 30)))
    with on_day(date(2026, 1, 2)):
        listed = [await cycle_list.cycles_page(weekly(cell.chair), CycleQuery(year=which)) for which in (2025, 2026)]
        tables = [await year.year_page(cell.chair, YearQuery(which)) for which in (2025, 2026)]
    assert [[one.label for one in page.cycles] for page in listed] == [[], ["Tuần 1 năm 2026 (29/12–04/01/2026)"]]
    assert [len(page.columns) for page in tables] == [0, 1]


async def test_a_week_over_new_year_takes_what_both_plans_name_for_it(cell):
    for which, due in ((2025, date(2025, 12, 30)), (2026, date(2026, 1, 3))):
        with on_day(date(2025, 12, 20)):
            plan_id = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, which)))["plan_id"]
            await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, [PlanRow(None, f"Việc {which}", due)]))
            await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
            await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(3))
    with on_day(date(2025, 12, 30)):
        opening = CycleOpening(cell.unit_id, date(2025, 12, 30))
        cell.cycle_id = (await cycle_actions.open_cycle(weekly(cell.clerk), opening))["cycle_id"]
        await task_actions.take_from_plans(cell.clerk, cell.cycle_id)
    assert {task["title"] for task in await cell.tasks(cell.member)} == {"Việc 2025", "Việc 2026"}


async def test_an_amendment_keeps_what_it_does_not_name_and_blanks_what_it_does(cell):
    await cell.running()
    kept, blanked = (await cell.tasks(cell.member))[0]["id"], (await cell.tasks(cell.colleague))[0]["id"]
    rows = [{"task_id": str(kept), "due_on": "2026-03-25"}, {"task_id": str(blanked), "required_level": ""}]
    sent = parse(NoticeAmendment, {"version": await cell.version(), "reason": "Theo yêu cầu", "tasks": rows})
    with on_day(WORK):
        await notice_actions.amend_notice(cell.chair, cell.cycle_id, sent)
    level = "SELECT required_level FROM monthly_rating_task WHERE tenant_id = $1 AND id = $2"
    assert [await value(level, task) for task in (kept, blanked)] == ["100 %", ""]


async def test_an_added_task_may_leave_out_what_is_not_known(cell):
    await cell.running()
    added = AmendedTask(None, cell.member.person_id, "Việc mới", date(2026, 3, 28))
    with on_day(WORK):
        change = NoticeAmendment(await cell.version(), "Bổ sung", [added])
        await notice_actions.amend_notice(cell.chair, cell.cycle_id, change)
    level = "SELECT required_level FROM monthly_rating_task WHERE tenant_id = $1 AND title = $2"
    assert await value(level, "Việc mới") == ""


async def test_an_undertaking_named_in_two_rows_is_said_to_be(cell):
    with on_day(JANUARY):
        plan_id = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026)))["plan_id"]
        once = PlanRow(None, "Kiểm sát nhà tạm giữ", date(2026, 3, 25))
        await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, [once]))
        again = PlanRow((await items_of(plan_id))[0].item_id, "Kiểm sát nhà tạm giữ", date(2026, 4, 25))
        with pytest.raises(Invalid) as told:
            await plan_actions.save_plan(cell.member, plan_id, PlanItems(2, [again, PlanRow(), again]))
        assert list(told.value.problems) == ["items.2.title"]
        await plan_actions.save_plan(cell.member, plan_id, PlanItems(2, [again]))
    assert [item.due_on for item in await items_of(plan_id)] == [date(2026, 4, 25)]


async def test_somebody_with_two_appointments_in_the_cell_is_a_member_once(cell):
    await run(
        """INSERT INTO appointment (tenant_id, id, person_id, unit_id, position, valid_from, version)
           VALUES ($1, $2, $3, $4, 'Phó bí thư', $5, 1)""",
        uuid7(), cell.member.person_id, cell.unit_id, date(2026, 2, 1),
    )  # fmt: skip
    await cell.planned()
    times = "SELECT count(*) FROM monthly_rating_cycle_member WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3"
    assert await value(times, cell.cycle_id, cell.member.person_id) == 1


async def seen_of(cell) -> dict[str, object]:
    """What every screen and figure says about the member's class, with how many classes there are in all."""
    who: UUID = cell.member.person_id
    with on_day(AFTER):
        result = await grade_pages.result_page(cell.chair, cell.cycle_id)
        meeting = await meeting_pages.meeting_page(cell.chair, cell.cycle_id)
        table = await year.year_page(cell.leader, YearQuery(2026, cell.unit_id))
        own = await person.my_page(cell.member, YearQuery())
        spring = (date(2026, 1, 1), date(2026, 6, 30))
        fact = await plugin.measure_fact(cell.admin, facts.CLASSES, cell.unit_id, *spring)
        return {
            "result": (next(one.level for one in result.results if one.person_id == who), result.counts["A"]),
            "meeting": (next(one.level for one in meeting.members if one.person_id == who), meeting.counts["A"]),
            "year": (next(one.cells[0].level for one in table.rows if one.person_id == who), table.counts["A"]),
            "person": (own.periods[0].level, own.rated),
            "facts": fact.value and fact.value.get("A"),
            "card": len(await dashboard_cards.dashboard_cards(cell.member, AFTER)),
        }


@pytest.mark.parametrize(("back", "level", "classes", "own"), [(False, "", 9, 0), (True, "A", 10, 1)])
async def test_the_class_of_somebody_excused_after_it_was_decided_counts_nowhere_until_taken_back(
    cell, back, level, classes, own
):
    await cell.decided()
    with on_day(AFTER):
        await cycle_actions.excuse(cell.chair, cell.cycle_id, cell.member.person_id, ON_LEAVE)
        if back:
            await cycle_actions.excuse(cell.chair, cell.cycle_id, cell.member.person_id, Excuse())
        await grade_actions.publish(cell.chair, cell.cycle_id, VersionOnly(await cell.version()))
    together = (level, classes)
    assert await seen_of(cell) == {
        "result": together, "meeting": together, "year": together,
        "person": (level, own), "facts": classes, "card": own,
    }  # fmt: skip


async def test_nothing_is_decided_about_somebody_excused(cell):
    await cell.commented()
    with on_day(MEETING):
        await cycle_actions.excuse(cell.chair, cell.cycle_id, cell.member.person_id, ON_LEAVE)
        with pytest.raises(Refused, match="không xếp loại"):
            decision = Decision("A", "Xong việc")
            await grade_actions.decide_grade(cell.chair, cell.cycle_id, cell.member.person_id, decision)


async def test_pages_of_equal_rows_show_each_once(cell):
    await cell.planned()
    for _ in range(120):
        draft = TaskDraft(cell.member.person_id, "Cùng tên", WORK)
        await task_actions.add_task(cell.clerk, cell.cycle_id, draft)
    for sort in ("title", "-title", "due", "progress"):
        found = [
            one.task.task_id
            for number in (1, 2, 3)
            for one in (await tasks_page(cell.clerk, cell.cycle_id, TaskQuery(sort=sort, page=number))).tasks
        ]
        assert len(found) == len(set(found)) == 130, sort


@pytest.mark.parametrize("sort", ["year", "-state", "person"])
async def test_lists_of_plans_are_sorted_down_to_the_row(cell, statements, sort):
    async with statements() as sent:
        await plans_page(cell.chair, PlanQuery(sort=sort))
    assert any(", y.id" in statement for statement in sent)


@pytest.mark.parametrize("sort", ["", "unit", "-state", "period"])
async def test_lists_of_periods_are_sorted_down_to_the_row(cell, statements, sort):
    async with statements() as sent:
        await cycle_list.cycles_page(cell.chair, CycleQuery(sort=sort))
    assert any(", c.id" in statement for statement in sent)
