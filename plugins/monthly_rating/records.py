"""What the trail calls this room's tables.

Comments are left out: where they are not named, the trail must not name them.
"""

from monthly_rating.permissions import Permission
from monthly_rating.rules.states import CYCLE_STATES, PLAN_STATES
from plugin_api.i18n import mark as _
from plugin_api.manifest import RecordDeclaration

READ = Permission.OVERVIEW_READ
STATES = {**PLAN_STATES, **CYCLE_STATES}

RECORDS = (
    RecordDeclaration(
        table="monthly_rating_year_plan",
        title=_("Kế hoạch năm"),
        permission=READ,
        columns={"person_id": _("Người"), "year": _("Năm"), "state": _("Trạng thái")},
        choices={"state": STATES},
    ),
    RecordDeclaration(
        table="monthly_rating_year_plan_item",
        title=_("Nhiệm vụ trong kế hoạch năm"),
        permission=READ,
        columns={"title": _("Nhiệm vụ"), "due_on": _("Thời hạn"), "expected_level": _("Mức độ cần đạt")},
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
        table="monthly_rating_grade",
        title=_("Xếp loại"),
        permission=READ,
        columns={
            "person_id": _("Người"),
            "level": _("Mức xếp loại"),
            "reason": _("Lý do xếp loại"),
            "correction_reason": _("Lý do đính chính"),
        },
    ),
)
