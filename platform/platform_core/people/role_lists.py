"""What is shown of roles that take a second person: what waits, who can confirm it, what became of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from platform_core.access.bodies import RULES, policy_of
from platform_core.access.compiled import RolePolicy
from platform_core.access.guarded import guarded_roles
from platform_core.access.roles import role_title
from platform_core.people.role_requests import STATES, why_not
from platform_core.permissions import GRANTS, Permission
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from tenancy.query import Record, rows

TOLD_FOR = timedelta(days=30)
"""How long a new role, or a refusal, is told."""


class RequestLine(Struct, frozen=True):
    """A role that was asked for. `why_not` is the sentence why the reader can't confirm it, "" when he can.

    `confirmers` are the names of those who can; where nobody can, `command` is what the operator of the instance types.
    `login` is the person's code where there is no login. `mine` when the reader asked, and may take it back.
    """

    id: UUID
    person_id: UUID
    name: str
    login: str
    role: str
    title: str
    unit: str
    unit_code: str
    since: date
    asked_by: str
    asked_at: datetime
    state: str
    state_title: str
    decided_by: str
    reason: str
    version: int
    mine: bool
    why_not: str
    confirmers: list[str]
    command: str


class RoleToConfirm(Struct, frozen=True):
    """A request that waits for this reader."""

    person_id: UUID
    name: str
    title: str
    unit: str
    asked_by: str


class NewRoleLine(Struct, frozen=True):
    """A guarded role that began in the last TOLD_FOR; `until` when it has an end. Empty names are the operator."""

    person_id: UUID
    name: str
    title: str
    unit: str
    since: date
    until: date | None
    asked_by: str
    confirmed_by: str
    reason: str


class DashboardRoles(Struct, frozen=True):
    """What "My work" says of roles."""

    to_confirm: list[RoleToConfirm]
    began: list[NewRoleLine]


CONFIRMING = [role for role, granted in GRANTS.items() if Permission.ROLE_CONFIRM in granted]
# The holders: whoever has a role that may confirm by template or by a rule of the body, with all other roles: one of
# those may forbid it. The policy has the last word on each.
REQUESTS = f"""
SELECT q.id, q.person_id, p.full_name AS name, coalesce(l.login, p.code) AS login, q.role, q.unit_id,
  coalesce(u.name, '') AS unit, coalesce(u.code, '') AS unit_code, q.valid_from AS since, q.requested_by,
  coalesce(a.full_name, '') AS asked_by, q.requested_at AS asked_at, q.state, coalesce(d.full_name, '') AS decided_by,
  q.reason, q.version,
  (SELECT jsonb_agg(jsonb_build_array(n.id, n.full_name, r.role, r.unit_id) ORDER BY n.name_key)
   FROM role_assignment r JOIN person n ON n.tenant_id = r.tenant_id AND n.id = r.person_id
   WHERE r.tenant_id = $1 AND r.valid_from <= $3 AND (r.valid_to IS NULL OR r.valid_to >= $3)
     AND n.id = ANY (ARRAY(SELECT person_id FROM auth.logins_here()))
     AND n.id = ANY (ARRAY(
       SELECT person_id FROM role_assignment WHERE tenant_id = $1 AND (role = ANY ($2) OR role = ANY (ARRAY(
         SELECT role FROM access_rule WHERE tenant_id = $1 AND permission = 'core.role.confirm')))))) AS holders,
  {RULES} AS rules
FROM role_request q JOIN person p ON p.tenant_id = q.tenant_id AND p.id = q.person_id
LEFT JOIN auth.logins_here() l ON l.person_id = p.id
LEFT JOIN unit u ON u.tenant_id = q.tenant_id AND u.id = q.unit_id
LEFT JOIN person a ON a.tenant_id = q.tenant_id AND a.id = q.requested_by
LEFT JOIN person d ON d.tenant_id = q.tenant_id AND d.id = q.decided_by
WHERE q.tenant_id = $1 AND (q.state = 'requested' OR (q.state = 'refused' AND q.decided_at::date >= $4))
  AND ($5::uuid IS NULL OR q.person_id = $5) ORDER BY q.state = 'refused', q.requested_at LIMIT 200"""
AT_HOME = f"""
SELECT found.*, {RULES} AS rules FROM (
  SELECT * FROM (
    SELECT true AS waits, q.person_id, p.full_name AS name, q.role, q.unit_id, coalesce(u.name, '') AS unit,
      q.valid_from AS since, NULL::date AS until, q.requested_by, coalesce(a.full_name, '') AS asked_by,
      '' AS confirmed_by, '' AS reason, false AS by_operator
    FROM role_request q JOIN person p ON p.tenant_id = q.tenant_id AND p.id = q.person_id
    LEFT JOIN unit u ON u.tenant_id = q.tenant_id AND u.id = q.unit_id
    LEFT JOIN person a ON a.tenant_id = q.tenant_id AND a.id = q.requested_by
    WHERE q.tenant_id = $1 AND q.state = 'requested' ORDER BY q.requested_at LIMIT 100) AS waiting
  UNION ALL SELECT * FROM (
    SELECT false, r.person_id, p.full_name, r.role, r.unit_id, coalesce(u.name, ''), r.valid_from, r.valid_to,
      q.requested_by, coalesce(a.full_name, ''), coalesce(d.full_name, ''), coalesce(q.reason, ''),
      q.id IS NOT NULL AND q.decided_by IS NULL
    FROM role_assignment r JOIN person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id
    LEFT JOIN unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id
    LEFT JOIN role_request q ON q.tenant_id = r.tenant_id AND q.assignment_id = r.id
    LEFT JOIN person a ON a.tenant_id = q.tenant_id AND a.id = q.requested_by
    LEFT JOIN person d ON d.tenant_id = q.tenant_id AND d.id = q.decided_by
    WHERE r.tenant_id = $1 AND r.valid_from BETWEEN $2 AND $3 AND (r.role = ANY ($4)
      OR r.role IN (SELECT e.role FROM access_rule e WHERE e.tenant_id = $1 AND e.effect = 'allow')
      OR (q.id IS NOT NULL AND q.decided_by IS NULL))
    ORDER BY r.valid_from DESC, r.id DESC LIMIT 200) AS began) AS found"""
Holders = list[tuple[UUID, str, str, UUID | None]]


async def role_requests(actor: Actor, today: date, person_id: UUID | None = None) -> list[RequestLine]:
    """What waits in the body, or for one person, and what was refused in the last TOLD_FOR: one statement."""
    found = await rows(REQUESTS, CONFIRMING, today, today - TOLD_FOR, person_id)
    return [_request(actor, policy_of(line["rules"]), line) for line in found]


def _request(actor: Actor, policy: RolePolicy, line: Record) -> RequestLine:
    waits, state = line["state"] == "requested", STATES[line["state"]]
    confirmers = _confirmers(actor, policy, line) if waits else []
    return RequestLine(
        line["id"],
        line["person_id"],
        line["name"],
        line["login"],
        line["role"],
        role_title(line["role"]),
        line["unit"],
        line["unit_code"],
        line["since"],
        line["asked_by"],
        line["asked_at"],
        line["state"],
        _(state),
        line["decided_by"],
        line["reason"],
        line["version"],
        waits and line["requested_by"] == actor.person_id,
        why_not(actor, line) if waits else _(state),
        confirmers,
        _command(actor, line) if waits and not confirmers else "",
    )


def _command(actor: Actor, line: Record) -> str:
    """What the operator types."""
    unit = f" --unit {line['unit_code']}" if line["unit_code"] else ""
    return f'thidua roles confirm {actor.body.slug} {line["login"]} {line["role"]}{unit} --reason "…"'


def _confirmers(actor: Actor, policy: RolePolicy, line: Record) -> list[str]:
    """The names of those who can confirm, asked of each as if it were the reader."""
    roles: dict[tuple[UUID, str], list[tuple[str, UUID | None]]] = {}
    for holder, name, role, unit_id in msgspec.json.decode(line["holders"] or "[]", type=Holders):
        roles.setdefault((holder, name), []).append((role, unit_id))
    people = [
        replace(
            actor,
            person_id=holder,
            person_name=name,
            held=tuple(policy.held(role, unit_id) for role, unit_id in held),
        )
        for (holder, name), held in roles.items()
    ]
    return [person.person_name for person in people if not why_not(person, line)]


async def roles_on_dashboard(actor: Actor, today: date) -> DashboardRoles:
    """What waits for the reader to confirm, and which guarded roles began lately; nothing asked for other readers."""
    follows = actor.may(Permission.ROLE_FOLLOW)
    if not follows and not actor.may(Permission.ROLE_CONFIRM):
        return DashboardRoles([], [])
    found = await rows(AT_HOME, today - TOLD_FOR, today, list(guarded_roles(policy_of("[]"))))
    guarded = guarded_roles(policy_of(found[0]["rules"])) if found else frozenset[str]()
    return DashboardRoles(
        [_to_confirm(line) for line in found if line["waits"] and not why_not(actor, line)],
        [_began(line) for line in found if follows and not line["waits"]
         and (line["role"] in guarded or line["by_operator"])],
    )


def _to_confirm(line: Record) -> RoleToConfirm:
    return RoleToConfirm(line["person_id"], line["name"], role_title(line["role"]), line["unit"], line["asked_by"])


def _began(line: Record) -> NewRoleLine:
    return NewRoleLine(
        line["person_id"],
        line["name"],
        role_title(line["role"]),
        line["unit"],
        line["since"],
        line["until"],
        line["asked_by"],
        line["confirmed_by"],
        line["reason"],
    )
