"""The three cookies: the session, the language before sign-in, and the sentence for the next page."""

import json
from typing import Any
from urllib.parse import quote, unquote

from litestar import Request, Response
from litestar.datastructures import Cookie

from plugin_api.i18n import LANGUAGES

FLASH, LANGUAGE = "thidua_flash", "thidua_language"
KINDS = ("success", "info", "warning", "danger")
YEAR = 365 * 24 * 3600


def session_cookie(secure: bool) -> str:
    """`__Host-` where people come by https: no sub-domain and no plain connection can plant it.

    Plain names only on this machine.
    """
    return "__Host-thidua" if secure else "thidua"


def session_token(request: Request[Any, Any, Any], secure: bool) -> str | None:
    """The token the visitor sent, if it could be one of ours."""
    token = request.cookies.get(session_cookie(secure))
    return token if token and 40 <= len(token) <= 64 and token.isascii() else None


def give_session(response: Response[Any], token: str, secure: bool) -> None:
    """Send the session's cookie: not readable by scripts, not sent by other sites' forms, gone with the browser."""
    response.set_cookie(
        Cookie(key=session_cookie(secure), value=token, path="/", httponly=True, secure=secure, samesite="lax")
    )


def take_session(response: Response[Any], secure: bool) -> None:
    """Take the session's cookie back."""
    response.set_cookie(
        Cookie(key=session_cookie(secure), value="", path="/", httponly=True, secure=secure, samesite="lax", max_age=0)
    )


def give_language(response: Response[Any], language: str, secure: bool) -> None:
    """Remember the language of a visitor who has not signed in."""
    response.set_cookie(
        Cookie(key=LANGUAGE, value=language, path="/", httponly=True, secure=secure, samesite="lax", max_age=YEAR)
    )


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language before sign-in."""
    asked = request.cookies.get(LANGUAGE, "vi")
    return asked if asked in LANGUAGES else "vi"


def flash(response: Response[Any], kind: str, sentence: str, secure: bool) -> None:
    """Show a sentence on the next page."""
    response.set_cookie(
        Cookie(
            key=FLASH,
            value=quote(json.dumps([kind, sentence])),
            path="/",
            httponly=True,
            secure=secure,
            samesite="lax",
            max_age=60,
        )
    )


def flashes_of(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """The sentence left for this page; nonsense in the cookie is nothing."""
    cookie = request.cookies.get(FLASH)
    if not cookie:
        return []
    try:
        kind, sentence = json.loads(unquote(cookie))
    except (ValueError, TypeError):
        return []
    return [(kind, sentence[:500])] if kind in KINDS and isinstance(sentence, str) else []


def clear_flash(response: Response[Any], secure: bool) -> None:
    """The sentence was shown."""
    response.set_cookie(Cookie(key=FLASH, value="", path="/", httponly=True, secure=secure, samesite="lax", max_age=0))
