"""The list of people: found without diacritics, sorted by given name, filtered by unit and by who left."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from platform_core.access.roles import role_title
from platform_core.people.role_lists import RequestLine, role_requests
from platform_core.permissions import Permission
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.listing import Listing, Orders, PageInfo, page_of
from plugin_api.names import search_pattern
from plugin_api.papers import Sheet, SheetColumn
from plugin_api.ports import ports
from tenancy.query import row

HERE, LEFT, EVERYONE = "", "left", "all"


class PeopleQuery(Listing, frozen=True):
    """How the list is asked for; `state` is "" (still here), "left" or "all"."""

    unit: Annotated[str, Meta(max_length=60, title=mark("Bộ phận, chi bộ"))] = ""
    state: Annotated[str, Meta(max_length=10, title=mark("Trạng thái"))] = HERE


class PersonLine(Struct, frozen=True):
    """A row of the list."""

    id: UUID
    code: str
    name: str
    position: str
    units: str
    roles: list[str]
    left_on: date | None


class PeopleList(Struct, frozen=True):
    """The people of the body; `requests` are the roles that wait for a second person, for those who give or confirm."""

    people: list[PersonLine]
    units: list[tuple[str, str]]
    page: PageInfo
    may_add: bool
    requests: list[RequestLine] = []


ORDERS = Orders("p.id", "name", name="p.name_key", code="p.code", position="p.position, p.name_key")
PAGE = """
WITH page AS MATERIALIZED (
  SELECT p.id, p.code, p.full_name AS name, p.position, p.left_on,
    count(*) OVER () AS total, row_number() OVER (ORDER BY [order]) AS place
  FROM person p WHERE p.tenant_id = $1 AND ($3 = '' OR p.name_search LIKE '%' || $3 || '%')
    AND ($5 = 'all' OR ($5 = 'left') = (p.left_on IS NOT NULL AND p.left_on < $2))
    AND ($4 = '' OR p.id IN (
      SELECT a.person_id FROM appointment a JOIN unit u ON u.tenant_id = a.tenant_id AND u.id = a.unit_id
      WHERE a.tenant_id = $1 AND u.code = $4 AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to >= $2)))
  [page])
SELECT page.*, coalesce(places.units, '') AS units, coalesce(held.roles, ARRAY[]::text[]) AS roles FROM page
LEFT JOIN (
  SELECT a.person_id, string_agg(u.name, ', ' ORDER BY u.kind DESC, u.sort) AS units
  FROM appointment a JOIN unit u ON u.tenant_id = a.tenant_id AND u.id = a.unit_id
  WHERE a.tenant_id = $1 AND a.person_id = ANY (ARRAY(SELECT id FROM page))
    AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to >= $2)
  GROUP BY a.person_id) places ON places.person_id = page.id
LEFT JOIN (
  SELECT r.person_id, array_agg(DISTINCT r.role ORDER BY r.role) AS roles FROM role_assignment r
  WHERE r.tenant_id = $1 AND r.person_id = ANY (ARRAY(SELECT id FROM page))
    AND r.valid_from <= $2 AND (r.valid_to IS NULL OR r.valid_to >= $2)
  GROUP BY r.person_id) held ON held.person_id = page.id
ORDER BY page.place"""
"""Each table is walked once for the whole page: a sub-query per row asks row security anew for each (3 × slower)."""


AROUND = """
SELECT ARRAY(SELECT ARRAY[u.code, u.name] FROM unit u WHERE u.tenant_id = $1
    AND (u.valid_to IS NULL OR u.valid_to >= $2) ORDER BY u.kind DESC, u.sort) AS units,
  EXISTS (SELECT FROM role_request q WHERE q.tenant_id = $1 AND q.state = 'requested') AS roles_wait"""
"""What stands around the list, in one question; the waiting roles themselves are asked for only when there are any."""


async def people_list(actor: Actor, query: PeopleQuery) -> PeopleList:
    """The people of the body: found without diacritics, sorted by given name, filtered by unit, in pages."""
    found, page = await page_of(
        query, ORDERS, PAGE, ports().today(), search_pattern(query.q), query.unit, query.state
    )
    lines = [
        PersonLine(
            r["id"],
            r["code"],
            r["name"],
            r["position"],
            r["units"],
            [role_title(role) for role in r["roles"]],
            r["left_on"],
        )
        for r in found
    ]
    around = await row(AROUND, ports().today())
    assert around is not None, "a statement without FROM answers with one row"
    return PeopleList(
        lines,
        [(code, name) for code, name in around["units"]],
        page,
        actor.may(Permission.PEOPLE_WRITE),
        await _waiting_roles(actor) if around["roles_wait"] else [],
    )


async def _waiting_roles(actor: Actor) -> list[RequestLine]:
    """What waits for a second person; nothing is asked for those who have no part in it."""
    if not (actor.may(Permission.ROLES_ASSIGN) or actor.may(Permission.ROLE_CONFIRM)):
        return []
    return [line for line in await role_requests(actor, ports().today()) if line.state == "requested"]


def people_sheet(found: PeopleList) -> Sheet:
    """The list as a table to calculate with."""
    titles = (mark("Họ và tên"), mark("Mã"), mark("Chức danh"), mark("Bộ phận, chi bộ"), mark("Vai trò"))
    columns = (*(SheetColumn(_(title)) for title in titles), SheetColumn(_("Rời đơn vị"), "date"))
    return Sheet(
        title=_("Người của đơn vị"),
        columns=columns,
        rows=tuple((p.name, p.code, p.position, p.units, ", ".join(p.roles), p.left_on) for p in found.people),
    )
