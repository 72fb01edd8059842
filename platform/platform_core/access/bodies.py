"""The compiled policy of each body, kept until the body's access version moves."""

from asyncio import to_thread
from uuid import UUID

import msgspec

from platform_core.access.compiled import Line, RolePolicy, body_lines, role_policy, template_lines
from platform_core.plugin_host.registry import Registry
from platform_core.plugin_host.running import dispatcher
from tenancy.query import rows, run, value

KEPT_BODIES = 2000
RULES = """coalesce((SELECT jsonb_agg(jsonb_build_array(a.role, a.permission, a.effect)) FROM access_rule a
  WHERE a.tenant_id = $1), '[]')"""
"""The body's own rules as one value, so that a page that needs the policy asks no question more."""


class BodyPolicies:
    """Policies by (body, access version).

    The version is read with the session, so a change holds from the next request on, in every process.
    """

    def __init__(self, registry: Registry) -> None:
        self.templates: tuple[Line, ...] = tuple(template_lines(registry.manifests.values()))
        role_policy(self.templates)  # at start, so that no request compiles what most bodies use
        self._kept: dict[tuple[UUID, int], RolePolicy] = {}

    def at_hand(self, tenant_id: UUID, version: int) -> RolePolicy | None:
        """The policy of a body if this process knows that version; version 0 means no rules of its own."""
        return role_policy(self.templates) if version == 0 else self._kept.get((tenant_id, version))

    async def load(self, tenant_id: UUID, version: int) -> RolePolicy:
        """Read the body's own rules, in its transaction, and compile."""
        known = self.at_hand(tenant_id, version)
        if known is None:
            rules = await rows("SELECT role, permission, effect FROM access_rule WHERE tenant_id = $1")
            lines = body_lines(self.templates, [(r["role"], r["permission"], r["effect"]) for r in rules])
            known = await to_thread(role_policy, lines)  # casbin takes its time; other requests go on
            if len(self._kept) >= KEPT_BODIES:
                self._kept.clear()
            self._kept[tenant_id, version] = known
        return known


def policy_of(rules: str) -> RolePolicy:
    """The policy of a body whose own rules are RULES as the database gave them."""
    templates = template_lines(dispatcher().registry.manifests.values())
    return role_policy(body_lines(templates, msgspec.json.decode(rules, type=list[Line])))


async def policy_here() -> RolePolicy:
    """The policy of the body of this transaction, as it stands now."""
    return policy_of(await value(f"SELECT {RULES}"))


async def touch_access() -> None:
    """Move the access version of the body of this transaction: every process compiles anew at its next request."""
    await run("""INSERT INTO body_state (tenant_id, id, access_version, settings_version) VALUES ($1, $1, 1, 0)
                 ON CONFLICT (tenant_id, id) DO UPDATE SET access_version = body_state.access_version + 1""")


async def touch_settings() -> None:
    """Move the settings version of the body of this transaction."""
    await run("""INSERT INTO body_state (tenant_id, id, access_version, settings_version) VALUES ($1, $1, 0, 1)
                 ON CONFLICT (tenant_id, id) DO UPDATE SET settings_version = body_state.settings_version + 1""")
