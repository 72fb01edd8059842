"""Whether the trails are whole: each body's chain, checked link by link by the database itself."""

from asyncpg import Connection
from msgspec import Struct

BODIES = "SELECT tenant_id FROM audit.head UNION SELECT tenant_id FROM audit.log"
BROKEN = "SELECT * FROM audit.broken($1)"


class BrokenTrail(Struct, frozen=True):
    """The first broken link of a body's chain and why: "content", "gap", "previous" or "tail"."""

    tenant_id: str
    at_seq: int
    why: str


async def broken_trails(connection: Connection) -> list[BrokenTrail]:
    """Every body whose chain is broken. Ask as `app_owner`, who may become the trail's owner and see all of it."""
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE audit_owner")
        return [
            BrokenTrail(str(body["tenant_id"]), line["at_seq"], line["why"])
            for body in await connection.fetch(BODIES)
            for line in await connection.fetch(BROKEN, body["tenant_id"])
        ]
