"""What is done with people: adding and correcting, placing in units, giving and taking roles, leaving."""

from typing import Any
from uuid import UUID

from platform_core.access.bodies import policy_here, touch_access
from platform_core.access.guarded import guarded_roles, is_operator, must_hold_over
from platform_core.accounts.registration import add_account, join_body, leave_body
from platform_core.people.checks import (
    keep_an_admin,
    last_day,
    not_held,
    not_left,
    place_of_role,
    running,
    still_here,
    unit_of,
)
from platform_core.people.forms import Ending, NewAppointment, NewPerson, NewRole, PersonEdit
from platform_core.people.role_requests import ask_for_role, drop_requests_for
from platform_core.people.tables import Appointment, Person, RoleAssignment
from platform_core.permissions import Permission
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from plugin_api.names import name_key, search_fold
from plugin_api.ports import ports
from tenancy.query import run, value


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
    await still_here(person_id, data.since)
    await Appointment.create(
        person_id=person_id, unit_id=await unit_of(data.unit), position=data.position, valid_from=data.since
    )


async def end_appointment(actor: Actor, person_id: UUID, appointment_id: UUID, data: Ending) -> None:
    """End a place after a day; the history stays."""
    place = await running(Appointment, appointment_id, person_id)
    await Appointment.change(
        appointment_id, data.version, {Appointment.valid_to: last_day(data.until, place)}
    )


async def give_role(actor: Actor, person_id: UUID, data: NewRole) -> dict[str, UUID]:
    """Give a role from a day on; it holds from the person's next click. A guarded role waits for a second person.

    Returns the id of the assignment or of the request. Raises Refused for oneself: nobody gives himself a role.
    """
    if person_id == actor.person_id:
        raise Refused(
            _(
                "Không ai tự trao vai trò cho mình. Hãy nhờ người quản trị khác; "
                "đơn vị chỉ có một người quản trị thì nhờ người vận hành hệ thống."
            )
        )
    await still_here(person_id, data.since)
    unit_id = await place_of_role(actor, data)
    must_hold_over(actor, Permission.ROLES_ASSIGN, unit_id)
    await not_held(person_id, data.role, unit_id, data.since)
    if not is_operator(actor) and data.role in guarded_roles(await policy_here()):
        return {"request_id": await ask_for_role(actor, person_id, data.role, unit_id, data.since)}
    given = await RoleAssignment.create(person_id=person_id, role=data.role, unit_id=unit_id, valid_from=data.since)
    await touch_access()
    return {"assignment_id": given}


async def withdraw_role(actor: Actor, person_id: UUID, assignment_id: UUID, data: Ending) -> None:
    """Take a role back; it is gone at the person's next click. The last administrator stays."""
    held = await running(RoleAssignment, assignment_id, person_id)
    if held["role"] == "admin":
        await keep_an_admin(assignment_id)
    await RoleAssignment.change(
        assignment_id, data.version, {RoleAssignment.valid_to: last_day(data.until, held)}
    )
    await touch_access()


async def leave(actor: Actor, person_id: UUID, data: Ending) -> None:
    """Close a person's membership, places and roles after a day; everything done stays in the person's name.

    Raises Refused for somebody who has left already: a new last day would let him in again.
    """
    until = data.until or ports().today()
    await not_left(person_id)
    await keep_an_admin(person_id)
    await Person.change(person_id, data.version, {Person.left_on: until})
    for table in ("appointment", "role_assignment"):
        await run(
            f"""UPDATE {table} SET valid_to = greatest($3, valid_from - 1), version = version + 1
                WHERE tenant_id = $1 AND person_id = $2 AND (valid_to IS NULL OR valid_to > $3)""",
            person_id,
            until,
        )
    await drop_requests_for(actor, person_id)
    await leave_body(person_id, until)
    await touch_access()
