"""One person: particulars, places, roles and what the modules know."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from platform_core.access.roles import role_title
from platform_core.accounts.registration import logins_here
from platform_core.people.forms import role_choices, roles_of, unit_choices
from platform_core.people.tables import Person
from platform_core.permissions import Permission
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports
from plugin_api.shell import PersonPanel
from tenancy.query import rows


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


class PersonView(Struct, frozen=True):
    """One person. `scoped_roles` are the titles of the roles that are held in one unit."""

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


PLACES = """
SELECT a.id, u.kind, u.name AS unit, a.position, a.valid_from AS since, a.valid_to AS until, a.version,
  coalesce(a.valid_to < $3, false) AS over
FROM appointment a JOIN unit u ON u.tenant_id = a.tenant_id AND u.id = a.unit_id
WHERE a.tenant_id = $1 AND a.person_id = $2 ORDER BY over, a.valid_from DESC"""
HELD = """
SELECT r.id, r.role, coalesce(u.name, '') AS unit, r.valid_from AS since, r.valid_to AS until, r.version,
  coalesce(r.valid_to < $3, false) AS over
FROM role_assignment r LEFT JOIN unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id
WHERE r.tenant_id = $1 AND r.person_id = $2 ORDER BY over, r.valid_from DESC, r.role"""


async def person_view(actor: Actor, person_id: UUID) -> PersonView:
    """One person with places, roles and what the modules know."""
    person, today = await Person.get(person_id), ports().today()
    places = [AppointmentLine(**line) for line in await rows(PLACES, person_id, today)]
    roles = [RoleLine(title=role_title(line["role"]), **line) for line in await rows(HELD, person_id, today)]
    may_change, may_give = actor.may(Permission.PEOPLE_WRITE), actor.may(Permission.ROLES_ASSIGN)
    return PersonView(
        person_id,
        person["code"],
        person["full_name"],
        person["position"],
        person["email"],
        (await logins_here()).get(person_id, ""),
        person["left_on"],
        person["version"],
        places,
        roles,
        await role_choices(actor),
        [_(role.title) for role in roles_of(actor) if role.scoped],
        await unit_choices(actor) if may_change or may_give else [],
        await _panels(actor, person_id),
        may_change,
        may_give,
        today,
    )


async def _panels(actor: Actor, person_id: UUID) -> list[PersonPanel]:
    return [
        panel
        for _module, panels in await dispatcher().gather("person_panels", actor, person_id=person_id)
        for panel in panels
    ]
