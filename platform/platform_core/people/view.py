"""One person: particulars, places, roles and what the modules know."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from platform_core.access.bodies import RULES, policy_of
from platform_core.access.guarded import guarded_roles, holds_over
from platform_core.access.roles import role_title
from platform_core.people.forms import role_choices, roles_of
from platform_core.people.role_lists import RequestLine, role_requests
from platform_core.permissions import Permission
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports
from plugin_api.shell import PersonPanel
from tenancy.faults import Absent
from tenancy.query import Record, row, rows


class AppointmentLine(Struct, frozen=True):
    """A dated place in a unit; `over` when its last day has passed."""

    id: UUID
    kind: str
    unit: str
    position: str
    since: date
    until: date | None
    version: int
    over: bool


class RoleLine(Struct, frozen=True):
    """A dated role; `over` when its last day has passed."""

    id: UUID
    role: str
    title: str
    unit: str
    since: date
    until: date | None
    version: int
    over: bool


class RolePreset(Struct, frozen=True):
    """What the form that gives a role begins with: a role and a unit's code that are not refused, or nothing."""

    role: str = ""
    unit: str = ""


class PersonView(Struct, frozen=True):
    """One person. `scoped_roles` are the titles of the roles that are held in one unit, `guarded_roles` of those that a
    second person confirms; `requests` wait for that, or were refused lately.
    """

    id: UUID
    code: str
    name: str
    position: str
    email: str
    login: str
    left_on: date | None
    version: int
    appointments: list[AppointmentLine]
    roles: list[RoleLine]
    role_choices: list[tuple[str, str]]
    scoped_roles: list[str]
    unit_choices: list[tuple[str, str]]
    panels: list[PersonPanel]
    may_change: bool
    may_give_roles: bool
    today: date
    guarded_roles: list[str] = []
    requests: list[RequestLine] = []
    is_me: bool = False
    preset: RolePreset = RolePreset()


ONE = f"""
SELECT p.*, coalesce(l.login, '') AS login, {RULES} AS rules,
  ARRAY(SELECT ARRAY[u.code, u.name] FROM unit u WHERE u.tenant_id = $1 AND (u.valid_to IS NULL OR u.valid_to >= $3)
        ORDER BY u.kind DESC, u.sort) AS units
FROM person p LEFT JOIN auth.logins_here() l ON l.person_id = p.id
WHERE p.tenant_id = $1 AND p.id = $2"""
HISTORY = """
SELECT 'place' AS sort, a.id, u.kind, u.id AS unit_id, u.code AS unit_code, a.position AS what, u.name AS unit,
  a.valid_from AS since, a.valid_to AS until, a.version, coalesce(a.valid_to < $3, false) AS over
FROM appointment a JOIN unit u ON u.tenant_id = a.tenant_id AND u.id = a.unit_id
WHERE a.tenant_id = $1 AND a.person_id = $2
UNION ALL
SELECT 'role', r.id, '', u.id, coalesce(u.code, ''), r.role, coalesce(u.name, ''), r.valid_from, r.valid_to, r.version,
  coalesce(r.valid_to < $3, false)
FROM role_assignment r LEFT JOIN unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id
WHERE r.tenant_id = $1 AND r.person_id = $2 ORDER BY over, since DESC, what"""
"""Places and roles in one question, what the forms offer with the person: a page asks little, however much it shows."""


async def person_view(actor: Actor, person_id: UUID) -> PersonView:
    """One person with places, roles and what the modules know."""
    today = ports().today()
    person = await row(ONE, person_id, today)
    if person is None:
        raise Absent(f"person {person_id}")
    history = await rows(HISTORY, person_id, today)
    places = [_place(dict(line)) for line in history if line["sort"] == "place"]
    roles = [_role(dict(line)) for line in history if line["sort"] == "role"]
    guarded = guarded_roles(policy_of(person["rules"]))
    may_change, may_give = actor.may(Permission.PEOPLE_WRITE), actor.may(Permission.ROLES_ASSIGN)
    return PersonView(
        person_id,
        person["code"],
        person["full_name"],
        person["position"],
        person["email"],
        person["login"],
        person["left_on"],
        person["version"],
        places,
        roles,
        await role_choices(actor),
        [_(role.title) for role in roles_of(actor) if role.scoped],
        [(code, name) for code, name in person["units"]] if may_change or may_give else [],
        await _panels(actor, person_id),
        may_change,
        may_give,
        today,
        [_(role.title) for role in roles_of(actor) if role.key in guarded],
        await role_requests(actor, today, person_id),
        person_id == actor.person_id,
        _preset(actor, guarded, history),
    )


def _preset(actor: Actor, guarded: frozenset[str], history: Sequence[Record]) -> RolePreset:
    """A role of the body that takes no second person, in a unit where the person is, that the person does not hold."""
    now = [line for line in history if not line["over"]]
    held = {(line["what"], line["unit_code"]) for line in now if line["sort"] == "role"}
    places = sorted((line for line in now if line["sort"] == "place"), key=lambda line: line["kind"] != "cell")
    for role in roles_of(actor):
        units = [(line["unit_id"], line["unit_code"]) for line in places] if role.scoped else [(None, "")]
        for unit_id, code in units:
            wanted = role.key not in guarded and (role.key, code) not in held
            if wanted and holds_over(actor, Permission.ROLES_ASSIGN, unit_id):
                return RolePreset(role.key, code)
    return RolePreset()


def _place(line: Mapping[str, Any]) -> AppointmentLine:
    return AppointmentLine(
        line["id"],
        line["kind"],
        line["unit"],
        line["what"],
        line["since"],
        line["until"],
        line["version"],
        line["over"],
    )


def _role(line: Mapping[str, Any]) -> RoleLine:
    title = role_title(line["what"])
    return RoleLine(
        line["id"], line["what"], title, line["unit"], line["since"], line["until"], line["version"], line["over"]
    )


async def _panels(actor: Actor, person_id: UUID) -> list[PersonPanel]:
    return [
        panel
        for _module, panels in await dispatcher().gather("person_panels", actor, person_id=person_id)
        for panel in panels
    ]
