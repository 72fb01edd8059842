"""A month from the opening to the correction: each step in its order, by its people, or a clear sentence."""

from datetime import date

import pytest

from monthly_rating import forms
from monthly_rating.service import (
    assessments,
    assigning,
    cycle_page,
    cycles,
    decisions,
    meeting_page,
    meetings,
    notice_page,
    notices,
    reporting,
    result_page,
    task_pages,
    year_page,
)
from monthly_rating.service.clock import standing_on
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
    assert len(await cycles.members_of(cell.cycle_id)) == 10
    scheme = await value("SELECT code FROM monthly_rating_scheme WHERE tenant_id = $1 AND id = $2", cycle["scheme_id"])
    assert scheme == "abc-kien-luong"


async def test_a_period_is_opened_once_and_not_from_far_away(cell):
    await cell.planned()
    with standing_on(OPENING):
        with pytest.raises(Refused, match="trùng"):
            await cycles.open_cycle(cell.clerk, forms.CycleOpening(cell.unit_id, date(2026, 3, 31)))
        with pytest.raises(Refused, match="gần hơn"):
            await cycles.open_cycle(cell.clerk, forms.CycleOpening(cell.unit_id, date(2026, 5, 1)))
        with pytest.raises(Refused, match="hai năm"):
            await cycles.open_cycle(cell.clerk, forms.CycleOpening(cell.unit_id, date(2023, 5, 1)))
        with pytest.raises(Forbidden):
            await cycles.open_cycle(cell.member, forms.CycleOpening(cell.unit_id, date(2026, 4, 1)))


async def test_the_notice_waits_until_everybody_has_work_then_freezes_the_tasks(cell):
    await cell.planned()
    mine = (await cell.tasks(cell.member))[0]
    with standing_on(ISSUE):
        await assigning.drop_task(cell.clerk, mine["id"], forms.VersionOnly(1))
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await notices.issue_notice(cell.chair, cell.cycle_id, forms.NoticeIssue(1))
        await assigning.add_task(cell.clerk, cell.cycle_id, forms.TaskDraft(cell.member.person_id, "Việc khác", WORK))
        with pytest.raises(Forbidden):
            await notices.issue_notice(cell.clerk, cell.cycle_id, forms.NoticeIssue(1))
        await notices.issue_notice(cell.chair, cell.cycle_id, forms.NoticeIssue(1))
        again = (await cell.tasks(cell.member))[0]
        with pytest.raises(Refused, match="sửa đổi thông báo"):
            await assigning.add_task(cell.clerk, cell.cycle_id, forms.TaskDraft(cell.member.person_id, "Thêm", WORK))
        with pytest.raises(Refused, match="sửa đổi thông báo"):
            await assigning.edit_task(
                cell.clerk, again["id"], forms.TaskEdit(cell.member.person_id, "Đổi", WORK, version=1)
            )
        with pytest.raises(Refused, match="chưa thể hoặc không còn"):
            await notices.issue_notice(cell.chair, cell.cycle_id, forms.NoticeIssue(2))


async def test_two_who_issue_at_once_one_wins(cell):
    await cell.planned()
    with standing_on(ISSUE), pytest.raises(Stale):
        await notices.issue_notice(cell.chair, cell.cycle_id, forms.NoticeIssue(7))


async def test_an_amendment_is_a_new_edition_with_number_and_reason(cell):
    await cell.running()
    mine, other = (await cell.tasks(cell.member))[0], (await cell.tasks(cell.colleague))[0]
    change = forms.NoticeAmendment(await cell.version(), "Cấp trên yêu cầu", [
        forms.AmendedTask(mine["id"], None, "Kiểm sát tin báo và án tồn", date(2026, 3, 25)),
        forms.AmendedTask(None, cell.member.person_id, "Việc mới", date(2026, 3, 28)),
        forms.AmendedTask(other["id"], dropped=True), forms.AmendedTask(),
    ])  # fmt: skip
    with standing_on(date(2026, 3, 10)):
        await notices.amend_notice(cell.chair, cell.cycle_id, change)
        page = await notice_page.notice_page(cell.member, cell.cycle_id)
    assert [(one.edition, one.number, one.reason) for one in page.editions] == [(2, 2, "Cấp trên yêu cầu"), (1, 1, "")]
    own = next(one for one in page.people if one.is_me)
    assert [task.title for task in own.tasks] == ["Kiểm sát tin báo và án tồn", "Việc mới"]
    first = await value("SELECT tasks FROM monthly_rating_assignment_notice WHERE tenant_id = $1 AND edition = 1")
    assert "án tồn" not in first, "what was issued first stays as it was"
    assert await cell.tasks(cell.colleague) == []


async def test_an_amendment_names_every_row_that_cannot_be_used(cell):
    await cell.running()
    started = (await cell.tasks(cell.member))[0]
    with standing_on(WORK):
        await reporting.report_task(cell.member, started["id"], forms.TaskReport(1, 30))
        with pytest.raises(Invalid) as invalid:
            await notices.amend_notice(cell.chair, cell.cycle_id, forms.NoticeAmendment(await cell.version(), "Lý do", [
                forms.AmendedTask(None, None, "Không có "
                    "người", WORK), forms.AmendedTask(None, cell.member.person_id, "Không có ngày"),
                forms.AmendedTask(None, cell.admin.person_id, "Người "
                    "lạ", WORK), forms.AmendedTask(started["id"], dropped=True),
                forms.AmendedTask(None, cell.member.person_id, "Ngày xa", date(2027, 1, 1)),
            ]))  # fmt: skip
    assert set(invalid.value.problems) == {
        "tasks.0.person_id", "tasks.1.due_on", "tasks.2.person_id", "tasks.3.dropped", "tasks.4.due_on"}  # fmt: skip
    with standing_on(WORK), pytest.raises(Refused, match="Chưa có gì thay đổi"):
        await notices.amend_notice(cell.chair, cell.cycle_id, forms.NoticeAmendment(await cell.version(), "Lý do"))


async def test_only_the_owner_reports_and_only_while_the_period_runs(cell):
    await cell.planned()
    task = (await cell.tasks(cell.member))[0]
    with pytest.raises(Refused, match="Đang thực hiện"):
        await reporting.report_task(cell.member, task["id"], forms.TaskReport(1, 50))
    await notices_issued(cell)
    with standing_on(WORK):
        with pytest.raises(Forbidden, match="người được giao"):
            await reporting.report_task(cell.colleague, task["id"], forms.TaskReport(1, 50))
        await reporting.report_task(cell.member, task["id"], forms.TaskReport(1, 50, "Được nửa"))
        with pytest.raises(Stale):
            await reporting.report_task(cell.member, task["id"], forms.TaskReport(1, 60))
        with pytest.raises(Invalid, match="sau hôm nay"):
            await reporting.report_task(cell.member, task["id"], forms.TaskReport(2, 100, done_on=date(2026, 3, 21)))
        await reporting.report_task(cell.member, task["id"], forms.TaskReport(2, 100))
        page = await task_pages.task_page(cell.member, task["id"])
    assert [one.percent for one in page.progress_log] == [100, 50]
    assert (page.task.standing, page.task.done_on) == ("done", WORK)


async def notices_issued(cell):
    with standing_on(ISSUE):
        await notices.issue_notice(cell.chair, cell.cycle_id, forms.NoticeIssue(await cell.version()))


async def test_a_missed_task_needs_reason_explanation_and_lesson_before_it_is_handed_in(cell):
    await cell.worked(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    with standing_on(END):
        with pytest.raises(Invalid) as invalid:
            await assessments.submit_assessment(
                cell.member, cell.cycle_id, forms.AssessmentText(0, "", "", [forms.OwnTask(task["id"], "missed")])
            )
        assert set(invalid.value.problems) == {
            "proposed_level",
            "tasks.0.miss_reason",
            "tasks.0.miss_explanation",
            "tasks.0.lesson",
        }
        with pytest.raises(Invalid, match="báo cáo xong trước"):
            await assessments.submit_assessment(
                cell.member, cell.cycle_id, forms.AssessmentText(1, "A", "", [forms.OwnTask(task["id"], "met")])
            )
        own = [forms.OwnTask(task["id"], "missed", "subjective", "Để dồn việc", "Lập lịch tuần")]
        await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(2, "C", "Chưa xong", own))
        await assessments.submit_assessment(cell.member, cell.cycle_id, forms.AssessmentText(3, "C", "Chưa xong", own))
        with pytest.raises(Refused, match="đã nộp"):
            await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(5, "B", "", own))
        with pytest.raises(Refused, match="rút bản tự đánh giá"):
            await reporting.report_task(cell.member, task["id"], forms.TaskReport(task["version"], 100))
        await assessments.take_back_assessment(cell.member, cell.cycle_id, forms.VersionOnly(5))
        await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(6, "C", "", own))


async def test_nobody_assesses_for_others_or_names_their_tasks(cell):
    await cell.worked()
    foreign = (await cell.tasks(cell.colleague))[0]
    with standing_on(END):
        with pytest.raises(Absent):
            await assessments.save_assessment(
                cell.member, cell.cycle_id, forms.AssessmentText(0, "A", "", [forms.OwnTask(foreign["id"], "missed")])
            )
        with pytest.raises(Forbidden):
            await assessments.save_assessment(cell.admin, cell.cycle_id, forms.AssessmentText(0, "A"))
        with pytest.raises(Invalid, match="A, B, C"):
            await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(0, "Z"))


async def test_a_draft_is_seen_by_nobody_else_what_was_handed_in_by_those_who_oversee(cell):
    await cell.assessed(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    with standing_on(END):
        own = [forms.OwnTask(task["id"], "partly", "", "", "riêng tư")]
        await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(0, "B", "riêng tư", own))
    with standing_on(MEETING):
        await meetings.open_meeting(
            cell.chair,
            cell.cycle_id,
            forms.MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id),
        )
        for watcher in (cell.chair, cell.leader, cell.colleague):
            page = await meeting_page.meeting_page(watcher, cell.cycle_id)
            assert "riêng tư" not in repr(page)
            assert "Đã xong" in repr(page), "what was handed in is read out"
        assert "riêng tư" in repr(await meeting_page.meeting_page(cell.member, cell.cycle_id))


async def test_the_meeting_ends_when_all_were_counted_and_commented_on(cell):
    await cell.commented(but=cell.member)
    with standing_on(MEETING):
        await meetings.comment(
            cell.member, cell.cycle_id, forms.CommentText(cell.member.person_id, "Tôi xin giải trình")
        )
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await meetings.close_meeting(cell.chair, cell.cycle_id, forms.MinutesText(1, "Kết thúc"))
        await meetings.comment(cell.colleague, cell.cycle_id, forms.CommentText(cell.member.person_id, no_comment=True))
        with pytest.raises(Forbidden):
            await meetings.close_meeting(cell.clerk, cell.cycle_id, forms.MinutesText(1, "Kết thúc"))
        with pytest.raises(Invalid, match="Kết luận"):
            await meetings.close_meeting(cell.chair, cell.cycle_id, forms.MinutesText(1))
        await meetings.close_meeting(cell.chair, cell.cycle_id, forms.MinutesText(1, "Kết thúc"))
        with pytest.raises(Refused, match="đã kết thúc"):
            await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(cell.colleague.person_id, "Muộn"))


async def test_an_absence_needs_a_reason_and_the_roll_call_can_be_mended(cell):
    await cell.in_meeting()
    with standing_on(MEETING):
        absent = forms.Presence(cell.member.person_id, False)
        with pytest.raises(Invalid) as invalid:
            await meetings.take_attendance(cell.clerk, cell.cycle_id, forms.AttendanceList([absent]))
        assert list(invalid.value.problems) == ["people.0.absence_reason"]
        excused = forms.Presence(cell.member.person_id, False, "Đi công tác")
        await meetings.take_attendance(cell.clerk, cell.cycle_id, forms.AttendanceList([excused]))
        page = await meeting_page.meeting_page(cell.chair, cell.cycle_id)
        with pytest.raises(Forbidden):
            await meetings.take_attendance(cell.member, cell.cycle_id, forms.AttendanceList([excused]))
    assert page.present == 9
    assert next(one for one in page.members if one.person_id == cell.member.person_id).absence_reason == "Đi công tác"


async def test_comments_are_typed_by_their_author_or_by_the_clerk_and_corrected_by_new_ones(cell):
    await cell.in_meeting()
    about = cell.colleague.person_id
    with standing_on(MEETING):
        await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(about, "Bản đầu"))
        first = await value("SELECT id FROM monthly_rating_comment WHERE tenant_id = $1 AND text = 'Bản đầu'")
        with pytest.raises(Forbidden):
            await meetings.comment(
                cell.colleague, cell.cycle_id, forms.CommentText(about, "Giả danh", author_id=cell.member.person_id)
            )
        with pytest.raises(Forbidden, match="Chỉ người góp ý"):
            await meetings.comment(
                cell.colleague, cell.cycle_id, forms.CommentText(about, "Sửa trộm", replaces_id=first)
            )
        await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(about, "Bản sửa", replaces_id=first))
        with pytest.raises(Refused, match="đã được sửa"):
            await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(about, "Sửa nữa", replaces_id=first))
        await meetings.comment(
            cell.clerk, cell.cycle_id, forms.CommentText(about, "Ghi hộ", author_id=cell.leader.person_id)
        )
        with pytest.raises(Invalid, match="Ý kiến"):
            await meetings.comment(cell.member, cell.cycle_id, forms.CommentText(about))
        page = await meeting_page.meeting_page(cell.chair, cell.cycle_id)
    said = next(one for one in page.members if one.person_id == about).comments
    assert [(one.author, one.typed_by, one.text, one.earlier) for one in said] == [
        ("Đặng Văn Ổn", "", "Bản sửa", ["Bản đầu"]), ("Phạm Thúy Hà", "Nguyễn Thị Ánh", "Ghi hộ", [])]  # fmt: skip


async def test_the_one_who_decides_decides_and_a_second_word_needs_a_reason(cell):
    await cell.commented()
    person = cell.member.person_id
    with standing_on(MEETING):
        for other in (cell.leader, cell.clerk, cell.member):
            with pytest.raises(Forbidden):
                await decisions.decide_grade(other, cell.cycle_id, person, forms.Decision("A", "Xong việc"))
        with pytest.raises(Invalid, match="A, B, C"):
            await decisions.decide_grade(cell.chair, cell.cycle_id, person, forms.Decision("D", "Xong việc"))
        await decisions.decide_grade(cell.chair, cell.cycle_id, person, forms.Decision("A", "Xong việc"))
        with pytest.raises(Stale):
            await decisions.decide_grade(cell.chair, cell.cycle_id, person, forms.Decision("B", "Nghĩ lại"))
        with pytest.raises(Invalid, match="đính chính"):
            await decisions.decide_grade(cell.chair, cell.cycle_id, person, forms.Decision("B", "Nghĩ lại", 1))
        await decisions.decide_grade(cell.chair, cell.cycle_id, person, forms.Decision("B", "Nghĩ lại", 1, "Bấm nhầm"))


async def test_publication_waits_for_every_class_and_the_end_of_the_meeting(cell):
    await cell.decided(but=cell.member)
    with standing_on(AFTER):
        version = forms.VersionOnly(await cell.version())
        with pytest.raises(Refused, match="Đặng Văn Ổn"):
            await decisions.publish(cell.chair, cell.cycle_id, version)
        with pytest.raises(Refused, match="chưa được công bố"):
            await result_page.result_page(cell.member, cell.cycle_id)
        await decisions.decide_grade(cell.chair, cell.cycle_id, cell.member.person_id, forms.Decision("B", "Còn chậm"))
        with pytest.raises(Forbidden):
            await decisions.publish(cell.leader, cell.cycle_id, version)
        await decisions.publish(cell.chair, cell.cycle_id, version)
        with pytest.raises(Refused, match="đã công bố"):
            await decisions.decide_grade(
                cell.chair, cell.cycle_id, cell.member.person_id, forms.Decision("A", "Muộn", 1, "Muộn")
            )
        mine = await result_page.result_page(cell.member, cell.cycle_id)
    assert mine.counts == {"A": 9, "B": 1, "C": 0}
    shown = {one.person_id: one for one in mine.results}
    assert (shown[cell.member.person_id].level, shown[cell.member.person_id].reason) == ("B", "Còn chậm")
    assert (shown[cell.colleague.person_id].level, shown[cell.colleague.person_id].reason) == ("A", ""), (
        "others' reasons are theirs"
    )


async def test_a_correction_is_a_new_edition_and_both_stay_readable(cell):
    await cell.published()
    person = cell.member.person_id
    with standing_on(AFTER):
        with pytest.raises(Invalid, match="đính chính"):
            await decisions.correct_grade(cell.chair, cell.cycle_id, person, forms.Decision("B", "Xem lại", 1))
        await decisions.correct_grade(
            cell.chair, cell.cycle_id, person, forms.Decision("B", "Xem lại", 1, "Sót một nhiệm vụ")
        )
        page = await meeting_page.meeting_page(cell.member, cell.cycle_id)
        steps = [(await cycle_page.cycle_page(reader, cell.cycle_id)).steps for reader in (cell.colleague, cell.clerk)]
        year = await year_page.year_page(cell.member, forms.YearQuery(2026))
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
    with standing_on(END):
        with pytest.raises(Refused, match="đã nộp"):
            await assessments.waive_assessment(
                cell.clerk, cell.cycle_id, cell.colleague.person_id, forms.Waiver("Ốm dài ngày")
            )
        await assessments.waive_assessment(
            cell.clerk, cell.cycle_id, cell.member.person_id, forms.Waiver("Ốm dài ngày")
        )
        await cycles.excuse(cell.clerk, cell.cycle_id, cell.member.person_id, forms.Excuse("Nghỉ thai sản"))
        with pytest.raises(Refused, match="không xếp loại"):
            await assessments.save_assessment(cell.member, cell.cycle_id, forms.AssessmentText(1))
