"""Asking for roles, confirming and refusing them, as people do it over the application."""

from typing import Any

from platform_core.access.bodies import policy_here
from platform_core.access.guarded import guarded_roles
from plugin_api.ports import ports
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import directory
from tenancy.query import rows
from tenancy.transaction import in_body

REASON = "Đã đối chiếu với quyết định phân công"


async def body_id(slug: str = "kien-luong") -> Any:
    """The body's id."""
    async with in_body(TenantContext(OPERATOR_SPACE)):
        return next(line["id"] for line in await directory() if line["slug"] == slug)


async def guarded_held(slug: str = "kien-luong") -> set[tuple[Any, ...]]:
    """Every guarded role that anybody holds today or later, with its last day."""
    async with in_body(TenantContext(await body_id(slug))):
        held = await rows(
            """SELECT person_id, role, unit_id, valid_to FROM role_assignment
               WHERE tenant_id = $1 AND (valid_to IS NULL OR valid_to >= $2)""",
            ports().today(),
        )
        guarded = guarded_roles(await policy_here())
        return {tuple(line) for line in held if line["role"] in guarded}


async def ask(admin: Any, page: str, role: str, unit: str = "", **more: Any) -> Any:
    """Ask for a role from today on, through the API."""
    new = {"role": role, "unit": unit, "since": str(ports().today())} | more
    return await admin.client.post(f"/api/v1/t/{admin.slug}{page}/roles", json=new)


async def waiting(visitor: Any, page: str) -> dict[str, Any]:
    """The one request that waits on this page."""
    found = [one for one in (await visitor.asks(page))["requests"] if one["state"] == "requested"]
    assert len(found) == 1, found
    return found[0]


async def decide(visitor: Any, page: str, step: str, **more: Any) -> Any:
    """Confirm, refuse or withdraw the one request on this page."""
    line = await waiting(visitor, page)
    return await visitor.presses(f"{page}/role-requests/{line['id']}/{step}", **{"version": line["version"]} | more)


async def held_by(visitor: Any, page: str) -> set[str]:
    """The roles of today."""
    return {role["role"] for role in await visitor.roles_of(page)}
