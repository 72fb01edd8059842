"""Every screen and every deed of the room, declared once for pages and for the API."""

from monthly_rating import forms
from monthly_rating.papers import assignment_notice, minutes, result_table
from monthly_rating.permissions import Permission as P
from monthly_rating.service import (
    assessment_page,
    assessments,
    assigning,
    cycle_list,
    cycle_page,
    cycles,
    decisions,
    meeting_page,
    meetings,
    notice_page,
    notices,
    person_page,
    plan_pages,
    plans,
    reporting,
    result_page,
    schemes,
    task_pages,
    year_page,
)
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
CYCLE, TASK, PLAN = "/cycles/{cycle_id:uuid}", "/tasks/{task_id:uuid}", "/plans/{plan_id:uuid}"
PERSON = f"{CYCLE}/people/{{person_id:uuid}}"

PLANS: list[Endpoint] = [
    View(name="monthly_rating.plans", path="/plans", permission=P.ROOM_ENTER, load=plan_pages.plans_page,
         query=forms.PlanQuery, template="monthly_rating/plans.html", export=plan_pages.plans_sheet),
    View(name="monthly_rating.plan", path=PLAN, permission=P.ROOM_ENTER, load=plan_pages.plan_page,
         template="monthly_rating/plan.html"),
    Action(name="monthly_rating.plan.start", path="/plans/start", permission=P.PLAN_WRITE, run=plans.start_plan,
           data=forms.PlanStart, then="monthly_rating.plan",
           done=_("Đã tạo kế hoạch. Hãy thêm nhiệm vụ rồi gửi xem xét.")),
    Action(name="monthly_rating.plan.save", path=f"{PLAN}/save", permission=P.PLAN_WRITE, run=plans.save_plan,
           data=forms.PlanItems, then="monthly_rating.plan", done=_("Đã lưu kế hoạch.")),
    Action(name="monthly_rating.plan.submit", path=f"{PLAN}/submit", permission=P.PLAN_WRITE, run=plans.submit_plan,
           data=forms.PlanStep, then="monthly_rating.plan", done=_("Đã gửi kế hoạch để xem xét.")),
    Action(name="monthly_rating.plan.correct", path=f"{PLAN}/correct", permission=P.PLAN_REVIEW, run=plans.correct_plan,
           data=forms.PlanCorrection, then="monthly_rating.plan", done=_("Đã ghi các chỉnh sửa.")),
    Action(name="monthly_rating.plan.return", path=f"{PLAN}/return", permission=P.PLAN_REVIEW, run=plans.return_plan,
           data=forms.PlanRefusal, then="monthly_rating.plan", done=_("Đã trả lại kế hoạch.")),
    Action(name="monthly_rating.plan.approve", path=f"{PLAN}/approve", permission=P.PLAN_REVIEW, run=plans.approve_plan,
           data=forms.PlanApproval, then="monthly_rating.plan", done=_("Đã duyệt kế hoạch.")),
    Action(name="monthly_rating.plan.reopen", path=f"{PLAN}/reopen", permission=P.PLAN_REVIEW, run=plans.reopen_plan,
           data=forms.PlanRefusal, then="monthly_rating.plan", done=_("Đã mở lại kế hoạch.")),
]

CYCLES: list[Endpoint] = [
    View(name="monthly_rating.cycles", path="", permission=P.ROOM_ENTER, load=cycle_list.cycles_page,
         query=forms.CycleQuery, template="monthly_rating/cycles.html", export=cycle_list.cycles_sheet),
    View(name="monthly_rating.cycle", path=CYCLE, permission=P.ROOM_ENTER, load=cycle_page.cycle_page,
         template="monthly_rating/cycle.html"),
    Action(name="monthly_rating.cycle.open", path="/cycles/open", permission=P.CYCLE_OPEN, run=cycles.open_cycle,
           data=forms.CycleOpening, then="monthly_rating.cycle",
           done=_("Đã mở kỳ. Hãy phân công nhiệm vụ rồi ban hành thông báo.")),
    Action(name="monthly_rating.cycle.renew_members", path=f"{CYCLE}/members/renew", permission=P.CYCLE_OPEN,
           run=cycles.renew_members, then="monthly_rating.cycle", done=_("Đã cập nhật danh sách người trong kỳ.")),
    Action(name="monthly_rating.cycle.excuse", path=f"{PERSON}/excuse", permission=P.ASSESSMENT_WAIVE,
           run=cycles.excuse, data=forms.Excuse, then="monthly_rating.cycle", done=_("Đã ghi nhận.")),
    View(name="monthly_rating.result", path=f"{CYCLE}/result", permission=P.ROOM_ENTER, load=result_page.result_page,
         template="monthly_rating/result.html", export=result_page.result_sheet),
    View(name="monthly_rating.result.paper", path=f"{CYCLE}/result/paper", permission=P.ROOM_ENTER,
         load=result_table.result_paper, query=forms.PaperQuery),
]

TASKS: list[Endpoint] = [
    View(name="monthly_rating.tasks", path=f"{CYCLE}/tasks", permission=P.ROOM_ENTER, load=task_pages.tasks_page,
         query=forms.TaskQuery, template="monthly_rating/tasks.html", export=task_pages.tasks_sheet),
    View(name="monthly_rating.task", path=TASK, permission=P.ROOM_ENTER, load=task_pages.task_page,
         template="monthly_rating/task.html"),
    Action(name="monthly_rating.task.add", path=f"{CYCLE}/tasks/add", permission=P.TASK_ASSIGN, run=assigning.add_task,
           data=forms.TaskDraft, then="monthly_rating.tasks", done=_("Đã thêm nhiệm vụ.")),
    Action(name="monthly_rating.task.from_plans", path=f"{CYCLE}/tasks/from-plans", permission=P.TASK_ASSIGN,
           run=assigning.take_from_plans, then="monthly_rating.tasks",
           done=_("Đã đưa các nhiệm vụ đến hạn của kế hoạch năm vào kỳ.")),
    Action(name="monthly_rating.task.edit", path=f"{TASK}/edit", permission=P.TASK_ASSIGN, run=assigning.edit_task,
           data=forms.TaskEdit, then="monthly_rating.tasks", done=_("Đã lưu nhiệm vụ.")),
    Action(name="monthly_rating.task.drop", path=f"{TASK}/drop", permission=P.TASK_ASSIGN, run=assigning.drop_task,
           data=forms.VersionOnly, then="monthly_rating.tasks", done=_("Đã bỏ nhiệm vụ.")),
    Action(name="monthly_rating.task.report", path=f"{TASK}/report", permission=P.TASK_REPORT,
           run=reporting.report_task, data=forms.TaskReport, then="monthly_rating.task", done=_("Đã ghi tiến độ.")),
    View(name="monthly_rating.evidence", path="/evidence/{evidence_id:uuid}", permission=P.ROOM_ENTER,
         load=reporting.evidence_file),
    Action(name="monthly_rating.evidence.add", path=f"{TASK}/evidence", permission=P.TASK_REPORT,
           run=reporting.add_evidence, data=forms.EvidenceFile, then="monthly_rating.task",
           done=_("Đã nhận tệp minh chứng.")),
    Action(name="monthly_rating.evidence.withdraw", path="/evidence/{evidence_id:uuid}/withdraw",
           permission=P.TASK_REPORT, run=reporting.withdraw_evidence, data=forms.Withdrawal, then="monthly_rating.task",
           done=_("Đã rút tệp minh chứng.")),
]

NOTICES: list[Endpoint] = [
    View(name="monthly_rating.notice", path=f"{CYCLE}/notice", permission=P.ROOM_ENTER, load=notice_page.notice_page,
         template="monthly_rating/notice.html"),
    View(name="monthly_rating.notice.paper", path=f"{CYCLE}/notice/paper", permission=P.ROOM_ENTER,
         load=assignment_notice.notice_paper, query=forms.PaperQuery),
    Action(name="monthly_rating.notice.save", path=f"{CYCLE}/notice/save", permission=P.TASK_ASSIGN,
           run=notices.save_notice, data=forms.NoticeDraft, then="monthly_rating.notice", done=_("Đã lưu thông báo.")),
    Action(name="monthly_rating.notice.issue", path=f"{CYCLE}/notice/issue", permission=P.NOTICE_ISSUE,
           run=notices.issue_notice, data=forms.NoticeIssue, then="monthly_rating.notice",
           done=_("Đã ban hành thông báo phân công. Mọi người đã thấy nhiệm vụ của mình.")),
    Action(name="monthly_rating.notice.amend", path=f"{CYCLE}/notice/amend", permission=P.NOTICE_ISSUE,
           run=notices.amend_notice, data=forms.NoticeAmendment, then="monthly_rating.notice",
           done=_("Đã ban hành thông báo sửa đổi.")),
]

ASSESSMENTS: list[Endpoint] = [
    View(name="monthly_rating.assessment", path=f"{CYCLE}/assessment", permission=P.ASSESSMENT_WRITE,
         load=assessment_page.assessment_page, template="monthly_rating/assessment.html"),
    Action(name="monthly_rating.assessment.save", path=f"{CYCLE}/assessment/save", permission=P.ASSESSMENT_WRITE,
           run=assessments.save_assessment, data=forms.AssessmentText, then="monthly_rating.assessment",
           done=_("Đã lưu, chưa nộp.")),
    Action(name="monthly_rating.assessment.submit", path=f"{CYCLE}/assessment/submit", permission=P.ASSESSMENT_WRITE,
           run=assessments.submit_assessment, data=forms.AssessmentText, then="monthly_rating.assessment",
           done=_("Đã nộp bản tự đánh giá.")),
    Action(name="monthly_rating.assessment.take_back", path=f"{CYCLE}/assessment/take-back",
           permission=P.ASSESSMENT_WRITE, run=assessments.take_back_assessment, data=forms.VersionOnly,
           then="monthly_rating.assessment", done=_("Đã rút bản tự đánh giá về để sửa.")),
    Action(name="monthly_rating.assessment.waive", path=f"{PERSON}/waive", permission=P.ASSESSMENT_WAIVE,
           run=assessments.waive_assessment, data=forms.Waiver, then="monthly_rating.cycle",
           done=_("Đã ghi nhận việc không nộp bản tự đánh giá.")),
]

MEETINGS: list[Endpoint] = [
    View(name="monthly_rating.meeting", path=f"{CYCLE}/meeting", permission=P.ROOM_ENTER,
         load=meeting_page.meeting_page, template="monthly_rating/meeting.html"),
    View(name="monthly_rating.minutes.paper", path=f"{CYCLE}/minutes/paper", permission=P.ROOM_ENTER,
         load=minutes.minutes_paper, query=forms.PaperQuery),
    Action(name="monthly_rating.meeting.open", path=f"{CYCLE}/meeting/open", permission=P.MEETING_HOLD,
           run=meetings.open_meeting, data=forms.MeetingCall, then="monthly_rating.meeting", done=_("Đã mở cuộc họp.")),
    Action(name="monthly_rating.attendance.take", path=f"{CYCLE}/attendance", permission=P.ATTENDANCE_WRITE,
           run=meetings.take_attendance, data=forms.AttendanceList, then="monthly_rating.meeting#attendance",
           done=_("Đã điểm danh.")),
    Action(name="monthly_rating.comment.add", path=f"{CYCLE}/comments", permission=P.ROOM_ENTER, run=meetings.comment,
           data=forms.CommentText, then="monthly_rating.meeting#person-{person_id}", done=_("Đã ghi ý kiến.")),
    Action(name="monthly_rating.minutes.save", path=f"{CYCLE}/minutes/save", permission=P.MINUTES_WRITE,
           run=meetings.save_minutes, data=forms.MinutesText, then="monthly_rating.meeting#minutes",
           done=_("Đã lưu kết luận.")),
    Action(name="monthly_rating.meeting.close", path=f"{CYCLE}/meeting/close", permission=P.MEETING_HOLD,
           run=meetings.close_meeting, data=forms.MinutesText, then="monthly_rating.meeting",
           done=_("Đã kết thúc cuộc họp.")),
    Action(name="monthly_rating.grade.decide", path=f"{PERSON}/grade", permission=P.GRADE_DECIDE,
           run=decisions.decide_grade, data=forms.Decision, then="monthly_rating.meeting#person-{person_id}",
           done=_("Đã quyết định mức xếp loại.")),
    Action(name="monthly_rating.grade.correct", path=f"{PERSON}/grade/correct", permission=P.GRADE_CORRECT,
           run=decisions.correct_grade, data=forms.Decision, then="monthly_rating.meeting#person-{person_id}",
           done=_("Đã đính chính mức xếp loại.")),
    Action(name="monthly_rating.result.publish", path=f"{CYCLE}/publish", permission=P.PUBLICATION_MAKE,
           run=decisions.publish, data=forms.VersionOnly, then="monthly_rating.result",
           done=_("Đã công bố kết quả. Mọi người đã thấy mức xếp loại của mình.")),
]

REPORTS: list[Endpoint] = [
    View(name="monthly_rating.mine", path="/mine", permission=P.ROOM_ENTER, load=person_page.my_page,
         query=forms.YearQuery, template="monthly_rating/person.html"),
    View(name="monthly_rating.person", path="/people/{person_id:uuid}", permission=P.ROOM_ENTER,
         load=person_page.person_page, query=forms.YearQuery, template="monthly_rating/person.html"),
    View(name="monthly_rating.year", path="/year", permission=P.ROOM_ENTER, load=year_page.year_page,
         query=forms.YearQuery, template="monthly_rating/year.html", export=year_page.year_sheet),
    View(name="monthly_rating.schemes", path="/schemes", permission=P.SCHEME_MANAGE, load=schemes.schemes_page,
         template="monthly_rating/schemes.html"),
    Action(name="monthly_rating.scheme.switch", path="/schemes/{scheme_id:uuid}", permission=P.SCHEME_MANAGE,
           run=schemes.switch_scheme, data=forms.SchemeSwitch, then="monthly_rating.schemes",
           done=_("Đã lưu bộ mức xếp loại.")),
]

ENDPOINTS: list[Endpoint] = [*CYCLES, *TASKS, *NOTICES, *ASSESSMENTS, *MEETINGS, *PLANS, *REPORTS]
# fmt: on
