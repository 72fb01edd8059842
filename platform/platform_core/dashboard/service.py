""""Việc của tôi": what waits for me and by when, from every module that is on."""

from datetime import date

from msgspec import Struct

from platform_core.people.role_lists import NewRoleLine, RoleToConfirm, roles_on_dashboard
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.ports import ports
from plugin_api.shell import Card, WorkItem


class Waiting(Struct, frozen=True):
    """Something that waits, with the module it comes from."""

    title: str
    note: str
    url: str
    deadline: date | None
    overdue: bool
    module: str


class Dashboard(Struct, frozen=True):
    """The first page of the day; `new_roles` began lately and open what is other people's."""

    today: date
    waiting: list[Waiting]
    cards: list[Card]
    new_roles: list[NewRoleLine] = []


async def dashboard(actor: Actor) -> Dashboard:
    """What waits for the person, the most urgent first, and the values of each module."""
    today = ports().today()
    items = await dispatcher().gather("work_items", actor, today=today)
    cards = await dispatcher().gather("dashboard_cards", actor, today=today)
    roles = await roles_on_dashboard(actor, today)
    waiting = [_waiting(item, module, today) for module, found in items for item in found]
    waiting += [_to_confirm(actor, one) for one in roles.to_confirm]
    waiting.sort(key=lambda one: (one.deadline or date.max, one.title))
    return Dashboard(today, waiting, [card for _module, found in cards for card in found], roles.began)


def _waiting(item: WorkItem, module: str, today: date) -> Waiting:
    title = _(dispatcher().registry.manifests[module].title)
    return Waiting(item.title, item.detail, item.link, item.due, item.due is not None and item.due < today, title)


def _to_confirm(actor: Actor, one: RoleToConfirm) -> Waiting:
    """The core's own work item. Not by its hook: what waits and what began is one question to the database."""
    title = _("Xác nhận vai trò “%(role)s” của %(name)s", role=one.title, name=one.name)
    note = ", ".join(part for part in (one.unit, _("%(who)s đề nghị", who=one.asked_by)) if part)
    address = f"/t/{actor.body.slug}/people/{one.person_id}#role-requests"
    module = dispatcher().registry.manifests["core"].title
    return Waiting(title, note, address, None, False, _(module))
