"""Blueprints become bodies: idempotent, all or nothing, and never over what a body changed itself."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.registration import add_account, join_body
from platform_core.people.service import store_person
from platform_core.people.tables import Appointment, Module, RoleAssignment, Unit
from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.modules import switch_on
from platform_core.plugin_settings.settings import save_settings
from plugin_api.actor import Actor, Body, Held
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from tenancy import blueprints, lifecycle
from tenancy.blueprints.model import About, Person
from tenancy.blueprints.model import Body as BlueprintBody
from tenancy.context import NOBODY, OPERATOR_SPACE, TenantContext
from tenancy.query import row, rows
from tenancy.transaction import in_body


class Applied(Struct):
    """What applying a blueprint did."""

    bodies: int = 0
    people: int = 0
    accounts: int = 0
    modules: int = 0


def machine(body: Body, modules: frozenset[str] = frozenset()) -> Actor:
    """The actor of start-up and commands: the machine itself, with every permission, in one body."""
    everything = frozenset(dispatcher().registry.permissions())
    return Actor(NOBODY, NOBODY, _("Hệ thống"), body, (Held(None, everything),), modules)


async def apply_files(paths: list[Path]) -> Applied:
    """Read and apply blueprints together, in one transaction.

    Raises BlueprintError naming every fault of every file; then nothing was changed.
    """
    async with in_body(TenantContext(OPERATOR_SPACE)):
        known = {line["slug"] for line in await lifecycle.directory()}
        bodies = blueprints.read_all(paths, known)
        known |= {body.slug for body in bodies}
        about = {
            body.slug: blueprint.about
            for blueprint in (blueprints.read(path, known) for path in paths)
            for body in blueprint.bodies
        }
        return await _apply(bodies, about)


async def _apply(bodies: Sequence[BlueprintBody], about: Mapping[str, About]) -> Applied:
    done = Applied(bodies=len(bodies))
    ids = {body.slug: await lifecycle.place_body(_row(body, about[body.slug])) for body in bodies}
    await _place_in_tree(bodies, ids)
    for body in bodies:
        if body.units or body.persons or body.modules:
            await _fill_body(body, about[body.slug].demo, ids[body.slug], done)
    return done


def _row(body: BlueprintBody, about: About) -> lifecycle.BodyRow:
    return lifecycle.BodyRow(
        slug=body.slug,
        name=body.name,
        short_name=body.short_name,
        kind=body.kind,
        place=body.place,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        party_name=body.party_name or "",
        party_parent=body.party_parent or "",
        demo=about.demo,
        source=about.source,
    )


async def _place_in_tree(bodies: Sequence[BlueprintBody], ids: Mapping[str, UUID]) -> None:
    async def id_of(slug: str) -> UUID:
        found = ids.get(slug) or await lifecycle.body_id_of(slug)
        if found is None:
            raise Refused(_("Không có đơn vị “%(slug)s”.", slug=slug))
        return found

    for body in bodies:
        if body.parent:
            await lifecycle.set_parent(ids[body.slug], await id_of(body.parent))
        for predecessor in body.predecessors:
            await lifecycle.succeed(await id_of(predecessor.body), ids[body.slug], predecessor.on)
        for member in body.members:
            await lifecycle.join_cluster(ids[body.slug], member.year, await id_of(member.body), member.role)
    await lifecycle.refresh_closure()


async def _fill_body(body: BlueprintBody, demo: bool, body_id: UUID, done: Applied) -> None:
    """Units, people, roles and modules of one body; what is there already stays as it is."""
    await lifecycle.move_to(TenantContext(body_id))
    units = await _units(body)
    for person in body.persons:
        await _person(person, body, units, demo, done)
    for use in body.modules:
        if not await Module.exists().where(Module.name == use.name):
            enabled = frozenset(
                line["name"] for line in await Module.select(Module.name).where(Module.enabled.eq(True))
            )
            actor = machine(
                Body(
                    body_id,
                    body.slug,
                    body.name,
                    body.short_name,
                    body.kind,
                    body.place,
                    demo,
                    "",
                    body.party_name or "",
                    body.party_parent or "",
                ),
                enabled,
            )
            if use.name not in dispatcher().registry.manifests:
                raise Refused(_("Không có mô-đun “%(name)s” trên hệ thống này.", name=use.name))
            await switch_on(actor, dispatcher().registry.manifests[use.name], 0)
            if use.settings or use.locked:
                await save_settings(actor, use.name, use.settings, list(use.locked), 0)
            done.modules += 1
    await lifecycle.move_to(TenantContext(OPERATOR_SPACE))


async def _units(body: BlueprintBody) -> dict[str, UUID]:
    known: dict[str, UUID] = {
        line["code"]: line["id"] for line in await rows("SELECT code, id FROM unit WHERE tenant_id = $1")
    }
    for place, unit in enumerate(body.units):
        if unit.code not in known:
            known[unit.code] = await Unit.create(
                code=unit.code,
                kind=unit.kind,
                name=unit.name,
                committee_name=unit.committee_name or "",
                parent_id=known.get(unit.parent or ""),
                sort=place,
                valid_from=unit.valid_from,
                valid_to=unit.valid_to,
            )
    return known


async def _person(person: Person, body: BlueprintBody, units: Mapping[str, UUID], demo: bool, done: Applied) -> None:
    if await row("SELECT id FROM person WHERE tenant_id = $1 AND code = $2", person.code) is not None:
        return
    person_id = await store_person(person.code, person.name, person.position or "", person.email or "", demo=demo)
    done.people += 1
    for place in person.units:
        await Appointment.create(
            person_id=person_id,
            unit_id=units[place.unit],
            position=place.position or "",
            valid_from=place.valid_from,
            valid_to=place.valid_to,
        )
    for held in person.roles:
        await RoleAssignment.create(
            person_id=person_id,
            role=held.role,
            unit_id=units[held.unit] if held.unit else None,
            valid_from=held.valid_from,
            valid_to=held.valid_to,
        )
    if person.login and demo:
        account, made = await add_account(person.login, DEMO_PASSWORD, must_change=False, demo=True)
        done.accounts += made
        await join_body(account, person_id, _earliest(person))


def _earliest(person: Person) -> date:
    return min([held.valid_from for held in (*person.units, *person.roles)], default=date(2000, 1, 1))


@asynccontextmanager
async def machine_in(slug: str) -> AsyncIterator[Actor]:
    """A transaction of the machine in one body, for commands. Raises Refused when there is no such body."""
    async with in_body(TenantContext(OPERATOR_SPACE)):
        found = next((line for line in await lifecycle.directory() if line["slug"] == slug), None)
        if found is None:
            raise Refused(_("Không có đơn vị “%(slug)s”. Xem: thidua tenants list", slug=slug))
        await lifecycle.move_to(TenantContext(found["id"]))
        enabled = frozenset(line["name"] for line in await Module.select(Module.name).where(Module.enabled.eq(True)))
        yield machine(
            Body(found["id"], slug, found["name"], found["short_name"], found["kind"], found["place"], found["demo"]),
            enabled,
        )
