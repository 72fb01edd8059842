"""What the trail calls the core's own tables."""

from platform_core.access.roles import ROLE_TITLES
from platform_core.people.role_requests import STATES
from platform_core.permissions import TITLES, Permission
from plugin_api.i18n import mark as _
from plugin_api.manifest import RecordDeclaration

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
        columns={"name": _("Mô-đun"), "enabled": _("Đang bật")},
    ),
    RecordDeclaration(
        table="setting_patch",
        title=_("Thiết lập"),
        permission=SETTINGS,
        columns={"module": _("Mô-đun"), "patch": _("Giá trị đặt"), "locked": _("Khóa cho đơn vị dưới")},
    ),
)
