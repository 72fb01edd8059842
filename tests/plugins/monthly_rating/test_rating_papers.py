"""The three papers of a month, printed: they say what the screens say, to those who may have them."""

from datetime import date
from io import BytesIO

import pymupdf
import pytest
from docx import Document

from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import CommentText
from monthly_rating.papers import assignment_notice, minutes, result_table
from monthly_rating.papers.forms import PaperQuery
from plugin_api.clock import on_day
from plugin_api.errors import Forbidden, Refused
from tenancy.faults import Absent
from tenancy.query import run

pytestmark = pytest.mark.anyio
PDF, DOCX = PaperQuery("pdf"), PaperQuery("docx")
MEETING, AFTER = date(2026, 4, 3), date(2026, 4, 6)


def words(file):
    """The text of a PDF, spaces and line ends made one."""
    return " ".join("".join(page.get_text() for page in pymupdf.open(stream=file.content, filetype="pdf")).split())


async def test_the_notice_is_a_draft_until_it_is_issued(cell):
    await cell.planned()
    draft = words(await assignment_notice.notice_paper(cell.clerk, cell.cycle_id, PDF))
    assert "DỰ THẢO" in draft and "Kiểm sát tin báo" in draft and "Đồng chí Đặng Văn Ổn" in draft
    with pytest.raises(Refused, match="đang soạn"):
        await assignment_notice.notice_paper(cell.member, cell.cycle_id, PDF)


async def test_the_issued_notice_carries_number_date_tasks_and_who_signed(cell):
    await cell.running()
    paper = words(await assignment_notice.notice_paper(cell.member, cell.cycle_id, PDF))
    for said in ("THÔNG BÁO", "01-TB/CB", "tháng 3 năm 2026", "20/3/2026", "BÍ THƯ", "Trương Quốc Đức"):
        assert said in paper, said
    assert "DỰ THẢO" not in paper
    with pytest.raises(Absent):
        await assignment_notice.notice_paper(cell.member, cell.cycle_id, PaperQuery("pdf", 2))


async def test_the_minutes_hold_attendance_comments_lessons_and_classes(cell):
    await cell.decided()
    file = await minutes.minutes_paper(cell.clerk, cell.cycle_id, PDF)
    for said in ("10/10", "Hội trường", "Nguyễn Thị Ánh: Làm tốt", "Thống nhất.", "A (Hoàn thành tốt nhiệm vụ): 10"):
        assert said in words(file), said
    for stranger in (cell.member, cell.colleague):
        with pytest.raises(Forbidden, match="Biên bản"):
            await minutes.minutes_paper(stranger, cell.cycle_id, PDF)


async def test_the_result_table_is_the_readers_own_copy(cell):
    await cell.published()
    with on_day(AFTER):
        whole = await result_table.result_paper(cell.chair, cell.cycle_id, DOCX)
        own = await result_table.result_paper(cell.member, cell.cycle_id, DOCX)

    def reasons(file):
        return [line.cells[-1].text for table in Document(BytesIO(file.content)).tables for line in table.rows].count(
            "Xong mọi việc"
        )

    assert (reasons(whole), reasons(own)) == (10, 1)


async def test_what_people_typed_is_never_markup(cell):
    await cell.in_meeting()
    nasty = '#import "x" <script> *đậm* $a_b$ {{ 7*7 }} \\ @ref'
    with on_day(MEETING):
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(cell.colleague.person_id, nasty))
        assert nasty in words(await minutes.minutes_paper(cell.chair, cell.cycle_id, PDF))


async def test_unnamed_comments_carry_no_name_into_the_minutes(cell):
    await cell.in_meeting()
    await run("UPDATE monthly_rating_meeting SET comments_named = false WHERE tenant_id = $1")
    with on_day(MEETING):
        await meeting_actions.comment(
            cell.leader, cell.cycle_id, CommentText(cell.colleague.person_id, "Cần chủ động hơn")
        )
        paper = words(await minutes.minutes_paper(cell.chair, cell.cycle_id, PDF))
    assert "Cần chủ động hơn" in paper and "Phạm Thúy Hà: Cần" not in paper
