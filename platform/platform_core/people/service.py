"""What is done with people: adding and correcting, placing in units, giving and taking roles, leaving."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from platform_core.access.bodies import touch_access
from platform_core.accounts.registration import add_account, join_body, leave_body
from platform_core.people.forms import Ending, NewAppointment, NewPerson, NewRole, PersonEdit, roles_of
from platform_core.people.tables import Appointment, Person, RoleAssignment
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.names import name_key, search_fold
from plugin_api.ports import ports
from tenancy.faults import Absent
from tenancy.query import rows, run, value


async def add_person(actor: Actor, data: NewPerson) -> dict[str, Any]:
    """Add a person; with a login, an account whose first password must be changed."""
    if await value("SELECT true FROM person WHERE tenant_id = $1 AND code = $2", data.code):
        raise Invalid({"code": _("Mã %(code)s đã được dùng ở đơn vị này.", code=data.code)})
    if data.login and len(data.password) < 10:
        raise Invalid({"password": _("Mật khẩu lần đầu cần ít nhất 10 ký tự.")})
    person_id = await store_person(data.code, data.full_name, data.position, data.email, demo=actor.body.demo)
    if data.login:
        account, made = await add_account(data.login, data.password, demo=actor.body.demo)
        if not made:
            raise Invalid({"login": _("Tên đăng nhập %(login)s đã có người dùng.", login=data.login)})
        await join_body(account, person_id, ports().today())
    return {"person_id": person_id}


async def store_person(code: str, full_name: str, position: str, email: str, *, demo: bool) -> UUID:
    """Insert a person with the keys that sort and find the name."""
    return await Person.create(
        code=code,
        full_name=full_name,
        name_key=name_key(full_name),
        position=position,
        email=email,
        demo=demo,
        name_search=search_fold(f"{full_name} {code} {position}"),
    )


async def edit_person(actor: Actor, person_id: UUID, data: PersonEdit) -> None:
    """Correct a person's particulars."""
    person = await Person.get(person_id)
    await Person.change(
        person_id,
        data.version,
        {
            Person.full_name: data.full_name,
            Person.name_key: name_key(data.full_name),
            Person.position: data.position,
            Person.email: data.email,
            Person.name_search: search_fold(f"{data.full_name} {person['code']} {data.position}"),
        },
    )


async def appoint(actor: Actor, person_id: UUID, data: NewAppointment) -> None:
    """Place a person in a unit from a day on."""
    await _still_here(person_id, data.since)
    await Appointment.create(
        person_id=person_id, unit_id=await _unit_of(data.unit), position=data.position, valid_from=data.since
    )


async def end_appointment(actor: Actor, person_id: UUID, appointment_id: UUID, data: Ending) -> None:
    """End a place after a day; the history stays."""
    place = await _running(Appointment, appointment_id, person_id)
    await Appointment.change(
        appointment_id, data.version, {Appointment.valid_to: _last_day(data.until, place["valid_from"])}
    )


async def give_role(actor: Actor, person_id: UUID, data: NewRole) -> None:
    """Give a role from a day on; it holds from the person's next click."""
    await _still_here(person_id, data.since)
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
    unit_id = await _unit_of(data.unit) if data.unit else None
    already = await value(
        """SELECT true FROM role_assignment WHERE tenant_id = $1 AND person_id = $2 AND role = $3
           AND unit_id IS NOT DISTINCT FROM $4 AND (valid_to IS NULL OR valid_to >= $5)""",
        person_id,
        data.role,
        unit_id,
        data.since,
    )
    if already:
        raise Refused(_("Người này đang giữ vai trò đó."))
    await RoleAssignment.create(person_id=person_id, role=data.role, unit_id=unit_id, valid_from=data.since)
    await touch_access()


async def withdraw_role(actor: Actor, person_id: UUID, assignment_id: UUID, data: Ending) -> None:
    """Take a role back; it is gone at the person's next click. The last administrator stays."""
    held = await _running(RoleAssignment, assignment_id, person_id)
    if held["role"] == "admin":
        await _keep_an_admin("id", assignment_id)
    await RoleAssignment.change(
        assignment_id, data.version, {RoleAssignment.valid_to: _last_day(data.until, held["valid_from"])}
    )
    await touch_access()


async def leave(actor: Actor, person_id: UUID, data: Ending) -> None:
    """Close a person's membership, places and roles after a day; everything done stays in the person's name."""
    until = data.until or ports().today()
    await _keep_an_admin("person_id", person_id)
    await Person.change(person_id, data.version, {Person.left_on: until})
    for table in ("appointment", "role_assignment"):
        await run(
            f"""UPDATE {table} SET valid_to = greatest($3, valid_from - 1), version = version + 1
                WHERE tenant_id = $1 AND person_id = $2 AND (valid_to IS NULL OR valid_to > $3)""",
            person_id,
            until,
        )
    await leave_body(person_id, until)
    await touch_access()


async def _keep_an_admin(column: str, ending: UUID) -> None:
    """Raise Refused when the roles with `ending` in `column` are the last of an administrator.

    The rows are locked: of two administrators who let go at once the second waits, and stays.
    """
    admins = await rows(
        """SELECT id, person_id FROM role_assignment WHERE tenant_id = $1 AND role = 'admin'
           AND valid_from <= $2 AND valid_to IS NULL ORDER BY id FOR UPDATE""",
        ports().today(),
    )
    if admins and all(line[column] == ending for line in admins):
        raise Refused(_("Đây là người quản trị cuối cùng của đơn vị. Hãy trao vai trò này cho người khác trước."))


async def _still_here(person_id: UUID, since: date) -> None:
    """Raise Absent for a stranger, Refused for somebody who has left by `since`."""
    person = await Person.get(person_id)
    if person["left_on"] is not None and person["left_on"] < since:
        raise Refused(_("Người này đã rời đơn vị, không nhận thêm chức vụ hay vai trò được nữa."))


async def _running(table: type[Appointment] | type[RoleAssignment], row_id: UUID, person_id: UUID) -> dict[str, Any]:
    """The person's place or role. Raises Absent if it is not the person's, Refused when it has ended already."""
    found = await table.get(row_id)
    if found["person_id"] != person_id:
        raise Absent(f"{table.__name__} {row_id}")
    if found["valid_to"] is not None and found["valid_to"] < ports().today():
        raise Refused(_("Việc này đã kết thúc từ trước. Hãy tải lại trang để xem."))
    return found


def _last_day(until: date | None, since: date) -> date:
    """Yesterday unless another day is named, so that the change holds at once; a place of today never counted."""
    return max(until or ports().today() - timedelta(days=1), since - timedelta(days=1))


async def _unit_of(code: str) -> UUID:
    found = await value("SELECT id FROM unit WHERE tenant_id = $1 AND code = $2", code)
    if found is None:
        raise Invalid({"unit": _("Không có bộ phận nào mang mã này. Hãy chọn trong danh sách.")})
    return found
