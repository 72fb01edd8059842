"""Sessions kept in PostgreSQL.

The cookie holds a random token, the database only its hash: nobody can plant or read one.

A token is made at sign-in and never taken from the visitor, so there is nothing to fixate; it changes at sign-in and
at a change of password, ends after IDLE without a click and after LONGEST in any case.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from platform_core.accounts import passwords
from platform_core.accounts.opened import Opened, opened_from
from plugin_api.errors import Invalid, Refusal
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from tenancy.context import NOBODY
from tenancy.engine import DB

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TRIES_PER_ACCOUNT_AT_ADDRESS, TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 8, 40, 60
TRIES_PER_CHANGE = 8
"""Wrong current passwords at the change of password."""
SPAN = timedelta(minutes=15)
"""The time over which tries are counted."""
TOKEN_BYTES = 32
TRIED_TOO_OFTEN = mark("Đăng nhập sai quá nhiều lần. Hãy thử lại sau %(minutes)s phút.")
WRONG_TOO_OFTEN = mark("Nhập sai mật khẩu hiện tại quá nhiều lần. Hãy thử lại sau %(minutes)s phút.")


class TooManyTries(Refusal):
    """Sign-in or the change of password is throttled for this account or address."""

    status = 429


class Caller(msgspec.Struct, frozen=True):
    """Where a request comes from: shown among the sessions of an account, counted when somebody guesses.

    `counted_as` is what tries are counted under; `address_limited` False where one address stands for everybody.
    """

    address: str = ""
    agent: str = ""
    counted_as: str = ""
    address_limited: bool = True


class OpenSession(msgspec.Struct, frozen=True):
    """A session of the account, as its owner may see it."""

    opened_at: datetime
    seen_at: datetime
    address: str
    agent: str
    this_one: bool


def hash_of(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


async def open_request(token: str, slug: str | None) -> Opened | None:
    """Whose session this is, in the body `slug`, without entering it. None: no such session. Raises DatabaseGone."""
    async with DB.autocommit() as connection:
        answer = await connection.fetchval("SELECT auth.open_request($1, $2)", hash_of(token), slug)
    return opened_from(answer) if answer is not None else None


async def sign_in(login: str, password: str, caller: Caller) -> str:
    """Check the password and open a new session; returns its token.

    The attempt is booked first, over all workers; an unknown login takes as long as a wrong password and gets the same
    sentence, and so does a password that is changed, or an account that is closed, in the meantime.
    Raises Invalid or TooManyTries.
    """
    async with DB.autocommit() as connection:
        tried = await connection.fetchrow(
            "SELECT * FROM auth.begin_sign_in($1, $2, $3, $4, $5, $6, $7)",
            _ticket("begin_sign_in", NOBODY),
            login.strip()[:100],
            caller.counted_as,
            TRIES_PER_ACCOUNT_AT_ADDRESS,
            TRIES_PER_ACCOUNT,
            TRIES_PER_ADDRESS if caller.address_limited else None,
            SPAN,
        )
    assert tried is not None, "the function answers with one row"
    _refuse_too_many(tried["wait_seconds"], TRIED_TOO_OFTEN)
    if await passwords.matches(password, tried["password_hash"]):
        token = await open_session(tried["account_id"], tried["password_hash"], caller)
        if token is not None:
            return token
    raise _wrong_password()


async def open_session(account_id: UUID, verified_hash: str, caller: Caller) -> str | None:
    """A new session for whoever gave the password behind `verified_hash`; returns its token.

    None when that is no longer the account's password or the account is closed.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with DB.autocommit() as connection:
        opened = await connection.fetchval(
            "SELECT auth.open_session($1, $2, $3, $4, $5, $6, $7, $8)",
            _ticket("open_session", account_id),
            verified_hash,
            hash_of(token),
            IDLE,
            LONGEST,
            caller.address,
            caller.counted_as,
            caller.agent,
        )
    return token if opened else None


def _refuse_too_many(wait_seconds: int, sentence: str) -> None:
    if wait_seconds:
        raise TooManyTries(_(sentence, minutes=-(-wait_seconds // 60)))


def _wrong_password() -> Invalid:
    return Invalid({"password": _("Tên đăng nhập hoặc mật khẩu không đúng.")})


async def account_of_session(token: str) -> UUID | None:
    """Whose session this is or, when it has ended, was; None once its row is forgotten."""
    async with DB.autocommit() as connection:
        return await connection.fetchval("SELECT auth.account_of_session($1)", hash_of(token))


async def sign_out(token: str) -> None:
    """End this session."""
    async with DB.autocommit() as connection:
        await connection.execute("SELECT auth.close_session($1)", hash_of(token))


async def sign_out_everywhere(account_id: UUID, but: str | None = None) -> int:
    """End every session of the account, except perhaps the one in hand; returns how many ended."""
    async with DB.autocommit() as connection:
        ended = await connection.fetchval(
            "SELECT auth.close_all_sessions($1, $2)",
            _ticket("close_sessions", account_id),
            hash_of(but) if but else None,
        )
    return int(ended or 0)


async def sessions_of(account_id: UUID, token: str) -> Sequence[OpenSession]:
    """The open sessions of the account, the latest seen first."""
    async with DB.autocommit() as connection:
        found = await connection.fetch("SELECT * FROM auth.sessions($1)", _ticket("list_sessions", account_id))
    return [
        OpenSession(r["opened_at"], r["seen_at"], r["address"], r["agent"], r["token_hash"] == hash_of(token))
        for r in found
    ]


async def change_password(opened: Opened, old: str, new: str, again: str, caller: Caller) -> str:
    """Set a new password, end all sessions and open a fresh one; returns its token.

    Raises Invalid with every fault, TooManyTries after TRIES_PER_CHANGE wrong current passwords.
    """
    stored = await _begin_change(opened.account_id)
    faults = {}
    if await passwords.matches(old, stored):
        await _forget_change_attempts(opened.account_id)
    else:
        faults["old"] = _wrong_current()
    weak = await passwords.weakness(new, [opened.login, opened.here.person_name if opened.here else ""])
    if weak:
        faults["new"] = weak
    elif new == old:
        faults["new"] = _("Mật khẩu mới phải khác mật khẩu hiện tại.")
    if new != again:
        faults["again"] = _("Hai lần nhập mật khẩu mới không giống nhau.")
    if faults:
        raise Invalid(faults)
    hashed = await passwords.hashed(new)
    changed = await _store_password(opened.account_id, hashed, must_change=False, verified_hash=stored)
    token = await open_session(opened.account_id, hashed, caller) if changed else None
    if token is None:
        raise Invalid({"old": _wrong_current()})
    return token


def _wrong_current() -> str:
    return _("Mật khẩu hiện tại không đúng.")


async def _begin_change(account_id: UUID) -> str:
    """The stored hash, after a try was booked. Raises TooManyTries."""
    async with DB.autocommit() as connection:
        tried = await connection.fetchrow(
            "SELECT * FROM auth.begin_change($1, $2, $3)", _ticket("check_password", account_id), TRIES_PER_CHANGE, SPAN
        )
    assert tried is not None, "the account of a session exists"
    _refuse_too_many(tried["wait_seconds"], WRONG_TOO_OFTEN)
    return tried["password_hash"]


async def _forget_change_attempts(account_id: UUID) -> None:
    async with DB.autocommit() as connection:
        await connection.execute("SELECT auth.forget_change_attempts($1)", _ticket("check_password", account_id))


async def set_password(account_id: UUID, password: str, *, must_change: bool) -> None:
    """Store a new password and end every session of the account.

    `must_change` asks the person for another at the next sign-in. Raises Invalid when it is too long.
    """
    await _store_password(account_id, await passwords.hashed(password), must_change=must_change)


async def _store_password(account_id: UUID, hashed: str, *, must_change: bool, verified_hash: str = "") -> bool:
    """With `verified_hash` only while that is still stored: whether it was. Every session ends in the same step."""
    async with DB.autocommit() as connection:
        changed = await connection.fetchval(
            "SELECT auth.set_password($1, $2, $3, $4)",
            _ticket("set_password", account_id),
            verified_hash or None,
            hashed,
            must_change,
        )
    return bool(changed)


async def set_language(account_id: UUID, language: str) -> None:
    """Remember the language of the account."""
    async with DB.autocommit() as connection:
        await connection.execute("SELECT auth.set_language($1, $2)", _ticket("set_language", account_id), language)


def _ticket(purpose: str, account_id: UUID) -> str:
    assert DB.signer is not None
    return DB.signer.ticket(purpose, account_id)
