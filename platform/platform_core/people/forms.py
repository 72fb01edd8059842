"""What people send about people, and the choices that stand behind a field."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from platform_core.access.roles import ROLES
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.manifest import RoleTemplate
from plugin_api.ports import ports
from tenancy.query import rows

CODE_SIGNS = mark("chỉ dùng chữ không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới, thí dụ kl-12.")
LOGIN_SIGNS = mark("chỉ dùng chữ thường không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới, thí dụ duc.tq.")

REASON_LENGTH = 10
"""Characters that a reason has at least: enough that it says something."""


def roles_of(actor: Actor) -> list[RoleTemplate]:
    """The roles that a body of this kind can give."""
    return [role for role in ROLES if actor.body.kind in role.kinds]


async def role_choices(actor: Actor) -> list[tuple[str, str]]:
    """(key, title) of each role of the body."""
    return [(role.key, _(role.title)) for role in roles_of(actor)]


async def unit_choices(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the departments and cells that exist today."""
    found = await rows(
        """SELECT code, name FROM unit
           WHERE tenant_id = $1 AND (valid_to IS NULL OR valid_to >= $2) ORDER BY kind DESC, sort""",
        ports().today(),
    )
    return [(unit["code"], unit["name"]) for unit in found]


class NewPerson(Struct, frozen=True):
    """A person to add, with a login if wished."""

    code: Annotated[
        str, Meta(title=mark("Mã"), min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$", description=CODE_SIGNS)
    ]
    full_name: Annotated[str, Meta(title=mark("Họ và tên"), min_length=2, max_length=100)]
    position: Annotated[str, Meta(title=mark("Chức danh"), max_length=100)] = ""
    email: Annotated[str, Meta(title=mark("Thư điện tử"), max_length=200)] = ""
    login: Annotated[
        str, Meta(title=mark("Tên đăng nhập"), max_length=60, pattern=r"^[a-z0-9._-]*$", description=LOGIN_SIGNS)
    ] = ""
    password: Annotated[str, Meta(title=mark("Mật khẩu lần đầu"), max_length=128)] = ""


class PersonEdit(Struct, frozen=True):
    """New particulars, over a version."""

    full_name: Annotated[str, Meta(title=mark("Họ và tên"), min_length=2, max_length=100)]
    version: Annotated[int, Meta(ge=1)]
    position: Annotated[str, Meta(title=mark("Chức danh"), max_length=100)] = ""
    email: Annotated[str, Meta(title=mark("Thư điện tử"), max_length=200)] = ""


class NewAppointment(Struct, frozen=True):
    """A place in a unit from a day on."""

    unit: Annotated[str, Meta(title=mark("Bộ phận, chi bộ"), max_length=60)]
    position: Annotated[str, Meta(title=mark("Chức vụ"), min_length=1, max_length=100)]
    since: Annotated[date, Meta(title=mark("Từ ngày"))]


class NewRole(Struct, frozen=True):
    """A role from a day on; `unit` empty means the whole body."""

    role: Annotated[str, Meta(title=mark("Vai trò"), max_length=60)]
    since: Annotated[date, Meta(title=mark("Từ ngày"))]
    unit: Annotated[str, Meta(title=mark("Trong bộ phận, chi bộ"), max_length=60)] = ""


class RoleConfirmation(Struct, frozen=True):
    """Yes to a role that somebody else asked for, over the version seen."""

    version: Annotated[int, Meta(ge=1)]
    reason: Annotated[str, Meta(title=mark("Lý do"), max_length=500)] = ""


class RoleRefusal(Struct, frozen=True):
    """No to a role that somebody else asked for, over the version seen."""

    version: Annotated[int, Meta(ge=1)]
    reason: Annotated[str, Meta(title=mark("Lý do"), min_length=REASON_LENGTH, max_length=500)]


class SeenVersion(Struct, frozen=True):
    """Nothing but the version seen."""

    version: Annotated[int, Meta(ge=1)]


class Ending(Struct, frozen=True):
    """The last day of something, over a version."""

    version: Annotated[int, Meta(ge=1)]
    until: Annotated[date | None, Meta(title=mark("Đến hết ngày"))] = None
