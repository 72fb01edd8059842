"""Passwords: argon2id, normalised, and refused when an attacker would guess them."""

import asyncio
import unicodedata
from collections.abc import Sequence

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn

from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold

LEAST, MOST = 10, 128
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
    """The same password however the keyboard composed its letters."""
    return unicodedata.normalize("NFKC", password)


async def hashed(password: str) -> str:
    """argon2id (19 MiB, 2 passes), off the event loop."""
    return await asyncio.to_thread(_hasher.hash, normal(password))


async def matches(password: str, stored: str | None) -> bool:
    """Whether the password fits. Without a stored hash it takes the same time and is False."""
    fits = await asyncio.to_thread(_hasher.verify, normal(password)[: MOST * 4], stored or _NOBODY)
    return fits and stored is not None


def weakness(password: str, about: Sequence[str] = ()) -> str | None:
    """Why the password is too easy, in the person's language, or None. `about`: login and names nobody should use."""
    if not LEAST <= len(normal(password)) <= MOST:
        return _("Mật khẩu cần từ %(least)s đến %(most)s ký tự.", least=LEAST, most=MOST)
    known = [*OBVIOUS, *(part for text in about for part in search_fold(text).replace(".", " ").split())]
    plain = search_fold(password).replace(" ", "")
    if _little_else(plain, known) or zxcvbn(plain[:72], user_inputs=known)["score"] < 3:
        return _("Mật khẩu này dễ đoán. Hãy ghép bốn, năm từ không liên quan với nhau.")
    return None


def _little_else(plain: str, known: Sequence[str]) -> bool:
    """Whether a password is made of words everybody here knows, with figures and signs around them."""
    left = plain
    for word in sorted((word for word in known if len(word) > 1), key=len, reverse=True):
        left = left.replace(word, "")
    return left != plain and sum(sign.isalpha() for sign in left) < LEAST // 2
