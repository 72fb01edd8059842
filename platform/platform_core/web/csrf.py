"""Unsafe requests come from pages of ours: same origin, and the token of their own session."""

from typing import Any

from litestar import Request

from platform_core.accounts.csrf import csrf_fits
from platform_core.web.faults import MissingToken, OldToken
from platform_core.web.request_context import RequestContext


def must_come_from_here(request: Request[Any, Any, Any]) -> None:
    """An unsafe request comes from a page of ours, whoever sends it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise MissingToken
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise MissingToken


async def must_carry_token(request: Request[Any, Any, Any], context: RequestContext) -> None:
    """An unsafe request carries the token of its own session, where there is one."""
    if context.opened is None:
        return
    given = request.headers.get("x-csrftoken")
    if given is None and not is_json(request):
        given = str((await request.form()).get("csrf_token", ""))
    if not csrf_fits(context.token, given or ""):
        raise OldToken


def comes_from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether the browser itself says that a page of ours sent this: without a token nothing less shows it."""
    origin = request.headers.get("origin")
    same_host = origin is not None and origin.partition("://")[2] == request.headers.get("host")
    return request.headers.get("sec-fetch-site") == "same-origin" or same_host


def is_json(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is no form."""
    return request.headers.get("content-type", "").split(";")[0].strip() not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    )
