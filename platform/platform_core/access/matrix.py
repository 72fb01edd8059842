"""The permission matrix: every role against every permission, generated from what the modules declare."""

from msgspec import Struct

from platform_core.access.bodies import policy_here
from platform_core.access.guarded import guarded_roles
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from tenancy.query import rows


class MatrixRole(Struct, frozen=True):
    """A column; `guarded` when a second person confirms who gets the role."""

    key: str
    title: str
    people: int
    guarded: bool


class MatrixLine(Struct, frozen=True):
    """A permission with one cell per role: "held", "denied" or ""."""

    key: str
    title: str
    cells: list[str]


class MatrixGroup(Struct, frozen=True):
    """A module's permissions."""

    title: str
    permissions: list[MatrixLine]


class Matrix(Struct, frozen=True):
    """Who may do what in this body."""

    roles: list[MatrixRole]
    groups: list[MatrixGroup]


async def matrix(actor: Actor) -> Matrix:
    """The matrix of the body of this request, its own rules included."""
    registry = dispatcher().registry
    policy = await policy_here()
    guarded = guarded_roles(policy)
    held = await rows("""SELECT role, count(DISTINCT person_id) AS people FROM role_assignment
                         WHERE tenant_id = $1 AND valid_from <= current_date
                           AND (valid_to IS NULL OR valid_to >= current_date) GROUP BY role""")
    people = {line["role"]: line["people"] for line in held}
    roles = [role for role in registry.roles.values() if actor.body.kind in role.kinds]

    def cell(role: str, permission: str) -> str:
        if permission in policy.denied.get(role, ()):
            return "denied"
        return "held" if permission in policy.allowed.get(role, ()) else ""

    groups = [
        MatrixGroup(
            _(manifest.title),
            [
                MatrixLine(p.value, _(manifest.permission_titles[p]), [cell(role.key, p.value) for role in roles])
                for p in manifest.permissions
            ],
        )
        for manifest in registry.manifests.values()
        if manifest.name == "core" or manifest.name in actor.modules
    ]
    columns = [MatrixRole(role.key, _(role.title), people.get(role.key, 0), role.key in guarded) for role in roles]
    return Matrix(columns, groups)
