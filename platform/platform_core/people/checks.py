"""What has to be true of a person, a place or a role before something is done with it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from platform_core.people.forms import NewRole, roles_of
from platform_core.people.tables import Appointment, RoleAssignment
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports
from tenancy.faults import Absent
from tenancy.query import row, rows, value


async def still_here(person_id: UUID, since: date) -> None:
    """Raise Absent for a stranger, Refused for somebody who has left by `since`."""
    if await _left_by(person_id, since):
        raise Refused(_("Người này đã rời đơn vị, không nhận thêm chức vụ hay vai trò được nữa."))


async def not_left(person_id: UUID) -> None:
    """Raise Absent for a stranger, Refused for somebody whose leaving is done."""
    if await _left_by(person_id, ports().today()):
        raise Refused(_("Người này đã rời đơn vị từ trước. Muốn nhận lại, hãy nhờ người vận hành hệ thống."))


async def _left_by(person_id: UUID, day: date) -> bool:
    """The person's row is locked: who leaves at this moment either left before or loses what is given now."""
    person = await row("SELECT left_on FROM person WHERE tenant_id = $1 AND id = $2 FOR UPDATE", person_id)
    if person is None:
        raise Absent(f"Person {person_id}")
    return person["left_on"] is not None and person["left_on"] < day


async def running(table: type[Appointment] | type[RoleAssignment], row_id: UUID, person_id: UUID) -> dict[str, Any]:
    """The person's place or role. Raises Absent if it is not the person's, Refused when it has ended already."""
    found = await table.get(row_id)
    if found["person_id"] != person_id:
        raise Absent(f"{table.__name__} {row_id}")
    if found["valid_to"] is not None and found["valid_to"] < ports().today():
        raise Refused(_("Việc này đã kết thúc từ trước. Hãy tải lại trang để xem."))
    return found


def last_day(until: date | None, held: dict[str, Any]) -> date:
    """Yesterday unless another day is named, so that the change holds at once; a place of today never counted.

    Raises Invalid for a day after the one that stands: what ends is ended earlier, never prolonged.
    """
    if held["valid_to"] is not None and until is not None and until > held["valid_to"]:
        raise Invalid({"until": _("Chỉ kết thúc sớm hơn được, không kéo dài thêm: hãy chọn ngày sớm hơn.")})
    return max(until or ports().today() - timedelta(days=1), held["valid_from"] - timedelta(days=1))


async def unit_of(code: str) -> UUID:
    """The unit with this code. Raises Invalid."""
    found = await value("SELECT id FROM unit WHERE tenant_id = $1 AND code = $2", code)
    if found is None:
        raise Invalid({"unit": _("Không có bộ phận nào mang mã này. Hãy chọn trong danh sách.")})
    return found


async def place_of_role(actor: Actor, data: NewRole) -> UUID | None:
    """The unit that the role is to be held in, None for the whole body. Raises Invalid when the two do not fit."""
    template = next((role for role in roles_of(actor) if role.key == data.role), None)
    if template is None:
        raise Invalid({"role": _("Đơn vị này không có vai trò đó. Hãy chọn trong danh sách.")})
    if template.scoped and not data.unit:
        raise Invalid(
            {
                "unit": _(
                    "Vai trò “%(role)s” được trao trong một bộ phận hoặc chi bộ: hãy chọn nơi đó.",
                    role=_(template.title),
                )
            }
        )
    if data.unit and not template.scoped:
        raise Invalid(
            {"unit": _("Vai trò “%(role)s” có hiệu lực trong cả đơn vị: hãy bỏ trống ô này.", role=_(template.title))}
        )
    return await unit_of(data.unit) if data.unit else None


async def not_held(person_id: UUID, role: str, unit_id: UUID | None, since: date) -> None:
    """Raise Refused when the person holds the role on `since` or later."""
    already = await value(
        """SELECT true FROM role_assignment WHERE tenant_id = $1 AND person_id = $2 AND role = $3
           AND unit_id IS NOT DISTINCT FROM $4 AND (valid_to IS NULL OR valid_to >= $5)""",
        person_id,
        role,
        unit_id,
        since,
    )
    if already:
        raise Refused(_("Người này đang giữ vai trò đó."))


async def keep_an_admin(ending: UUID) -> None:
    """Raise Refused when no administrator without an end date would be left, were `ending` (person or role) to end.

    The rows are locked: of two administrators who let go at once the second waits, and stays.
    """
    admins = await rows(
        """SELECT id, person_id, valid_to FROM role_assignment WHERE tenant_id = $1 AND role = 'admin'
           AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2) ORDER BY id FOR UPDATE""",
        ports().today(),
    )
    let_go = [line for line in admins if ending in (line["id"], line["person_id"])]
    if let_go and not any(line["valid_to"] is None for line in admins if line not in let_go):
        raise Refused(_("Đây là người quản trị cuối cùng của đơn vị. Hãy trao vai trò này cho người khác trước."))
