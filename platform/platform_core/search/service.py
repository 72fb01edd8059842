"""One search over the body: its people and whatever the modules let the person open."""

from typing import Annotated

from msgspec import Meta, Struct

from platform_core.permissions import Permission
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold
from plugin_api.shell import SearchHit
from tenancy.query import rows

MOST_PEOPLE = 20


class SearchQuery(Struct, frozen=True):
    """The words; diacritics and case do not matter."""

    q: Annotated[str, Meta(max_length=100)] = ""


class PersonHit(Struct, frozen=True):
    """A person whose name, code or position matches."""

    person_id: str
    name: str
    position: str


class ModuleHits(Struct, frozen=True):
    """What one module found."""

    title: str
    hits: list[SearchHit]


class SearchResults(Struct, frozen=True):
    """Everything found, or nothing while fewer than two letters are asked for."""

    words: str
    people: list[PersonHit]
    groups: list[ModuleHits]
    asked: bool


async def search(actor: Actor, query: SearchQuery) -> SearchResults:
    """People (for those who may see them) and the modules' hits."""
    words = search_fold(query.q)
    if len(words) < 2:
        return SearchResults(query.q, [], [], False)
    people = await _people(words) if actor.may(Permission.PEOPLE_READ) else []
    registry = dispatcher().registry
    hits = await dispatcher().gather("search", actor, words=words)
    groups = [ModuleHits(_(registry.manifests[module].title), list(found)) for module, found in hits if found]
    return SearchResults(query.q, people, groups, True)


async def _people(words: str) -> list[PersonHit]:
    found = await rows(
        """SELECT id, full_name, position FROM person
           WHERE tenant_id = $1 AND name_search LIKE '%' || $2 || '%' ORDER BY name_key LIMIT $3""",
        words.replace("\\", "").replace("%", "").replace("_", ""),
        MOST_PEOPLE,
    )
    return [PersonHit(str(line["id"]), line["full_name"], line["position"]) for line in found]
