"""The facts that modules publish about the body: each with how it was counted and the way to the rows behind it."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden
from plugin_api.facts import Fact, FactDeclaration
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.ports import ports
from tenancy.faults import Absent
from tenancy.query import value

UNIT = "SELECT true FROM unit WHERE tenant_id = $1 AND id = $2"


class FactLine(Struct, frozen=True):
    """A fact that can be asked for."""

    name: str
    title: str
    module: str


class FactList(Struct, frozen=True):
    """The facts of the modules that are on."""

    facts: list[FactLine]
    year: int


class FactQuery(Struct, frozen=True):
    """About the whole body unless a cell, a department or a person is named; over the current year unless days are."""

    subject_id: Annotated[UUID | None, Meta(title=mark("Về"))] = None
    since: Annotated[date | None, Meta(title=mark("Từ ngày"))] = None
    until: Annotated[date | None, Meta(title=mark("Đến ngày"))] = None


class MeasuredFact(Struct, frozen=True):
    """One fact, measured now. `shown` is the value in words."""

    title: str
    fact: Fact
    shown: str


async def fact_list(actor: Actor) -> FactList:
    """What can be asked for in this body."""
    lines = [
        FactLine(fact.name, _(fact.title), _(dispatcher().registry.manifests[module].title))
        for module, fact in _declared(actor)
        if fact.subject == "body" and _may(actor, fact, actor.body.tenant_id)
    ]
    return FactList(lines, ports().today().year)


async def measured_fact(actor: Actor, name: str, query: FactQuery) -> MeasuredFact:
    """Measure one fact. Raises Absent for a fact that no module of this body publishes about such a subject, Forbidden
    for one that takes a right of the module which the actor does not hold."""
    subject = query.subject_id or actor.body.tenant_id
    about = "body" if subject == actor.body.tenant_id or await value(UNIT, subject) else "person"
    declared = [(module, fact) for module, fact in _declared(actor) if (fact.name, fact.subject) == (name, about)]
    if not declared:
        raise Absent(f"fact {name}")
    module, declaration = declared[0]
    if not _may(actor, declaration, subject):
        raise Forbidden(_("Đồng chí không được phân quyền xem số liệu này. Cần thì báo người quản trị của đơn vị."))
    year = ports().today().year
    since, until = query.since or date(year, 1, 1), query.until or date(year, 12, 31)
    fact = await dispatcher().demand(
        "measure_fact", module, actor=actor, name=name, subject_id=subject, since=since, until=until
    )
    if fact is None:
        raise Absent(f"fact {name}")
    return MeasuredFact(_(declaration.title), fact, _in_words(declaration, fact))


def _may(actor: Actor, fact: FactDeclaration, subject_id: UUID) -> bool:
    """Whether the actor may see this fact about a subject: the body, a unit or a person."""
    if not fact.permission or subject_id == actor.person_id:
        return True
    scope = actor.scope(fact.permission)
    is_unit = fact.subject == "body" and subject_id != actor.body.tenant_id
    return subject_id in scope if is_unit else scope.whole


def _declared(actor: Actor) -> list[tuple[str, FactDeclaration]]:
    manifests = dispatcher().registry.manifests
    return [(module, fact) for module in dispatcher().asked(actor) for fact in manifests[module].facts]


def _in_words(declared: FactDeclaration, fact: Fact) -> str:
    if fact.value is None:
        return _("Chưa có số liệu")
    if isinstance(fact.value, dict):
        return ", ".join(f"{key}: {count}" for key, count in fact.value.items())
    if declared.measure == "share":
        return f"{Decimal(fact.value) * 100:.1f}".replace(".", ",") + " %"
    return str(fact.value)
