"""Roles that take a second person: one asks, another confirms or refuses, each by name and for ever in the trail.

requested → confirmed (the role is held), refused (with a reason), withdrawn (by who asked, or because the person left).
"""

from datetime import UTC, date, datetime
from uuid import UUID

from platform_core.access.bodies import touch_access
from platform_core.access.guarded import holds_over, is_operator
from platform_core.people.checks import not_held, place_of_role, still_here
from platform_core.people.forms import NewRole, RoleConfirmation, RoleRefusal, SeenVersion
from platform_core.people.tables import RoleAssignment, RoleRequest
from platform_core.permissions import Permission
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden, Refused
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.ports import ports
from tenancy.faults import Absent
from tenancy.query import Record, row, run, value

STATES = {
    "requested": mark("Chờ xác nhận"),
    "confirmed": mark("Đã xác nhận"),
    "refused": mark("Đã từ chối"),
    "withdrawn": mark("Đã rút lại"),
}


async def ask_for_role(actor: Actor, person_id: UUID, role: str, unit_id: UUID | None, since: date) -> UUID:
    """Note the wish; nothing is held before somebody else confirms. Raises Refused when it waits already."""
    waits = await value(
        """SELECT true FROM role_request WHERE tenant_id = $1 AND person_id = $2 AND role = $3
           AND unit_id IS NOT DISTINCT FROM $4 AND state = 'requested'""",
        person_id,
        role,
        unit_id,
    )
    if waits:
        raise Refused(_("Vai trò này đã được đề nghị cho người này và đang chờ xác nhận."))
    return await RoleRequest.create(
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        valid_from=since,
        requested_by=actor.person_id,
        requested_at=datetime.now(UTC),
        state="requested",
        reason="",
    )


async def confirm_role(actor: Actor, person_id: UUID, request_id: UUID, data: RoleConfirmation) -> dict[str, UUID]:
    """Say yes as the second person: the role is held from today on, or from the later day that was asked for."""
    today = ports().today()
    await still_here(person_id, today)
    asked = await _open(person_id, request_id)
    _must_decide(actor, asked)
    since = max(asked["valid_from"], today)
    await still_here(person_id, since)
    await not_held(person_id, asked["role"], asked["unit_id"], since)
    given = await RoleAssignment.create(
        person_id=person_id, role=asked["role"], unit_id=asked["unit_id"], valid_from=since
    )
    await _decide(actor, request_id, data.version, "confirmed", data.reason, given)
    await touch_access()
    return {"assignment_id": given}


async def refuse_role(actor: Actor, person_id: UUID, request_id: UUID, data: RoleRefusal) -> None:
    """Say no as the second person, with a reason that the asker reads."""
    asked = await _open(person_id, request_id)
    _must_decide(actor, asked)
    await _decide(actor, request_id, data.version, "refused", data.reason)


async def withdraw_request(actor: Actor, person_id: UUID, request_id: UUID, data: SeenVersion) -> None:
    """Take one's own request back. Raises Forbidden for the request of another."""
    asked = await _open(person_id, request_id)
    if asked["requested_by"] != actor.person_id:
        raise Forbidden(_("Chỉ người đã đề nghị mới rút lại được. Người có quyền xác nhận thì từ chối, kèm lý do."))
    await _decide(actor, request_id, data.version, "withdrawn", "")


async def give_as_operator(actor: Actor, person_id: UUID, data: NewRole, reason: str) -> None:
    """Give a role as the instance's operator, who is the second person of a body with one administrator.

    Kept as a confirmed request, so that the reason is shown where other confirmations are.
    """
    await still_here(person_id, data.since)
    unit_id = await place_of_role(actor, data)
    await not_held(person_id, data.role, unit_id, data.since)
    given = await RoleAssignment.create(person_id=person_id, role=data.role, unit_id=unit_id, valid_from=data.since)
    now = datetime.now(UTC)
    await RoleRequest.create(
        person_id=person_id,
        role=data.role,
        unit_id=unit_id,
        valid_from=data.since,
        requested_at=now,
        state="confirmed",
        decided_at=now,
        reason=reason,
        assignment_id=given,
    )
    await touch_access()


async def drop_requests_for(actor: Actor, person_id: UUID) -> None:
    """Take back what waits for somebody who leaves."""
    await run(
        """UPDATE role_request SET state = 'withdrawn', decided_by = $3, decided_at = $4, version = version + 1
           WHERE tenant_id = $1 AND person_id = $2 AND state = 'requested'""",
        person_id,
        _person_of(actor),
        datetime.now(UTC),
    )


def why_not(actor: Actor, asked: Record) -> str:
    """Why the actor can't confirm or refuse this request (`requested_by`, `person_id`, `unit_id`); "" when he can."""
    if asked["requested_by"] == actor.person_id:
        return _("Đồng chí đã đề nghị vai trò này; người thứ hai mới xác nhận được.")
    if asked["person_id"] == actor.person_id:
        return _("Vai trò này được đề nghị cho đồng chí; người khác mới xác nhận được.")
    if not holds_over(actor, Permission.ROLE_CONFIRM, asked["unit_id"]):
        return _("Đồng chí không có quyền xác nhận vai trò.")
    return ""


def _must_decide(actor: Actor, asked: Record) -> None:
    if sentence := why_not(actor, asked):
        raise Forbidden(sentence)


async def _open(person_id: UUID, request_id: UUID) -> Record:
    """The request, locked. Raises Absent if it is not about the person, Refused when it has been decided."""
    asked = await row(
        """SELECT person_id, role, unit_id, valid_from, requested_by, state FROM role_request
           WHERE tenant_id = $1 AND id = $2 FOR UPDATE""",
        request_id,
    )
    if asked is None or asked["person_id"] != person_id:
        raise Absent(f"RoleRequest {request_id}")
    if asked["state"] != "requested":
        words = STATES[asked["state"]]
        raise Refused(_("Đề nghị này không còn chờ: %(state)s. Hãy tải lại trang để xem.", state=_(words).lower()))
    return asked


async def _decide(
    actor: Actor, request_id: UUID, version: int, state: str, reason: str, assignment_id: UUID | None = None
) -> None:
    await RoleRequest.change(
        request_id,
        version,
        {
            RoleRequest.state: state,
            RoleRequest.decided_by: _person_of(actor),
            RoleRequest.decided_at: datetime.now(UTC),
            RoleRequest.reason: reason,
            RoleRequest.assignment_id: assignment_id,
        },
    )


def _person_of(actor: Actor) -> UUID | None:
    return None if is_operator(actor) else actor.person_id
