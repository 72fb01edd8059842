"""Every hook there is, in the order of a module's life. A module implements those it needs with `@hookimpl`.

Hooks are called by keyword. The host asks only modules that are switched on in the body (the dispatcher sees to it);
a hook marked *async* returns an awaitable and runs in the transaction of the request. The bodies here are never run:
pluggy calls implementations only, so a specification that were called by mistake says so.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

import pluggy
from msgspec import Struct

from plugin_api.actor import Actor
from plugin_api.facts import Fact
from plugin_api.manifest import Manifest
from plugin_api.shell import Card, PersonPanel, SearchHit, WorkItem

PROJECT = "thidua"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def module_manifest() -> Manifest:
    """When: once, while the registry is built.
    Return: the module's manifest.
    If it fails: the application does not start.
    """
    raise NotImplementedError


@hookspec
def plugin_started(manifest: Manifest) -> None:
    """When: once, after the registry was frozen.
    Return: nothing.
    If it fails: the application does not start.
    """


@hookspec
def validate_config(config: Struct) -> Mapping[str, str]:
    """When: settings are saved, after each field was checked: with those of the body and of every body below that
    the change touches. Called from outside those bodies: no queries here.
    Return: field → sentence for what does not fit together; empty when well.
    If it fails: the settings are not saved.
    """
    raise NotImplementedError


@hookspec
def tenant_enabled(actor: Actor) -> Awaitable[None]:
    """When: *async*, in the transaction that switches the module on in a body, also again after a pause.
    Return: nothing; put default rule sets in place, idempotently.
    If it fails: the module stays off.
    """
    raise NotImplementedError


@hookspec
def refuse_disable(actor: Actor) -> Awaitable[str | None]:
    """When: *async*, before the module is switched off in a body.
    Return: a sentence why not, or None.
    If it fails: the module stays on.
    """
    raise NotImplementedError


@hookspec
def tenant_disabled(actor: Actor) -> Awaitable[None]:
    """When: *async*, in the transaction that switches the module off.
    Return: nothing; data is kept.
    If it fails: the module stays on.
    """
    raise NotImplementedError


@hookspec
def config_changed(actor: Actor, before: Struct, after: Struct) -> Awaitable[None]:
    """When: *async*, in the transaction that changed the settings in force of a body: by the body itself, or by the
    operator in a body above. What a person changes in a body above is not told below, since a request writes only in
    its own body: read settings where they are used, keep nothing that follows from them.
    Return: nothing.
    If it fails: the settings are not saved.
    """
    raise NotImplementedError


@hookspec
def work_items(actor: Actor, today: date) -> Awaitable[Sequence[WorkItem]]:
    """When: *async*, for "My work".
    Return: what waits for this person, each with its day.
    If it fails: the others still show, the fault is logged.
    """
    raise NotImplementedError


@hookspec
def dashboard_cards(actor: Actor, today: date) -> Awaitable[Sequence[Card]]:
    """When: *async*, for "My work".
    Return: values that lead to their evidence.
    If it fails: the others still show.
    """
    raise NotImplementedError


@hookspec
def person_panels(actor: Actor, person_id: UUID) -> Awaitable[Sequence[PersonPanel]]:
    """When: *async*, on a person's page.
    Return: what the module knows of the person and the actor may see.
    If it fails: the others still show.
    """
    raise NotImplementedError


@hookspec
def search(actor: Actor, words: str, most: int) -> Awaitable[Sequence[SearchHit]]:
    """When: *async*, for a search in the body; `words` are folded (no case, no diacritics).
    Return: hits the actor may open, `most` of them at most; where that many come, the page says that there are more.
    If it fails: the others still show.
    """
    raise NotImplementedError


@hookspec
def measure_fact(actor: Actor, name: str, subject_id: UUID, since: date, until: date) -> Awaitable[Fact | None]:
    """When: *async*, another module or a report asks for a declared fact.
    Return: the fact with its basis, None for another module's fact.
    If it fails: the asker fails.
    """
    raise NotImplementedError


@hookspec
def sample_rows(actor: Actor, people: Sequence[UUID], unit_id: UUID) -> Awaitable[Mapping[str, UUID]]:
    """When: *async*, by the conformance kit.
    Return: at least one row in each of the module's tables, path parameter → id; among the rows one that its screens
    keep closed to colleagues (a draft), where the module has such rows.
    If it fails: the kit fails.
    """
    raise NotImplementedError


@hookspec
def live_demo_year(
    actor: Actor, act_as: Callable[[UUID], Awaitable[Actor]], unit_id: UUID
) -> Awaitable[int]:
    """When: *async*, `thidua demo fill` in a demo body, once per cell; `act_as` gives a person with the roles of today.
    Return: how many periods were lived through, 0 when they were already.
    If it fails: nothing is filled.
    """
    raise NotImplementedError
