"""A person as the one who acts, without a request: for commands and demo data."""

from datetime import date
from uuid import UUID

from platform_core.access.bodies import BodyPolicies
from platform_core.access.patches import patches_here
from plugin_api.actor import Actor, Body
from tenancy.faults import Absent
from tenancy.query import row, rows, value


async def acting(policies: BodyPolicies, body: Body, person_id: UUID, on: date) -> Actor:
    """The person of the body at hand, with the roles held on a day. Raises Absent."""
    person = await row("SELECT full_name FROM person WHERE tenant_id = $1 AND id = $2", person_id)
    if person is None:
        raise Absent(f"person {person_id}")
    held = await rows(
        """SELECT role, unit_id FROM role_assignment WHERE tenant_id = $1 AND person_id = $2
           AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)""",
        person_id,
        on,
    )
    version = await value("SELECT access_version FROM body_state WHERE tenant_id = $1") or 0
    policy = await policies.load(body.tenant_id, version)
    modules = await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")
    return Actor(
        UUID(int=0),
        person_id,
        person["full_name"],
        body,
        tuple(policy.held(line["role"], line["unit_id"]) for line in held),
        frozenset(line["name"] for line in modules),
        await patches_here(),
    )
