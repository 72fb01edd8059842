"""What a body sets changes who decides, how long a period is, whether names are shown; and the module's own manners."""

from dataclasses import replace
from datetime import date

import pytest

from monthly_rating import plugin
from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import AssessmentText, OwnTask
from monthly_rating.config import RatingSettings
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import CycleOpening
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings import pages as meeting_pages
from monthly_rating.meetings.forms import CommentText, MeetingCall
from monthly_rating.permissions import GRANTS, TITLES, Permission
from monthly_rating.schemes import actions as scheme_actions
from monthly_rating.schemes import queries as scheme_queries
from monthly_rating.schemes.forms import SchemeSwitch
from plugin_api.clock import on_day
from plugin_api.config import Patch
from plugin_api.errors import Forbidden, Invalid, Refused
from tenancy.query import row, rows

pytestmark = pytest.mark.anyio
MEETING, END = date(2026, 4, 3), date(2026, 4, 1)


def where(actor, **settings):
    """The same person in a body that has set something."""
    return replace(actor, patches=(Patch(actor.body.tenant_id, "monthly_rating", settings),), _resolved={})


async def test_the_leader_decides_where_the_body_says_so(cell):
    await cell.commented()
    leader, chair = where(cell.leader, decided_by="leader"), where(cell.chair, decided_by="leader")
    only_chair = replace(chair, held=tuple(held for held in chair.held if held.unit_id))
    decision = Decision("A", "Xong việc")
    with on_day(MEETING):
        with pytest.raises(Forbidden, match="lãnh đạo đơn vị"):
            await grade_actions.decide_grade(only_chair, cell.cycle_id, cell.member.person_id, decision)
        await grade_actions.decide_grade(leader, cell.cycle_id, cell.member.person_id, decision)


async def test_a_week_or_a_quarter_may_be_the_period(cell):
    with on_day(date(2026, 3, 4)):
        week = await cycle_actions.open_cycle(
            where(cell.clerk, cycle="week"), CycleOpening(cell.unit_id, date(2026, 3, 4))
        )
        found = await row("SELECT * FROM monthly_rating_cycle WHERE tenant_id = $1 AND id = $2", week["cycle_id"])
        assert (found["period_start"], found["period_end"]) == (date(2026, 3, 2), date(2026, 3, 8))
        with pytest.raises(Refused, match="trùng"):
            await cycle_actions.open_cycle(
                where(cell.clerk, cycle="quarter"), CycleOpening(cell.unit_id, date(2026, 3, 30))
            )


async def test_names_are_left_out_when_the_meeting_was_opened_so(cell):
    await cell.assessed()
    with on_day(MEETING):
        call = MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id)
        await meeting_actions.open_meeting(where(cell.chair, comments_named=False), cell.cycle_id, call)
        about = cell.colleague.person_id
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(about, "Cần chủ động hơn"))
        for reader in (cell.chair, cell.colleague, cell.leader):
            page = await meeting_pages.meeting_page(reader, cell.cycle_id)
            said = next(one for one in page.members if one.person_id == about).comments[0]
            assert (said.text, said.author, said.author_id, said.typed_by) == ("Cần chủ động hơn", "", None, "")
        own = await meeting_pages.meeting_page(cell.member, cell.cycle_id)
        assert next(one for one in own.members if one.person_id == about).comments[0].is_mine


async def test_a_lesson_may_be_left_out_where_the_body_says_so(cell):
    await cell.worked(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    own = [OwnTask(task["id"], "missed", "objective", "Hồ sơ đến chậm")]
    with on_day(END):
        with pytest.raises(Invalid):
            await assessment_actions.submit_assessment(cell.member, cell.cycle_id, AssessmentText(0, "B", "", own))
        lenient = where(cell.member, lesson_required=False)
        await assessment_actions.submit_assessment(lenient, cell.cycle_id, AssessmentText(1, "B", "", own))


async def test_the_scheme_of_the_period_holds_whatever_is_switched_on_later(cell):
    await cell.planned()
    four = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND code = 'abcd'")
    assert four is not None
    with pytest.raises(Invalid) as invalid:
        await scheme_actions.switch_scheme(cell.leader, four["id"], SchemeSwitch(1, True))
    assert set(invalid.value.problems) == {"source", "valid_from"}
    with pytest.raises(Forbidden):
        await scheme_actions.switch_scheme(cell.clerk, four["id"], SchemeSwitch(1, False))
    enabled = SchemeSwitch(1, True, "Hướng dẫn số 01-HD/ĐU ngày 01/03/2026", date(2026, 4, 1))
    await scheme_actions.switch_scheme(cell.admin, four["id"], enabled)
    with on_day(date(2026, 4, 2)):
        april = await cycle_actions.open_cycle(cell.clerk, CycleOpening(cell.unit_id, date(2026, 4, 2)))
    codes = await rows("""
        SELECT s.code FROM monthly_rating_cycle c
        JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
        WHERE c.tenant_id = $1 ORDER BY c.period_start""")
    assert [one["code"] for one in codes] == ["abc-kien-luong", "abcd"] and april


async def test_the_only_scheme_stays_and_a_time_without_one_is_told(cell):
    only = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND enabled")
    assert only is not None
    with pytest.raises(Refused, match="duy nhất"):
        await scheme_actions.switch_scheme(cell.leader, only["id"], SchemeSwitch(1, False))
    with pytest.raises(Refused, match="Chưa có bộ mức"):
        await scheme_queries.scheme_for(date(2000, 1, 1))


async def test_switching_on_again_leaves_what_people_changed(cell):
    four = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND code = 'abcd'")
    assert four is not None
    enabled = SchemeSwitch(1, True, "Hướng dẫn số 01-HD/ĐU", date(2026, 4, 1))
    await scheme_actions.switch_scheme(cell.leader, four["id"], enabled)
    await plugin.tenant_enabled(cell.admin)
    known = await rows("SELECT code, enabled, version FROM monthly_rating_scheme WHERE tenant_id = $1 ORDER BY code")
    assert [tuple(one) for one in known] == [("abc-kien-luong", True, 1), ("abcd", True, 2)]


async def test_the_module_is_not_switched_off_in_the_middle_of_a_meeting(cell):
    assert await plugin.refuse_disable(cell.admin) is None
    await cell.in_meeting()
    assert "Tháng 3 năm 2026" in (await plugin.refuse_disable(cell.admin) or "")


def test_every_permission_has_a_title_and_somebody_who_holds_it():
    assert set(TITLES) == set(Permission) == set().union(*GRANTS.values())
    assert list(Permission) == sorted(Permission)
    assert not GRANTS["admin"] & {Permission.OVERVIEW_READ, Permission.MODULE_OPEN}, (
        "an administrator reads nobody's ratings"
    )


def test_settings_explain_themselves_and_contradictions_are_told():
    assert plugin.validate_config(RatingSettings()) == {}
    assert "decision_days" in plugin.validate_config(RatingSettings(assessment_days=9, decision_days=3))


def test_shipped_schemes_say_where_they_come_from():
    shipped = {one.code: one for one in scheme_actions.shipped_schemes()}
    assert "28/02/2019" in shipped["abc-kien-luong"].source and shipped["abc-kien-luong"].enabled
    assert [level.label for level in shipped["abc-kien-luong"].levels] == [
        "Hoàn thành tốt nhiệm vụ", "Hoàn thành nhiệm vụ", "Không hoàn thành nhiệm vụ"]  # fmt: skip
    assert not shipped["abcd"].confirmed and not shipped["abcd"].enabled
