"""One request, one effect: its idempotency key is stored with its answer, in the transaction of the effect."""

from dataclasses import dataclass
from uuid import UUID

from platform_core.web.faults import BadKey
from tenancy.query import row, run, value
from tenancy.tables import uuid7


@dataclass(slots=True)
class IdempotencyKey:
    """A booked key; `before` is the answer of the first press if there was one."""

    account_id: UUID
    key: str
    before: bytes | None

    @classmethod
    async def book(cls, account_id: UUID, key: str, request_hash: bytes) -> "IdempotencyKey":
        """Book the key. A second press waits here until the first is committed, then gets its answer.

        Raises BadKey when the same key comes with other content.
        """
        fresh = await value(
            """INSERT INTO pressed_key (tenant_id, id, account_id, key, request_hash, pressed_at)
                               VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING RETURNING id""",
            uuid7(),
            account_id,
            key,
            request_hash,
        )
        if fresh is not None:
            return cls(account_id, key, None)
        first = await row(
            "SELECT request_hash, answer FROM pressed_key WHERE tenant_id = $1 AND account_id = $2 AND key = $3",
            account_id,
            key,
        )
        if first is None or first["request_hash"] != request_hash:
            raise BadKey
        return cls(account_id, key, first["answer"])

    async def remember(self, answer: bytes) -> None:
        """Store the answer beside the effect."""
        await run(
            "UPDATE pressed_key SET answer = $4 WHERE tenant_id = $1 AND account_id = $2 AND key = $3",
            self.account_id,
            self.key,
            answer,
        )
