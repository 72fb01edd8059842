"""Passwords: argon2id, normalised, and refused when an attacker would guess them."""

import asyncio
import unicodedata
from collections.abc import Sequence

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn

from plugin_api.errors import Invalid
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold

LEAST, MOST = 10, 128
"""Characters of a new password, after normalisation."""
MOST_TYPED = 1000
"""Characters that are looked at at all: what is longer is a wrong password."""
OBVIOUS = (
    "vienkiemsat",
    "vksnd",
    "kiemsat",
    "thidua",
    "matkhau",
    "vietnam",
    "congchuc",
    "dangvien",
    "chibo",
    "khenthuong",
)
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
_NOBODY = _hasher.hash("nobody has this password")


def normal(password: str) -> str:
    """The same password however the keyboard composed its letters.

    Quadratic in marks on one letter: call it with no more than MOST_TYPED characters, off the event loop.
    """
    return unicodedata.normalize("NFKC", password)


async def hashed(password: str) -> str:
    """argon2id (19 MiB, 2 passes), off the event loop. Raises Invalid over MOST_TYPED characters."""
    if len(password) > MOST_TYPED:
        raise Invalid({"password": _length_sentence()})
    return await asyncio.to_thread(_hashed, password)


async def matches(password: str, stored: str | None) -> bool:
    """Whether the password fits. Without a stored hash or over MOST_TYPED characters it takes the same time: False."""
    if len(password) > MOST_TYPED:
        password, stored = "", None
    fits = await asyncio.to_thread(_verified, password, stored or _NOBODY)
    return fits and stored is not None


async def weakness(password: str, about: Sequence[str] = ()) -> str | None:
    """Why the password is too easy, in the person's language, or None. `about`: login and names nobody should use."""
    if len(password) > MOST_TYPED:
        return _length_sentence()
    return await asyncio.to_thread(_weakness, password, about)


def _hashed(password: str) -> str:
    return _hasher.hash(normal(password))


def _verified(password: str, stored: str) -> bool:
    return _hasher.verify(normal(password), stored)


def _weakness(password: str, about: Sequence[str]) -> str | None:
    if not LEAST <= len(normal(password)) <= MOST:
        return _length_sentence()
    known = [*OBVIOUS, *(part for text in about for part in search_fold(text).replace(".", " ").split())]
    plain = search_fold(password).replace(" ", "")
    if _little_else(plain, known) or zxcvbn(plain[:72], user_inputs=known)["score"] < 3:
        return _("Mật khẩu này dễ đoán. Hãy ghép bốn, năm từ không liên quan với nhau.")
    return None


def _length_sentence() -> str:
    return _("Mật khẩu cần từ %(least)s đến %(most)s ký tự.", least=LEAST, most=MOST)


def _little_else(plain: str, known: Sequence[str]) -> bool:
    """Whether a password is made of words everybody here knows, with figures and signs around them."""
    left = plain
    for word in sorted((word for word in known if len(word) > 1), key=len, reverse=True):
        left = left.replace(word, "")
    return left != plain and sum(sign.isalpha() for sign in left) < LEAST // 2
