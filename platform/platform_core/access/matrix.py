"""The permission matrix: every role against every permission, generated from what the modules declare."""

from typing import get_type_hints

from msgspec import Struct

from platform_core.access.bodies import policy_here
from platform_core.access.compiled import RolePolicy
from platform_core.access.guarded import guarded_roles
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.forms import meta_of
from plugin_api.i18n import gettext as _
from plugin_api.manifest import GrantCondition, Manifest
from plugin_api.ports import ports
from tenancy.query import rows


class MatrixRole(Struct, frozen=True):
    """A column; `guarded` when a second person confirms who gets the role, `scoped` when it is held in one unit."""

    key: str
    title: str
    people: int
    guarded: bool
    scoped: bool


class MatrixCell(Struct, frozen=True):
    """What a role may: "held", "conditional", "denied" or ""; `words` say when, and by which setting of the body."""

    state: str
    words: list[str] = []


class MatrixLine(Struct, frozen=True):
    """A permission with one cell per role."""

    key: str
    title: str
    cells: list[MatrixCell]


class MatrixGroup(Struct, frozen=True):
    """A module's permissions."""

    title: str
    permissions: list[MatrixLine]


class Matrix(Struct, frozen=True):
    """Who may do what in this body."""

    roles: list[MatrixRole]
    groups: list[MatrixGroup]


PEOPLE = """
SELECT role, count(DISTINCT person_id) AS people FROM role_assignment
WHERE tenant_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2) GROUP BY role"""


async def matrix(actor: Actor) -> Matrix:
    """The matrix of the body of this request, its own rules and settings included."""
    registry = dispatcher().registry
    policy = await policy_here()
    guarded = guarded_roles(policy)
    people = {line["role"]: line["people"] for line in await rows(PEOPLE, ports().today())}
    roles = [role for role in registry.roles.values() if actor.body.kind in role.kinds]
    shown = [one for one in registry.manifests.values() if one.name in ("core", *actor.modules)]
    groups = [
        MatrixGroup(
            _(manifest.title),
            [
                MatrixLine(
                    permission.value,
                    _(manifest.permission_titles[permission]),
                    [cell_of(actor, manifest, policy, role.key, permission.value) for role in roles],
                )
                for permission in manifest.permissions
            ],
        )
        for manifest in shown
    ]
    columns = [
        MatrixRole(role.key, _(role.title), people.get(role.key, 0), role.key in guarded, role.scoped) for role in roles
    ]
    return Matrix(columns, groups)


def cell_of(actor: Actor, manifest: Manifest, policy: RolePolicy, role: str, permission: str) -> MatrixCell:
    """What a role may, as the rules and settings of the actor's body stand."""
    if permission in policy.denied.get(role, ()):
        return MatrixCell("denied")
    allowed = policy.allowed.get(role, frozenset())
    if permission not in allowed:
        return MatrixCell("")
    words = [
        _in_words(manifest, condition)
        for condition in manifest.conditions
        if condition.permission == permission and _counts(actor, manifest, condition, allowed)
    ]
    return MatrixCell("conditional" if words else "held", words)


def _counts(actor: Actor, manifest: Manifest, condition: GrantCondition, allowed: frozenset[str]) -> bool:
    """Whether the condition holds for a role that is `allowed` these, as the body is set."""
    if condition.without & allowed:
        return False
    settings = actor.settings(manifest.name, manifest.config)
    return not condition.setting or getattr(settings, condition.setting) == condition.value


def _in_words(manifest: Manifest, condition: GrantCondition) -> str:
    if not condition.setting:
        return _(condition.words)
    title = meta_of(get_type_hints(manifest.config, include_extras=True)[condition.setting]).title
    return _("%(words)s (thiết lập “%(setting)s”)", words=_(condition.words), setting=_(title or condition.setting))
