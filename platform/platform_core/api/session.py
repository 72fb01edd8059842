"""`/api/v1/session`: what a script needs to live a person's month."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct

from platform_core.accounts import sessions
from platform_core.accounts.csrf import csrf_token
from platform_core.accounts.opened import BodyLink
from platform_core.web.cookies import give_session, take_session
from platform_core.web.faults import NotSignedIn
from platform_core.web.permissions import ACCOUNT, PUBLIC
from platform_core.web.request_body import ACCOUNT_BYTES
from platform_core.web.request_context import current_request


class SignIn(Struct, frozen=True):
    """Who signs in."""

    login: Annotated[str, Meta(max_length=100)]
    password: str


class NewPassword(Struct, frozen=True):
    """The password in use and the new one."""

    current: str
    new: str


class Language(Struct, frozen=True):
    """The language of the account."""

    language: Literal["vi", "en"]


class SessionAnswer(Struct, frozen=True):
    """The session. Send `csrf_token` as the header `x-csrftoken` with every POST, PUT and DELETE."""

    login: str
    csrf_token: str
    must_change_password: bool
    language: str
    bodies: list[BodyLink]


def session_handlers(secure: bool) -> list[HTTPRouteHandler]:
    """Handlers of `/api/v1/session`."""

    @post(
        "/api/v1/session",
        opt={"permission": PUBLIC, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.open",
        tags=["session"],
        status_code=201,
        summary="Sign in",
    )
    async def open_session(request: Request[Any, Any, Any], data: JSONBody[SignIn]) -> Response[SessionAnswer]:
        context = current_request()
        token = await sessions.sign_in(data.login, data.password, context.caller)
        opened = await sessions.open_request(token, None)
        if opened is None:
            raise NotSignedIn
        response = Response(_answer(opened, token), status_code=201)
        give_session(response, token, secure)
        return response

    @get(
        "/api/v1/session",
        opt={"permission": ACCOUNT, "before_change": True, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.read",
        tags=["session"],
        summary="Who am I",
    )
    async def read_session(request: Request[Any, Any, Any]) -> SessionAnswer:
        context = current_request()
        assert context.opened is not None
        return _answer(context.opened, context.token)

    @delete(
        "/api/v1/session",
        opt={"permission": ACCOUNT, "before_change": True, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.close",
        tags=["session"],
        status_code=204,
        summary="Sign out",
    )
    async def close_session(request: Request[Any, Any, Any]) -> Response[None]:
        await sessions.sign_out(current_request().token)
        response = Response(None, status_code=204)
        take_session(response, secure)
        return response

    @post(
        "/api/v1/session/password",
        opt={"permission": ACCOUNT, "before_change": True, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.password",
        tags=["session"],
        status_code=200,
        summary="Change the password; every other session ends",
    )
    async def change_password(request: Request[Any, Any, Any], data: JSONBody[NewPassword]) -> Response[SessionAnswer]:
        context = current_request()
        assert context.opened is not None
        token = await sessions.change_password(context.opened, data.current, data.new, data.new, context.caller)
        opened = await sessions.open_request(token, None)
        if opened is None:  # changed once more in the meantime
            raise NotSignedIn
        response = Response(_answer(opened, token))
        give_session(response, token, secure)
        return response

    @post(
        "/api/v1/session/end-others",
        opt={"permission": ACCOUNT, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.end_others",
        tags=["session"],
        status_code=200,
        summary="Sign out everywhere else",
    )
    async def end_others(request: Request[Any, Any, Any]) -> dict[str, int]:
        context = current_request()
        assert context.opened is not None
        return {"ended": await sessions.sign_out_everywhere(context.opened.account_id, but=context.token)}

    @post(
        "/api/v1/session/language",
        opt={"permission": ACCOUNT, "most_bytes": ACCOUNT_BYTES},
        operation_id="session.language",
        tags=["session"],
        status_code=200,
        summary="Choose the language of screens and sentences",
    )
    async def set_language(request: Request[Any, Any, Any], data: JSONBody[Language]) -> Language:
        context = current_request()
        assert context.opened is not None
        await sessions.set_language(context.opened.account_id, data.language)
        return data

    return [open_session, read_session, close_session, change_password, end_others, set_language]


def _answer(opened: sessions.Opened, token: str) -> SessionAnswer:
    return SessionAnswer(opened.login, csrf_token(token), opened.must_change, opened.language, opened.bodies)
