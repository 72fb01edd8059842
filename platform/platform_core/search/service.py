"""One search over the body: its people and whatever the modules let the person open."""

from typing import Annotated

from msgspec import Meta, Struct

from platform_core.permissions import Permission
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.names import search_fold, search_pattern
from plugin_api.shell import SearchHit
from tenancy.query import rows

FIRST_HITS, MOST_HITS = 10, 200
"""How many are shown of each group, and of the one group that is looked through."""


class SearchQuery(Struct, frozen=True):
    """The words; diacritics and case do not matter. `module` asks for all hits of that one."""

    q: Annotated[str, Meta(max_length=100)] = ""
    module: Annotated[str, Meta(max_length=60, title=mark("Mô-đun"))] = ""


class PersonHit(Struct, frozen=True):
    """A person whose name, code or position matches."""

    person_id: str
    name: str
    position: str


class ModuleHits(Struct, frozen=True):
    """What one module found; `more`: it found more than these."""

    module: str
    title: str
    hits: list[SearchHit]
    more: bool


class SearchResults(Struct, frozen=True):
    """Everything found, or nothing while fewer than two letters are asked for.

    `more_people`: there are more than these. `only`: the module that is looked through, "" for all.
    """

    words: str
    people: list[PersonHit]
    more_people: bool
    groups: list[ModuleHits]
    asked: bool
    only: str


async def search(actor: Actor, query: SearchQuery) -> SearchResults:
    """People (for those who may see them) and the modules' hits: the first of each, or one module's nearly all."""
    words = search_fold(query.q)
    if len(words) < 2:
        return SearchResults(query.q, [], False, [], False, query.module)
    most = MOST_HITS if query.module else FIRST_HITS
    people = await _people(words) if actor.may(Permission.PEOPLE_READ) and not query.module else []
    hits = await dispatcher().gather("search", actor, words=words, most=most + 1)
    groups = [_group(module, found, most) for module, found in hits if found and query.module in ("", module)]
    return SearchResults(query.q, people[:FIRST_HITS], len(people) > FIRST_HITS, groups, True, query.module)


def _group(module: str, found: list[SearchHit], most: int) -> ModuleHits:
    title = _(dispatcher().registry.manifests[module].title)
    return ModuleHits(module, title, list(found[:most]), len(found) > most)


async def _people(words: str) -> list[PersonHit]:
    found = await rows(
        """SELECT id, full_name, position FROM person
           WHERE tenant_id = $1 AND name_search LIKE '%' || $2 || '%' ORDER BY name_key, id LIMIT $3""",
        search_pattern(words),
        FIRST_HITS + 1,
    )
    return [PersonHit(str(line["id"]), line["full_name"], line["position"]) for line in found]
