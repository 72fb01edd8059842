"""Opens a request inside a body: whose session it is, and the transaction that has entered the body, on one connection.

What PostgreSQL said about a session in a body is kept in this process together with its hash. The next request sends
BEGIN and `app.enter` in one message that enters only while PostgreSQL would say the same again; otherwise it is asked
anew. So a change of roles, modules or settings holds from the next request on, in every process, and what is kept is
never believed without being compared.
"""

import hashlib
from dataclasses import dataclass, field

from platform_core.accounts.opened import Opened, opened_from
from platform_core.accounts.sessions import hash_of
from plugin_api.actor import Actor
from tenancy.context import TenantContext
from tenancy.transaction import TenantTransaction

MOST_KEPT = 2000
"""Sessions in bodies: about 6 KB each."""


@dataclass(slots=True)
class Opening:
    """What is known of a session in a body. `actor` is worked out by whoever has the policies, once for each answer."""

    opened: Opened
    context: TenantContext
    condition: str
    actor: Actor | None = field(default=None)


class Openings:
    """The sessions that this process knows."""

    def __init__(self) -> None:
        self._kept: dict[tuple[bytes, str], Opening] = {}

    async def open(self, token: str, slug: str, transaction: TenantTransaction) -> Opening | Opened | None:
        """Begin the transaction in the body `slug`.

        An Opening when the transaction has entered it; Opened when the session is a stranger to the body, None when
        there is no such session: the transaction has not begun then, and its connection is given back.
        Raises DatabaseGone.
        """
        key = hash_of(token), slug
        known = self._kept.get(key)
        if known is not None and await transaction.begin(known.context, known.condition):
            return known
        self._kept.pop(key, None)
        answer = await transaction.ask_before("SELECT auth.open_request($1, $2)", *key)
        opened = opened_from(answer) if answer is not None else None
        if opened is None or opened.here is None:
            await transaction.release()
            return opened
        made = _opening(key[0], opened)
        await transaction.begin(made.context)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = made
        return made


def _opening(token_hash: bytes, opened: Opened) -> Opening:
    assert opened.here is not None
    answer_hash = hashlib.sha256(opened.mark.encode()).hexdigest()
    # The slug is the one that the database says, never the typed one: letters, digits and hyphens.
    condition = f"auth.request_unchanged('\\x{token_hash.hex()}', '{opened.here.slug}', '{answer_hash}')"
    return Opening(opened, TenantContext(opened.here.tenant_id, opened.account_id), condition)
