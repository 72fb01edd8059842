"""Who belongs where, for the modules: the `People` port."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from uuid import UUID

import msgspec

from platform_core.access.compiled import Line, body_lines, role_policy, template_lines
from platform_core.plugin_host.running import dispatcher
from plugin_api.ports import Holder, Member, Unit, ports
from tenancy.faults import Absent
from tenancy.query import row, rows, value

MEMBER = """
SELECT p.id AS person_id, p.full_name, p.position, coalesce(a.position, '') AS unit_position,
       coalesce((SELECT string_agg(d.name, ', ' ORDER BY d.sort)
                 FROM appointment b JOIN unit d ON d.tenant_id = b.tenant_id AND d.id = b.unit_id
                 WHERE b.tenant_id = p.tenant_id AND b.person_id = p.id AND d.kind = 'department'
                   AND b.valid_from <= $3 AND (b.valid_to IS NULL OR b.valid_to >= $3)), '') AS departments
FROM person p"""
UNIT = "SELECT id, code, kind, name, committee_name FROM unit"
ON_DAY = "valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)"
# Everybody with a role that may give one of the permissions, and all roles they hold there: another role may forbid.
HOLDERS = """
SELECT u.id AS unit_id, p.id AS person_id, p.full_name, array_agg(DISTINCT r.role) AS roles,
  (SELECT jsonb_agg(jsonb_build_array(a.role, a.permission, a.effect)) FROM access_rule a
   WHERE a.tenant_id = $1) AS rules
FROM unnest($3::uuid[]) AS u(id)
JOIN role_assignment r ON r.tenant_id = $1 AND (r.unit_id IS NULL OR r.unit_id = u.id)
  AND r.valid_from <= $2 AND (r.valid_to IS NULL OR r.valid_to >= $2)
JOIN person p ON p.tenant_id = $1 AND p.id = r.person_id AND p.id <> $4 AND (p.left_on IS NULL OR p.left_on >= $2)
GROUP BY u.id, p.id, p.full_name, p.name_key
HAVING bool_or(r.role = ANY ($5) OR r.role IN (SELECT a.role FROM access_rule a
  WHERE a.tenant_id = $1 AND a.permission = ANY ($6) AND a.effect = 'allow'))
ORDER BY p.name_key, p.id"""


class PeopleOfBody:
    """Answers from the tables of people, in the transaction of the request."""

    @cached_property
    def _templates(self) -> list[Line]:
        """What the installed modules grant from the start; a new composition makes a new port."""
        return template_lines(dispatcher().registry.manifests.values())

    async def units(self, kind: str, on: date) -> list[Unit]:
        found = await rows(f"{UNIT} WHERE tenant_id = $1 AND kind = $2 AND {ON_DAY} ORDER BY sort, name", kind, on)
        return [Unit(**line) for line in found]

    async def unit(self, unit_id: UUID) -> Unit:
        found = await row(f"{UNIT} WHERE tenant_id = $1 AND id = $2", unit_id)
        if found is None:
            raise Absent(f"unit {unit_id}")
        return Unit(**found)

    async def members(self, unit_id: UUID, on: date) -> list[Member]:
        found = await rows(
            f"""{MEMBER} JOIN appointment a ON a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.unit_id = $2
                               AND a.valid_from <= $3 AND (a.valid_to IS NULL OR a.valid_to >= $3)
                               WHERE p.tenant_id = $1 ORDER BY p.name_key""",
            unit_id,
            on,
        )
        return [Member(**line) for line in found]

    async def everybody(self, on: date) -> list[Member]:
        found = await rows(
            f"""{MEMBER} LEFT JOIN appointment a ON false
                WHERE p.tenant_id = $1 AND (p.left_on IS NULL OR p.left_on >= $2) ORDER BY p.name_key, p.id""",
            on,
            on,
        )
        return [Member(**line) for line in found]

    async def member(self, person_id: UUID) -> Member:
        found = await row(
            f"{MEMBER} LEFT JOIN appointment a ON false WHERE p.tenant_id = $1 AND p.id = $2",
            person_id,
            ports().today(),
        )
        if found is None:
            raise Absent(f"person {person_id}")
        return Member(**found)

    async def belongs(self, person_id: UUID, unit_id: UUID, on: date) -> bool:
        return (
            await value(
                f"SELECT true FROM appointment WHERE tenant_id = $1 AND person_id = $2 AND {ON_DAY} AND unit_id = $4",
                person_id,
                on,
                unit_id,
            )
            is True
        )

    async def holders(
        self, any_of: Collection[str], units: Collection[UUID], besides: UUID
    ) -> Mapping[UUID, list[Holder]]:
        asked = {str(permission) for permission in any_of}
        giving = {role for role, permission, _effect in self._templates if permission in asked}
        lines = await rows(HOLDERS, ports().today(), list(units), besides, list(giving), list(asked))
        rules = msgspec.json.decode(lines[0]["rules"] or "[]", type=list[Line]) if lines else []
        policy = role_policy(body_lines(self._templates, rules))
        found: dict[UUID, list[Holder]] = {unit_id: [] for unit_id in units}
        for one in lines:
            holder = Holder(one["person_id"], one["full_name"], policy.together(one["roles"]))
            if holder.permissions & asked:
                found[one["unit_id"]].append(holder)
        return found
