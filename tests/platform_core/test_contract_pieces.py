"""Pieces of the contract that modules share: the clock, workflows with their log, editions, links, everybody."""

from datetime import date, timedelta

import pytest

from monthly_rating.cycles.queries import CYCLE_STEPS
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Cycle, Grade, Scheme
from plugin_api.clock import now, on_day, today
from plugin_api.editions import must_be_newest
from plugin_api.errors import Refused
from plugin_api.links import link
from plugin_api.ports import ports
from plugin_api.workflow import Step, Workflow
from tenancy.faults import AlreadyThere, Stale
from tenancy.query import run
from tenancy.tables import uuid7

pytestmark = pytest.mark.anyio
DOOR = Workflow(
    subject="Cửa",
    states={"shut": "Đóng", "open": "Mở", "gone": "Đã bỏ"},
    steps={
        "open": Step("Mở ra", frozenset({"shut"}), "open"),
        "shut": Step("Đóng lại", frozenset({"open"}), "shut"),
        "remove": Step("Bỏ đi", frozenset({"open", "shut"}), "gone"),
    },
    advice={"gone": "Hãy lắp cửa mới."},
)


def test_the_clock_stands_on_another_day_only_inside():
    real = today()
    with on_day(date(2020, 2, 29), 14):
        assert (today(), now().hour, now().utcoffset()) == (date(2020, 2, 29), 14, timedelta(hours=7))
    assert today() == real


def test_a_workflow_says_what_comes_first_or_what_to_do_instead():
    assert DOOR.after("open", "shut") == "open"
    assert (DOOR.next_step("shut"), DOOR.next_step("gone")) == ("open", None)
    with pytest.raises(Refused, match=r"Cửa đang ở bước “Đóng” nên không thể đóng lại\. Bước tiếp theo: mở ra\."):
        DOOR.after("shut", "shut")
    with pytest.raises(Refused, match="Hãy lắp cửa mới"):
        DOOR.after("open", "gone")
    DOOR.must_be_in("open", "shut", "open")
    with pytest.raises(Refused, match="chỉ làm được khi cửa ở bước “Đóng”; hiện đang ở bước “Mở”"):
        DOOR.must_be_in("open", "shut")


async def a_cycle(tenants):
    """A planned cycle of the cell, in the transaction at hand."""
    scheme = await Scheme.select(Scheme.id).first()
    day = date(2026, 1, 1)
    return await Cycle.create(
        unit_id=await tenants.cell(), year=2026, period_start=day, period_end=date(2026, 1, 31), label="Tháng 1",
        scheme_id=scheme["id"], notice_due=day, assessment_due=day, decision_due=day, search="",
    )  # fmt: skip


async def test_a_step_is_taken_over_the_version_seen_and_logged_with_who_when_and_why(tenants):
    async with tenants.inside("kien-luong"):
        chair, cycle_id = await tenants.actor("duc.tq"), await a_cycle(tenants)
        with on_day(date(2026, 1, 5)):
            await CYCLE_STEPS.take(chair, cycle_id, "planning", "issue", 1, "Theo kế hoạch")
        assert (await Cycle.get(cycle_id))["state"] == "running"
        (taken,) = await CYCLE_STEPS.history(cycle_id)
        assert (taken.text, taken.who, taken.note) == (CYCLE.step_title("issue"), chair.person_name, "Theo kế hoạch")
        assert taken.at.date() == date(2026, 1, 5)
        with pytest.raises(Stale):
            await CYCLE_STEPS.take(chair, cycle_id, "running", "open_meeting", 1)
        with pytest.raises(Refused):
            await CYCLE_STEPS.take(chair, cycle_id, "running", "issue", 2)
        assert len(await CYCLE_STEPS.history(cycle_id)) == 1, "what was refused is not logged"


async def test_a_correction_is_an_edition_beside_the_one_it_replaces(tenants):
    async with tenants.inside("kien-luong"):
        chair, cycle_id = await tenants.actor("duc.tq"), await a_cycle(tenants)
        of = {"cycle_id": cycle_id, "person_id": (await tenants.actor("on.dv")).person_id}
        scheme = await Scheme.select(Scheme.id).first()
        more = {
            "scheme_id": scheme["id"], "reason": "Vì", "decided_by": chair.person_id, "decided_at": now(),
            "correction_reason": "", "own_case_reason": "",
        }  # fmt: skip
        assert await Grade.newest(**of) is None
        first = await Grade.add_edition(of, None, level="A", **more)
        newest = await Grade.newest(**of)
        more["correction_reason"] = "Đếm nhầm một việc"
        await Grade.add_edition(of, newest, level="B", **more)
        corrected = await Grade.newest(**of)
        assert (corrected["edition"], corrected["level"], corrected["replaces_id"]) == (2, "B", first)
        must_be_newest(corrected, 2)
        with pytest.raises(Stale):
            must_be_newest(corrected, 1)
        with pytest.raises(AlreadyThere):
            await Grade.add_edition(of, newest, level="C", **more)


async def test_links_are_made_by_name_in_the_body_of_the_actor(tenants):
    async with tenants.inside("kien-luong"):
        actor = await tenants.actor("duc.tq")
    task = uuid7()
    assert link(actor, "monthly_rating.task#evidence", task_id=task) == (
        f"/t/kien-luong/monthly-rating/tasks/{task}#evidence"
    )
    assert link(actor, "monthly_rating.year", year=2026, unit_id=None) == "/t/kien-luong/monthly-rating/year?year=2026"
    with pytest.raises(LookupError):
        link(actor, "monthly_rating.nowhere")


async def test_everybody_of_the_body_on_a_day_without_who_left(tenants):
    async with tenants.inside("kien-luong"):
        everybody = await ports().people.everybody(today())
        gone = everybody[0]
        await run("UPDATE person SET left_on = $3 WHERE tenant_id = $1 AND id = $2", gone.person_id, today())
        assert gone in await ports().people.everybody(today())
        assert gone not in await ports().people.everybody(today() + timedelta(days=1))
        assert len({one.person_id for one in everybody}) == len(everybody) > 5
