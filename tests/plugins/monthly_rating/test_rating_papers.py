"""The three papers of a month, printed: they say what the screens say, to those who may have them."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import msgspec
import pymupdf
import pytest
from docx import Document

from monthly_rating.common.forms import PaperQuery, VersionOnly
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades import pages as grade_pages
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings import pages as meeting_pages
from monthly_rating.meetings.forms import CommentText, MinutesText
from monthly_rating.notices import actions as notice_actions
from monthly_rating.notices import pages as notice_pages
from monthly_rating.notices.forms import AmendedTask, NoticeAmendment, NoticeIssue
from monthly_rating.notices.queries import notice_tasks
from monthly_rating.tables import Publication
from platform_core.audit.trail import TrailQuery, trail
from plugin_api.clock import now, on_day
from plugin_api.errors import Forbidden, Refused
from plugin_api.papers import number_text
from plugin_api.ports import ports
from tenancy.faults import Absent, DatabaseFault
from tenancy.query import run, value
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
PDF, DOCX = PaperQuery("pdf"), PaperQuery("docx")
ISSUE, WORK, MEETING, AFTER = date(2026, 3, 3), date(2026, 3, 20), date(2026, 4, 3), date(2026, 4, 6)


async def print_notice(reader, cycle_id, query):
    return await printed(await notice_pages.notice_paper(reader, cycle_id, query))


async def print_minutes(reader, cycle_id, query):
    return await printed(await meeting_pages.minutes_paper(reader, cycle_id, query))


async def print_result(reader, cycle_id, query):
    return await printed(await grade_pages.result_paper(reader, cycle_id, query))


async def printed(printout):
    """The file, as the route factory prints it."""
    return await ports().renderer.print(printout.paper, printout.form, printout.layout_edition)


def words(file):
    """The text of a PDF, spaces and line ends made one."""
    return " ".join("".join(page.get_text() for page in pymupdf.open(stream=file.content, filetype="pdf")).split())


async def test_the_notice_is_a_draft_until_it_is_issued(cell):
    await cell.planned()
    draft = words(await print_notice(cell.clerk, cell.cycle_id, PDF))
    assert "DỰ THẢO" in draft and "Kiểm sát tin báo" in draft and "Đồng chí Đặng Văn Ổn" in draft
    with pytest.raises(Refused, match="đang soạn"):
        await print_notice(cell.member, cell.cycle_id, PDF)


async def test_the_issued_notice_carries_number_date_tasks_and_who_signed(cell):
    await cell.running()
    paper = words(await print_notice(cell.member, cell.cycle_id, PDF))
    for said in ("THÔNG BÁO", "01-TB/CB", "tháng 3 năm 2026", "20/3/2026", "BÍ THƯ", "Trương Quốc Đức"):
        assert said in paper, said
    assert "DỰ THẢO" not in paper
    with pytest.raises(Absent):
        await print_notice(cell.member, cell.cycle_id, PaperQuery("pdf", 2))


async def test_the_minutes_hold_attendance_comments_lessons_and_classes(cell):
    await cell.decided()
    file = await print_minutes(cell.clerk, cell.cycle_id, PDF)
    for said in ("10/10", "Hội trường", "Nguyễn Thị Ánh: Làm tốt", "Thống nhất.", "A (Hoàn thành tốt nhiệm vụ): 10"):
        assert said in words(file), said
    for stranger in (cell.member, cell.colleague):
        with pytest.raises(Forbidden, match="Biên bản"):
            await print_minutes(stranger, cell.cycle_id, PDF)


async def test_the_result_table_is_the_readers_own_copy(cell):
    await cell.published()
    with on_day(AFTER):
        whole = await print_result(cell.chair, cell.cycle_id, DOCX)
        own = await print_result(cell.member, cell.cycle_id, DOCX)

    def reasons(file):
        return [line.cells[-2].text for table in Document(BytesIO(file.content)).tables for line in table.rows].count(
            "Xong mọi việc"
        )

    assert (reasons(whole), reasons(own)) == (10, 1)


async def test_what_people_typed_is_never_markup(cell):
    await cell.in_meeting()
    nasty = '#import "x" <script> *đậm* $a_b$ {{ 7*7 }} \\ @ref'
    with on_day(MEETING):
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(cell.colleague.person_id, nasty))
        assert nasty in words(await print_minutes(cell.chair, cell.cycle_id, PDF))


async def test_unnamed_comments_carry_no_name_into_the_minutes(cell):
    await cell.in_meeting()
    await run("UPDATE monthly_rating_meeting SET comments_named = false WHERE tenant_id = $1")
    with on_day(MEETING):
        await meeting_actions.comment(
            cell.leader, cell.cycle_id, CommentText(cell.colleague.person_id, "Cần chủ động hơn")
        )
        paper = words(await print_minutes(cell.chair, cell.cycle_id, PDF))
    assert "Cần chủ động hơn" in paper and "Phạm Thúy Hà: Cần" not in paper


async def everything_changes(cell):
    """People are renamed, the cell is renamed, tasks and settings change, the layout's words stay."""
    await run("UPDATE person SET full_name = 'Khác ' || full_name, position = 'Khác' WHERE tenant_id = $1")
    await run("UPDATE unit SET name = 'Chi bộ khác', committee_name = '' WHERE tenant_id = $1")
    await run("UPDATE monthly_rating_task SET title = 'Việc khác', guidance = 'Khác' WHERE tenant_id = $1")
    await run("UPDATE monthly_rating_cycle SET label = 'Kỳ khác' WHERE tenant_id = $1")
    await run("UPDATE monthly_rating_cycle_member SET unit_position = 'Khác' WHERE tenant_id = $1")


@pytest.mark.parametrize("form", ["pdf", "docx"])
async def test_what_was_issued_prints_the_same_bytes_after_everything_has_changed(cell, form):
    await cell.published()
    prints = (print_notice, print_minutes, print_result)

    async def all_three():
        return [(await one(cell.chair, cell.cycle_id, PaperQuery(form))).content for one in prints]

    with on_day(AFTER):
        before = await all_three()
        await everything_changes(cell)
        await grade_actions.correct_grade(
            cell.chair, cell.cycle_id, cell.member.person_id, Decision("B", "Xem lại", 1, "Sót một việc")
        )
    with on_day(date(2027, 1, 1)):
        assert await all_three() == before
        assert await print_own_copy(cell, form) == await print_own_copy(cell, form)


async def print_own_copy(cell, form):
    return (await print_result(cell.member, cell.cycle_id, PaperQuery(form))).content


async def issued_before_the_register(cell):
    """A notice as it was issued before papers were frozen: the row says so, there is no paper."""
    await cell.planned()
    await run(
        "UPDATE monthly_rating_assignment_notice SET number = 41, issued_on = '2026-03-03', person_id = $2, "
        "issued_at = now(), tasks = $3 WHERE tenant_id = $1",
        cell.chair.person_id,
        msgspec.json.encode(await notice_tasks(cell.cycle_id)).decode(),
    )
    await run("UPDATE monthly_rating_cycle SET state = 'running', version = version + 1 WHERE tenant_id = $1")


async def test_a_notice_from_before_papers_were_frozen_is_printed_from_its_rows(cell):
    await issued_before_the_register(cell)
    paper = words(await print_notice(cell.member, cell.cycle_id, PDF))
    assert "41-TB/CB" in paper and "Kiểm sát tin báo" in paper and "DỰ THẢO" not in paper
    await run("UPDATE unit SET name = 'Chi bộ khác' WHERE tenant_id = $1")
    assert "CHI BỘ KHÁC" in words(await print_notice(cell.member, cell.cycle_id, PDF))


async def test_the_next_notice_after_such_a_one_is_frozen_and_follows_its_number(cell):
    await issued_before_the_register(cell)
    await amended(cell)
    (issued,) = await ports().papers.issued("monthly_rating.assignment_notice", cell.cycle_id)
    assert (issued.edition, issued.designation, issued.supersedes_id) == (2, "42-TB/CB", None)
    assert "42-TB/CB" in words(await print_notice(cell.member, cell.cycle_id, PDF))


async def test_minutes_and_result_from_before_papers_were_frozen_are_printed_from_their_rows(cell):
    await cell.commented()
    with on_day(MEETING):
        for one in cell.everybody:
            decider = cell.leader if one is cell.chair else cell.chair
            await grade_actions.decide_grade(decider, cell.cycle_id, one.person_id, Decision("A", "Xong mọi việc"))
    await run("UPDATE monthly_rating_meeting SET closed_at = '2026-04-03 10:30+07', conclusion = 'Cũ' "
              "WHERE tenant_id = $1")
    await run("UPDATE monthly_rating_cycle SET state = 'published', published_at = now() WHERE tenant_id = $1")
    await Publication.create(cycle_id=cell.cycle_id, person_id=cell.chair.person_id, at=now())
    old = words(await print_minutes(cell.clerk, cell.cycle_id, PDF))
    assert "kết thúc lúc 10 giờ 30 cùng ngày" in old and "DỰ THẢO" not in old
    whole, own = [words(await print_result(one, cell.cycle_id, PDF)) for one in (cell.chair, cell.member)]
    assert (whole.count("Xong mọi việc"), own.count("Xong mọi việc")) == (10, 1) and "DỰ THẢO" not in whole + own


async def amended(cell):
    """The member's task is due later, by a second edition."""
    with on_day(WORK):
        change = AmendedTask((await cell.tasks(cell.member))[0]["id"], due_on=date(2026, 3, 25))
        await notice_actions.amend_notice(
            cell.chair, cell.cycle_id, NoticeAmendment(await cell.version(), "Lùi hạn một việc", [change])
        )


async def test_the_screen_and_the_paper_say_the_same_number(cell):
    await cell.running()
    page = await notice_pages.notice_page(cell.member, cell.cycle_id)
    assert page.notice.designation == "01-TB/CB"
    assert f"Số {page.notice.designation}" in words(await print_notice(cell.member, cell.cycle_id, PDF))
    assert [number_text(number) for number in (None, 1, 12, 123)] == ["", "01", "12", "123"]


async def test_an_amendment_is_a_later_edition_with_its_number_and_reason(cell):
    await cell.running()
    first = words(await print_notice(cell.member, cell.cycle_id, PDF))
    await amended(cell)
    newest, oldest = await ports().papers.issued("monthly_rating.assignment_notice", cell.cycle_id)
    assert (newest.edition, newest.designation, newest.reason) == (2, "02-TB/CB", "Lùi hạn một việc")
    assert newest.supersedes_id == oldest.id and oldest.supersedes_id is None
    second = words(await print_notice(cell.member, cell.cycle_id, PDF))
    assert "02-TB/CB" in second and "25/3/2026" in second and "Lùi hạn một việc" in second
    assert words(await print_notice(cell.member, cell.cycle_id, PaperQuery("pdf", 1))) == first


async def test_the_minutes_have_a_number_and_the_hours_of_beginning_and_end(cell):
    await cell.decided()
    paper = words(await print_minutes(cell.clerk, cell.cycle_id, PDF))
    for said in ("Số 01-BB/CB", "Bắt đầu lúc 09 giờ 00, ngày 03 tháng 04 năm 2026", "kết thúc lúc 09 giờ 00 cùng ngày"):
        assert said in paper, said
    assert "DỰ THẢO" not in paper


async def test_a_meeting_entered_on_another_day_leaves_room_for_its_hours(cell):
    await cell.commented()
    await run("UPDATE monthly_rating_meeting SET opened_at = opened_at + interval '1 day' WHERE tenant_id = $1")
    draft = words(await print_minutes(cell.clerk, cell.cycle_id, PDF))
    assert "DỰ THẢO" in draft and "Bắt đầu lúc …… giờ ……, ngày 03" in draft


async def test_the_minutes_keep_what_the_meeting_said_whoever_closes_it(cell):
    """The chair's own unfinished words are no part of it: the frozen text does not depend on who pressed."""
    await cell.commented()
    await run(
        "UPDATE monthly_rating_self_assessment SET state = 'draft', submitted_at = NULL, proposed_level = 'C' "
        "WHERE tenant_id = $1 AND person_id = $2",
        cell.chair.person_id,
    )
    with on_day(MEETING):
        await meeting_actions.close_meeting(cell.chair, cell.cycle_id, MinutesText(1, "Thống nhất."))
    (issued,) = await ports().papers.issued("monthly_rating.minutes", cell.cycle_id)
    table = next(one for one in (await ports().papers.printout(issued.id, "pdf")).paper.body if hasattr(one, "rows"))
    assert next(cells for cells in table.rows if cells[1] == cell.chair.person_name)[4] == "–"


async def test_the_result_page_says_that_classes_were_corrected_since(cell):
    await cell.published()
    with on_day(AFTER):
        assert (await grade_pages.result_page(cell.member, cell.cycle_id)).corrections == 0
        await grade_actions.correct_grade(
            cell.chair, cell.cycle_id, cell.member.person_id, Decision("B", "Xem lại", 1, "Sót một việc")
        )
        page = await grade_pages.result_page(cell.member, cell.cycle_id)
        assert page.corrections == 1 and page.counts["B"] == 1
        paper = words(await print_result(cell.chair, cell.cycle_id, PDF))
        assert "B – Hoàn thành nhiệm vụ: 0" in paper and "Xem lại" not in paper


async def test_who_signs_or_publishes_is_named_without_being_a_member_of_the_cycle(cell):
    await cell.planned()
    outsider = replace(cell.chair, person_id=cell.admin.person_id, person_name=cell.admin.person_name)
    position = await value("SELECT position FROM person WHERE tenant_id = $1 AND id = $2", outsider.person_id)
    with on_day(ISSUE):
        await notice_actions.issue_notice(outsider, cell.cycle_id, NoticeIssue(await cell.version()))
    paper = words(await print_notice(cell.member, cell.cycle_id, PDF))
    assert outsider.person_name in paper and position.upper() in paper


async def test_the_publisher_is_named_without_being_a_member_of_the_cycle(cell):
    await cell.decided()
    outsider = replace(cell.chair, person_id=cell.admin.person_id, person_name=cell.admin.person_name)
    with on_day(AFTER):
        await grade_actions.publish(outsider, cell.cycle_id, VersionOnly(await cell.version()))
        page = await grade_pages.result_page(cell.member, cell.cycle_id)
        assert page.published_by == outsider.person_name and page.published_by_position
        assert outsider.person_name in words(await print_result(cell.chair, cell.cycle_id, PDF))


async def test_an_issued_paper_is_never_changed_or_removed(cell):
    await cell.running()
    for statement in ("UPDATE issued_paper SET title = 'Khác' WHERE tenant_id = $1",
                      "DELETE FROM issued_paper WHERE tenant_id = $1"):  # fmt: skip
        with pytest.raises(DatabaseFault):
            async with current_transaction().point():
                await run(statement)


async def test_the_trail_says_what_was_issued_and_holds_nothing_of_its_content(cell):
    await cell.published()
    links = await current_transaction().connection.fetch(
        "SELECT after FROM audit.log WHERE tenant_id = $1 AND table_name = 'issued_paper'", cell.admin.body.tenant_id
    )
    assert len(links) == 3
    assert "Xong mọi việc" not in repr(links) and not any("content" in json.loads(link["after"]) for link in links)
    lines = (await trail(cell.admin, TrailQuery(table="issued_paper"))).lines
    cell_name = "Chi bộ VKSND huyện Kiên Lương"
    assert "Biên bản họp đánh giá kết quả thực hiện nhiệm vụ tháng 3 năm 2026 – " + cell_name in {
        one.subject for one in lines
    }
