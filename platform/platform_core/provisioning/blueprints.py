"""Blueprints become bodies: idempotent, all or nothing, and never silently over what a body changed itself."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from platform_core.access.patches import patches_here
from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.accounts.registration import add_account, join_body
from platform_core.people.service import store_person
from platform_core.people.tables import Appointment, Module, RoleAssignment, Unit
from platform_core.plugin_host.running import dispatcher
from platform_core.plugin_settings.modules import switch_on
from platform_core.plugin_settings.stored import hold_settings
from platform_core.provisioning.blueprint_settings import (
    KeptSetting,
    SettingsApplied,
    apply_settings,
    setting_faults,
    told_in_file,
    unfit_below,
)
from plugin_api.actor import Actor, Body, Held
from plugin_api.config import Patch
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy import blueprints, lifecycle
from tenancy.blueprints.model import About, ModuleUse, Person
from tenancy.blueprints.model import Body as BlueprintBody
from tenancy.context import NOBODY, OPERATOR_SPACE, TenantContext
from tenancy.query import row, rows
from tenancy.transaction import in_body


class AppliedChange(Struct, frozen=True):
    """One thing that differs in a body since the files were applied, in words."""

    body: str
    what: str
    before: str
    after: str


class Applied(Struct):
    """What applying blueprints did; `kept` are settings that stand against them."""

    bodies: int = 0
    people: int = 0
    accounts: int = 0
    modules: int = 0
    changes: list[AppliedChange] = []
    kept: list[KeptSetting] = []


def machine(body: Body, modules: frozenset[str] = frozenset(), patches: tuple[Patch, ...] = ()) -> Actor:
    """The actor of start-up and commands: the machine itself, with every permission, in one body."""
    everything = frozenset(dispatcher().registry.permissions())
    return Actor(NOBODY, NOBODY, _("Hệ thống"), body, (Held(None, everything),), modules, patches)


async def apply_files(paths: list[Path], force: bool = False) -> Applied:
    """Read and apply blueprints together, in one transaction.

    A setting that its body changed since a blueprint set it stays and is told in `kept`; `force` sets it all the same.
    Raises BlueprintError naming every fault of every file; then nothing was changed.
    """
    async with in_body(TenantContext(OPERATOR_SPACE)):
        files = blueprints.read_together(paths, {line["slug"] for line in await lifecycle.directory()})
        faults = setting_faults(files)
        if faults:
            raise blueprints.BlueprintError(faults)
        await hold_settings(*(use.name for body in files.bodies for use in body.modules))
        return await _apply(files, force)


async def _apply(files: blueprints.Accepted, force: bool) -> Applied:
    done = Applied(bodies=len(files.bodies))
    ids = {body.slug: await _place(_row(body, files.about[body.slug]), done) for body in files.bodies}
    await _place_in_tree(files.bodies, ids)
    for body in files.bodies:
        if body.units or body.persons or body.modules:
            await _fill_body(body, files.about[body.slug].demo, ids[body.slug], done)
    await _apply_settings(files, ids, force, done)
    return done


async def _place(row: lifecycle.BodyRow, done: Applied) -> UUID:
    """Place a body and note what differs of one that was there."""
    before = await lifecycle.particulars(row.slug)
    placed = await lifecycle.place_body(row)
    after = await lifecycle.particulars(row.slug)
    done.changes += [
        AppliedChange(row.slug, column, str(before[column] or ""), str(after[column] or ""))
        for column in before
        if before[column] != after[column]
    ]
    return placed


async def _apply_settings(files: blueprints.Accepted, ids: Mapping[str, UUID], force: bool, done: Applied) -> None:
    """The settings of every body, those above first; then every body below is judged as all of it leaves it."""
    faults: list[blueprints.BlueprintFault] = []
    applied: list[tuple[BlueprintBody, SettingsApplied]] = []
    for body in files.bodies:
        for use in (one for one in body.modules if one.settings or one.locked):
            await lifecycle.move_to(TenantContext(ids[body.slug]))
            actor = await _machine_here(body, files.about[body.slug].demo, ids[body.slug])
            try:
                applied.append((body, await apply_settings(actor, use, force)))
            except Invalid as fault:
                faults += [_fault(files, body, use, *one) for one in fault.problems.items()]
    for body, one in applied:
        await lifecycle.move_to(TenantContext(ids[body.slug]))
        faults += [_fault(files, body, one.use, "", sentence) for sentence in await unfit_below(one)]
        _note(body, one, done)
    await lifecycle.move_to(TenantContext(OPERATOR_SPACE))
    if faults:
        raise blueprints.BlueprintError(faults)


def _fault(
    files: blueprints.Accepted, body: BlueprintBody, use: ModuleUse, field: str, sentence: str
) -> blueprints.BlueprintFault:
    key = field.partition(".")[2]
    return told_in_file(files, body, use, ("settings", key) if key else ("settings",), sentence)


def _note(body: BlueprintBody, applied: SettingsApplied, done: Applied) -> None:
    done.kept += applied.kept
    if applied.changed is None:
        return
    module = applied.use.name
    done.changes += [
        AppliedChange(body.slug, f"{module}.{one.key}", one.before, one.after) for one in applied.changed.changes
    ]
    done.changes += [AppliedChange(body.slug, f"{module}.{key}", _("mở"), _("khóa")) for key in applied.changed.locked]
    done.changes += [
        AppliedChange(one.slug, f"{module}.{one.key}", one.before, one.after)
        for one in applied.changed.below
        if one.outcome == "changed"
    ]


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
            actor = await _machine_here(body, demo, body_id)
            await switch_on(actor, dispatcher().registry.manifests[use.name], 0)
            done.modules += 1
    await lifecycle.move_to(TenantContext(OPERATOR_SPACE))


async def _machine_here(body: BlueprintBody, demo: bool, body_id: UUID) -> Actor:
    """The machine in the body of this transaction, with the modules and settings that stand there now."""
    here = Body(
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
    )
    return machine(here, await _enabled(), await patches_here())


async def _enabled() -> frozenset[str]:
    return frozenset(line["name"] for line in await Module.select(Module.name).where(Module.enabled.eq(True)))


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
        yield machine(
            Body(found["id"], slug, found["name"], found["short_name"], found["kind"], found["place"], found["demo"]),
            await _enabled(),
            await patches_here(),
        )
