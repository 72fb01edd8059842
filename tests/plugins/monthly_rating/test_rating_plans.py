"""Year plans: drafts belong to their owner, every version is kept, approved work becomes tasks."""

from datetime import date

import pytest

from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans import pages as plan_pages
from monthly_rating.plans import queries as plan_queries
from monthly_rating.plans.forms import (
    PlanApproval,
    PlanCorrection,
    PlanItems,
    PlanQuery,
    PlanRefusal,
    PlanRow,
    PlanStart,
    PlanStep,
)
from monthly_rating.tasks import actions as task_actions
from monthly_rating.tasks.forms import TaskDraft
from plugin_api.clock import on_day
from plugin_api.errors import Forbidden, Invalid, Refused
from tenancy.faults import Absent, Stale
from tenancy.query import value

pytestmark = pytest.mark.anyio
JANUARY = date(2026, 1, 6)


def row(title="Kiểm sát nhà tạm giữ", day=date(2026, 3, 25), item_id=None):
    return PlanRow(item_id, title, day, "Đúng hạn")


async def begun(cell, *items):
    """The member's plan for 2026 with these items, as a draft."""
    plan_id = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026)))["plan_id"]
    await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, list(items) or [row(), PlanRow()]))
    return plan_id


async def approved(cell, *items):
    plan_id = await begun(cell, *items)
    await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
    await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(3, "Đồng ý"))
    return plan_id


async def test_a_draft_is_nobody_elses(cell):
    with on_day(JANUARY):
        plan_id = await begun(cell)
        for other in (cell.chair, cell.leader, cell.colleague):
            with pytest.raises(Absent):
                await plan_pages.plan_page(other, plan_id)
            assert (await plan_pages.plans_page(other, PlanQuery())).plans == []
        with pytest.raises(Absent):
            await plan_actions.save_plan(cell.colleague, plan_id, PlanItems(2, [row()]))
        with pytest.raises(Absent):
            await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(2))
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
        assert (await plan_pages.plan_page(cell.leader, plan_id)).may_approve
        with pytest.raises(Absent):
            await plan_pages.plan_page(cell.colleague, plan_id)


async def test_a_plan_goes_back_and_forth_and_every_version_is_kept(cell):
    with on_day(JANUARY):
        plan_id = await begun(cell)
        item = (await plan_queries.items_of(plan_id))[0].item_id
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
        await plan_actions.return_plan(cell.leader, plan_id, PlanRefusal(3, "Cụ thể hơn"))
        await plan_actions.save_plan(
            cell.member, plan_id, PlanItems(4, [row("Kiểm sát nhà tạm giữ quý I", item_id=item)])
        )
        seen = await plan_pages.plan_page(cell.leader, plan_id)
        assert seen.items[0].title == "Kiểm sát nhà tạm giữ", "what the owner writes after the return is a draft again"
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(5))
        items = [row("Kiểm sát nhà tạm giữ quý I", item_id=item), row("Kèm cặp")]
        corrected = PlanCorrection(6, items, "Thêm việc")
        await plan_actions.correct_plan(cell.chair, plan_id, corrected)
        await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(7))
        await plan_actions.reopen_plan(cell.leader, plan_id, PlanRefusal(8, "Điều chỉnh chỉ tiêu"))
        page = await plan_pages.plan_page(cell.member, plan_id)
    assert [one.step for one in page.revisions] == ["reopen", "approve", "correct", "submit", "return", "submit"]
    assert [(one.kind, one.after.title) for one in page.revisions[2].changes] == [("added", "Kèm cặp")]
    assert [(one.kind, one.before.title) for one in page.revisions[3].changes] == [("changed", "Kiểm sát nhà tạm giữ")]
    assert (page.state, page.may_edit, page.revisions[0].note) == ("returned", True, "Điều chỉnh chỉ tiêu")


async def test_wrong_order_wrong_person_and_late_edits_are_told(cell):
    with on_day(JANUARY):
        plan_id = await begun(cell)
        with pytest.raises(Refused, match="đã có kế hoạch"):
            await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026))
        with pytest.raises(Invalid, match="Năm"):
            await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2040))
        with pytest.raises(Forbidden):
            await plan_actions.start_plan(cell.admin, PlanStart(cell.unit_id, 2026))
        with pytest.raises(Stale) as stale:
            await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, [row("Bản cũ")]))
        assert stale.value.version == 2
        assert stale.value.current["items"][0]["title"] == "Kiểm sát nhà tạm giữ", "both texts are at hand"
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
        with pytest.raises(Refused, match="không sửa được"):
            await plan_actions.save_plan(cell.member, plan_id, PlanItems(3, [row()]))
        with pytest.raises(Forbidden):
            await plan_actions.approve_plan(cell.clerk, plan_id, PlanApproval(3))
        await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(3))
        with pytest.raises(Refused, match="Đã duyệt"):
            await plan_actions.return_plan(cell.leader, plan_id, PlanRefusal(4, "Muộn rồi"))


async def test_rows_that_cannot_be_used_are_named_together_and_an_empty_plan_is_not_handed_in(cell):
    with on_day(JANUARY):
        plan_id = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026)))["plan_id"]
        with pytest.raises(Refused, match="chưa có nhiệm vụ"):
            await plan_actions.submit_plan(cell.member, plan_id, PlanStep(1))
        wrong = [PlanRow(), PlanRow(None, "Không có ngày"), row("x"), row(day=date(2027, 1, 1))]
        with pytest.raises(Invalid) as invalid:
            await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, wrong))
    assert set(invalid.value.problems) == {"items.1.due_on", "items.2.title", "items.3.due_on"}


async def test_approved_work_that_falls_due_becomes_tasks_once(cell):
    with on_day(JANUARY):
        await approved(cell, row(), row("Việc tháng 5", date(2026, 5, 25)))
    with on_day(date(2026, 3, 1)):
        opening = CycleOpening(cell.unit_id, date(2026, 3, 1))
        cycle_id = (await cycle_actions.open_cycle(cell.clerk, opening))["cycle_id"]
        await task_actions.take_from_plans(cell.clerk, cycle_id)
        titles = await value(
            "SELECT array_agg(title) FROM monthly_rating_task WHERE tenant_id = $1 AND plan_item_id IS NOT NULL"
        )
        assert titles == ["Kiểm sát nhà tạm giữ"]
        with pytest.raises(Refused, match="Không còn nhiệm vụ"):
            await task_actions.take_from_plans(cell.clerk, cycle_id)
        other = await value("SELECT plan_item_id FROM monthly_rating_task WHERE tenant_id = $1")
        with pytest.raises(Invalid, match="chính người này"):
            await task_actions.add_task(
                cell.clerk,
                cycle_id,
                TaskDraft(cell.colleague.person_id, "Việc của người khác", date(2026, 3, 9), plan_item_id=other),
            )


async def test_plans_are_found_by_name_without_diacritics(cell):
    with on_day(JANUARY):
        await approved(cell)
        assert len((await plan_pages.plans_page(cell.leader, PlanQuery(q="dang van on"))).plans) == 1
        assert (await plan_pages.plans_page(cell.leader, PlanQuery(q="khong co ai"))).plans == []
        assert (await plan_pages.plans_page(cell.leader, PlanQuery(state="draft"))).plans == []
