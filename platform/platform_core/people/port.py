"""Who belongs where, for the modules: the `People` port."""

from datetime import date
from uuid import UUID

from plugin_api.ports import Member, Unit, ports
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


class PeopleOfBody:
    """Answers from the tables of people, in the transaction of the request."""

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
