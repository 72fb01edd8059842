"""A month from the opening to the correction: each step in its order, by its people, or a clear sentence."""

from datetime import date

import pytest

from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import AssessmentText, OwnTask, Waiver
from monthly_rating.common.forms import VersionOnly
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles import queries as cycle_queries
from monthly_rating.cycles.forms import CycleOpening, Excuse
from monthly_rating.cycles.pages import cycle as cycle_page
from monthly_rating.grades import actions as grade_actions
from monthly_rating.grades import pages as grade_pages
from monthly_rating.grades.forms import Decision
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings import pages as meeting_pages
from monthly_rating.meetings.forms import AttendanceList, CommentText, MeetingCall, MinutesText, Presence
from monthly_rating.notices import actions as notice_actions
from monthly_rating.notices import pages as notice_pages
from monthly_rating.notices.forms import AmendedTask, NoticeAmendment, NoticeIssue
from monthly_rating.overview.forms import YearQuery
from monthly_rating.overview.pages import year as year_page
from monthly_rating.tasks import actions as task_actions
from monthly_rating.tasks import pages as task_pages
from monthly_rating.tasks.forms import TaskDraft, TaskEdit, TaskReport
from plugin_api.clock import on_day
from plugin_api.errors import Forbidden, Invalid, Refused
from tenancy.faults import Absent, Stale
from tenancy.query import rows, value

pytestmark = pytest.mark.anyio
OPENING, ISSUE, WORK = date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 20)
END, MEETING, AFTER = date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 5)


async def test_opening_takes_the_members_the_scheme_and_the_deadlines_of_the_day(cell):
    await cell.planned()
    cycle = (await rows("SELECT * FROM monthly_rating_cycle WHERE tenant_id = $1"))[0]
    assert (cycle["label"], cycle["state"], cycle["period_end"]) == ("Tháng 3 năm 2026", "planning", date(2026, 3, 31))
    assert (cycle["notice_due"], cycle["assessment_due"], cycle["decision_due"]) == (
        date(2026, 3, 5),
        date(2026, 4, 3),
        date(2026, 4, 10),
    )
    assert len(await cycle_queries.members_of(cell.cycle_id)) == 10
    scheme = await value("SELECT code FROM monthly_rating_scheme WHERE tenant_id = $1 AND id = $2", cycle["scheme_id"])
    assert scheme == "abc-kien-luong"


async def test_a_period_is_opened_once_and_not_from_far_away(cell):
    await cell.planned()
    with on_day(OPENING):
        with pytest.raises(Refused, match="trùng"):
            await cycle_actions.open_cycle(cell.clerk, CycleOpening(cell.unit_id, date(2026, 3, 31)))
        with pytest.raises(Refused, match="gần hơn"):
            await cycle_actions.open_cycle(cell.clerk, CycleOpening(cell.unit_id, date(2026, 5, 1)))
        with pytest.raises(Refused, match="hai năm"):
            await cycle_actions.open_cycle(cell.clerk, CycleOpening(cell.unit_id, date(2023, 5, 1)))
        with pytest.raises(Forbidden):
            await cycle_actions.open_cycle(cell.member, CycleOpening(cell.unit_id, date(2026, 4, 1)))


async def test_the_notice_waits_until_everybody_has_work_then_freezes_the_tasks(cell):
    await cell.planned()
    mine = (await cell.tasks(cell.member))[0]
    with on_day(ISSUE):
        await task_actions.drop_task(cell.clerk, mine["id"], VersionOnly(1))
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await notice_actions.issue_notice(cell.chair, cell.cycle_id, NoticeIssue(1))
        await task_actions.add_task(cell.clerk, cell.cycle_id, TaskDraft(cell.member.person_id, "Việc khác", WORK))
        with pytest.raises(Forbidden):
            await notice_actions.issue_notice(cell.clerk, cell.cycle_id, NoticeIssue(1))
        await notice_actions.issue_notice(cell.chair, cell.cycle_id, NoticeIssue(1))
        again = (await cell.tasks(cell.member))[0]
        with pytest.raises(Refused, match="sửa đổi thông báo"):
            await task_actions.add_task(cell.clerk, cell.cycle_id, TaskDraft(cell.member.person_id, "Thêm", WORK))
        with pytest.raises(Refused, match="sửa đổi thông báo"):
            await task_actions.edit_task(
                cell.clerk, again["id"], TaskEdit(cell.member.person_id, "Đổi", WORK, version=1)
            )
        with pytest.raises(Refused, match="không thể ban hành thông báo"):
            await notice_actions.issue_notice(cell.chair, cell.cycle_id, NoticeIssue(2))


async def test_two_who_issue_at_once_one_wins(cell):
    await cell.planned()
    with on_day(ISSUE), pytest.raises(Stale):
        await notice_actions.issue_notice(cell.chair, cell.cycle_id, NoticeIssue(7))


async def test_an_amendment_is_a_new_edition_with_number_and_reason(cell):
    await cell.running()
    mine, other = (await cell.tasks(cell.member))[0], (await cell.tasks(cell.colleague))[0]
    change = NoticeAmendment(await cell.version(), "Cấp trên yêu cầu", [
        AmendedTask(mine["id"], None, "Kiểm sát tin báo và án tồn", date(2026, 3, 25)),
        AmendedTask(None, cell.member.person_id, "Việc mới", date(2026, 3, 28)),
        AmendedTask(other["id"], dropped=True), AmendedTask(),
    ])  # fmt: skip
    with on_day(date(2026, 3, 10)):
        await notice_actions.amend_notice(cell.chair, cell.cycle_id, change)
        page = await notice_pages.notice_page(cell.member, cell.cycle_id)
    assert [(one.edition, one.number, one.reason) for one in page.editions] == [(2, 2, "Cấp trên yêu cầu"), (1, 1, "")]
    own = next(one for one in page.people if one.is_me)
    assert [task.title for task in own.tasks] == ["Kiểm sát tin báo và án tồn", "Việc mới"]
    first = await value("SELECT tasks FROM monthly_rating_assignment_notice WHERE tenant_id = $1 AND edition = 1")
    assert "án tồn" not in first, "what was issued first stays as it was"
    assert await cell.tasks(cell.colleague) == []


async def test_an_amendment_names_every_row_that_cannot_be_used(cell):
    await cell.running()
    started = (await cell.tasks(cell.member))[0]
    with on_day(WORK):
        await task_actions.report_task(cell.member, started["id"], TaskReport(1, 30))
        with pytest.raises(Invalid) as invalid:
            version = await cell.version()
            await notice_actions.amend_notice(cell.chair, cell.cycle_id, NoticeAmendment(version, "Lý do", [
                AmendedTask(None, None, "Không có "
                    "người", WORK), AmendedTask(None, cell.member.person_id, "Không có ngày"),
                AmendedTask(None, cell.admin.person_id, "Người "
                    "lạ", WORK), AmendedTask(started["id"], dropped=True),
                AmendedTask(None, cell.member.person_id, "Ngày xa", date(2027, 1, 1)),
            ]))  # fmt: skip
    assert set(invalid.value.problems) == {
        "tasks.0.person_id", "tasks.1.due_on", "tasks.2.person_id", "tasks.3.dropped", "tasks.4.due_on"}  # fmt: skip
    with on_day(WORK), pytest.raises(Refused, match="Chưa có gì thay đổi"):
        await notice_actions.amend_notice(cell.chair, cell.cycle_id, NoticeAmendment(await cell.version(), "Lý do"))


async def test_only_the_owner_reports_and_only_while_the_period_runs(cell):
    await cell.planned()
    task = (await cell.tasks(cell.member))[0]
    with pytest.raises(Refused, match="Đang thực hiện"):
        await task_actions.report_task(cell.member, task["id"], TaskReport(1, 50))
    await notices_issued(cell)
    with on_day(WORK):
        with pytest.raises(Forbidden, match="người được giao"):
            await task_actions.report_task(cell.colleague, task["id"], TaskReport(1, 50))
        await task_actions.report_task(cell.member, task["id"], TaskReport(1, 50, "Được nửa"))
        with pytest.raises(Stale):
            await task_actions.report_task(cell.member, task["id"], TaskReport(1, 60))
        with pytest.raises(Invalid, match="sau hôm nay"):
            await task_actions.report_task(cell.member, task["id"], TaskReport(2, 100, done_on=date(2026, 3, 21)))
        await task_actions.report_task(cell.member, task["id"], TaskReport(2, 100))
        page = await task_pages.task_page(cell.member, task["id"])
    assert [one.percent for one in page.progress_log] == [100, 50]
    assert (page.task.standing, page.task.done_on) == ("done", WORK)


async def notices_issued(cell):
    with on_day(ISSUE):
        await notice_actions.issue_notice(cell.chair, cell.cycle_id, NoticeIssue(await cell.version()))


async def test_a_missed_task_needs_reason_explanation_and_lesson_before_it_is_handed_in(cell):
    await cell.worked(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    with on_day(END):
        with pytest.raises(Invalid) as invalid:
            await assessment_actions.submit_assessment(
                cell.member, cell.cycle_id, AssessmentText(0, "", "", [OwnTask(task["id"], "missed")])
            )
        assert set(invalid.value.problems) == {
            "proposed_level",
            "tasks.0.miss_reason",
            "tasks.0.miss_explanation",
            "tasks.0.lesson",
        }
        with pytest.raises(Invalid, match="báo cáo xong trước"):
            await assessment_actions.submit_assessment(
                cell.member, cell.cycle_id, AssessmentText(1, "A", "", [OwnTask(task["id"], "met")])
            )
        own = [OwnTask(task["id"], "missed", "subjective", "Để dồn việc", "Lập lịch tuần")]
        await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(2, "C", "Chưa xong", own))
        await assessment_actions.submit_assessment(cell.member, cell.cycle_id, AssessmentText(3, "C", "Chưa xong", own))
        with pytest.raises(Refused, match="đã nộp"):
            await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(5, "B", "", own))
        with pytest.raises(Refused, match="rút bản tự đánh giá"):
            await task_actions.report_task(cell.member, task["id"], TaskReport(task["version"], 100))
        await assessment_actions.take_back_assessment(cell.member, cell.cycle_id, VersionOnly(5))
        await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(6, "C", "", own))


async def test_nobody_assesses_for_others_or_names_their_tasks(cell):
    await cell.worked()
    foreign = (await cell.tasks(cell.colleague))[0]
    with on_day(END):
        with pytest.raises(Absent):
            await assessment_actions.save_assessment(
                cell.member, cell.cycle_id, AssessmentText(0, "A", "", [OwnTask(foreign["id"], "missed")])
            )
        with pytest.raises(Forbidden):
            await assessment_actions.save_assessment(cell.admin, cell.cycle_id, AssessmentText(0, "A"))
        with pytest.raises(Invalid, match="A, B, C"):
            await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(0, "Z"))


async def test_a_draft_is_seen_by_nobody_else_what_was_handed_in_by_those_who_oversee(cell):
    await cell.assessed(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    with on_day(END):
        own = [OwnTask(task["id"], "partly", "", "", "riêng tư")]
        await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(0, "B", "riêng tư", own))
    with on_day(MEETING):
        await meeting_actions.open_meeting(
            cell.chair,
            cell.cycle_id,
            MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id),
        )
        for watcher in (cell.chair, cell.leader, cell.colleague):
            page = await meeting_pages.meeting_page(watcher, cell.cycle_id)
            assert "riêng tư" not in repr(page)
            assert "Đã xong" in repr(page), "what was handed in is read out"
        assert "riêng tư" in repr(await meeting_pages.meeting_page(cell.member, cell.cycle_id))


async def test_the_meeting_ends_when_all_were_counted_and_commented_on(cell):
    await cell.commented(but=cell.member)
    with on_day(MEETING):
        await meeting_actions.comment(
            cell.member, cell.cycle_id, CommentText(cell.member.person_id, "Tôi xin giải trình")
        )
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await meeting_actions.close_meeting(cell.chair, cell.cycle_id, MinutesText(1, "Kết thúc"))
        silent = CommentText(cell.member.person_id, no_comment=True)
        await meeting_actions.comment(cell.colleague, cell.cycle_id, silent)
        with pytest.raises(Forbidden):
            await meeting_actions.close_meeting(cell.clerk, cell.cycle_id, MinutesText(1, "Kết thúc"))
        with pytest.raises(Invalid, match="Kết luận"):
            await meeting_actions.close_meeting(cell.chair, cell.cycle_id, MinutesText(1))
        await meeting_actions.close_meeting(cell.chair, cell.cycle_id, MinutesText(1, "Kết thúc"))
        with pytest.raises(Refused, match="đã kết thúc"):
            await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(cell.colleague.person_id, "Muộn"))


async def test_an_absence_needs_a_reason_and_the_roll_call_can_be_mended(cell):
    await cell.in_meeting()
    with on_day(MEETING):
        absent = Presence(cell.member.person_id, False)
        with pytest.raises(Invalid) as invalid:
            await meeting_actions.take_attendance(cell.clerk, cell.cycle_id, AttendanceList([absent]))
        assert list(invalid.value.problems) == ["people.0.absence_reason"]
        excused = Presence(cell.member.person_id, False, "Đi công tác")
        await meeting_actions.take_attendance(cell.clerk, cell.cycle_id, AttendanceList([excused]))
        page = await meeting_pages.meeting_page(cell.chair, cell.cycle_id)
        with pytest.raises(Forbidden):
            await meeting_actions.take_attendance(cell.member, cell.cycle_id, AttendanceList([excused]))
    assert page.present == 9
    assert next(one for one in page.members if one.person_id == cell.member.person_id).absence_reason == "Đi công tác"


async def test_comments_are_typed_by_their_author_or_by_the_clerk_and_corrected_by_new_ones(cell):
    await cell.in_meeting()
    about = cell.colleague.person_id
    with on_day(MEETING):
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(about, "Bản đầu"))
        first = await value("SELECT id FROM monthly_rating_comment WHERE tenant_id = $1 AND text = 'Bản đầu'")
        with pytest.raises(Forbidden):
            await meeting_actions.comment(
                cell.colleague, cell.cycle_id, CommentText(about, "Giả danh", author_id=cell.member.person_id)
            )
        with pytest.raises(Forbidden, match="Chỉ người góp ý"):
            await meeting_actions.comment(
                cell.colleague, cell.cycle_id, CommentText(about, "Sửa trộm", replaces_id=first)
            )
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(about, "Bản sửa", replaces_id=first))
        with pytest.raises(Refused, match="đã được sửa"):
            await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(about, "Sửa nữa", replaces_id=first))
        await meeting_actions.comment(
            cell.clerk, cell.cycle_id, CommentText(about, "Ghi hộ", author_id=cell.leader.person_id)
        )
        with pytest.raises(Invalid, match="Ý kiến"):
            await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(about))
        page = await meeting_pages.meeting_page(cell.chair, cell.cycle_id)
    said = next(one for one in page.members if one.person_id == about).comments
    assert [(one.author, one.typed_by, one.text, one.earlier) for one in said] == [
        ("Đặng Văn Ổn", "", "Bản sửa", ["Bản đầu"]), ("Phạm Thúy Hà", "Nguyễn Thị Ánh", "Ghi hộ", [])]  # fmt: skip


async def test_the_one_who_decides_decides_and_a_second_word_needs_a_reason(cell):
    await cell.commented()
    person = cell.member.person_id
    with on_day(MEETING):
        for other in (cell.leader, cell.clerk, cell.member):
            with pytest.raises(Forbidden):
                await grade_actions.decide_grade(other, cell.cycle_id, person, Decision("A", "Xong việc"))
        with pytest.raises(Invalid, match="A, B, C"):
            await grade_actions.decide_grade(cell.chair, cell.cycle_id, person, Decision("D", "Xong việc"))
        await grade_actions.decide_grade(cell.chair, cell.cycle_id, person, Decision("A", "Xong việc"))
        with pytest.raises(Stale):
            await grade_actions.decide_grade(cell.chair, cell.cycle_id, person, Decision("B", "Nghĩ lại"))
        with pytest.raises(Invalid, match="đính chính"):
            await grade_actions.decide_grade(cell.chair, cell.cycle_id, person, Decision("B", "Nghĩ lại", 1))
        await grade_actions.decide_grade(cell.chair, cell.cycle_id, person, Decision("B", "Nghĩ lại", 1, "Bấm nhầm"))


async def test_publication_waits_for_every_class_and_the_end_of_the_meeting(cell):
    await cell.decided(but=cell.member)
    with on_day(AFTER):
        version = VersionOnly(await cell.version())
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await grade_actions.publish(cell.chair, cell.cycle_id, version)
        with pytest.raises(Refused, match="chưa được công bố"):
            await grade_pages.result_page(cell.member, cell.cycle_id)
        await grade_actions.decide_grade(cell.chair, cell.cycle_id, cell.member.person_id, Decision("B", "Còn chậm"))
        with pytest.raises(Forbidden):
            await grade_actions.publish(cell.leader, cell.cycle_id, version)
        await grade_actions.publish(cell.chair, cell.cycle_id, version)
        with pytest.raises(Refused, match="hiện đang ở bước “Đã công bố”"):
            await grade_actions.decide_grade(
                cell.chair, cell.cycle_id, cell.member.person_id, Decision("A", "Muộn", 1, "Muộn")
            )
        mine = await grade_pages.result_page(cell.member, cell.cycle_id)
    assert mine.counts == {"A": 9, "B": 1, "C": 0}
    shown = {one.person_id: one for one in mine.results}
    assert (shown[cell.member.person_id].level, shown[cell.member.person_id].reason) == ("B", "Còn chậm")
    assert (shown[cell.colleague.person_id].level, shown[cell.colleague.person_id].reason) == ("A", ""), (
        "others' reasons are theirs"
    )


async def test_a_correction_is_a_new_edition_and_both_stay_readable(cell):
    await cell.published()
    person = cell.member.person_id
    with on_day(AFTER):
        with pytest.raises(Invalid, match="đính chính"):
            await grade_actions.correct_grade(cell.chair, cell.cycle_id, person, Decision("B", "Xem lại", 1))
        await grade_actions.correct_grade(
            cell.chair, cell.cycle_id, person, Decision("B", "Xem lại", 1, "Sót một nhiệm vụ")
        )
        page = await meeting_pages.meeting_page(cell.member, cell.cycle_id)
        steps = [(await cycle_page.cycle_page(reader, cell.cycle_id)).steps for reader in (cell.colleague, cell.clerk)]
        year = await year_page.year_page(cell.member, YearQuery(2026))
    assert [seen[-1].step_title for seen in steps] == ["Đính chính mức xếp loại"] * 2
    assert "Sót một nhiệm vụ" not in repr(steps[0]), "others' reasons are theirs"
    assert "Sót một nhiệm vụ" in repr(steps[1])
    me = next(one for one in page.members if one.is_me)
    assert [(one.edition, one.level, one.correction_reason) for one in me.grades] == [
        (2, "B", "Sót một nhiệm vụ"),
        (1, "A", ""),
    ]
    mine = next(row for row in year.rows if row.is_me)
    assert (mine.cells[0].level, mine.cells[0].corrected, mine.counts) == ("B", True, {"A": 0, "B": 1, "C": 0})
    assert await value("SELECT count(*) FROM monthly_rating_grade WHERE tenant_id = $1 AND person_id = $2", person) == 2


async def test_somebody_without_self_assessment_is_noted_with_the_reason_or_excused(cell):
    await cell.assessed(but=cell.member)
    with on_day(END):
        with pytest.raises(Refused, match="đã nộp"):
            await assessment_actions.waive_assessment(
                cell.clerk, cell.cycle_id, cell.colleague.person_id, Waiver("Ốm dài ngày")
            )
        await assessment_actions.waive_assessment(
            cell.clerk, cell.cycle_id, cell.member.person_id, Waiver("Ốm dài ngày")
        )
        await cycle_actions.excuse(cell.clerk, cell.cycle_id, cell.member.person_id, Excuse("Nghỉ thai sản"))
        with pytest.raises(Refused, match="không xếp loại"):
            await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(1))
