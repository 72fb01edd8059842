"""The CSRF token: what a page of this session carries and no page of another site can know."""

import hashlib
import hmac


def csrf_token(token: str) -> str:
    """The token that every unsafe request of this session must carry; worth nothing in another session."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_fits(token: str, given: str) -> bool:
    """Whether the request carries the token of its own session."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode(errors="replace"))
