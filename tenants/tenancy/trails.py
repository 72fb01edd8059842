"""Whether the trails are whole: each body's chain, its rows against their last entries, and the heads kept outside.

Asked as `app_rt` in the space of each body; the database itself verifies hashes and signatures, whose key it alone and
the process know. Decision 0013 says what an unbroken trail proves.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from tenancy.anchors import Anchor
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import EXPECTED_CLOSURE
from tenancy.transaction import current_transaction, in_body

BODIES = "SELECT id, slug FROM tenant ORDER BY slug"
HEADS = "SELECT tenant_id, seq, hash FROM audit.heads()"
BROKEN = "SELECT at_seq, why FROM audit.broken($1)"
TRAILED = """
SELECT c.relname AS name, (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[2] AS skipped
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = 'trail' AND c.relnamespace = 'app'::regnamespace ORDER BY c.relname
"""
# Columns that came after an entry was written are not in it and can't be compared.
ROWS_OF_TABLE = """
SELECT '{name}' AS table_name, coalesce(kept.row_id, live.id) AS row_id
FROM (SELECT DISTINCT ON (row_id) row_id, operation, after FROM audit.log
      WHERE tenant_id = $1 AND table_name = '{name}' ORDER BY row_id, seq DESC) kept
FULL JOIN (SELECT r.id, audit.kept(to_jsonb(r), '{skipped}') AS now FROM "{name}" r WHERE r.tenant_id = $1
  ) live ON live.id = kept.row_id
WHERE CASE WHEN kept.row_id IS NULL OR live.id IS NULL THEN kept.operation IS DISTINCT FROM 'DELETE'
  ELSE kept.operation = 'DELETE' OR (live.now <> kept.after AND EXISTS (
    SELECT FROM jsonb_each(kept.after) field
    WHERE live.now ? field.key AND live.now -> field.key IS DISTINCT FROM field.value)) END
"""
NOT_ON_THE_CHAIN = """
SELECT min(anchor.seq) FROM unnest($2::bigint[], $3::bytea[]) AS anchor(seq, hash)
LEFT JOIN audit.log l ON l.tenant_id = $1 AND l.seq = anchor.seq
WHERE anchor.seq > 0 AND l.hash IS DISTINCT FROM anchor.hash
"""


class TrailFault(Struct, frozen=True):
    """Where a body's trail is not whole.

    `why`: "head", "gap", "previous", "content", "tail", "signature" (see `audit.broken`), "anchor" (an entry that was
    written down outside is gone or another), "row …" (a row is not what its last entry says), "no such body".
    """

    body: str
    at_seq: int
    why: str

    def __str__(self) -> str:
        return f"{self.body} from {self.at_seq}: {self.why}"


TREE = """
SELECT (SELECT count(*) FROM (SELECT ancestor, descendant, depth, by_succession FROM closure
                              EXCEPT SELECT * FROM ({expected}) e) too_many)
     + (SELECT count(*) FROM (SELECT * FROM ({expected}) e
                              EXCEPT SELECT ancestor, descendant, depth, by_succession FROM closure) too_few)
"""


async def trail_faults(anchors: Iterable[Anchor] = ()) -> list[TrailFault]:
    """Every fault of every body's trail, the first of each kind."""
    kept = list(anchors)
    async with in_body(TenantContext(OPERATOR_SPACE)) as transaction:
        bodies = {line["id"]: line["slug"] for line in await transaction.connection.fetch(BODIES)}
        heads = await transaction.connection.fetch(HEADS)
        tables = await transaction.connection.fetch(TRAILED)
        # lint: allow(string-built-sql): a constant of tenancy.lifecycle
        askew = await transaction.connection.fetchval(TREE.format(expected=EXPECTED_CLOSURE))
    strangers = {line["tenant_id"] for line in heads} | {body for anchor in kept for body in anchor.bodies()}
    faults = [TrailFault(str(body), 0, "no such body") for body in sorted(strangers - bodies.keys())]
    if askew:
        faults.append(TrailFault("closure", 0, f"{askew} rows of who looks down on whom do not follow from the tree"))
    rows_sql = " UNION ALL ".join(ROWS_OF_TABLE.format(name=one["name"], skipped=one["skipped"]) for one in tables)
    for body, slug in bodies.items():
        async with in_body(TenantContext(body)):
            faults += await _of_body(body, slug, rows_sql, kept)
    return faults


async def _of_body(body: UUID, slug: str, rows_sql: str, anchors: list[Anchor]) -> list[TrailFault]:
    connection = current_transaction().connection
    faults = [TrailFault(slug, line["at_seq"], line["why"]) for line in await connection.fetch(BROKEN, body)]
    # lint: allow(string-built-sql): names of tables out of the catalogue, the body is bound
    for line in await connection.fetch(rows_sql, body):
        faults.append(TrailFault(slug, 0, f"row {line['row_id']} of {line['table_name']} is not what its trail says"))
    written = [anchor.of(body) for anchor in anchors]
    seqs, hashes = [head.seq for head in written if head], [bytes.fromhex(head.hash) for head in written if head]
    missing = await connection.fetchval(NOT_ON_THE_CHAIN, body, seqs, hashes)
    return faults if missing is None else [*faults, TrailFault(slug, missing, "anchor")]
