"""The README's "Add a plugin in 8 steps", taken at its word: the blocks become a module under row security."""

import asyncio
import re
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import asyncpg
import httpx
import pytest
from piccolo.conf.apps import AppRegistry

from platform_core.access.roles import ROLES
from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.app import compose, create_app, today
from platform_core.audit.trail import TrailQuery, trail
from platform_core.plugin_host.registry import build_registry, installed_plugins
from platform_core.provisioning import piccolo_conf
from platform_core.provisioning.app_registry import apps, table_bases
from platform_core.provisioning.blueprints import machine
from platform_core.settings import InstanceSettings
from plugin_api.testing import Neighbours, isolation_faults, trail_wording_faults
from tenancy import migrations
from tenancy.engine import SEARCH_PATH
from tenancy.isolation_checks import behaviour_findings, catalogue_findings
from tenancy.owner import use_owner
from tenancy.query import rows

pytestmark = pytest.mark.anyio
README = Path(__file__).resolve().parents[2] / "README.md"
BLOCK = re.compile(r"^`(?P<path>[\w./]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE = "Người tốt, việc tốt"


def blocks() -> dict[str, str]:
    """Path → text, from the section of the 8 steps."""
    section = README.read_text(encoding="utf-8").partition("## Add a plugin in 8 steps")[2]
    assert [int(step) for step in re.findall(r"^\*\*(\d)\.", section, re.MULTILINE)] == list(range(1, 9))
    return {found["path"]: found["text"] for found in BLOCK.finditer(section)}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[ModuleType]:
    """The module as somebody following the page would have it; found by the entry point the page announces."""
    folder, patch = tmp_path_factory.mktemp("readme"), pytest.MonkeyPatch()
    for path, text in blocks().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    announced = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"]["thidua.plugins"]
    patch.syspath_prepend(str(folder / "plugins"))
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(migrations, "PROJECT_ROOT", folder)
        import_module("good_deeds.piccolo_app")
    patch.setattr(piccolo_conf, "APP_REGISTRY", AppRegistry(apps=[*apps(), "good_deeds.piccolo_app"]))
    patch.setenv("PICCOLO_CONF", "platform_core.provisioning.piccolo_conf")
    yield import_module(announced["good_deeds"])
    patch.undo()
    for name in [name for name in sys.modules if name.partition(".")[0] == "good_deeds"]:
        del sys.modules[name]
    compose()


@pytest.fixture(scope="module")
def migrated(database, built) -> ModuleType:
    """The module with its table in this file's database."""
    use_owner(database.dsn("app_owner"))
    assert len(asyncio.run(migrations.migrate(["good_deeds"], table_bases() | {"good_deeds_deed": "private"}))) == 1
    return built


@pytest.fixture
async def application(database, migrated) -> AsyncIterator[httpx.AsyncClient]:
    """The product with the module in it; the client is signed in as the officer of Kiên Lương."""
    settings = InstanceSettings(data=database.server.folder, database_url=database.dsn(), demo=False)
    app = create_app(settings, [*installed_plugins(), migrated])
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  # ASGI by shape
    async with app.litestar.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def signed_in(client: httpx.AsyncClient, login: str) -> None:
    """Sign in; from now on every request carries the session and its CSRF token."""
    client.cookies.clear()
    answer = await client.post("/api/v1/session", json={"login": login, "password": DEMO_PASSWORD})
    assert answer.status_code == 201, answer.text
    client.headers["x-csrftoken"] = answer.json()["csrf_token"]


def test_the_blocks_pass_the_static_checks(built, lint):
    folder = Path(built.__file__ or "").parents[2]
    folders = [*(str(README.parent / name) for name in ("platform", "tenants")), str(folder / "plugins")]
    told = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--config", "pyproject.toml", "--config", f"src = {folders}",
         folder / "plugins", folder / "migrations"], cwd=README.parent, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
    assert lint("rules").check([folder], folder) == []
    assert list(lint("words").template_faults(folder, folder)) == []


def test_the_module_fits_the_project(built):
    from platform_core import core_plugin

    assert "good_deeds" in build_registry([core_plugin, built], ROLES).manifests


async def test_the_isolation_checks_find_nothing(database, migrated):
    owner = await asyncpg.connect(database.dsn("app_owner"), server_settings=SEARCH_PATH)
    visitor = await asyncpg.connect(database.dsn(), server_settings=SEARCH_PATH)
    bases = table_bases() | {"good_deeds_deed": "private"}
    assert await catalogue_findings(owner, bases) + await behaviour_findings(visitor) == []
    await owner.close()
    await visitor.close()


async def test_its_rows_stay_in_their_body(tenants, migrated):
    compose([*installed_plugins(), migrated])
    bodies = Neighbours(*(tenants.bodies[slug] for slug in ("kien-luong", "giang-thanh", "kien-giang", "cum-11")))
    async with tenants.inside("kien-luong"):
        people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1")]
        actor = machine(await tenants.body("kien-luong"), frozenset({"good_deeds"}))
        await migrated.sample_rows(actor=actor, people=people, unit_id=await tenants.cell())
        tables = import_module("good_deeds.piccolo_app").APP_CONFIG.table_classes
        told = (await trail(actor, TrailQuery(export="xlsx"))).lines
        assert await trail_wording_faults(tables, migrated.module_manifest().endpoints, actor, told) == []
        assert await isolation_faults(tables, bodies) == []


async def test_its_page_and_operation_work(application):
    home, deeds = "/t/kien-luong", "/api/v1/t/kien-luong/good-deeds/deeds"
    await signed_in(application, "oanh.qt")
    assert (await application.get(deeds)).status_code == 404
    switched = await application.post(f"/api/v1{home}/modules/good_deeds", json={"version": 0, "enabled": True})
    assert switched.status_code == 200, switched.text

    await signed_in(application, "hanh.lh")
    people = (await application.get(deeds)).json()["people"]
    deed = {"person_id": people[0][0], "done_on": today().isoformat(), "title": "Giúp dân vượt lũ"}
    late = await application.post(deeds, json=deed | {"done_on": (today() + timedelta(days=1)).isoformat()})
    done = await application.post(deeds, json=deed)
    page = await application.get(f"{home}/good-deeds/deeds")
    assert (late.status_code, done.status_code, page.status_code) == (422, 200, 200), (late.text, done.text, page.text)
    assert "hãy ghi nhận sau ngày đó" in late.text
    assert "Giúp dân vượt lũ" in page.text
    assert page.text.count(TITLE) >= 2
    assert [line["title"] for line in (await application.get(deeds)).json()["deeds"]] == ["Giúp dân vượt lũ"]

    await signed_in(application, "on.dv")
    assert (await application.post(deeds, json=deed)).status_code == 403
