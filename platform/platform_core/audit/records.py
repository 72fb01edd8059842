"""What the trail calls the core's own tables."""

from platform_core.access.roles import ROLE_TITLES
from platform_core.people.role_requests import STATES
from platform_core.permissions import TITLES, Permission
from plugin_api.i18n import mark as _
from plugin_api.manifest import ANY_VALUE, RecordDeclaration

KINDS = {"department": _("Bộ phận"), "cell": _("Chi bộ")}
EFFECTS = {"allow": _("Cho phép"), "deny": _("Cấm")}
PEOPLE, RULES, MODULES = Permission.PEOPLE_READ, Permission.PERMISSIONS_READ, Permission.MODULES_SWITCH
SETTINGS = Permission.SETTINGS_CHANGE
"""What the screens of these tables ask for."""

RECORDS = (
    RecordDeclaration(
        table="person",
        title=_("Người"),
        permission=PEOPLE,
        concerned="id",
        view="core.person",
        ids={"person_id": "id"},
        updated={"left_on": {ANY_VALUE: _("Ghi rời đơn vị")}},
        columns={
            "full_name": _("Họ và tên"),
            "code": _("Mã"),
            "position": _("Chức danh"),
            "email": _("Thư điện tử"),
            "left_on": _("Rời đơn vị sau ngày"),
        },
    ),
    RecordDeclaration(
        table="unit",
        title=_("Bộ phận, chi bộ"),
        permission=PEOPLE,
        concerned="",
        view="core.people",
        ids={"unit": "code"},
        columns={
            "name": _("Tên"),
            "code": _("Mã"),
            "kind": _("Loại"),
            "committee_name": _("Tên cấp ủy"),
            "parent_id": _("Thuộc"),
            "valid_from": _("Từ ngày"),
            "valid_to": _("Đến hết ngày"),
        },
        choices={"kind": KINDS},
    ),
    RecordDeclaration(
        table="appointment",
        title=_("Chức vụ"),
        permission=PEOPLE,
        view="core.person",
        updated={"valid_to": {ANY_VALUE: _("Kết thúc")}},
        columns={
            "person_id": _("Người"),
            "unit_id": _("Bộ phận, chi bộ"),
            "position": _("Chức vụ"),
            "valid_from": _("Từ ngày"),
            "valid_to": _("Đến hết ngày"),
        },
    ),
    RecordDeclaration(
        table="role_assignment",
        title=_("Vai trò"),
        permission=PEOPLE,
        view="core.person",
        inserted={"role": {ANY_VALUE: _("Trao")}},
        updated={"valid_to": {ANY_VALUE: _("Thu hồi")}},
        columns={
            "person_id": _("Người"),
            "role": _("Vai trò"),
            "unit_id": _("Trong bộ phận, chi bộ"),
            "valid_from": _("Từ ngày"),
            "valid_to": _("Đến hết ngày"),
        },
        choices={"role": ROLE_TITLES},
    ),
    RecordDeclaration(
        table="role_request",
        title=_("Đề nghị trao vai trò"),
        permission=PEOPLE,
        view="core.person",
        inserted={"state": {"requested": _("Đề nghị"), "confirmed": _("Xác nhận")}},
        updated={"state": {"confirmed": _("Xác nhận"), "refused": _("Từ chối"), "withdrawn": _("Rút lại")}},
        columns={
            "person_id": _("Người"),
            "role": _("Vai trò"),
            "unit_id": _("Trong bộ phận, chi bộ"),
            "valid_from": _("Từ ngày"),
            "state": _("Trạng thái"),
            "requested_by": _("Người đề nghị"),
            "decided_by": _("Người quyết định"),
            "reason": _("Lý do"),
        },
        choices={"role": ROLE_TITLES, "state": STATES},
    ),
    RecordDeclaration(
        table="access_rule",
        title=_("Quy tắc phân quyền"),
        permission=RULES,
        concerned="",
        view="core.permissions",
        columns={"role": _("Vai trò"), "permission": _("Quyền"), "effect": _("Hiệu lực")},
        choices={
            "role": ROLE_TITLES,
            "permission": {key.value: title for key, title in TITLES.items()},
            "effect": EFFECTS,
        },
    ),
    RecordDeclaration(
        table="module",
        title=_("Mô-đun"),
        permission=MODULES,
        concerned="",
        view="core.modules",
        inserted={"enabled": {"true": _("Bật"), "false": _("Tắt")}},
        updated={"enabled": {"true": _("Bật"), "false": _("Tắt")}},
        columns={"name": _("Mô-đun"), "enabled": _("Đang bật")},
    ),
    RecordDeclaration(
        table="setting_patch",
        title=_("Thiết lập"),
        permission=SETTINGS,
        concerned="",
        view="core.settings",
        inserted={"module": {ANY_VALUE: _("Đặt")}},
        columns={"module": _("Mô-đun"), "patch": _("Giá trị đặt"), "locked": _("Khóa cho đơn vị dưới")},
    ),
    RecordDeclaration(
        table="paper_register",
        title=_("Sổ số văn bản"),
        permission=Permission.TRAIL_READ,
        concerned="",
        columns={"unit_id": _("Bộ phận, chi bộ"), "year": _("Năm"), "last_number": _("Số cuối cùng")},
    ),
    RecordDeclaration(
        table="issued_paper",
        title=_("Văn bản đã ban hành"),
        permission=Permission.TRAIL_READ,
        concerned="",
        columns={
            "title": _("Văn bản"),
            "number": _("Số"),
            "sign": _("Ký hiệu"),
            "issued_on": _("Ngày ban hành"),
            "edition": _("Lần ban hành"),
            "unit_id": _("Bộ phận, chi bộ"),
        },
    ),
)
