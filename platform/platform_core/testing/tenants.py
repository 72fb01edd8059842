"""The bodies of the template and their people, by login or by role."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from platform_core.access.bodies import BodyPolicies
from platform_core.accounts.opened import HeldRole
from platform_core.accounts.registration import all_accounts
from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.modules import switch_on
from platform_core.provisioning.blueprints import machine, machine_in
from platform_core.testing.servers import KEY, Copy
from plugin_api.actor import Actor, Body
from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import DB
from tenancy.lifecycle import directory
from tenancy.query import row, rows
from tenancy.transaction import TenantTransaction, in_body

HOLDERS = """
SELECT r.person_id FROM role_assignment r WHERE r.tenant_id = $1 AND r.valid_to IS NULL
GROUP BY r.person_id HAVING bool_or(r.role = $2) ORDER BY count(*), r.person_id
"""


@dataclass
class Tenants:
    """The bodies of the template, with their people at hand by login: slug → id, (slug, login) → (account, person)."""

    bodies: dict[str, UUID]
    people: dict[tuple[str, str], tuple[UUID, UUID]]
    policies: BodyPolicies

    def inside(self, slug: str, account_id: UUID | None = None) -> AbstractAsyncContextManager[TenantTransaction]:
        """A transaction in a body, undone at the end."""
        return undone(TenantContext(self.bodies[slug], account_id or OPERATOR_SPACE))

    async def actor(self, login: str, slug: str = "kien-luong") -> Actor:
        """The person with this login, with the roles of today, in the transaction at hand."""
        account_id, person_id = self.people[slug, login]
        person = await row("SELECT full_name FROM person WHERE tenant_id = $1 AND id = $2", person_id)
        held = await rows(
            "SELECT role, unit_id FROM role_assignment WHERE tenant_id = $1 AND person_id = $2 AND valid_to IS NULL",
            person_id,
        )
        modules = await rows("SELECT name FROM module WHERE tenant_id = $1 AND enabled")
        policy = await self.policies.load(self.bodies[slug], 0)
        assert person is not None
        return Actor(
            account_id,
            person_id,
            person["full_name"],
            await body_of(slug),
            tuple(policy.held(role.role, role.unit_id) for role in (HeldRole(**line) for line in held)),
            frozenset(line["name"] for line in modules),
        )

    async def login_of(self, role: str, slug: str = "kien-luong") -> str:
        """The login of who holds a role in a body today and few others, from outside a transaction.

        Raises LookupError where nobody with an account does.
        """
        async with in_body(TenantContext(self.bodies[slug])):
            return await self._holder(role, slug)

    async def by_role(self, role: str, slug: str = "kien-luong") -> Actor:
        """Who holds a role in a body, in the transaction at hand; raises LookupError as `login_of` does."""
        return await self.actor(await self._holder(role, slug), slug)

    async def _holder(self, role: str, slug: str) -> str:
        logins = {person: login for (body, login), (_account, person) in self.people.items() if body == slug}
        for line in await rows(HOLDERS, role):
            if line["person_id"] in logins:
                return logins[line["person_id"]]
        raise LookupError(f"nobody with an account holds the role {role} in {slug}")

    async def switch_on(self, module: str, slug: str = "kien-luong") -> None:
        """Switch a module on in a body, for the rest of the file; again is no change."""
        async with machine_in(slug) as actor:
            if module not in actor.modules:
                await switch_on(actor, dispatcher().registry.manifests[module], 0)

    async def machine(self, slug: str, *modules: str) -> Actor:
        """The machine itself in a body, with every permission and these modules on."""
        return machine(await body_of(slug), frozenset(modules))

    async def body(self, slug: str) -> Body:
        """A body as a request knows it."""
        return await body_of(slug)

    async def cell(self) -> UUID:
        """The Party cell of the body at hand."""
        found = await row("SELECT id FROM unit WHERE tenant_id = $1 AND kind = 'cell'")
        assert found is not None
        return found["id"]


async def body_of(slug: str) -> Body:
    """A body out of the directory."""
    line = next(one for one in await directory() if one["slug"] == slug)
    return Body(
        line["id"],
        slug,
        line["name"],
        line["short_name"],
        line["kind"],
        line["place"],
        line["demo"],
        "",
        "Chi bộ",
        "Huyện ủy",
    )


@asynccontextmanager
async def undone(context: TenantContext) -> AsyncIterator[TenantTransaction]:
    """A transaction that leaves nothing behind."""
    transaction = TenantTransaction()
    await transaction.begin(context)
    try:
        yield transaction
    finally:
        await transaction.rollback()


@pytest.fixture
async def tenants(database: Copy) -> AsyncIterator[Tenants]:
    """The pool open on this file's database, and who is who."""
    await DB.open(database.dsn(), Signer(KEY), 10)
    bodies: dict[str, UUID] = {}
    people: dict[tuple[str, str], tuple[UUID, UUID]] = {}
    async with in_body(TenantContext(OPERATOR_SPACE)):
        bodies = {line["slug"]: line["id"] for line in await directory()}
        slugs = {tenant: slug for slug, tenant in bodies.items()}
    for line in await all_accounts():
        if line.tenant_id and line.person_id:
            people[slugs[line.tenant_id], line.login] = (line.account_id, line.person_id)
    yield Tenants(bodies, people, BodyPolicies(dispatcher().registry))
    await DB.close()
