"""What can be done with the core."""

from enum import StrEnum

from plugin_api.i18n import mark as _
from plugin_api.manifest import GrantCondition


class Permission(StrEnum):
    """`core.<thing>.<action>`, alphabetical."""

    FACTS_READ = "core.facts.read"
    MODULES_SWITCH = "core.modules.switch"
    PEOPLE_READ = "core.people.read"
    PEOPLE_WRITE = "core.people.write"
    PERMISSIONS_READ = "core.permissions.read"
    ROLE_CONFIRM = "core.role.confirm"
    ROLE_FOLLOW = "core.role.follow"
    ROLES_ASSIGN = "core.roles.assign"
    SETTINGS_CHANGE = "core.settings.change"
    TRAIL_READ = "core.trail.read"


TITLES = {
    Permission.FACTS_READ: _("Xem số liệu của đơn vị"),
    Permission.MODULES_SWITCH: _("Bật, tắt mô-đun"),
    Permission.PEOPLE_READ: _("Xem người của đơn vị"),
    Permission.PEOPLE_WRITE: _("Thêm, sửa người và chức vụ"),
    Permission.PERMISSIONS_READ: _("Xem bảng phân quyền"),
    Permission.ROLE_CONFIRM: _("Xác nhận, từ chối vai trò do người khác đề nghị"),
    Permission.ROLE_FOLLOW: _("Được báo vai trò cần xác nhận vừa có hiệu lực"),
    Permission.ROLES_ASSIGN: _("Trao, thu hồi vai trò"),
    Permission.SETTINGS_CHANGE: _("Xem và đổi thiết lập của mô-đun"),
    Permission.TRAIL_READ: _("Xem nhật ký thay đổi"),
}

GRANTS = {
    "admin": frozenset(Permission) - {Permission.FACTS_READ},
    "leader": frozenset(
        {
            Permission.FACTS_READ,
            Permission.PEOPLE_READ,
            Permission.PERMISSIONS_READ,
            Permission.ROLE_CONFIRM,
            Permission.ROLE_FOLLOW,
            Permission.TRAIL_READ,
        }
    ),
    "officer": frozenset({Permission.FACTS_READ, Permission.PEOPLE_READ}),
    "chair": frozenset({Permission.PEOPLE_READ}),
    "clerk": frozenset({Permission.PEOPLE_READ}),
}

CONDITIONS = (
    GrantCondition(
        permission=Permission.ROLES_ASSIGN,
        words=_("trừ cho chính mình; vai trò ghi “cần xác nhận” thì người thứ hai xác nhận"),
    ),
    GrantCondition(
        permission=Permission.ROLE_CONFIRM, words=_("trừ vai trò do mình đề nghị hoặc được đề nghị cho mình")
    ),
    GrantCondition(
        permission=Permission.TRAIL_READ, words=_("nội dung chỉ hiện với việc mà người xem có quyền trong cả đơn vị")
    ),
)
"""What a right to act or read does not reach, though it is held."""

GUARDED: frozenset[StrEnum | str] = frozenset(
    {Permission.FACTS_READ, Permission.ROLE_CONFIRM, Permission.ROLES_ASSIGN, Permission.SETTINGS_CHANGE}
)
"""Facts can be asked about each person of the body; who gives or confirms roles could open everything to a second
account of his own; settings say who decides and whether names are shown."""
