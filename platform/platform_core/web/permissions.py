"""Who may have a page or an operation: its module is on in the body, and the person holds its permission."""

from litestar.exceptions import NotFoundException

from plugin_api.actor import Actor
from plugin_api.endpoints import SIGNED_IN
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _

PUBLIC = "public"
ACCOUNT = "account"
"""`opt["permission"]` of pages that need a session but no body."""


def must_use(actor: Actor, module: str) -> None:
    """Raises NotFoundException for a module that is off in the body: it is as if it were not there."""
    if module not in ("", "core") and module not in actor.modules:
        raise NotFoundException


def must_hold(actor: Actor, permission: str) -> None:
    """Raises Forbidden without the permission."""
    if permission not in (PUBLIC, ACCOUNT, SIGNED_IN) and not actor.may(permission):
        raise Forbidden(
            _("Đồng chí không được phân quyền xem hoặc làm việc này. Cần thì báo người quản trị của đơn vị.")
        )
