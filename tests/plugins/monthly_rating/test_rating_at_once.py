"""Two people, or one with two windows, at the same moment: one effect, and the other is told."""

import asyncio
from datetime import date

import pytest
from inside import Backdoor

from monthly_rating.common.forms import Withdrawal
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening, Excuse
from monthly_rating.evidence import actions as evidence_actions
from monthly_rating.evidence.forms import EvidenceFile
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans.forms import PlanApproval, PlanItems, PlanRow, PlanStart, PlanStep
from monthly_rating.tasks import actions as task_actions
from plugin_api.clock import on_day
from plugin_api.errors import Refused
from plugin_api.forms import Upload
from tenancy.context import TenantContext
from tenancy.query import value
from tenancy.transaction import current_transaction, in_body

pytestmark = pytest.mark.anyio
DAY = date(2026, 3, 20)
NOTE = EvidenceFile(Upload("ghi-chu.txt", "text/plain", b"Xong"))


async def waits(backdoor, who):
    """Until `who` waits for a lock, or is done without."""
    waiting = "SELECT true FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    while not (who.done() or await backdoor.value(waiting)):
        await asyncio.sleep(0)


@pytest.fixture
async def month(cell):
    """March in its meeting; the first test that commits leaves it for those after it."""
    march = "SELECT id FROM monthly_rating_cycle WHERE tenant_id = $1 AND period_start = $2"
    found = await value(march, date(2026, 3, 1))
    if found is None:
        return await cell.commented()
    cell.cycle_id = found
    return cell


@pytest.fixture
def at_once(tenants, database):
    """`await at_once(actor, first, second)`: the second begins before the first is committed, then waits for it.
    Returns the second's answer."""

    async def run_both(first, second):
        async def later():
            async with in_body(context):
                return await second()

        context = TenantContext(tenants.bodies["kien-luong"])
        async with in_body(context):
            await first()
            waiting = asyncio.create_task(later())
            await waits(Backdoor(database.dsn(database.server.superuser)), waiting)
        return await waiting

    return run_both


async def test_of_two_files_sent_at_once_one_fills_the_last_place(month, tenants, database):
    context = TenantContext(tenants.bodies["kien-luong"], month.member.account_id)
    task = (await month.tasks(month.member))[0]["id"]
    with on_day(DAY):
        for _ in range(evidence_actions.MOST_FILES - 1):
            await evidence_actions.add_evidence(month.member, task, NOTE)
    await current_transaction().commit()

    async def send():
        async with in_body(context):
            return await evidence_actions.add_evidence(month.member, task, NOTE)

    with on_day(DAY):
        async with in_body(context):
            await evidence_actions.add_evidence(month.member, task, NOTE)
            second = asyncio.create_task(send())
            await waits(Backdoor(database.dsn(database.server.superuser)), second)
        with pytest.raises(Refused, match="20 tệp"):
            await second
    async with in_body(context):
        assert await value("SELECT evidence FROM monthly_rating_task WHERE tenant_id = $1 AND id = $2", task) == 20
        kept = "SELECT count(*) FROM monthly_rating_evidence WHERE tenant_id = $1 AND task_id = $2"
        assert await value(kept, task) == 20


async def test_a_file_withdrawn_in_two_windows_is_counted_out_once(month, tenants, at_once):
    task = (await month.tasks(month.colleague))[0]["id"]
    with on_day(DAY):
        sent = [(await evidence_actions.add_evidence(month.colleague, task, NOTE))["evidence_id"] for _ in range(2)]
        await current_transaction().commit()

        def withdraw():
            return evidence_actions.withdraw_evidence(month.colleague, sent[0], Withdrawal("Nhầm tệp"))

        with pytest.raises(Refused, match="đã được rút"):
            await at_once(withdraw, withdraw)
        async with in_body(TenantContext(tenants.bodies["kien-luong"])):
            assert await value("SELECT evidence FROM monthly_rating_task WHERE tenant_id = $1 AND id = $2", task) == 1


async def test_two_clerks_who_take_tasks_from_the_plans_take_each_once(cell, tenants, at_once):
    with on_day(date(2026, 1, 6)):
        plan_id = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026)))["plan_id"]
        undertaking = PlanRow(None, "Kiểm sát nhà tạm giữ", date(2026, 5, 25))
        await plan_actions.save_plan(cell.member, plan_id, PlanItems(1, [undertaking]))
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(2))
        await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(3))
    with on_day(date(2026, 5, 1)):
        opening = CycleOpening(cell.unit_id, date(2026, 5, 1))
        cell.cycle_id = (await cycle_actions.open_cycle(cell.clerk, opening))["cycle_id"]
        await current_transaction().commit()
        with pytest.raises(Refused, match="Không còn nhiệm vụ nào"):
            await at_once(lambda: task_actions.take_from_plans(cell.clerk, cell.cycle_id),
                          lambda: task_actions.take_from_plans(cell.chair, cell.cycle_id))
    async with in_body(TenantContext(tenants.bodies["kien-luong"])):
        assert [task["title"] for task in await cell.tasks()] == ["Kiểm sát nhà tạm giữ"]


async def test_nobody_decides_about_somebody_who_is_being_excused(month, at_once):
    await current_transaction().commit()
    decision, who = Decision("A", "Xong việc"), month.member.person_id
    with on_day(date(2026, 4, 3)), pytest.raises(Refused, match="không xếp loại"):
        await at_once(lambda: cycle_actions.excuse(month.chair, month.cycle_id, who, Excuse("Nghỉ thai sản")),
                      lambda: grade_actions.decide_grade(month.chair, month.cycle_id, who, decision))
