"""Nobody judges himself: own plan, own class, own waiver; where nobody else may, only with a reason that is shown."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import Waiver
from monthly_rating.common.forms import VersionOnly
from monthly_rating.common.settings import settings_of
from monthly_rating.config import RatingSettings
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import Excuse
from monthly_rating.cycles.pages import cycle as cycle_page
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades import pages as grade_pages
from monthly_rating.grades.forms import Decision
from monthly_rating.grades.papers import result_table
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings import pages as meeting_pages
from monthly_rating.meetings.forms import MeetingCall
from monthly_rating.meetings.papers import minutes
from monthly_rating.overview.forms import YearQuery
from monthly_rating.overview.pages import person as person_page
from monthly_rating.overview.pages import year as year_page
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans import pages as plan_pages
from monthly_rating.plans.forms import (
    PlanApproval,
    PlanCorrection,
    PlanItems,
    PlanRefusal,
    PlanRow,
    PlanStart,
    PlanStep,
)
from monthly_rating.rules.own_case import Judge, Ruling, judges_of, reason_kept, ruling
from platform_core.audit.trail import TrailQuery, trail
from plugin_api.clock import on_day
from plugin_api.config import Patch
from plugin_api.errors import Forbidden, Invalid
from tenancy.faults import DatabaseFault
from tenancy.query import run, value
from tenancy.transaction import current_transaction

JANUARY, END, MEETING, AFTER = date(2026, 1, 6), date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 5)
WHY = "Chi bộ chỉ có một người lãnh đạo"

IDS = [UUID(int=number) for number in range(5)]
people = st.sampled_from(IDS)
judges = st.lists(
    st.builds(lambda who, usual: Judge(who, f"Người {who.int}", usual), people, st.booleans()),
    unique_by=lambda one: one.person_id,
    max_size=5,
)


@given(people, judges, st.booleans())
def test_the_own_case_is_decided_only_where_nobody_else_may_and_the_body_says_so(person, known, setting):
    ruled = ruling(person, person, known, setting)
    if ruled.allowed:
        assert setting and ruled.reason_needed and [one.person_id for one in known] == [person]
    else:
        assert not setting or not known or [one.person_id for one in known] != [person]


@given(people, judges, st.booleans())
def test_whoever_is_named_may_and_somebody_may_wherever_there_is_another(subject, known, setting):
    allowed = {one for one in IDS if one != subject and ruling(one, subject, known, setting).allowed}
    assert allowed == {one.person_id for one in judges_of(subject, known)}
    assert bool(allowed) == any(one.person_id != subject for one in known)
    refused = [ruling(one.person_id, subject, known, setting) for one in known if one.person_id not in allowed]
    for ruled in refused:
        assert all(f"Người {one.int}" in ruled.explanation for one in allowed)


@given(people, people, judges, st.booleans())
def test_who_holds_no_right_decides_nothing_and_a_stand_in_only_for_want_of_others(actor, subject, known, setting):
    ruled = ruling(actor, subject, known, setting)
    own = next((one for one in known if one.person_id == actor), None)
    if own is None:
        assert ruled == Ruling(False)
    elif actor != subject and not own.usual:
        assert ruled.allowed == (not any(one.usual and one.person_id != subject for one in known))


def test_a_reason_is_asked_for_and_kept_only_in_the_own_case():
    assert reason_kept(Ruling(True), "thừa") == ""
    assert reason_kept(Ruling(True, reason_needed=True), f" {WHY} ") == WHY
    with pytest.raises(Invalid) as invalid:
        reason_kept(Ruling(True, reason_needed=True), "  x ")
    assert set(invalid.value.problems) == {"own_case_reason"}
    with pytest.raises(Forbidden):
        reason_kept(Ruling(False), WHY)


def where(actor, **settings):
    """The same person in a body that has set something."""
    return replace(actor, patches=(Patch(actor.body.tenant_id, "monthly_rating", settings),), _resolved={})


async def alone(cell):
    """The chair is the only one with a right to judge: the roles of the deputy and the clerk ended before the year."""
    await run(
        """UPDATE role_assignment SET valid_to = $3 WHERE tenant_id = $1 AND person_id = ANY ($2)
           AND role IN ('leader', 'clerk')""",
        [cell.leader.person_id, cell.clerk.person_id],
        JANUARY - timedelta(days=1),
    )


async def planned(cell, owner):
    """The owner's plan for 2026, handed in."""
    plan_id = (await plan_actions.start_plan(owner, PlanStart(cell.unit_id, 2026)))["plan_id"]
    rows = [PlanRow(None, "Kiểm sát tin báo", date(2026, 3, 25), "Đúng hạn")]
    await plan_actions.save_plan(owner, plan_id, PlanItems(1, rows))
    await plan_actions.submit_plan(owner, plan_id, PlanStep(2))
    return plan_id


def shown(page, person):
    """A person's line of a page."""
    return next(one for one in page.members if one.person_id == person.person_id)


@pytest.mark.anyio
async def test_nobody_reviews_the_own_plan_and_the_page_names_who_does(cell):
    with on_day(JANUARY):
        plan_id = await planned(cell, cell.chair)
        for chair in (cell.chair, where(cell.chair, own_case_allowed=True)):
            page = await plan_pages.plan_page(chair, plan_id)
            assert not (page.may_approve or page.may_return or page.may_correct or page.may_reopen)
            assert "Phạm Thúy Hà" in page.review.explanation
            steps = (
                (plan_actions.approve_plan, PlanApproval(3, own_case_reason=WHY)),
                (plan_actions.return_plan, PlanRefusal(3, "Sửa thêm", WHY)),
                (plan_actions.correct_plan, PlanCorrection(3, [], own_case_reason=WHY)),
                (plan_actions.reopen_plan, PlanRefusal(3, "Sửa thêm", WHY)),
            )
            for step, data in steps:
                with pytest.raises(Forbidden, match="Phạm Thúy Hà"):
                    await step(chair, plan_id, data)
        assert (await plan_pages.plan_page(cell.leader, plan_id)).may_approve
        await plan_actions.approve_plan(cell.leader, plan_id, PlanApproval(3))
        assert not (await plan_pages.plan_page(cell.chair, plan_id)).may_reopen


@pytest.mark.anyio
async def test_a_lone_leader_approves_the_own_plan_with_a_reason_that_the_plan_and_the_trail_show(cell):
    await alone(cell)
    chair = where(cell.chair, own_case_allowed=True)
    with on_day(JANUARY):
        plan_id = await planned(cell, cell.chair)
        with pytest.raises(Forbidden, match="bật thiết lập"):
            await plan_actions.approve_plan(cell.chair, plan_id, PlanApproval(3, own_case_reason=WHY))
        with pytest.raises(Invalid, match="Lý do tự quyết định"):
            await plan_actions.approve_plan(chair, plan_id, PlanApproval(3))
        assert (await plan_pages.plan_page(chair, plan_id)).review.reason_needed
        await plan_actions.approve_plan(chair, plan_id, PlanApproval(3, own_case_reason=WHY))
        page = await plan_pages.plan_page(chair, plan_id)
    assert (page.state, page.revisions[0].own_case_reason, page.revisions[1].own_case_reason) == ("approved", WHY, "")
    assert WHY in repr((await trail(cell.leader, TrailQuery(table="monthly_rating_year_plan_revision"))).lines)


@pytest.mark.anyio
async def test_the_other_seat_decides_about_who_decides(cell):
    await cell.commented()
    own = (cell.cycle_id, cell.chair.person_id, Decision("A", "Xong việc", own_case_reason=WHY))
    with on_day(MEETING):
        for chair in (cell.chair, where(cell.chair, own_case_allowed=True)):
            with pytest.raises(Forbidden, match="Phạm Thúy Hà"):
                await grade_actions.decide_grade(chair, *own)
        page = await meeting_pages.meeting_page(cell.chair, cell.cycle_id)
        assert not shown(page, cell.chair).decision.allowed and shown(page, cell.member).decision.allowed
        page = await meeting_pages.meeting_page(cell.leader, cell.cycle_id)
        assert [one.full_name for one in page.members if one.decision.allowed] == ["Trương Quốc Đức"]
        await grade_actions.decide_grade(cell.leader, *own)
    kept = await value("SELECT own_case_reason FROM monthly_rating_grade WHERE tenant_id = $1")
    assert kept == "", "who decides about another gives no such reason"


@pytest.mark.anyio
async def test_where_leaders_decide_the_chair_stands_in_for_a_lone_leader(cell):
    await cell.commented()
    await alone(cell)
    chair_only = replace(cell.chair, held=tuple(held for held in cell.chair.held if held.unit_id))
    leader, chair = where(cell.leader, decided_by="leader"), where(chair_only, decided_by="leader")
    await run(
        """UPDATE role_assignment SET valid_to = CASE person_id WHEN $2 THEN NULL::date ELSE valid_from END
           WHERE tenant_id = $1 AND role = 'leader'""",
        cell.leader.person_id,
    )
    with on_day(MEETING):
        with pytest.raises(Forbidden, match=r"lãnh đạo đơn vị.*Trương Quốc Đức"):
            await grade_actions.decide_grade(leader, cell.cycle_id, leader.person_id, Decision("A", "Xong việc"))
        await grade_actions.decide_grade(chair, cell.cycle_id, leader.person_id, Decision("A", "Xong việc"))
        with pytest.raises(Forbidden, match="Phạm Thúy Hà"):
            await grade_actions.decide_grade(chair, cell.cycle_id, cell.member.person_id, Decision("A", "Xong việc"))


@pytest.mark.anyio
async def test_nobody_notes_the_own_waiver_or_excuses_himself(cell):
    await cell.assessed(but=cell.clerk)
    with on_day(END):
        own = (cell.cycle_id, cell.clerk.person_id)
        for clerk in (cell.clerk, where(cell.clerk, own_case_allowed=True)):
            with pytest.raises(Forbidden, match="Trương Quốc Đức"):
                await assessment_actions.waive_assessment(clerk, *own, Waiver("Ốm dài ngày", WHY))
            with pytest.raises(Forbidden, match="Trương Quốc Đức"):
                await cycle_actions.excuse(clerk, *own, Excuse("Nghỉ chế độ", WHY))
            page = await cycle_page.cycle_page(clerk, cell.cycle_id)
            assert not shown(page, cell.clerk).waiver.allowed and shown(page, cell.member).waiver.allowed
        await cycle_actions.excuse(cell.chair, *own, Excuse("Nghỉ chế độ"))
        with pytest.raises(Forbidden):
            await cycle_actions.excuse(cell.clerk, *own, Excuse())
        await cycle_actions.excuse(cell.chair, *own, Excuse())
        await assessment_actions.waive_assessment(cell.chair, *own, Waiver("Ốm dài ngày"))


@pytest.mark.anyio
async def test_a_lone_leaders_own_class_carries_its_reason_wherever_it_is_shown(cell):
    await cell.decided(but=cell.chair)
    await alone(cell)
    chair, own = where(cell.chair, own_case_allowed=True), (cell.cycle_id, cell.chair.person_id)
    with on_day(MEETING):
        with pytest.raises(Forbidden, match="bật thiết lập"):
            await grade_actions.decide_grade(cell.chair, *own, Decision("A", "Xong việc", own_case_reason=WHY))
        with pytest.raises(Invalid) as invalid:
            await grade_actions.decide_grade(chair, *own, Decision("A", "Xong việc"))
        assert set(invalid.value.problems) == {"own_case_reason"}
        await grade_actions.decide_grade(chair, *own, Decision("A", "Xong việc", own_case_reason=WHY))
    with on_day(AFTER):
        await grade_actions.publish(chair, cell.cycle_id, VersionOnly(await cell.version()))
        for reader in (cell.member, chair):
            result = await grade_pages.result_page(reader, cell.cycle_id)
            line = next(one for one in result.results if one.person_id == chair.person_id)
            assert line.own_case_reason == WHY
            assert WHY in repr(grade_pages.result_sheet(result)) and WHY in repr(result_table(reader, result))
            meeting = await meeting_pages.meeting_page(reader, cell.cycle_id)
            assert shown(meeting, chair).own_case_reason == WHY
            year = await year_page.year_page(reader, YearQuery(2026))
            assert next(row for row in year.rows if row.person_id == chair.person_id).cells[0].own_case_reason == WHY
            assert f"Tháng 3 năm 2026: {WHY}" in repr(year_page.year_sheet(year))
        assert WHY in repr(minutes(chair, meeting, settings_of(chair)))
        mine = await person_page.my_page(chair, YearQuery(2026))
        assert mine.periods[0].grades[0].own_case_reason == WHY
        corrected = Decision("B", "Xem lại", 1, "Sót một nhiệm vụ")
        with pytest.raises(Invalid, match="Lý do tự quyết định"):
            await grade_actions.correct_grade(chair, *own, corrected)
        again = Decision("B", "Xem lại", 1, "Sót một nhiệm vụ", WHY)
        await grade_actions.correct_grade(chair, *own, again)
    assert WHY in repr((await trail(cell.leader, TrailQuery(table="monthly_rating_grade"))).lines)


@pytest.mark.anyio
async def test_a_lone_leaders_own_waiver_and_excuse_carry_their_reason(cell):
    await cell.assessed(but=cell.chair)
    await alone(cell)
    chair, own = where(cell.chair, own_case_allowed=True), (cell.cycle_id, cell.chair.person_id)
    with on_day(END):
        with pytest.raises(Invalid, match="Lý do tự quyết định"):
            await assessment_actions.waive_assessment(chair, *own, Waiver("Ốm dài ngày"))
        await assessment_actions.waive_assessment(chair, *own, Waiver("Ốm dài ngày", WHY))
        assert (await person_page.my_page(chair, YearQuery(2026))).periods[0].own_waiver_reason == WHY
        await cycle_actions.excuse(chair, *own, Excuse("Đi học tập trung", f"{WHY}, lần hai"))
        line = shown(await cycle_page.cycle_page(cell.member, cell.cycle_id), chair)
        assert (line.excused_reason, line.own_excuse_reason) == ("Đi học tập trung", f"{WHY}, lần hai")
        await cycle_actions.excuse(chair, *own, Excuse(own_case_reason=f"{WHY}, nay đã về"))
        line = shown(await cycle_page.cycle_page(cell.member, cell.cycle_id), chair)
        assert (line.excused_reason, line.own_excuse_reason) == ("", "")
    with on_day(MEETING):
        call = MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id)
        await meeting_actions.open_meeting(chair, cell.cycle_id, call)
        meeting = await meeting_pages.meeting_page(chair, cell.cycle_id)
    assert shown(meeting, chair).own_waiver_reason == WHY
    assert WHY in repr(minutes(chair, meeting, settings_of(chair)))
    found = repr((await trail(cell.leader, TrailQuery())).lines)
    assert WHY in found and "lần hai" in found and "nay đã về" in found, "nothing is overwritten in the trail"


@pytest.mark.anyio
async def test_the_database_takes_no_own_class_without_a_reason(cell):
    """What no screen allows the tables refuse as well: the rule holds for hands that go past the services."""
    await cell.decided()
    copied = """INSERT INTO monthly_rating_grade (tenant_id, id, cycle_id, person_id, edition, scheme_id, level, reason,
        decided_by, decided_at, replaces_id, correction_reason, own_case_reason)
      SELECT tenant_id, gen_random_uuid(), cycle_id, person_id, 2, scheme_id, level, reason, $3, decided_at, id, 'x', $4
      FROM monthly_rating_grade WHERE tenant_id = $1 AND person_id = $2"""
    person, other = cell.member.person_id, cell.chair.person_id
    for decided_by, reason in ((person, ""), (other, WHY)):
        with pytest.raises(DatabaseFault):
            async with current_transaction().point():
                await run(copied, person, decided_by, reason)
    assert await run(copied, person, person, WHY) == 1


def test_the_setting_is_off_from_the_start():
    assert RatingSettings().own_case_allowed is False
