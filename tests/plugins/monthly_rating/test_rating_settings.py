"""What a body sets changes who decides, how long a period is, whether names are shown; and the module's own manners."""

from dataclasses import replace
from datetime import date

import pytest

from monthly_rating import forms, plugin
from monthly_rating.config import RatingSettings
from monthly_rating.permissions import GRANTS, TITLES, Permission
from monthly_rating.service import assessments, cycles, decisions, meeting_page, meetings, schemes
from monthly_rating.service.clock import standing_on
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
    decision = forms.Decision("A", "Xong việc")
    with standing_on(MEETING):
        with pytest.raises(Forbidden, match="lãnh đạo đơn vị"):
            await decisions.decide_grade(only_chair, cell.cycle_id, cell.member.person_id, decision)
        await decisions.decide_grade(leader, cell.cycle_id, cell.member.person_id, decision)


async def test_a_week_or_a_quarter_may_be_the_period(cell):
    with standing_on(date(2026, 3, 4)):
        week = await cycles.open_cycle(
            where(cell.clerk, cycle="week"), forms.CycleOpening(cell.unit_id, date(2026, 3, 4))
        )
        found = await row("SELECT * FROM monthly_rating_cycle WHERE tenant_id = $1 AND id = $2", week["cycle_id"])
        assert (found["period_start"], found["period_end"]) == (date(2026, 3, 2), date(2026, 3, 8))
        with pytest.raises(Refused, match="trùng"):
            await cycles.open_cycle(
                where(cell.clerk, cycle="quarter"), forms.CycleOpening(cell.unit_id, date(2026, 3, 30))
            )


async def test_names_are_left_out_when_the_meeting_was_opened_so(cell):
    await cell.assessed()
    with standing_on(MEETING):
        call = forms.MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id)
        await meetings.open_meeting(where(cell.chair, comments_named=False), cell.cycle_id, call)
        about = cell.colleague.person_id
        await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(about, "Cần chủ động hơn"))
        for reader in (cell.chair, cell.colleague, cell.leader):
            page = await meeting_page.meeting_page(reader, cell.cycle_id)
            said = next(one for one in page.members if one.person_id == about).comments[0]
            assert (said.text, said.author, said.author_id, said.typed_by) == ("Cần chủ động hơn", "", None, "")
        own = await meeting_page.meeting_page(cell.member, cell.cycle_id)
        assert next(one for one in own.members if one.person_id == about).comments[0].is_mine


async def test_a_lesson_may_be_left_out_where_the_body_says_so(cell):
    await cell.worked(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    own = [forms.OwnTask(task["id"], "missed", "objective", "Hồ sơ đến chậm")]
    with standing_on(END):
        with pytest.raises(Invalid):
            await assessments.submit_assessment(cell.member, cell.cycle_id, forms.AssessmentText(0, "B", "", own))
        lenient = where(cell.member, lesson_required=False)
        await assessments.submit_assessment(lenient, cell.cycle_id, forms.AssessmentText(1, "B", "", own))


async def test_the_scheme_of_the_period_holds_whatever_is_switched_on_later(cell):
    await cell.planned()
    four = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND code = 'abcd'")
    assert four is not None
    with pytest.raises(Invalid) as invalid:
        await schemes.switch_scheme(cell.leader, four["id"], forms.SchemeSwitch(1, True))
    assert set(invalid.value.problems) == {"source", "valid_from"}
    with pytest.raises(Forbidden):
        await schemes.switch_scheme(cell.clerk, four["id"], forms.SchemeSwitch(1, False))
    enabled = forms.SchemeSwitch(1, True, "Hướng dẫn số 01-HD/ĐU ngày 01/03/2026", date(2026, 4, 1))
    await schemes.switch_scheme(cell.admin, four["id"], enabled)
    with standing_on(date(2026, 4, 2)):
        april = await cycles.open_cycle(cell.clerk, forms.CycleOpening(cell.unit_id, date(2026, 4, 2)))
    codes = await rows("""
        SELECT s.code FROM monthly_rating_cycle c
        JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
        WHERE c.tenant_id = $1 ORDER BY c.period_start""")
    assert [one["code"] for one in codes] == ["abc-kien-luong", "abcd"] and april


async def test_the_only_scheme_stays_and_a_time_without_one_is_told(cell):
    only = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND enabled")
    assert only is not None
    with pytest.raises(Refused, match="duy nhất"):
        await schemes.switch_scheme(cell.leader, only["id"], forms.SchemeSwitch(1, False))
    with pytest.raises(Refused, match="Chưa có bộ mức"):
        await schemes.scheme_for(date(2000, 1, 1))


async def test_switching_on_again_leaves_what_people_changed(cell):
    four = await row("SELECT id FROM monthly_rating_scheme WHERE tenant_id = $1 AND code = 'abcd'")
    assert four is not None
    enabled = forms.SchemeSwitch(1, True, "Hướng dẫn số 01-HD/ĐU", date(2026, 4, 1))
    await schemes.switch_scheme(cell.leader, four["id"], enabled)
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
    assert not GRANTS["admin"] & {Permission.OVERVIEW_READ, Permission.ROOM_ENTER}, (
        "an administrator reads nobody's ratings"
    )


def test_settings_explain_themselves_and_contradictions_are_told():
    assert plugin.validate_config(RatingSettings()) == {}
    assert "decision_days" in plugin.validate_config(RatingSettings(assessment_days=9, decision_days=3))


def test_shipped_schemes_say_where_they_come_from():
    shipped = {one.code: one for one in schemes.shipped_schemes()}
    assert "28/02/2019" in shipped["abc-kien-luong"].source and shipped["abc-kien-luong"].enabled
    assert [level.label for level in shipped["abc-kien-luong"].levels] == [
        "Hoàn thành tốt nhiệm vụ", "Hoàn thành nhiệm vụ", "Không hoàn thành nhiệm vụ"]  # fmt: skip
    assert not shipped["abcd"].confirmed and not shipped["abcd"].enabled
