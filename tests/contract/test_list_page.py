"""Lists: ordered down to the row, filters declared once, the signs of LIKE taken literally, for every list there is."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from msgspec import Meta, Struct

from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine
from plugin_api.actor import Actor
from plugin_api.endpoints import View
from plugin_api.forms import meta_of
from plugin_api.listing import Listing, Orders, filter_fields, paged_statement
from plugin_api.names import search_pattern
from tenancy.query import rows

ROOT = Path(__file__).resolve().parents[2]
ORDERS = Orders("p.id", "name", name="p.name_key", code="p.code, p.left_on")


class WorkQuery(Listing, frozen=True):
    """A list with a filter of each kind."""

    unit_id: Annotated[UUID | None, Meta(title="Chi bộ")] = None
    year: Annotated[int | None, Meta(title="Năm")] = None
    since: Annotated[date | None, Meta(title="Từ ngày")] = None
    late: Annotated[bool, Meta(title="Trễ hạn")] = False


def views_with(query: type[Struct]) -> list[View]:
    """The views asked by such a query."""
    return [
        endpoint
        for _manifest, endpoint in dispatcher().registry.endpoints.values()
        if isinstance(endpoint, View) and endpoint.query is not None and issubclass(endpoint.query, query)
    ]


def untitled(query: type[Listing]) -> list[str]:
    """The filters that say nothing on the page."""
    return [field.name for field in filter_fields(query) if not meta_of(field.type).title]


def test_every_filter_of_every_list_has_its_label(pages):
    assert len(views_with(Listing)) >= 5
    assert {view.name: untitled(view.query) for view in views_with(Listing) if untitled(view.query)} == {}


def test_a_filter_without_a_label_is_found():
    class Nameless(Listing, frozen=True):
        state: str = ""

    assert untitled(Nameless) == ["state"]


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("", "p.name_key, p.id"),
        ("-name", "p.name_key DESC, p.id"),
        ("code", "p.code, p.left_on, p.id"),
        ("-code", "p.code DESC, p.left_on, p.id"),
        ("1; DROP TABLE person", "p.name_key, p.id"),
    ],
)
def test_a_list_is_ordered_down_to_the_row_by_declared_columns_only(asked, order):
    assert ORDERS.order(asked) == order


@pytest.mark.parametrize("unique", ["p.name_key", "name", ""])
def test_an_order_that_does_not_end_in_a_key_is_refused(unique):
    with pytest.raises(ValueError, match="down to a key"):
        Orders(unique, "name", name="p.name_key")


def test_a_standard_order_that_is_none_is_refused():
    with pytest.raises(ValueError, match="standard order"):
        Orders("p.id", "-day", name="p.name_key")


def test_only_the_contract_cuts_pages():
    """So that each goes through `Orders`: nobody else writes OFFSET."""
    cuts = re.compile(r"\bOFFSET\b")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("platform", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if cuts.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"platform/plugin_api/listing.py"}


def test_a_page_is_cut_at_the_end_or_where_the_statement_says():
    assert paged_statement("SELECT 1", "p.id", 2) == "SELECT 1 ORDER BY p.id LIMIT $4 OFFSET $5"
    inside = paged_statement("WITH page AS (SELECT row_number() OVER (ORDER BY [order]) [page]) SELECT 2", "p.id", 0)
    assert inside == "WITH page AS (SELECT row_number() OVER (ORDER BY p.id) ORDER BY p.id LIMIT $2 OFFSET $3) SELECT 2"


def test_an_address_keeps_what_narrows_the_list_and_begins_at_its_first_page():
    asked = WorkQuery(q="án & tội", sort="-due", page=7, year=2026, late=True, export="xlsx")
    assert asked.link("/w") == "/w?q=%C3%A1n+%26+t%E1%BB%99i&sort=-due&year=2026&late=1"
    assert asked.link("/w", q=None, sort=None, year=None, late=None, page=2) == "/w?page=2"
    assert WorkQuery(page=3).link("/w") == "/w"


def test_filters_are_shown_by_what_they_offer_and_say_what_they_are_set_to():
    unit = UUID(int=1)
    asked = WorkQuery(unit_id=unit, since=date(2026, 3, 1))
    choices = {"unit_id": [(unit, "Chi bộ 1"), (UUID(int=2), "Chi bộ 2")], "year": [2026]}
    found = {one.name: one for one in asked.filters(choices)}
    assert {name: one.kind for name, one in found.items()} == {
        "unit_id": "choice", "year": "hidden", "since": "date", "late": "hidden",
    }  # fmt: skip
    assert [one.words for one in found.values()] == ["Chi bộ 1", "", "01/03/2026", ""]
    assert [words for _value, words in found["unit_id"].options] == ["Tất cả", "Chi bộ 1", "Chi bộ 2"]
    assert (asked.narrowed, WorkQuery(sort="due", page=2).narrowed) == (True, False)


def test_the_signs_of_like_are_taken_literally():
    assert search_pattern("Đạt 100%_\\") == "dat 100\\%\\_\\\\"


def test_whoever_asks_like_asks_for_a_pattern():
    """In a page, an action or a query: each file with a typed LIKE, or its neighbours, takes `search_pattern`."""
    likes = {
        path.parent.parent if path.parent.name == "pages" else path.parent
        for folder in ("platform", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if "LIKE '%' ||" in path.read_text(encoding="utf-8")
    }
    without = [folder.name for folder in likes if not _takes_patterns(folder)]
    assert len(likes) >= 5 and without == []


def _takes_patterns(folder: Path) -> bool:
    return any("search_pattern(" in path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))


@pytest.fixture
async def reader(tenants: Any) -> AsyncIterator[tuple[Actor, dict[str, Any]]]:
    """Somebody who reads everything in Kiên Lương, and the ids of every module's sample rows."""
    async with tenants.inside("kien-luong"):
        modules = frozenset(dispatcher().registry.manifests) - {"core"}
        people = [line["id"] for line in await rows("SELECT id FROM person WHERE tenant_id = $1 ORDER BY name_key")]
        actor = replace(machine(await tenants.body("kien-luong"), modules), person_id=people[0])
        ids: dict[str, Any] = {}
        for module in sorted(modules):
            given = {"actor": actor, "people": people, "unit_id": await tenants.cell()}
            ids |= await dispatcher().demand("sample_rows", module, **given) or {}
        yield actor, ids


async def total_of(view: View, actor: Actor, ids: dict[str, Any], **asked: Any) -> int:
    """How many rows a list says it has."""
    assert view.query is not None
    given = {name: ids[name] for name in ids if f"{{{name}:" in view.path}
    return (await view.load(actor, **given, query=view.query(**asked))).page.total


@pytest.mark.anyio
async def test_no_list_takes_an_underscore_for_any_letter(reader):
    actor, ids = reader
    for view in views_with(Listing):
        if view.name == "core.trail":
            continue  # its words name a person of the body, who has to be found first: the next test
        assert await total_of(view, actor, ids) > 0, f"{view.name} has nothing to find"
        assert [await total_of(view, actor, ids, q=sign) for sign in ("_", "\\")] == [0, 0], view.name


@pytest.mark.anyio
async def test_no_person_is_found_by_a_sign_of_like_in_trail_and_search(reader):
    actor, ids = reader
    trail, search = (dispatcher().registry.endpoints[name][1] for name in ("core.trail", "core.search"))
    assert isinstance(trail, View) and isinstance(search, View) and search.query
    assert [await total_of(trail, actor, ids, q=sign) for sign in ("%", "_", "\\")] == [0, 0, 0]
    for words in ("__", "\\\\", "a_"):
        found = await search.load(actor, query=search.query(q=words))
        assert (found.people, found.groups) == ([], []), words
