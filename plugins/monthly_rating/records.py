"""What the trail calls this module's tables, and what it keeps closed because the screens do.

Not shown at all: what people say of their own tasks (it may be a draft), self-assessments but for their state, and the
words of comments. What was handed in is read where it was handed in. Each entry says whose row it is and of which
period, and leads to the page that shows it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from monthly_rating.rules.states import ASSESSMENT_STATES, CYCLE, PLAN
from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _
from plugin_api.manifest import ANY_VALUE, RecordDeclaration

READ = Permission.OVERVIEW_READ
STATES = {**PLAN.states, **CYCLE.states}
OWN_CASE = _("Lý do tự quyết định")
ASSESSED = {"submitted": _("Nộp"), "waived": _("Ghi nhận không nộp")}

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

OF_CYCLE, OF_PLAN, OF_TASK, OF_MEETING = (
    {"cycle_id": "monthly_rating_cycle"},
    {"plan_id": "monthly_rating_year_plan"},
    {"task_id": "monthly_rating_task"},
    {"meeting_id": "monthly_rating_meeting"},
)
"""What a row is part of."""


def _period(kept: Mapping[str, Any]) -> str:
    return period_name(date.fromisoformat(kept["period_start"]), date.fromisoformat(kept["period_end"]))


def _year(kept: Mapping[str, Any]) -> str:
    return gettext("Năm %(year)s", year=kept["year"])


def _notice(kept: Mapping[str, Any]) -> str:
    number = kept["number"]
    return "" if number is None else gettext("Số %(number)s", number=f"{number}-{kept['sign']}")


RECORDS = (
    RecordDeclaration(
        table="monthly_rating_scheme",
        title=_("Bộ mức xếp loại"),
        permission=Permission.SCHEME_MANAGE,
        concerned="",
        view="monthly_rating.schemes",
        updated={"enabled": {"true": _("Bật"), "false": _("Tắt")}},
        columns={
            "title": _("Tên"),
            "source": _("Căn cứ"),
            "valid_from": _("Có hiệu lực từ ngày"),
            "enabled": _("Đang dùng"),
        },
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan",
        title=_("Kế hoạch năm"),
        permission=READ,
        label=_year,
        view="monthly_rating.plan",
        ids={"plan_id": "id"},
        updated={"state": {"submitted": _("Gửi xem xét"), "returned": _("Trả lại"), "approved": _("Duyệt")}},
        columns={"person_id": _("Người"), "year": _("Năm"), "state": _("Trạng thái")},
        choices={"state": STATES},
        closed=DRAFTED_PLAN,
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan_item",
        title=_("Nhiệm vụ trong kế hoạch năm"),
        permission=READ,
        concerned="",
        parents=OF_PLAN,
        view="monthly_rating.plan",
        updated={"dropped": {"true": _("Bỏ")}},
        closed=DRAFTED_ITEM,
        columns={"title": _("Nhiệm vụ"), "due_on": _("Thời hạn"), "expected_level": _("Mức độ cần đạt")},
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan_revision",
        title=_("Lần xem xét kế hoạch năm"),
        permission=READ,
        concerned="",
        label="step",
        parents=OF_PLAN,
        view="monthly_rating.plan",
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
        concerned="",
        label=_period,
        view="monthly_rating.cycle",
        ids={"cycle_id": "id"},
        inserted={"state": {"planning": _("Mở")}},
        updated={"state": {"running": _("Giao nhiệm vụ"), "meeting": _("Mở cuộc họp"), "published": _("Công bố")}},
        columns={"state": _("Trạng thái"), "published_at": _("Công bố lúc")},
        choices={"state": STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_cycle_step",
        title=_("Bước của kỳ đánh giá"),
        permission=READ,
        concerned="",
        label="step",
        parents=OF_CYCLE,
        view="monthly_rating.cycle",
        columns={"step": _("Bước")},
        choices={"step": {key: step.title for key, step in CYCLE.steps.items()}},
    ),
    RecordDeclaration(
        table="monthly_rating_assignment_notice",
        title=_("Thông báo phân công"),
        permission=READ,
        concerned="",
        label=_notice,
        parents=OF_CYCLE,
        view="monthly_rating.notice",
        inserted={"issued_on": {ANY_VALUE: _("Ban hành")}},
        updated={"issued_on": {ANY_VALUE: _("Ban hành")}},
        columns={"number": _("Số"), "issued_on": _("Ngày ban hành"), "reason": _("Lý do sửa đổi")},
    ),
    RecordDeclaration(
        table="monthly_rating_task",
        title=_("Nhiệm vụ"),
        permission=READ,
        parents=OF_CYCLE,
        view="monthly_rating.task",
        ids={"task_id": "id"},
        updated={"dropped": {"true": _("Bỏ")}},
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
        table="monthly_rating_task_progress",
        title=_("Báo cáo tiến độ"),
        permission=READ,
        concerned="",
        parents=OF_TASK,
        view="monthly_rating.task",
        columns={"percent": _("Tiến độ (%)")},
    ),
    RecordDeclaration(
        table="monthly_rating_evidence",
        title=_("Minh chứng"),
        permission=READ,
        label="file_name",
        parents=OF_TASK,
        view="monthly_rating.task",
        inserted={"file_name": {ANY_VALUE: _("Nộp")}},
        updated={"withdrawn_at": {ANY_VALUE: _("Rút")}},
        columns={"file_name": _("Tệp"), "withdrawn_reason": _("Lý do rút")},
    ),
    RecordDeclaration(
        table="monthly_rating_cycle_member",
        title=_("Người trong kỳ"),
        permission=READ,
        parents=OF_CYCLE,
        view="monthly_rating.cycle",
        updated={"excused_reason": {ANY_VALUE: _("Ghi nhận không xếp loại")}},
        columns={"person_id": _("Người"), "excused_reason": _("Lý do không xếp loại"), "own_case_reason": OWN_CASE},
    ),
    RecordDeclaration(
        table="monthly_rating_self_assessment",
        title=_("Bản tự đánh giá"),
        permission=READ,
        parents=OF_CYCLE,
        view="monthly_rating.cycle",
        inserted={"state": ASSESSED},
        updated={"state": ASSESSED | {"draft": _("Rút về sửa")}},
        columns={
            "person_id": _("Người"),
            "state": _("Trạng thái"),
            "waived_reason": _("Lý do không nộp"),
            "own_case_reason": OWN_CASE,
        },
        choices={"state": ASSESSMENT_STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_meeting",
        title=_("Cuộc họp"),
        permission=READ,
        concerned="",
        label="held_on",
        parents=OF_CYCLE,
        view="monthly_rating.meeting",
        inserted={"opened_at": {ANY_VALUE: _("Mở")}},
        updated={"closed_at": {ANY_VALUE: _("Kết thúc")}},
        columns={
            "held_on": _("Ngày họp"),
            "place": _("Địa điểm"),
            "chair_id": _("Chủ trì"),
            "clerk_id": _("Thư ký"),
            "comments_named": _("Ghi tên người góp ý"),
            "closed_at": _("Kết thúc lúc"),
        },
    ),
    RecordDeclaration(
        table="monthly_rating_attendance",
        title=_("Điểm danh"),
        permission=READ,
        parents=OF_MEETING,
        view="monthly_rating.meeting",
        columns={"present": _("Có mặt"), "absence_reason": _("Lý do vắng")},
    ),
    RecordDeclaration(
        table="monthly_rating_comment",
        title=_("Ý kiến góp ý"),
        permission=READ,
        concerned="about_id",
        parents=OF_CYCLE,
        view="monthly_rating.meeting",
        columns={},
        unsigned=UNNAMED_COMMENT,
    ),
    RecordDeclaration(
        table="monthly_rating_grade",
        title=_("Xếp loại"),
        permission=READ,
        parents=OF_CYCLE,
        view="monthly_rating.meeting",
        inserted={"correction_reason": {ANY_VALUE: _("Đính chính")}, "level": {ANY_VALUE: _("Quyết định")}},
        columns={
            "person_id": _("Người"),
            "level": _("Mức xếp loại"),
            "reason": _("Lý do xếp loại"),
            "correction_reason": _("Lý do đính chính"),
            "own_case_reason": OWN_CASE,
        },
    ),
    RecordDeclaration(
        table="monthly_rating_publication",
        title=_("Kết quả xếp loại của kỳ"),
        permission=READ,
        concerned="",
        parents=OF_CYCLE,
        view="monthly_rating.result",
        inserted={"at": {ANY_VALUE: _("Công bố")}},
        columns={"at": _("Công bố lúc")},
    ),
)
