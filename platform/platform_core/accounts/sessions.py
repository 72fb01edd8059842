"""Sessions kept in PostgreSQL.

The cookie holds a random token, the database only its hash: nobody can plant or read one.

A token is made at sign-in and never taken from the visitor, so there is nothing to fixate; it changes at sign-in and
at a change of password, ends after IDLE without a click and after LONGEST in any case.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from platform_core.accounts import passwords
from plugin_api.config import Patch
from plugin_api.errors import Invalid, Refusal
from plugin_api.i18n import gettext as _
from tenancy.context import NOBODY
from tenancy.engine import DB

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, SPAN = 8, 60, timedelta(minutes=15)
TOKEN_BYTES = 32


class HeldRole(msgspec.Struct, frozen=True):
    """A role of today, in one unit or (None) in the whole body."""

    role: str
    unit_id: UUID | None


class Here(msgspec.Struct, frozen=True):
    """The body of the request and the person there."""

    tenant_id: UUID
    slug: str
    name: str
    short_name: str
    kind: str
    place: str
    demo: bool
    upper_name: str
    party_name: str
    party_parent: str
    person_id: UUID
    person_name: str
    roles: list[HeldRole]
    modules: frozenset[str]
    patches: tuple[Patch, ...]
    access_version: int
    settings_version: int


class BodyLink(msgspec.Struct, frozen=True):
    """A body the account belongs to, for the switcher."""

    slug: str
    name: str


class Opened(msgspec.Struct, frozen=True):
    """What one question to the database says about a request; `here` is None outside a body or for a stranger to it."""

    account_id: UUID
    login: str
    language: str
    must_change: bool
    operator: bool
    bodies: list[BodyLink]
    here: Here | None = None


class TooManyTries(Refusal):
    """Sign-in is throttled for this account or address."""

    status = 429


class OpenSession(msgspec.Struct, frozen=True):
    """A session of the account, as its owner may see it."""

    opened_at: datetime
    seen_at: datetime
    address: str
    agent: str
    this_one: bool


_decoder = msgspec.json.Decoder(Opened)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def csrf_token(token: str) -> str:
    """The token that every unsafe request of this session must carry; worth nothing in another session."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_fits(token: str, given: str) -> bool:
    """Whether the request carries the token of its own session."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode(errors="replace"))


async def open_request(token: str, slug: str | None) -> Opened | None:
    """Whose session this is, in the body `slug`. None: no such session. Raises DatabaseGone."""
    async with DB.autocommit() as connection:
        answer = await connection.fetchval("SELECT auth.open_request($1, $2)", _hash(token), slug)
    return _decoder.decode(answer) if answer is not None else None


async def sign_in(login: str, password: str, address: str, agent: str) -> str:
    """Check the password and open a new session; returns its token.

    The attempt is booked first, over all workers; an unknown login takes as long as a wrong password and gets the same
    sentence. Raises Invalid or TooManyTries.
    """
    async with DB.autocommit() as connection:
        tried = await connection.fetchrow(
            "SELECT * FROM auth.begin_sign_in($1, $2, $3, $4, $5, $6)",
            _ticket("begin_sign_in", NOBODY),
            login.strip()[:100],
            address,
            TRIES_PER_ACCOUNT,
            TRIES_PER_ADDRESS,
            SPAN,
        )
    assert tried is not None, "the function answers with one row"
    if tried["wait_seconds"]:
        minutes = -(-tried["wait_seconds"] // 60)
        raise TooManyTries(_("Đăng nhập sai quá nhiều lần. Hãy thử lại sau %(minutes)s phút.", minutes=minutes))
    if not await passwords.matches(password, tried["password_hash"]):
        raise Invalid({"password": _("Tên đăng nhập hoặc mật khẩu không đúng.")})
    return await _open_session(tried["account_id"], address, agent)


async def _open_session(account_id: UUID, address: str, agent: str) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with DB.autocommit() as connection:
        await connection.execute(
            "SELECT auth.open_session($1, $2, $3, $4, $5, $6)",
            _ticket("open_session", account_id),
            _hash(token),
            IDLE,
            LONGEST,
            address,
            agent,
        )
    return token


async def sign_out(token: str) -> None:
    """End this session."""
    async with DB.autocommit() as connection:
        await connection.execute("SELECT auth.close_session($1)", _hash(token))


async def sign_out_everywhere(account_id: UUID, but: str | None = None) -> int:
    """End every session of the account, except perhaps the one in hand; returns how many ended."""
    async with DB.autocommit() as connection:
        ended = await connection.fetchval(
            "SELECT auth.close_all_sessions($1, $2)", _ticket("close_sessions", account_id), _hash(but) if but else None
        )
    return int(ended or 0)


async def sessions_of(account_id: UUID, token: str) -> Sequence[OpenSession]:
    """The open sessions of the account, the latest seen first."""
    async with DB.autocommit() as connection:
        found = await connection.fetch("SELECT * FROM auth.sessions($1)", _ticket("list_sessions", account_id))
    return [
        OpenSession(r["opened_at"], r["seen_at"], r["address"], r["agent"], r["token_hash"] == _hash(token))
        for r in found
    ]


async def change_password(opened: Opened, old: str, new: str, again: str, address: str, agent: str) -> str:
    """Set a new password, end all sessions and open a fresh one; returns its token. Raises Invalid with every fault."""
    async with DB.autocommit() as connection:
        stored = await connection.fetchval("SELECT auth.password_of($1)", _ticket("check_password", opened.account_id))
    faults = {}
    if not await passwords.matches(old, stored):
        faults["old"] = _("Mật khẩu hiện tại không đúng.")
    weak = passwords.weakness(new, [opened.login, opened.here.person_name if opened.here else ""])
    if weak:
        faults["new"] = weak
    elif new == old:
        faults["new"] = _("Mật khẩu mới phải khác mật khẩu hiện tại.")
    if new != again:
        faults["again"] = _("Hai lần nhập mật khẩu mới không giống nhau.")
    if faults:
        raise Invalid(faults)
    await set_password(opened.account_id, new, must_change=False)
    await sign_out_everywhere(opened.account_id)
    return await _open_session(opened.account_id, address, agent)


async def set_password(account_id: UUID, password: str, *, must_change: bool) -> None:
    """Store a new password; `must_change` asks the person for another at the next sign-in."""
    hashed = await passwords.hashed(password)
    async with DB.autocommit() as connection:
        await connection.execute(
            "SELECT auth.set_password($1, $2, $3)", _ticket("set_password", account_id), hashed, must_change
        )


async def set_language(account_id: UUID, language: str) -> None:
    """Remember the language of the account."""
    async with DB.autocommit() as connection:
        await connection.execute("SELECT auth.set_language($1, $2)", _ticket("set_language", account_id), language)


def _ticket(purpose: str, account_id: UUID) -> str:
    assert DB.signer is not None
    return DB.signer.ticket(purpose, account_id)
