"""What the trail calls this module's tables, and what it keeps closed because the screens do.

Not shown at all: what people say of their own tasks (it may be a draft), self-assessments but for their state, and the
words of comments. What was handed in is read where it was handed in.
"""

from monthly_rating.permissions import Permission
from monthly_rating.rules.states import ASSESSMENT_STATES, CYCLE, PLAN
from plugin_api.i18n import mark as _
from plugin_api.manifest import RecordDeclaration

READ = Permission.OVERVIEW_READ
STATES = {**PLAN.states, **CYCLE.states}
OWN_CASE = _("Lý do tự quyết định")

DRAFTED_PLAN = "kept ->> 'state' = 'draft' AND kept ->> 'person_id' <> reader::text"
"""A plan before its owner hands it in."""
DRAFTED_ITEM = """coalesce((
  SELECT plan.after ->> 'state' IN ('draft', 'returned') AND plan.after ->> 'person_id' <> reader::text
  FROM audit.log plan WHERE plan.tenant_id = $1 AND plan.row_id = (kept ->> 'plan_id')::uuid AND plan.seq < entry.seq
  ORDER BY plan.seq DESC LIMIT 1), true)"""
"""An undertaking written while its plan was with its owner; what was handed in stands in the revision."""
UNNAMED_COMMENT = """NOT coalesce((
  SELECT meeting.comments_named FROM monthly_rating_meeting meeting
  WHERE meeting.tenant_id = $1 AND meeting.cycle_id = (kept ->> 'cycle_id')::uuid), false)"""
"""A comment of a meeting that was opened without names."""

RECORDS = (
    RecordDeclaration(
        table="monthly_rating_year_plan",
        title=_("Kế hoạch năm"),
        permission=READ,
        columns={"person_id": _("Người"), "year": _("Năm"), "state": _("Trạng thái")},
        choices={"state": STATES},
        closed=DRAFTED_PLAN,
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan_item",
        title=_("Nhiệm vụ trong kế hoạch năm"),
        permission=READ,
        concerned="",
        closed=DRAFTED_ITEM,
        columns={"title": _("Nhiệm vụ"), "due_on": _("Thời hạn"), "expected_level": _("Mức độ cần đạt")},
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan_revision",
        title=_("Lần xem xét kế hoạch năm"),
        permission=READ,
        concerned="",
        columns={
            "step": _("Bước"),
            "state": _("Trạng thái"),
            "items": _("Nhiệm vụ"),
            "note": _("Ghi chú"),
            "own_case_reason": OWN_CASE,
        },
        choices={"step": {key: step.title for key, step in PLAN.steps.items()}, "state": STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_cycle",
        title=_("Kỳ đánh giá"),
        permission=READ,
        columns={"label": _("Kỳ"), "state": _("Trạng thái"), "published_at": _("Công bố lúc")},
        choices={"state": STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_assignment_notice",
        title=_("Thông báo phân công"),
        permission=READ,
        columns={"number": _("Số"), "issued_on": _("Ngày ban hành"), "reason": _("Lý do sửa đổi")},
    ),
    RecordDeclaration(
        table="monthly_rating_task",
        title=_("Nhiệm vụ"),
        permission=READ,
        columns={
            "person_id": _("Người thực hiện"),
            "title": _("Nhiệm vụ"),
            "due_on": _("Thời hạn"),
            "required_level": _("Yêu cầu cần đạt"),
            "progress": _("Tiến độ (%)"),
            "done_on": _("Ngày hoàn thành"),
            "result": _("Kết quả"),
        },
    ),
    RecordDeclaration(
        table="monthly_rating_cycle_member",
        title=_("Người trong kỳ"),
        permission=READ,
        columns={"person_id": _("Người"), "excused_reason": _("Lý do không xếp loại"), "own_case_reason": OWN_CASE},
    ),
    RecordDeclaration(
        table="monthly_rating_self_assessment",
        title=_("Bản tự đánh giá"),
        permission=READ,
        columns={
            "person_id": _("Người"),
            "state": _("Trạng thái"),
            "waived_reason": _("Lý do không nộp"),
            "own_case_reason": OWN_CASE,
        },
        choices={"state": ASSESSMENT_STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_comment",
        title=_("Ý kiến góp ý"),
        permission=READ,
        concerned="",
        columns={},
        unsigned=UNNAMED_COMMENT,
    ),
    RecordDeclaration(
        table="monthly_rating_grade",
        title=_("Xếp loại"),
        permission=READ,
        columns={
            "person_id": _("Người"),
            "level": _("Mức xếp loại"),
            "reason": _("Lý do xếp loại"),
            "correction_reason": _("Lý do đính chính"),
            "own_case_reason": OWN_CASE,
        },
    ),
)
