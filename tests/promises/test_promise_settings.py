"""Modules are told of new settings where that is sound, and two bodies can't contradict each other by being quick."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
from inside import Inside
from msgspec import Meta, Struct

from platform_core.plugin_settings.effect import Edit
from platform_core.plugin_settings.settings import change_settings
from platform_core.provisioning.blueprints import machine_in
from plugin_api.actor import Actor
from plugin_api.errors import Invalid
from plugin_api.hookspecs import hookimpl
from plugin_api.manifest import Manifest
from tenancy.query import value
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
ABOVE, BELOW, BESIDE = "kien-giang", "kien-luong", "ha-noi"
Told = list[tuple[str, int, int]]
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Permission(StrEnum):
    """None but one."""

    USE = "heard.use"


class Limits(Struct, frozen=True):
    """Two settings that belong together."""

    least: Annotated[int, Meta(ge=0)] = 1
    most: Annotated[int, Meta(ge=0)] = 9


def heard_module(told: Told) -> Any:
    """A module that writes down what it is told, with what the database says the body is."""

    async def listen(actor: Actor, before: Limits, after: Limits) -> None:
        here = await value("SELECT t.slug FROM module m JOIN tenant t ON t.id = m.tenant_id WHERE m.tenant_id = $1")
        assert here == actor.body.slug, "the transaction is in the body that is told"
        assert actor.settings("heard", Limits) == after
        told.append((here, before.least, after.least))

    @hookimpl
    def module_manifest() -> Manifest:
        return Manifest(
            name="heard", title="Heard", summary="", version="1", contract=1, permissions=Permission, config=Limits,
            permission_titles={"heard.use": "Use"}, grants={}, endpoints=[],
        )  # fmt: skip

    @hookimpl
    def validate_config(config: Limits) -> Mapping[str, str]:
        return {"most": "most is under least"} if config.most < config.least else {}

    @hookimpl
    def config_changed(actor: Actor, before: Limits, after: Limits) -> Awaitable[None]:
        return listen(actor, before, after)

    module = import_module("heard")
    module.__dict__.update(
        module_manifest=module_manifest, validate_config=validate_config, config_changed=config_changed
    )
    return module


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def plugins(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    (tmp_path / "heard").mkdir()
    (tmp_path / "heard" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "heard", raising=False)
    return [heard_module(told)]


@pytest.fixture
async def bodies(inside: Inside) -> AsyncIterator[Inside]:
    """Three bodies that use the module, without settings of it."""
    await inside.backdoor.execute(f"""
        DELETE FROM app.setting_patch WHERE module = 'heard'; DELETE FROM app.module WHERE name = 'heard';
        INSERT INTO app.module SELECT id, gen_random_uuid(), 'heard', true, now(), id, 1
          FROM app.tenant WHERE slug IN ('{ABOVE}', '{BELOW}', '{BESIDE}')""")
    yield inside


@asynccontextmanager
async def person_in(slug: str) -> AsyncIterator[Actor]:
    """Somebody of the body, not the operator."""
    async with machine_in(slug) as machine:
        yield Actor(machine.account_id, machine.body.tenant_id, "Ai đó", machine.body, machine.held, machine.modules)


async def test_the_operator_tells_every_body_it_touches_and_a_person_only_his_own(bodies: Inside, told: Told) -> None:
    async with machine_in(ABOVE) as operator:
        await change_settings(operator, "heard", Edit(values={"least": 2}))
    assert told == [(ABOVE, 1, 2), (BELOW, 1, 2)]
    told.clear()
    async with person_in(ABOVE) as person:
        await change_settings(person, "heard", Edit(values={"least": 3}))
    assert told == [(ABOVE, 2, 3)]
    told.clear()
    async with machine_in(BELOW) as operator:
        await change_settings(operator, "heard", Edit(values={"least": 3}))
    assert told == [], "the value in force is the same as before"


async def test_a_module_that_is_off_is_told_nothing(bodies: Inside, told: Told) -> None:
    await bodies.backdoor.execute("UPDATE app.module SET enabled = false WHERE name = 'heard'")
    async with machine_in(ABOVE) as operator:
        await change_settings(operator, "heard", Edit(values={"least": 2}))
    assert told == []


async def test_two_bodies_at_once_can_not_contradict_each_other(bodies: Inside) -> None:
    async def below() -> None:
        async with person_in(BELOW) as person:
            await change_settings(person, "heard", Edit(values={"most": 4}))

    async with person_in(ABOVE) as person:
        await change_settings(person, "heard", Edit(values={"least": 6}))
        quick = asyncio.create_task(below())
        while not quick.done() and not await bodies.backdoor.value(WAITING):
            await asyncio.sleep(0)
        assert not quick.done(), "it waits for the one above"
    with pytest.raises(Invalid, match="most is under least"):
        await quick


async def test_a_person_above_writes_nothing_below(bodies: Inside) -> None:
    async with person_in(ABOVE) as person:
        await change_settings(person, "heard", Edit(values={"least": 2}))
        assert await current_transaction().connection.fetchval("SELECT app.tid()") == person.body.tenant_id
    stored = await bodies.backdoor.fetch(
        "SELECT t.slug FROM app.setting_patch s JOIN app.tenant t ON t.id = s.tenant_id WHERE module = 'heard'"
    )
    assert [line["slug"] for line in stored] == [ABOVE]
