"""What every request passes: session → body → transaction → module → permission → CSRF → handler → commit → answer.

A stranger learns nothing: a body that is not theirs, a module that is off and an address that never was all answer
404. What was answered with success is stored: the transaction is committed before the first byte leaves.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from platform_core.access.bodies import BodyPolicies
from platform_core.accounts.client_address import Network, client_address, counted_as, is_loopback
from platform_core.accounts.sessions import Caller, Opened, open_request
from platform_core.web.cookies import flashes_of, language_of, session_token
from platform_core.web.csrf import is_json, must_carry_token, must_come_from_here
from platform_core.web.faults import (
    BadKey,
    NotSignedIn,
    PasswordFirst,
    SessionEndedOverFile,
    TooLarge,
)
from platform_core.web.idempotency import IdempotencyKey
from platform_core.web.referrer import SAFE_METHODS, page_at_hand
from platform_core.web.request_body import ACTION_BYTES, read_body, replay
from platform_core.web.request_context import RequestContext, begin_request
from plugin_api.actor import Actor, Body
from plugin_api.endpoints import SIGNED_IN
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _
from plugin_api.i18n import use_language
from tenancy.context import TenantContext
from tenancy.transaction import TenantTransaction, in_body

PUBLIC = "public"
ACCOUNT = "account"
"""`opt["permission"]` of pages that need a session but no body."""


class RequestMiddleware:
    """Litestar middleware; made by the composition root with the policies of this process."""

    def __init__(
        self, app: ASGIApp, policies: BodyPolicies, secure: bool, trusted_proxies: tuple[Network, ...] = ()
    ) -> None:
        self.app = app
        self.policies = policies
        self.secure = secure
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opt = scope["route_handler"].opt if scope["type"] == "http" else {}
        if scope["type"] != "http" or "permission" not in opt or opt.get("bare"):
            # Files, health, OPTIONS and the API's description: `refuse_unguarded` lets no other by.
            await self.app(scope, receive, send)
            return
        permission = opt["permission"]
        unsafe = scope["method"] not in SAFE_METHODS
        most = await self._most_bytes(scope) if unsafe else 0
        try:
            body = await read_body(scope, receive, most) if unsafe else b""
        except TooLarge:
            await self._refuse_large(scope, most)
            raise
        ScopeState.from_scope(scope).body = body  # whoever answers a fault asks again: nothing more comes from outside
        request: Request[Any, Any, Any] = Request(scope, receive=replay(body), send=send)
        context = await self._context(request)
        if unsafe:
            must_come_from_here(request)
        if permission != PUBLIC:
            self._must_be_signed_in(context, scope)
        if context.actor is None:
            if unsafe:
                await must_carry_token(request, context)
            if permission not in (PUBLIC, ACCOUNT):
                raise NotFoundException
            await self.app(scope, replay(body), send)
            return
        await self._in_transaction(request, context, permission, body, send, unsafe)

    async def _most_bytes(self, scope: Scope) -> int:
        """What this address takes. Files only from somebody signed in: they are held in memory until they are whole."""
        most = scope["route_handler"].opt.get("most_bytes", ACTION_BYTES)
        if most <= ACTION_BYTES:
            return most
        token = session_token(Request(scope), self.secure)
        return most if token and await open_request(token, None) else ACTION_BYTES

    async def _refuse_large(self, scope: Scope, most: int) -> None:
        """The refusal stands on a page with the visitor's menu. Raises SessionEndedOverFile for a file of nobody."""
        context = await self._context(Request(scope))
        if context.opened is None and most < scope["route_handler"].opt.get("most_bytes", ACTION_BYTES):
            raise SessionEndedOverFile
        if context.actor is not None:
            async with in_body(TenantContext(context.actor.body.tenant_id, context.actor.account_id)):
                await self._with_roles(context)

    async def _with_roles(self, context: RequestContext) -> Actor:
        """The actor with what his roles of today allow, in the transaction of the body."""
        actor, here = context.actor, context.opened.here if context.opened else None
        assert actor is not None and here is not None
        policy = self.policies.at_hand(here.tenant_id, here.access_version) or await self.policies.load(
            here.tenant_id, here.access_version
        )
        context.actor = replace(actor, held=tuple(policy.held(role.role, role.unit_id) for role in here.roles))
        return context.actor

    async def _context(self, request: Request[Any, Any, Any]) -> RequestContext:
        """Read the session and begin the request; strangers to the body get no actor."""
        slug = request.path_params.get("slug")
        context = RequestContext(
            path=page_at_hand(request),
            token=session_token(request, self.secure) or "",
            api=request.url.path.startswith("/api/"),
            trace=request.scope["state"].get("trace", ""),
            caller=_caller_of(request, self.trusted_proxies),
            module=request.route_handler.opt.get("module", ""),
            language=language_of(request),
            flashes=flashes_of(request),
        )
        begin_request(context)
        use_language(context.language)
        if context.token:
            context.opened = await open_request(context.token, slug)
        if context.opened is None:
            context.token, context.ended_token = "", context.token
            return context
        context.language = context.opened.language
        use_language(context.language)
        if slug is not None and context.opened.here is not None:
            context.actor = _actor(context.opened)
        return context

    def _must_be_signed_in(self, context: RequestContext, scope: Scope) -> None:
        if context.opened is None:
            raise NotSignedIn
        if context.opened.must_change and not scope["route_handler"].opt.get("before_change"):
            raise PasswordFirst

    async def _in_transaction(
        self,
        request: Request[Any, Any, Any],
        context: RequestContext,
        permission: str,
        body: bytes,
        send: Send,
        unsafe: bool,
    ) -> None:
        actor = context.actor
        assert actor is not None
        if context.module not in ("", "core") and context.module not in actor.modules:
            raise NotFoundException
        transaction = TenantTransaction()
        await transaction.begin(TenantContext(actor.body.tenant_id, actor.account_id))
        try:
            _must_hold(await self._with_roles(context), permission)
            if unsafe:
                await must_carry_token(request, context)
            answer = await self._answer(request, context, body, unsafe)
        except BaseException:
            await transaction.rollback()
            raise
        if answer.status < 400:
            await transaction.commit()
        else:
            await transaction.rollback()
        for message in answer.messages:
            await send(message)

    async def _answer(
        self, request: Request[Any, Any, Any], context: RequestContext, body: bytes, unsafe: bool
    ) -> "HeldAnswer":
        """The handler's answer, held back; a request sent twice gets the first answer again."""
        key = await _idempotency_key(request, context, body) if unsafe else None
        if key is not None and key.before is not None:
            return HeldAnswer.of(key.before)
        answer = HeldAnswer()
        await self.app(request.scope, replay(body), answer.take)
        ScopeState.from_scope(
            request.scope
        ).response_started = False  # held back: a failing commit still gets its answer
        if key is not None and answer.status < 400:
            await key.remember(answer.packed())
        return answer


class HeldAnswer:
    """An answer held back until its transaction is committed."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Stands in for ASGI `send`."""
        self.messages.append(message)

    @property
    def status(self) -> int:
        """The status the handler chose; 500 if it said nothing."""
        return (
            self.messages[0]["status"] if self.messages and self.messages[0]["type"] == "http.response.start" else 500
        )

    def packed(self) -> bytes:
        """The answer as bytes, to be told again."""
        start, *rest = cast(list[Any], self.messages)
        body = b"".join(part.get("body", b"") for part in rest if part["type"] == "http.response.body")
        return msgspec.msgpack.encode((start["status"], list(start["headers"]), body))

    @classmethod
    def of(cls, packed: bytes) -> "HeldAnswer":
        """The answer that `packed` holds."""
        status, headers, body = msgspec.msgpack.decode(packed, type=tuple[int, list[tuple[bytes, bytes]], bytes])
        answer = cls()
        answer.messages = [
            {"type": "http.response.start", "status": status, "headers": headers},
            {"type": "http.response.body", "body": body, "more_body": False},
        ]
        return answer


def _caller_of(request: Request[Any, Any, Any], trusted: tuple[Network, ...]) -> Caller:
    """Who asks. Without a trusted proxy, this machine's own address is perhaps one for everybody: not limited."""
    peer = request.client.host if request.client else ""
    address = client_address(peer, request.headers.getall("x-forwarded-for", []), trusted)
    limited = bool(trusted) or not is_loopback(address)
    return Caller(address, request.headers.get("user-agent", "")[:200], counted_as(address), limited)


def _actor(opened: Opened) -> Actor:
    here = opened.here
    assert here is not None
    body = Body(
        here.tenant_id,
        here.slug,
        here.name,
        here.short_name,
        here.kind,
        here.place,
        here.demo,
        here.upper_name,
        here.party_name,
        here.party_parent,
    )
    return Actor(
        opened.account_id, here.person_id, here.person_name, body, (), here.modules, here.patches, opened.language
    )


def _must_hold(actor: Actor | None, permission: str) -> None:
    if actor is None or (permission not in (PUBLIC, ACCOUNT, SIGNED_IN) and not actor.may(permission)):
        raise Forbidden(
            _("Đồng chí không được phân quyền xem hoặc làm việc này. Cần thì báo người quản trị của đơn vị.")
        )


async def _idempotency_key(
    request: Request[Any, Any, Any], context: RequestContext, body: bytes
) -> IdempotencyKey | None:
    """The idempotency key of the request, booked; None when the request brings none. Raises BadKey."""
    key = request.headers.get("idempotency-key")
    if is_json(request):
        content = body
    else:
        form = await request.form()
        key = key or form.get("idempotency_key")
        content = await _content_of(form.multi_items())
    if not key:
        return None
    if not isinstance(key, str) or not 8 <= len(key) <= 100 or not key.isascii() or not key.isprintable():
        raise BadKey
    digest = hashlib.sha256(f"{request.method} {request.url.path} ".encode() + content).digest()
    assert context.actor is not None
    return await IdempotencyKey.book(context.actor.account_id, key, digest)


async def _content_of(items: Iterable[tuple[str, Any]]) -> bytes:
    """What a form says, without the token of its session: the same press gives the same bytes, files included."""
    marks: list[tuple[str, str]] = []
    for name, value in items:
        if isinstance(value, UploadFile):
            marks.append((name, hashlib.sha256(await value.read()).hexdigest()))
            await value.seek(0)
        elif name != "csrf_token":
            marks.append((name, str(value)))
    return repr(sorted(marks)).encode()
