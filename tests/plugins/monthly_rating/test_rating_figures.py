"""Facts, "My work", panels, search, the year table: figures that lead to their rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from monthly_rating import facts, plugin
from monthly_rating.common.forms import VersionOnly
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades.forms import Decision
from monthly_rating.overview import dashboard_cards, person_panels, work_items
from monthly_rating.overview import search as overview_search
from monthly_rating.overview.forms import YearQuery
from monthly_rating.overview.pages import person as person_page
from monthly_rating.overview.pages import year as year_page
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans import pages as plan_pages
from monthly_rating.plans.forms import PlanQuery, PlanStart
from monthly_rating.tasks import pages as task_pages
from monthly_rating.tasks.forms import TaskQuery
from plugin_api.clock import on_day
from tenancy.faults import Absent
from tenancy.query import run

pytestmark = pytest.mark.anyio
NEXT = date(2026, 4, 6)
SPRING = (date(2026, 1, 1), date(2026, 6, 30))


async def titles(actor, today):
    with on_day(today):
        return {item.title: item for item in await work_items.work_items(actor, today)}


async def test_my_work_follows_the_month(cell):
    await cell.planned()
    assert "Ban hành thông báo phân công" in await titles(cell.chair, date(2026, 3, 2))
    assert "Soạn thông báo phân công" in await titles(cell.clerk, date(2026, 3, 2))
    assert set(await titles(cell.member, date(2026, 3, 2))) == {"Lập kế hoạch năm 2026"}
    assert await titles(cell.admin, date(2026, 3, 2)) == {}


async def test_tasks_and_the_self_assessment_wait_with_their_days(cell):
    await cell.worked(but=cell.member)
    waits = await titles(cell.member, date(2026, 3, 29))
    assert waits["Kiểm sát tin báo"].due == date(2026, 3, 20)
    assert waits["Kiểm sát tin báo"].detail == "Trễ 9 ngày"
    assert waits["Nộp bản tự đánh giá"].due == date(2026, 4, 3)
    assert waits["Nộp bản tự đánh giá"].link.startswith("/t/kien-luong/monthly-rating/cycles/")
    assert "Mở cuộc họp đánh giá" in await titles(cell.chair, date(2026, 4, 1))


async def test_the_meeting_waits_for_comments_classes_and_publication(cell):
    await cell.commented()
    assert "còn 8 người" in (await titles(cell.member, NEXT))["Góp ý trong cuộc họp"].detail, (
        "but the clerk, who was commented on"
    )
    title = "Quyết định mức xếp loại"
    assert "còn 9 người" in (await titles(cell.chair, NEXT))[title].detail, "nobody decides about himself"
    assert "còn 1 người" in (await titles(cell.leader, NEXT))[title].detail, "the chair's class"

async def test_publication_waits_for_the_chair(cell):
    await cell.decided()
    assert "Công bố kết quả xếp loại" in await titles(cell.chair, NEXT)


async def test_facts_count_published_classes_in_their_newest_edition(cell):
    await cell.decided()
    body = cell.chair.body.tenant_id
    with on_day(NEXT):
        share = await plugin.measure_fact(cell.admin, facts.SHARE, body, *SPRING)
        assert (share.value, share.of) == (None, 0), "nothing is published yet"
        await grade_actions.publish(cell.chair, cell.cycle_id, VersionOnly(await cell.version()))
        await grade_actions.correct_grade(
            cell.chair, cell.cycle_id, cell.member.person_id, Decision("C", "Xem lại", 1, "Sót việc")
        )
        share = await plugin.measure_fact(cell.admin, facts.SHARE, body, *SPRING)
        assert (share.value, share.counted, share.of) == (Decimal("0.9"), 9, 10)
        assert "9/10" in share.basis and share.link == "/t/kien-luong/monthly-rating/year?year=2026"
        own = await plugin.measure_fact(cell.admin, facts.CLASSES, cell.member.person_id, *SPRING)
        assert own.value == {"A": 0, "B": 0, "C": 1}
        assert str(cell.member.person_id) in own.link
        unit = await plugin.measure_fact(cell.admin, facts.CLASSES, cell.unit_id, *SPRING)
        assert unit.value == {"A": 9, "B": 0, "C": 1}
        outside = await plugin.measure_fact(cell.admin, facts.CLASSES, body, date(2026, 3, 2), date(2026, 6, 30))
        assert outside.counted == 0, "a period counts when it lies within the days as a whole"
        assert await plugin.measure_fact(cell.admin, "other.fact", body, *SPRING) is None


async def test_late_tasks_are_counted_as_the_rules_say(cell):
    await cell.worked(but=cell.member)
    with on_day(NEXT):
        late = await plugin.measure_fact(cell.admin, facts.LATE, cell.chair.body.tenant_id, *SPRING)
        mine = await plugin.measure_fact(cell.admin, facts.LATE, cell.colleague.person_id, *SPRING)
    with on_day(date(2026, 3, 20)):
        in_time = await plugin.measure_fact(cell.admin, facts.LATE, cell.chair.body.tenant_id, *SPRING)
    assert (late.value, late.of, mine.value, in_time.value) == (1, 10, 0, 0)


async def test_the_year_table_shows_published_classes_to_the_cell_and_the_work_to_those_who_oversee(cell):
    await cell.published()
    with on_day(NEXT):
        seen = await year_page.year_page(cell.colleague, YearQuery())
        overseen = await year_page.year_page(cell.leader, YearQuery(2026, cell.unit_id))
        nothing = await year_page.year_page(cell.admin, YearQuery())
    assert [one.full_name for one in seen.rows][:3] == ["Nguyễn Thị Ánh", "Danh Thị Ân", "Võ Thành Đạt"], (
        "by given name"
    )
    assert seen.counts == {"A": 10, "B": 0, "C": 0} and seen.columns[0].counts == seen.counts
    assert [row.is_me for row in seen.rows if row.may_open] == [True], "others' pages stay closed"
    assert (seen.late, overseen.late) == (None, 0)
    assert nothing.chosen_unit is None and nothing.rows == []
    assert len(year_page.year_sheet(overseen).rows) == 10


async def test_a_persons_page_is_for_the_person_and_for_those_who_oversee(cell):
    await cell.published()
    with on_day(NEXT):
        mine = await person_page.my_page(cell.member, YearQuery())
        seen = await person_page.person_page(cell.leader, cell.member.person_id, YearQuery())
        for stranger in (cell.colleague, cell.admin):
            with pytest.raises(Absent):
                await person_page.person_page(stranger, cell.member.person_id, YearQuery())
            assert await person_panels.person_panels(stranger, cell.member.person_id) == []
        panel = (await person_panels.person_panels(cell.leader, cell.member.person_id))[0]
        card = (await dashboard_cards.dashboard_cards(cell.member, NEXT))[0]
    assert mine.periods[0].grades[0].reason == seen.periods[0].grades[0].reason == "Xong mọi việc"
    assert (mine.counts, mine.tasks, mine.done) == ({"A": 1, "B": 0, "C": 0}, 1, 1)
    assert panel.lines == [("Mức A", "1")] and card.value == "A: 1"


async def test_search_finds_without_diacritics_and_only_what_may_be_opened(cell):
    await cell.running()
    assert len(await overview_search.search(cell.chair, "kiem sat tin bao", 11)) == 10
    assert len(await overview_search.search(cell.member, "kiem sat tin bao", 11)) == 1
    assert [hit.title for hit in await overview_search.search(cell.member, "thang 3", 11)] == ["Tháng 3 năm 2026"]
    assert await overview_search.search(cell.admin, "kiem sat", 11) == []


async def test_the_task_list_is_searched_filtered_and_sorted(cell):
    await cell.worked(but=cell.member)
    with on_day(NEXT):
        late = await task_pages.tasks_page(cell.chair, cell.cycle_id, TaskQuery(state="late"))
        named = await task_pages.tasks_page(cell.chair, cell.cycle_id, TaskQuery(q="THỊ ánh"))
        turned = await task_pages.tasks_page(cell.chair, cell.cycle_id, TaskQuery(sort="-person"))
        own = await task_pages.tasks_page(cell.member, cell.cycle_id, TaskQuery())
    assert [one.full_name for one in late.tasks] == ["Đặng Văn Ổn"] and late.tasks[0].task.days_late == 17
    assert {one.full_name for one in named.tasks} == {"Nguyễn Thị Ánh"}
    assert turned.tasks[0].full_name == "Mai Hoàng Yến"
    assert [one.full_name for one in own.tasks] == ["Đặng Văn Ổn"] and not own.may_assign


async def test_somebody_renamed_is_found_by_the_new_name_and_not_by_position(cell):
    await cell.planned()
    with on_day(NEXT):
        await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026))
    await run(
        "UPDATE person SET full_name = 'Lâm Thị Mới', name_search = 'lam thi moi kl-99 ke toan', version = version + 1 "
        "WHERE tenant_id = $1 AND id = $2",
        cell.member.person_id,
    )
    for words, found in (("lam thi moi", 1), ("tin báo lâm thị mới", 1), ("dang van on", 0), ("ke toan", 0)):
        listed = await task_pages.tasks_page(cell.chair, cell.cycle_id, TaskQuery(q=words))
        assert len(listed.tasks) == found, words
    hits = await overview_search.search(cell.chair, "lam thi moi", 10)
    assert [hit.title for hit in hits] == ["Kiểm sát tin báo"]
    own = await plan_pages.plans_page(replace(cell.member, person_name="Lâm Thị Mới"), PlanQuery(q="lam thi moi"))
    assert len(own.plans) == 1
