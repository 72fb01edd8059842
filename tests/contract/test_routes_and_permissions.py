"""Every way in says who may use it, and all that a screen can do the API can do: read off the composed application."""

from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from litestar import Litestar, get

from platform_core.access.roles import ROLES
from platform_core.app import Unguarded, _handlers_of, refuse_unguarded
from platform_core.core_plugin import module_manifest as core_manifest
from platform_core.plugin_host.registry import RegistryError, build_registry
from platform_core.plugin_host.running import dispatcher
from platform_core.web.permissions import ACCOUNT, PUBLIC
from plugin_api.endpoints import SIGNED_IN, Action, Endpoint, View
from plugin_api.manifest import Manifest

DESCRIPTION = "/api/v1/openapi"


@pytest.fixture(scope="module")
def ways(application) -> list[tuple[str, str, Any]]:
    """(path, method, handler) of everything that answers."""
    return [(route.path, method, handler) for route in application.routes for handler in _handlers_of(route)
            for method in sorted(getattr(handler, "http_methods", {"GET"})) if not route.path.startswith(DESCRIPTION)]


@pytest.fixture(scope="module")
def declared(application) -> dict[str, Endpoint]:
    """Every endpoint of every module by name."""
    return {name: endpoint for name, (_manifest, endpoint) in dispatcher().registry.endpoints.items()}


def test_every_way_in_names_a_known_permission(ways):
    known = {PUBLIC, ACCOUNT, SIGNED_IN, *dispatcher().registry.permissions()}
    assert [(path, method) for path, method, handler in ways if handler.opt.get("permission") not in known] == []


def test_a_way_in_without_a_permission_stops_the_start():
    @get("/unguarded")
    async def unguarded() -> str:
        return ""

    with pytest.raises(Unguarded, match="/unguarded"):
        refuse_unguarded(Litestar([unguarded]))


def test_only_safe_methods_read_and_only_post_changes(ways):
    assert {method for _path, method, _handler in ways} <= {"GET", "HEAD", "POST", "DELETE"}
    changing = [path for path, method, handler in ways if "action" in handler.opt and method != "POST"]
    assert changing == []


def test_every_page_and_action_has_its_operation_in_the_api(ways, declared):
    pages = {handler.name: path for path, _method, handler in ways if handler.name in declared}
    operations = {handler.name.removeprefix("api:"): path for path, _method, handler in ways
             if handler.name and handler.name.startswith("api:")}
    assert pages.keys() == operations.keys() == declared.keys()
    assert [name for name, path in pages.items() if operations[name] != f"/api/v1{path}"] == []


def test_page_and_operation_want_the_same_permission_and_module(ways, declared):
    wanted: dict[str, set[tuple[str, str]]] = {name: set() for name in declared}
    for _path, _method, handler in ways:
        name = (handler.name or "").removeprefix("api:")
        if name in wanted:
            wanted[name].add((handler.opt["permission"], handler.opt["module"]))
    modules = {name: manifest.name for name, (manifest, _end) in dispatcher().registry.endpoints.items()}
    assert wanted == {name: {(str(endpoint.permission), modules[name])} for name, endpoint in declared.items()}


def test_the_description_of_the_api_names_every_endpoint(application, declared):
    paths = application.openapi_schema.to_schema()["paths"]
    operations = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert declared.keys() - operations == set()


def test_an_operation_describes_what_it_takes(application, declared):
    paths = application.openapi_schema.to_schema()["paths"]
    operations = {operation["operationId"]: operation for path in paths.values() for operation in path.values()}
    mute = [name for name, endpoint in declared.items() if isinstance(endpoint, Action) and endpoint.data
            and "requestBody" not in operations[name]]
    assert mute == []


def test_an_operation_describes_its_query_string(application, declared):
    paths = application.openapi_schema.to_schema()["paths"]
    operations = {operation["operationId"]: operation for path in paths.values() for operation in path.values()}
    views = {name: one for name, one in declared.items() if isinstance(one, View)}
    asked = {name: view.query for name, view in views.items() if view.query}
    told = {name: {one["name"] for one in operations[name]["parameters"] if one["in"] == "query"} for name in asked}
    assert told == {name: set(query.__struct_fields__) for name, query in asked.items()}
    tasks = {one["name"]: one["schema"] for one in operations["monthly_rating.tasks"]["parameters"]}
    assert tasks["page"] == {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 1}
    assert tasks["state"]["enum"] == ["", "done", "late", "open"]


def test_every_permission_has_a_title_a_use_and_stands_in_order():
    registry = dispatcher().registry
    for manifest in registry.manifests.values():
        names = [permission.value for permission in manifest.permissions]
        assert names == sorted(names)
        assert set(names) == {str(name) for name in manifest.permission_titles}
        assert {str(one) for given in manifest.grants.values() for one in given} <= set(names)


def test_where_an_action_leads_exists_and_gets_its_ids(declared):
    views = {name for name, endpoint in declared.items() if isinstance(endpoint, View)}
    lost = [endpoint.name for endpoint in declared.values() if isinstance(endpoint, Action)
            and endpoint.then.partition("#")[0] not in views]
    assert lost == []


class Permissions(StrEnum):
    LOOK = "planted.look"


def planted(**changes: Any) -> SimpleNamespace:
    """A module whose one endpoint wants a permission that nobody declared."""
    async def load(actor: object) -> None:
        """Nothing."""

    endpoint = View(name="planted.page", path="/", permission="planted.other", load=load, template="a.html")
    settings = {"name": "planted", "title": "", "summary": "", "version": "1", "contract": 1,
                "permissions": Permissions, "grants": {},
                "permission_titles": {"planted.look": "Xem"}, "endpoints": [endpoint]} | changes
    return SimpleNamespace(__name__="planted", module_manifest=lambda: Manifest(**settings))


def test_an_undeclared_permission_stops_the_start():
    core = SimpleNamespace(__name__="core", module_manifest=core_manifest)
    with pytest.raises(RegistryError, match=r"planted\.page names an undeclared permission"):
        build_registry([core, planted()], ROLES)
