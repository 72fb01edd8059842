"""The roles every body can give, by kind of body. Modules grant them permissions by key."""

from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _
from plugin_api.manifest import RoleTemplate

EVERYWHERE = frozenset({"supreme", "province", "district", "region", "cluster"})
OFFICES = EVERYWHERE - {"cluster"}

ROLES = (
    RoleTemplate("member", _("Công chức, đảng viên"), OFFICES, scoped=True),
    RoleTemplate("clerk", _("Thư ký"), OFFICES, scoped=True),
    RoleTemplate("chair", _("Cấp ủy, người chủ trì"), OFFICES, scoped=True),
    RoleTemplate("leader", _("Lãnh đạo đơn vị"), OFFICES, scoped=False),
    RoleTemplate("officer", _("Cán bộ thi đua"), EVERYWHERE, scoped=False),
    RoleTemplate("admin", _("Người quản trị"), EVERYWHERE, scoped=False),
)
ROLE_TITLES = {role.key: role.title for role in ROLES}


def role_title(key: str) -> str:
    """What people call a role, in the language of the request; the key itself for one that is no more."""
    return gettext(ROLE_TITLES.get(key, key))
