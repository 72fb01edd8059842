"""The compiled policy of each body, kept until the body's access version moves."""

from uuid import UUID

from platform_core.access.compiled import Line, RolePolicy, body_lines, role_policy, template_lines
from platform_core.plugin_host.registry import Registry
from tenancy.query import rows, run

KEPT_BODIES = 2000


class BodyPolicies:
    """Policies by (body, access version).

    The version is read with the session, so a change holds from the next request on, in every process.
    """

    def __init__(self, registry: Registry) -> None:
        self.templates: tuple[Line, ...] = tuple(template_lines(registry.manifests.values()))
        self._kept: dict[tuple[UUID, int], RolePolicy] = {}

    def at_hand(self, tenant_id: UUID, version: int) -> RolePolicy | None:
        """The policy of a body if this process knows that version; version 0 means no rules of its own."""
        return role_policy(self.templates) if version == 0 else self._kept.get((tenant_id, version))

    async def load(self, tenant_id: UUID, version: int) -> RolePolicy:
        """Read the body's own rules, in its transaction, and compile."""
        known = self.at_hand(tenant_id, version)
        if known is None:
            rules = await rows("SELECT role, permission, effect FROM access_rule WHERE tenant_id = $1")
            known = role_policy(body_lines(self.templates, [(r["role"], r["permission"], r["effect"]) for r in rules]))
            if len(self._kept) >= KEPT_BODIES:
                self._kept.clear()
            self._kept[tenant_id, version] = known
        return known


async def touch_access() -> None:
    """Move the access version of the body of this transaction: every process compiles anew at its next request."""
    await run("""INSERT INTO body_state (tenant_id, id, access_version, settings_version) VALUES ($1, $1, 1, 0)
                 ON CONFLICT (tenant_id, id) DO UPDATE SET access_version = body_state.access_version + 1""")


async def touch_settings() -> None:
    """Move the settings version of the body of this transaction."""
    await run("""INSERT INTO body_state (tenant_id, id, access_version, settings_version) VALUES ($1, $1, 0, 1)
                 ON CONFLICT (tenant_id, id) DO UPDATE SET settings_version = body_state.settings_version + 1""")
