"""What people may do in the module, and which role may do it from the start. Every check names the cell."""

from enum import StrEnum

from plugin_api.i18n import mark as _
from plugin_api.manifest import GrantCondition


class Permission(StrEnum):
    """`monthly_rating.<object>.<action>`, alphabetical."""

    ASSESSMENT_WAIVE = "monthly_rating.assessment.waive"
    ASSESSMENT_WRITE = "monthly_rating.assessment.write"
    ATTENDANCE_WRITE = "monthly_rating.attendance.write"
    COMMENT_TYPE = "monthly_rating.comment.type"
    COMMENT_WRITE = "monthly_rating.comment.write"
    CYCLE_OPEN = "monthly_rating.cycle.open"
    GRADE_CORRECT = "monthly_rating.grade.correct"
    GRADE_DECIDE = "monthly_rating.grade.decide"
    GRADE_LEAD = "monthly_rating.grade.lead"
    MEETING_HOLD = "monthly_rating.meeting.hold"
    MINUTES_WRITE = "monthly_rating.minutes.write"
    MODULE_OPEN = "monthly_rating.module.open"
    NOTICE_ISSUE = "monthly_rating.notice.issue"
    OVERVIEW_READ = "monthly_rating.overview.read"
    PLAN_REVIEW = "monthly_rating.plan.review"
    PLAN_WRITE = "monthly_rating.plan.write"
    PUBLICATION_MAKE = "monthly_rating.publication.make"
    SCHEME_MANAGE = "monthly_rating.scheme.manage"
    TASK_ASSIGN = "monthly_rating.task.assign"
    TASK_REPORT = "monthly_rating.task.report"


P = Permission

TITLES: dict[str, str] = {
    P.ASSESSMENT_WAIVE: _("Ghi nhận người không nộp bản tự đánh giá, người không xếp loại trong kỳ"),
    P.ASSESSMENT_WRITE: _("Tự đánh giá, đề nghị mức xếp loại của mình"),
    P.ATTENDANCE_WRITE: _("Điểm danh cuộc họp"),
    P.COMMENT_TYPE: _("Ghi hộ ý kiến góp ý của người khác"),
    P.COMMENT_WRITE: _("Góp ý cho đảng viên trong chi bộ mình"),
    P.CYCLE_OPEN: _("Mở kỳ mới, cập nhật danh sách người trong kỳ"),
    P.GRADE_CORRECT: _("Đính chính mức xếp loại đã công bố"),
    P.GRADE_DECIDE: _("Quyết định mức xếp loại"),
    P.GRADE_LEAD: _("Quyết định mức xếp loại với tư cách lãnh đạo đơn vị"),
    P.MEETING_HOLD: _("Chủ trì: mở và kết thúc cuộc họp"),
    P.MINUTES_WRITE: _("Ghi biên bản"),
    P.MODULE_OPEN: _("Vào mục xếp loại hằng tháng, xem kết quả đã công bố của chi bộ"),
    P.NOTICE_ISSUE: _("Ban hành, sửa đổi thông báo phân công"),
    P.OVERVIEW_READ: _("Xem kế hoạch, nhiệm vụ, minh chứng, bản tự đánh giá đã nộp của mọi người"),
    P.PLAN_REVIEW: _("Xem xét, chỉnh sửa, duyệt kế hoạch năm"),
    P.PLAN_WRITE: _("Lập kế hoạch năm của mình"),
    P.PUBLICATION_MAKE: _("Công bố kết quả xếp loại"),
    P.SCHEME_MANAGE: _("Bật, tắt bộ mức xếp loại"),
    P.TASK_ASSIGN: _("Soạn nhiệm vụ và thông báo phân công"),
    P.TASK_REPORT: _("Báo cáo tiến độ, nộp minh chứng cho nhiệm vụ của mình"),
}

_MEMBER = frozenset({P.MODULE_OPEN, P.PLAN_WRITE, P.TASK_REPORT, P.ASSESSMENT_WRITE, P.COMMENT_WRITE})
_CLERK = frozenset(
    {
        P.MODULE_OPEN,
        P.OVERVIEW_READ,
        P.CYCLE_OPEN,
        P.TASK_ASSIGN,
        P.ASSESSMENT_WAIVE,
        P.ATTENDANCE_WRITE,
        P.COMMENT_TYPE,
        P.MINUTES_WRITE,
    }
)
_CHAIR = _CLERK | {P.PLAN_REVIEW, P.NOTICE_ISSUE, P.MEETING_HOLD, P.GRADE_DECIDE, P.GRADE_CORRECT, P.PUBLICATION_MAKE}
_LEADER = frozenset(
    {P.MODULE_OPEN, P.OVERVIEW_READ, P.PLAN_REVIEW, P.GRADE_DECIDE, P.GRADE_CORRECT, P.GRADE_LEAD, P.SCHEME_MANAGE}
)

GRANTS: dict[str, frozenset[str]] = {
    "member": frozenset(_MEMBER),
    "clerk": frozenset(_CLERK),
    "chair": frozenset(_CHAIR),
    "leader": frozenset(_LEADER),
    "admin": frozenset({P.SCHEME_MANAGE}),
}
"""Role template → permissions. Chair and clerk are members of the cell too and hold that role beside theirs; an
administrator keeps the machine in order and reads nobody's ratings."""

GUARDED: frozenset[StrEnum | str] = frozenset(P) - _MEMBER - {P.SCHEME_MANAGE}
"""All that opens or decides what is other people's: their tasks, assessments, what is said of them, their class. Not
what members do in their own name or read because it was published to the cell, nor the schemes, which name nobody. Put
as what is left over, so that a new permission is guarded until somebody thinks about it."""

_OWN_CASE = "own_case_allowed"
CONDITIONS = (
    *(
        GrantCondition(permission=one, without=frozenset({P.MODULE_OPEN}), words=_("chỉ khi cùng vào được mục này"))
        for one in P
        if one not in (P.MODULE_OPEN, P.SCHEME_MANAGE)
    ),
    *(
        GrantCondition(permission=one, setting=_OWN_CASE, value=False, words=_("trừ việc của chính mình"))
        for one in (P.ASSESSMENT_WAIVE, P.GRADE_CORRECT, P.GRADE_DECIDE, P.PLAN_REVIEW)
    ),
    *(
        GrantCondition(
            permission=one,
            setting=_OWN_CASE,
            value=True,
            words=_("việc của chính mình thì chỉ khi không ai khác có quyền, kèm lý do"),
        )
        for one in (P.ASSESSMENT_WAIVE, P.GRADE_CORRECT, P.GRADE_DECIDE, P.PLAN_REVIEW)
    ),
    *(
        GrantCondition(
            permission=one,
            setting="decided_by",
            value="chair",
            without=frozenset({P.MEETING_HOLD}),
            words=_("chỉ thay người chủ trì, khi mức xếp loại là của chính người chủ trì"),
        )
        for one in (P.GRADE_CORRECT, P.GRADE_DECIDE)
    ),
    *(
        GrantCondition(
            permission=one,
            setting="decided_by",
            value="leader",
            without=frozenset({P.GRADE_LEAD}),
            words=_("chỉ thay lãnh đạo đơn vị, khi mức xếp loại là của chính người lãnh đạo"),
        )
        for one in (P.GRADE_CORRECT, P.GRADE_DECIDE)
    ),
    *(
        GrantCondition(
            permission=one,
            without=frozenset({P.MEETING_HOLD, P.GRADE_LEAD}),
            words=_("chỉ khi cùng giữ quyền chủ trì hoặc quyền quyết định với tư cách lãnh đạo"),
        )
        for one in (P.GRADE_CORRECT, P.GRADE_DECIDE)
    ),
    GrantCondition(
        permission=P.GRADE_CORRECT,
        without=frozenset({P.GRADE_DECIDE}),
        words=_("chỉ khi cùng có quyền quyết định mức xếp loại"),
    ),
    GrantCondition(
        permission=P.GRADE_LEAD,
        setting="decided_by",
        value="chair",
        words=_("chỉ thay người chủ trì, khi mức xếp loại là của chính người chủ trì"),
    ),
)
"""What the rules of deciding (decision 0017) and the settings of a body leave of a permission that is held."""
