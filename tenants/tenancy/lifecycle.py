"""Placing bodies in the tree: kinds, dates, predecessors and successors.

A merger closes one body and names its successor; no row moves.

All functions run in the operator's space (`TenantContext(OPERATOR_SPACE)`): row security refuses them elsewhere.
"""

from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from tenancy.context import TenantContext, _current
from tenancy.tables import uuid7
from tenancy.transaction import TenantTransaction, current_transaction


class BodyRow(Struct, frozen=True, kw_only=True):
    """A body as the directory keeps it; `parent` is the slug of the body above."""

    slug: str
    name: str
    short_name: str
    kind: str
    place: str
    valid_from: date
    valid_to: date | None = None
    parent: str | None = None
    party_name: str = ""
    party_parent: str = ""
    demo: bool = False
    source: str = ""


PLACE = """
INSERT INTO tenant
  (id, slug, name, short_name, kind, place, valid_from, valid_to, party_name, party_parent, demo, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (slug) DO UPDATE SET name = excluded.name, short_name = excluded.short_name, place = excluded.place,
  valid_from = excluded.valid_from, valid_to = excluded.valid_to,
  party_name = excluded.party_name, party_parent = excluded.party_parent
RETURNING id
"""
PARTICULARS = """
SELECT name, short_name, place, valid_from, valid_to, party_name, party_parent FROM tenant WHERE slug = $1
"""
DIRECTORY = """
SELECT t.id, t.slug, t.name, t.short_name, t.kind, t.place, t.demo, t.valid_from, t.valid_to, p.slug AS parent
FROM tenant t LEFT JOIN tenant p ON p.id = t.parent_id
ORDER BY array_position(ARRAY['supreme', 'province', 'cluster', 'district', 'region'], t.kind), t.name
"""
EXPECTED_CLOSURE = """
WITH RECURSIVE step (upper, lower, by_succession) AS (
    SELECT parent_id, id, false FROM tenant WHERE parent_id IS NOT NULL
  UNION ALL
    SELECT successor_id, predecessor_id, true FROM succession
), down (ancestor, descendant, depth, by_succession) AS (
    SELECT id, id, 0, false FROM tenant
  UNION
    SELECT d.ancestor, s.lower, d.depth + 1, d.by_succession OR s.by_succession
    FROM down d JOIN step s ON s.upper = d.descendant WHERE d.depth < 12
)
SELECT ancestor, descendant, min(depth), bool_and(by_succession) FROM down GROUP BY ancestor, descendant
"""
"""Down the tree, and from every body to its predecessors. Twelve levels are more than the State has."""
CLOSURE = f"""
INSERT INTO closure (ancestor, descendant, depth, by_succession) {EXPECTED_CLOSURE}
ON CONFLICT (ancestor, descendant) DO UPDATE SET depth = excluded.depth, by_succession = excluded.by_succession
  WHERE (closure.depth, closure.by_succession) IS DISTINCT FROM (excluded.depth, excluded.by_succession)
"""


async def place_body(body: BodyRow) -> UUID:
    """Put a body into the directory or bring its particulars up to date; returns its id."""
    return await _connection().fetchval(
        PLACE,
        uuid7(),
        body.slug,
        body.name,
        body.short_name,
        body.kind,
        body.place,
        body.valid_from,
        body.valid_to,
        body.party_name,
        body.party_parent,
        body.demo,
        body.source,
    )


async def particulars(slug: str) -> dict[str, Any]:
    """What `place_body` may change of a body, by column; empty for a body that is not there yet."""
    found = await _connection().fetchrow(PARTICULARS, slug)
    return dict(found) if found is not None else {}


async def set_parent(body_id: UUID, parent_id: UUID | None) -> None:
    """Hang a body below another."""
    await _connection().execute(
        "UPDATE tenant SET parent_id = $2 WHERE id = $1 AND parent_id IS DISTINCT FROM $2", body_id, parent_id
    )


async def succeed(predecessor_id: UUID, successor_id: UUID, on: date) -> None:
    """Record that one body goes on in another from a day; the successor sees the predecessor's overseen history."""
    await _connection().execute(
        """INSERT INTO succession VALUES ($1, $2, $3)
           ON CONFLICT (predecessor_id, successor_id) DO UPDATE SET on_date = excluded.on_date""",
        predecessor_id,
        successor_id,
        on,
    )


async def join_cluster(cluster_id: UUID, year: int, body_id: UUID, role: str) -> None:
    """A body's place ("chief", "deputy" or "member") in a cluster for one year."""
    await _connection().execute(
        """INSERT INTO cluster_member VALUES ($1, $2, $3, $4)
           ON CONFLICT (cluster_id, year, body_id) DO UPDATE SET role = excluded.role""",
        cluster_id,
        year,
        body_id,
        role,
    )


async def refresh_closure() -> None:
    """Work out anew who looks down on whom; after every change of the tree."""
    await _connection().execute("DELETE FROM closure")
    await _connection().execute(CLOSURE)


async def directory() -> list[Record]:
    """Every body with its parent's slug, by kind and name. Readable from any body."""
    return await _connection().fetch(DIRECTORY)


async def body_id_of(slug: str) -> UUID | None:
    """The id of a body by its slug, or None."""
    return await _connection().fetchval("SELECT id FROM tenant WHERE slug = $1", slug)


async def move_to(context: TenantContext) -> None:
    """Enter another body in the same transaction: provisioning spans bodies and is all or nothing."""
    transaction: TenantTransaction = current_transaction()
    signer = transaction.signer
    await transaction.connection.execute("SELECT app.enter($1)", signer.context(context))
    _current.set(context)


def _connection() -> Any:
    return current_transaction().connection
