"""The composition root: modules, tenancy, policies, pages and the JSON API become one application."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures.headers import CacheControlHeader
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from platform_core import core_plugin
from platform_core.access.bodies import BodyPolicies
from platform_core.access.roles import ROLES
from platform_core.accounts.opening import Openings
from platform_core.api.health import health_handlers
from platform_core.api.session import session_handlers
from platform_core.documents import Renderer
from platform_core.issued_papers.register import PaperRegister
from platform_core.observability.logs import set_up_logs
from platform_core.people.port import PeopleOfBody
from platform_core.plugin_host.dispatcher import Dispatcher
from platform_core.plugin_host.registry import Registry, RegistryError, build_registry, installed_plugins
from platform_core.plugin_host.running import dispatcher, run_with
from platform_core.provisioning.instance import load_demo_accounts, runtime_dsn
from platform_core.settings import InstanceSettings
from platform_core.web.account_pages import account_pages
from platform_core.web.addresses import Addresses, addresses_of
from platform_core.web.exception_handlers import ExceptionHandlers
from platform_core.web.languages import catalogue, folders_of
from platform_core.web.permissions import PUBLIC
from platform_core.web.rendering import VERSION, Pages
from platform_core.web.request_middleware import RequestMiddleware
from platform_core.web.route_factory import RouteFactory
from platform_core.web.security_headers import SecurityHeadersMiddleware
from platform_core.web.sign_in_pages import SignInPages
from platform_core.web.template_environment import STATIC
from plugin_api.clock import today
from plugin_api.i18n import install as install_languages
from plugin_api.ports import Ports, install, ports
from tenancy.context import Signer
from tenancy.engine import DB

YEAR = 365 * 24 * 3600


class Unguarded(Exception):
    """Handlers without a declared permission: the application does not start."""


def compose(plugins: Sequence[Any] | None = None, trace: Any = None) -> Registry:
    """The modules of this process, checked and ready; also for commands that need no web."""
    registry = build_registry([core_plugin, *(installed_plugins() if plugins is None else plugins)], ROLES, trace)
    run_with(Dispatcher(registry))
    install(
        Ports(
            people=PeopleOfBody(),
            renderer=Renderer(),
            papers=PaperRegister(),
            addresses=addresses_of(registry),
            today=today,
        )
    )
    install_languages({"en": catalogue("en", folders_of(registry.plugins))})
    return registry


def create_app(
    settings: InstanceSettings | None = None, plugins: Sequence[Any] | None = None
) -> SecurityHeadersMiddleware:
    """The ASGI application of one process. Raises RegistryError or Unguarded, naming every fault."""
    chosen = settings or InstanceSettings.from_environment()
    set_up_logs()
    registry = compose(plugins, print if os.environ.get("THIDUA_TRACE_HOOKS") else None)
    pages = Pages(dispatcher(), cast(Addresses, ports().addresses))
    if faults := pages.faults():
        raise RegistryError(faults)
    sign_in_pages = SignInPages(pages, chosen.demo and chosen.embedded)
    routes = RouteFactory(pages, chosen.secure)
    handlers: list[Any] = [
        *account_pages(pages, sign_in_pages, chosen.secure),
        *session_handlers(chosen.secure),
        *health_handlers(),
        *(handler for manifest in registry.manifests.values() for handler in routes.handlers(manifest)),
        create_static_files_router(
            "/static",
            [STATIC],
            opt={"permission": PUBLIC, "bare": True},
            include_in_schema=False,
            cache_control=CacheControlHeader(max_age=YEAR, public=True, immutable=True),
            # Pages are left to the proxy: one that repeats typed text beside a secret must not be compressed (BREACH).
            middleware=[DefineMiddleware(CompressionMiddleware, config=CompressionConfig(backend="gzip"))],
        ),
    ]

    @asynccontextmanager
    async def database(_app: Litestar) -> AsyncIterator[None]:
        await DB.open(runtime_dsn(chosen), Signer(chosen.key()), chosen.pool)
        if chosen.demo and chosen.embedded:
            await load_demo_accounts()
        try:
            yield
        finally:
            await DB.close()
            cast(Renderer, ports().renderer).close()

    app = Litestar(
        handlers,
        middleware=[
            DefineMiddleware(
                RequestMiddleware,
                policies=BodyPolicies(registry),
                openings=Openings(),
                secure=chosen.secure,
                trusted_proxies=chosen.trusted_proxies,
            )
        ],
        exception_handlers={Exception: ExceptionHandlers(pages, sign_in_pages).handle},
        lifespan=[database],
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="thidua", version=VERSION, path="/api/v1/openapi", render_plugins=[JsonRenderPlugin()]
        ),
    )
    refuse_unguarded(app)
    return SecurityHeadersMiddleware(app, chosen.secure)


def refuse_unguarded(app: Litestar) -> None:
    """Every handler says who may call it, or the application does not start."""
    open_ones = [
        f"{route.path}: {handler}"
        for route in app.routes
        for handler in _handlers_of(route)
        if not handler.opt.get("permission") and not route.path.startswith("/api/v1/openapi")
    ]
    if open_ones:
        raise Unguarded("\n".join(open_ones))


def _handlers_of(route: Any) -> list[Any]:
    """The handlers of a route without those that only answer OPTIONS."""
    found = getattr(route, "route_handlers", None) or [route.route_handler]
    return [handler for handler in found if getattr(handler, "http_methods", None) != {"OPTIONS"}]
