"""A hostile module is refused with every fault named at once, or does no harm."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from enum import StrEnum
from types import ModuleType
from typing import Any

import pytest
from inside import Inside, composed
from litestar import Litestar, get
from msgspec import Struct

from platform_core import core_plugin
from platform_core.access.roles import ROLES
from platform_core.app import Unguarded, refuse_unguarded
from platform_core.plugin_host.registry import RegistryError, build_registry, installed_plugins
from plugin_api.actor import Actor
from plugin_api.endpoints import Action, View
from plugin_api.hookspecs import hookimpl
from plugin_api.manifest import Manifest
from plugin_api.shell import NavigationItem
from tenancy.query import rows

pytestmark = pytest.mark.anyio
PLACE = "/t/kien-luong"


class Permission(StrEnum):
    READ = "hostile.read"


class Found(Struct, frozen=True):
    """Nothing to see."""


class Greedy(Struct, frozen=True):
    """A setting without default."""

    wanted: int


async def look(actor: Actor) -> Found:
    """A page like any other."""
    return Found()


HARMLESS = Manifest(
    name="hostile", title="Hostile", summary="", version="1", contract=1, permissions=Permission,
    permission_titles={"hostile.read": "Read"}, grants={"admin": frozenset(Permission)},
    endpoints=[View(name="hostile.view", path="", permission=Permission.READ, load=look)],
)  # fmt: skip


def module(manifest: Manifest | Callable[[], Manifest], **hooks: Callable[..., Any]) -> ModuleType:
    """An installed distribution's module with these hooks."""
    made = ModuleType("hostile")
    made.__file__ = __file__

    @hookimpl
    def module_manifest() -> Manifest:
        return manifest() if callable(manifest) else manifest

    made.module_manifest = module_manifest  # type: ignore[attr-defined]
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


def faults_of(*modules: ModuleType) -> list[str]:
    """What the registry says of the core together with these."""
    with pytest.raises(RegistryError) as refused:
        build_registry([core_plugin, *modules], ROLES)
    return refused.value.faults


def test_a_harmless_module_is_taken() -> None:
    """Negative control: the registry does not refuse everything."""
    assert "hostile" in build_registry([core_plugin, module(HARMLESS)], ROLES).manifests


class Stolen(StrEnum):
    WRITE = "core.people.write"


def view(**changed: Any) -> list[View]:
    return [View(**({"name": "hostile.view", "path": "", "permission": Permission.READ, "load": look} | changed))]


def press(**changed: Any) -> list[Any]:
    given = {"name": "hostile.press", "path": "", "permission": Permission.READ, "run": look, "then": "hostile.view",
             "done": ""}  # fmt: skip
    return [*view(), Action(**(given | changed))]


def entry(view: str, icon: str = "home") -> list[NavigationItem]:
    return [NavigationItem("Một mục", view, icon)]


async def wanting(actor: Actor, thing_id: Any) -> Found:
    """A page that wants more than its path names."""
    return Found()


async def nobody() -> Found:
    """A page for nobody."""
    return Found()


def test_an_action_that_fits_is_taken() -> None:
    """Negative control: the checks do not refuse every action."""
    assert build_registry([core_plugin, module(replace(HARMLESS, endpoints=press(then="hostile.view#row")))], ROLES)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "Hostile Module"}, "a module's name is a Python package name"),
        ({"permissions": Stolen, "permission_titles": {"core.people.write": "x"}}, "must start with hostile."),
        ({"permission_titles": {}}, "permission hostile.read has no title"),
        ({"grants": {"emperor": frozenset(Permission)}}, "grants to a role nobody has: emperor"),
        ({"grants": {"admin": frozenset({"core.people.write"})}}, "an undeclared permission: core.people.write"),
        ({"guarded": frozenset({"core.people.write"})}, "guards an undeclared permission: core.people.write"),
        ({"requires": frozenset({"not_there"})}, "requires a module that is not installed: not_there"),
        ({"endpoints": view(name="core.people")}, "endpoint core.people must start with hostile."),
        ({"endpoints": view(permission="hostile.other")}, "names an undeclared permission: hostile.other"),
        ({"endpoints": view(permission="")}, "names an undeclared permission: none"),
        ({"endpoints": view(permission="public")}, "names an undeclared permission: public"),
        ({"endpoints": view() + view(path="/again")}, "endpoint hostile.view is declared twice"),
        ({"endpoints": view(path="no-slash")}, "endpoint hostile.view: not a path like"),
        ({"endpoints": view(path="/things/")}, "not a path like"),
        ({"endpoints": view(path="/{thing_id:float}")}, "not a path like"),
        ({"endpoints": view(path="/{thing_id:uuid}")}, "look does not take thing_id"),
        ({"endpoints": view(query=Found)}, "look does not take query"),
        ({"endpoints": view(load=wanting)}, "wanting wants thing_id, which nobody gives"),
        ({"endpoints": view(load=nobody)}, "nobody does not take the actor first"),
        ({"endpoints": view() + view(name="hostile.again")}, "hostile.view has the same path"),
        ({"contract": 2}, "made for contract 2, this platform has contract 1"),
        ({"navigation": entry("hostile.nowhere")}, "navigation: hostile.nowhere is not a view"),
        ({"navigation": entry("hostile.view"), "endpoints": view(path="/{thing_id:uuid}", load=wanting)},
         "is not a view without parameters in its path"),
        ({"endpoints": press(then="hostile.nowhere")}, "leads to a view that does not exist: hostile.nowhere"),
        ({"endpoints": press(then="hostile.press#row")}, "leads to a view that does not exist: hostile.press"),
        ({"config": Greedy}, "every setting needs a default"),
        ({"config": dict}, "its config is not a msgspec Struct"),
    ],
)
def test_a_fault_is_named(changed: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in faults_of(module(replace(HARMLESS, **changed))))


def test_an_unknown_hook_a_second_module_of_the_name_and_a_broken_manifest_are_named_together() -> None:
    def broken() -> Manifest:
        raise RuntimeError("no manifest today")

    def navigatoin(actor: Actor) -> None:
        """A hook nobody calls."""

    other = replace(HARMLESS, name="other", permission_titles={}, endpoints=(), requires=frozenset({"gone"}))
    def search(actor: Actor, everything: str) -> None:
        """A hook with an argument nobody gives."""

    greedy = replace(HARMLESS, name="greedy", permission_titles={"hostile.read": "Read"}, grants={}, endpoints=())
    told = faults_of(
        module(HARMLESS, navigatoin=navigatoin), module(HARMLESS), module(broken), module(other),
        module(greedy, search=search),
    )  # fmt: skip
    for said in (
        "greedy: ", "everything",
        "there is no hook called navigatoin", "hostile: two modules have this name", "no manifest today",
        "other: permission hostile.read must start with other.", "other: requires a module that is not installed: gone",
    ):  # fmt: skip
        assert any(said in fault for fault in told), (said, told)


def test_modules_that_need_each_other_are_named() -> None:
    one = replace(HARMLESS, requires=frozenset({"other"}))
    other = replace(
        HARMLESS, name="other", permissions=StrEnum("Empty", []), permission_titles={}, grants={}, endpoints=(),
        requires=frozenset({"hostile"}),
    )  # fmt: skip
    assert any("need each other" in fault for fault in faults_of(module(one), module(other)))


async def test_an_icon_that_is_not_there_stops_the_application(tenants, database) -> None:
    lacking = module(replace(HARMLESS, navigation=entry("hostile.view", "no-such-icon")))
    with pytest.raises(RegistryError, match="hostile: navigation: there is no icon no-such-icon"):
        async with composed(tenants, database, [*installed_plugins(), lacking]):
            pass


async def test_a_template_that_is_not_there_stops_the_application(tenants, database) -> None:
    lacking = module(replace(HARMLESS, endpoints=view(template="hostile/nowhere.html")))
    with pytest.raises(RegistryError, match=r"hostile\.view: there is no template hostile/nowhere\.html"):
        async with composed(tenants, database, [*installed_plugins(), lacking]):
            pass


def test_a_handler_without_permission_stops_the_application() -> None:
    @get("/open")
    async def nobody_asked() -> str:
        return "everything"

    with pytest.raises(Unguarded, match="/open"):
        refuse_unguarded(Litestar([nobody_asked], openapi_config=None))


async def work_items(actor: Actor, today: Any) -> list[Any]:
    raise RuntimeError("out of spite")


async def person_panels(actor: Actor, person_id: Any) -> list[Any]:
    raise RuntimeError("out of spite")


def dashboard_cards(actor: Actor, today: Any) -> Any:
    raise RuntimeError("before anything could be awaited")


async def failing_sql(actor: Actor, today: Any) -> list[Any]:
    return await rows("SELECT 1/0 FROM person WHERE tenant_id = $1")


async def no_list(actor: Actor, today: Any) -> Any:
    return 42


async def other_things(actor: Actor, person_id: Any) -> Any:
    return ["a panel"]


@pytest.fixture
async def spiteful(tenants, database, request: pytest.FixtureRequest) -> AsyncIterator[Inside]:
    """The application with a module whose hooks are those of the test, switched on in the body."""
    modules = [*installed_plugins(), module(HARMLESS, **request.param)]
    async with composed(tenants, database, modules) as made:
        await made.backdoor.execute(
            """INSERT INTO app.module SELECT id, gen_random_uuid(), 'hostile', true, now(), id, 1 FROM app.tenant
               WHERE slug = 'kien-luong' ON CONFLICT DO NOTHING"""
        )
        yield made


@pytest.mark.parametrize(
    "spiteful",
    [{"work_items": work_items}, {"dashboard_cards": dashboard_cards}, {"person_panels": person_panels},
     {"work_items": failing_sql}, {"dashboard_cards": no_list}, {"person_panels": other_things}],
    indirect=True,
)  # fmt: skip
async def test_a_raising_hook_leaves_every_page_standing(spiteful: Inside, tenants: Any) -> None:
    _account, person = tenants.people["kien-luong", "duc.tq"]
    async with spiteful.visitor("oanh.qt") as client:
        for page in ("", "/people", f"/people/{person}", "/modules", "/permissions"):
            answer = await client.get(PLACE + page)
            assert answer.status_code == 200, (page, answer.text[:300])
            assert "spite" not in answer.text
            assert "/people" in answer.text, "the others' entries are still there"


@pytest.mark.parametrize("spiteful", [{}], indirect=True)
async def test_signed_in_is_the_least_that_a_module_can_ask(spiteful: Inside) -> None:
    async with spiteful.visitor() as nobody:
        assert (await nobody.get(f"{PLACE}/hostile")).headers["location"].startswith("/sign-in")
    async with spiteful.visitor("on.dv") as member:
        assert (await member.get(f"/api/v1{PLACE}/hostile")).status_code == 403
    async with spiteful.visitor("oanh.qt") as admin:
        assert (await admin.get(f"/api/v1{PLACE}/hostile")).status_code == 200
