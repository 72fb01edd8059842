"""Who a transaction acts for, and the signature that the database itself checks."""

import hashlib
import hmac
import time
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

CONTEXT_SECONDS = 120
"""How long a signed context is good for: longer than any request, shorter than any leak is useful."""

OPERATOR_SPACE = UUID(int=0)
"""The space of the instance's operator: the only one from which the tree of bodies may be changed."""

NOBODY = UUID(int=0)
"""The account of the machine itself: start-up, provisioning, jobs."""


@dataclass(frozen=True, slots=True)
class TenantContext:
    """The body a transaction acts in and the account that acts."""

    tenant_id: UUID
    account_id: UUID = NOBODY


_current: ContextVar[TenantContext | None] = ContextVar("tenant_context", default=None)


class OutsideABody(RuntimeError):
    """A tenant row was asked for outside every body: a fault of ours, never of the person's."""


def current_context() -> TenantContext:
    """The context of this request. Raises OutsideABody when there is none."""
    context = _current.get()
    if context is None:
        raise OutsideABody("no body has been entered")
    return context


def current_tenant_id() -> UUID:
    """The body of this request."""
    return current_context().tenant_id


def owner_of_new_rows() -> UUID:
    """The default of every `tenant_id` column. Piccolo also calls it while tables are declared, outside every body."""
    context = _current.get()
    return context.tenant_id if context else NOBODY


def current_account_id() -> UUID:
    """The account that acts in this request."""
    return current_context().account_id


class Signer:
    """Signs contexts and tickets with the instance key (HMAC-SHA-256): the database knows it, `app_rt` does not."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the instance key has at least 32 bytes")
        self._key = key

    def context(self, context: TenantContext, seconds: int = CONTEXT_SECONDS) -> str:
        """`tenant.account.expiry.hmac`, the one argument of `app.enter`."""
        return self._signed(f"{context.tenant_id}.{context.account_id}", seconds)

    def ticket(self, purpose: str, account_id: UUID, seconds: int = CONTEXT_SECONDS) -> str:
        """`purpose.account.expiry.hmac`: leave to do one thing for one account (open a session, set a password)."""
        return self._signed(f"{purpose}.{account_id}", seconds)

    def mac(self, purpose: str, text: str) -> str:
        """The HMAC of a text for one purpose, in hexadecimal digits: for what is kept and must be ours."""
        return hmac.new(self._key, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()

    def _signed(self, subject: str, seconds: int) -> str:
        text = f"{subject}.{int(time.time()) + seconds}"
        return f"{text}.{hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()}"
