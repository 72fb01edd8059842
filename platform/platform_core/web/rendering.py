"""Jinja pages in their frame. Templates know nothing of requests: the shell tells them what they need."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from jinja2 import PackageLoader, PrefixLoader, TemplateNotFound
from jinja2.loaders import BaseLoader, ChoiceLoader
from litestar import MediaType, Response

from platform_core.plugin_host.dispatcher import Dispatcher
from platform_core.web.addresses import Addresses
from platform_core.web.form_binding import FormBinding
from platform_core.web.frame import Frames
from platform_core.web.request_context import RequestContext, current_request
from platform_core.web.sent_form import SentForm
from platform_core.web.template_environment import STATIC, TemplateEnvironment
from plugin_api.actor import Actor
from plugin_api.endpoints import SIGNED_IN, View
from plugin_api.i18n import LANGUAGES, current_language, gettext
from plugin_api.shell import NavigationItem
from plugin_api.vietnam import show_date, show_moment, show_number

VERSION = "0.1.0"

log = structlog.get_logger()


class Pages:
    """Renders templates of the core and of the modules, each module's under its own name."""

    def __init__(self, dispatcher: Dispatcher, addresses: Addresses) -> None:
        self.dispatcher = dispatcher
        self.addresses = addresses
        loader = _loader(dispatcher)
        self._environments = {language: self._environment(language, loader) for language in LANGUAGES}
        self.env = self._environments[LANGUAGES[0]]

    def _environment(self, language: str, loader: BaseLoader) -> TemplateEnvironment:
        names = {
            "shell": Shell(self),
            "forms": FormBinding(self.dispatcher.registry, self.addresses),
            "url": self.addresses.url,
            "new_key": new_key,
            "date": show_date,
            "moment": show_moment,
            "number": show_number,
        }
        made = TemplateEnvironment(language, loader, names)
        made.filters["pairs"] = pairs
        made.globals["frame"] = Frames(made).of
        return made

    def faults(self) -> list[str]:
        """Every view whose template and every menu entry whose icon does not exist; the application does not start
        with one."""
        assert self.env.loader is not None
        icons = known_icons()
        faults = [
            f"{manifest.name}: navigation: there is no icon {item.icon}"
            for manifest in self.dispatcher.registry.manifests.values()
            for item in manifest.navigation
            if item.icon not in icons
        ]
        for name, (manifest, endpoint) in self.dispatcher.registry.endpoints.items():
            template = endpoint.template if isinstance(endpoint, View) else ""
            try:
                if template:
                    self.env.loader.get_source(self.env, template)
            except TemplateNotFound:
                faults.append(f"{manifest.name}: endpoint {name}: there is no template {template}")
        return faults

    def page(self, template: str, status: int = 200, /, **context: Any) -> Response[bytes]:
        """The page as an answer. Raises jinja2 errors only for faults of ours."""
        return self.answer(self.html(template, context), status)

    def html(self, template: str, context: Mapping[str, Any]) -> str:
        """The page as text."""
        return self._environments[current_language()].get_template(template).render(context)

    def answer(self, html: str, status: int) -> Response[bytes]:
        """A page as an answer."""
        return Response(html.encode(), media_type=MediaType.HTML, status_code=status)


class Shell:
    """What the frame of every page shows; read from the context of the request, so one object serves all."""

    version = VERSION

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @property
    def context(self) -> RequestContext:
        return current_request()

    @property
    def signed_in(self) -> bool:
        return self.context.opened is not None

    @property
    def person_name(self) -> str:
        context = self.context
        if context.actor:
            return context.actor.person_name
        return context.opened.login if context.opened else ""

    @property
    def body(self) -> Any:
        return self.context.actor.body if self.context.actor else None

    @property
    def bodies(self) -> list[tuple[str, str]]:
        return [(body.slug, body.name) for body in self.context.opened.bodies] if self.context.opened else []

    @property
    def language(self) -> str:
        return self.context.language

    @property
    def csrf_token(self) -> str:
        return self.context.csrf

    @property
    def path(self) -> str:
        return self.context.path

    @property
    def flashes(self) -> list[tuple[str, str]]:
        return self.context.flashes

    @property
    def sent_form(self) -> SentForm | None:
        """What could not be saved, while its page is shown again."""
        return self.context.sent_form

    @property
    def frame_key(self) -> Any:
        """Whose frame it is: one session in what the database said about it. None: nobody's, so it is not kept."""
        context = self.context
        return (context.token, context.opened.mark, context.language) if context.opened else None

    @property
    def navigation(self) -> list[dict[str, Any]]:
        """The menu: modules that are on, entries the person may open."""
        return self._menu(self.context.actor) if self.context.actor else []

    def _menu(self, actor: Actor) -> list[dict[str, Any]]:
        dispatcher = self._pages.dispatcher
        groups = []
        for name in dispatcher.asked(actor):
            manifest = dispatcher.registry.manifests[name]
            if shown := self._entries(manifest.navigation):
                groups.append({"title": gettext(manifest.title), "items": shown})
        return groups

    def _entries(self, items: Sequence[NavigationItem]) -> list[dict[str, Any]]:
        url = self._pages.addresses.url
        ordered = sorted(items, key=lambda one: one.order)
        return [_entry(item, url(item.view)) for item in ordered if self._open_to(item)]

    def _open_to(self, item: NavigationItem) -> bool:
        actor = self.context.actor
        permission = self._pages.dispatcher.registry.endpoints[item.view][1].permission
        return actor is not None and (permission == SIGNED_IN or actor.may(permission))


def _entry(item: NavigationItem, address: str) -> dict[str, Any]:
    return {"title": gettext(item.title), "url": address, "icon": item.icon, "count": None}


def _loader(dispatcher: Dispatcher) -> BaseLoader:
    modules = {
        name: PackageLoader(plugin.__name__.split(".")[0], f"templates/{name}")
        for name, plugin in dispatcher.registry.plugins.items()
        if name != "core" and (Path(str(plugin.__file__)).parent / "templates" / name).is_dir()
    }
    return ChoiceLoader([PrefixLoader(modules), PackageLoader("platform_core.web", "templates")])


@cache
def known_icons() -> frozenset[str]:
    """The names of the icons that pages may show."""
    return frozenset(re.findall(r'id="i-([a-z0-9-]+)"', (STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")))


def new_key() -> str:
    """A key for one press of one button."""
    return uuid4().hex


def pairs(items: Iterable[Any], value: str = "", label: str = "") -> list[tuple[Any, Any]]:
    """Choices for a form: of each item its attribute `value` and its attribute `label`, else the item itself."""
    return [(getattr(item, value) if value else item, getattr(item, label) if label else item) for item in items]
