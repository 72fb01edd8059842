"""Every route of the running application, its permission and the roles that hold it: generated, never kept by hand."""

from typing import Any

from litestar import Litestar
from msgspec import Struct

from platform_core.access.compiled import template_lines
from platform_core.plugin_host.registry import Registry


class RouteLine(Struct, frozen=True):
    """A route; `roles` hold its permission by template, in bodies without rules of their own."""

    path: str
    method: str
    module: str
    permission: str
    roles: list[str]


def route_matrix(app: Litestar, registry: Registry) -> list[RouteLine]:
    """The routes by path and method."""
    holders: dict[str, list[str]] = {}
    for role, permission, effect in template_lines(registry.manifests.values()):
        if effect == "allow":
            holders.setdefault(permission, []).append(role)
    lines = [
        RouteLine(route.path, method, handler.opt.get("module", ""), permission, holders.get(permission, []))
        for route in app.routes
        for handler in _handlers_of(route)
        if (permission := handler.opt.get("permission"))
        for method in sorted(handler.http_methods)
    ]
    return sorted(lines, key=lambda line: (line.path, line.method))


def _handlers_of(route: Any) -> list[Any]:
    return getattr(route, "route_handlers", [])
