"""What every request passes: session → body → transaction → module → permission → CSRF → handler → commit → answer.

A stranger learns nothing: a body that is not theirs, a module that is off and an address that never was all answer
404. What was answered with success is stored: the transaction is committed before the first byte leaves.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from platform_core.access.bodies import BodyPolicies
from platform_core.accounts.client_address import Network, client_address, counted_as, is_loopback
from platform_core.accounts.opened import Here, Opened
from platform_core.accounts.opening import Opening, Openings
from platform_core.accounts.sessions import Caller, open_request
from platform_core.web.cookies import flashes_of, language_of, session_token
from platform_core.web.csrf import is_json, must_carry_token, must_come_from_here
from platform_core.web.faults import BadKey, NotSignedIn, PasswordFirst, SessionEndedOverFile, TooLarge
from platform_core.web.held_answer import HeldAnswer
from platform_core.web.idempotency import IdempotencyKey
from platform_core.web.permissions import ACCOUNT, PUBLIC, must_hold, must_use
from platform_core.web.referrer import SAFE_METHODS, page_at_hand
from platform_core.web.request_body import ACTION_BYTES, read_body, replay
from platform_core.web.request_context import RequestContext, begin_request
from plugin_api.actor import Actor, Body, Held
from plugin_api.i18n import use_language
from tenancy.transaction import TenantTransaction


class RequestMiddleware:
    """Litestar middleware, one object for each route; the policies and sessions of the process are theirs together."""

    def __init__(
        self,
        app: ASGIApp,
        policies: BodyPolicies,
        openings: Openings,
        secure: bool,
        trusted_proxies: tuple[Network, ...] = (),
    ) -> None:
        self.app = app
        self.policies = policies
        self.openings = openings
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
        context = self._context(request)
        if unsafe:
            must_come_from_here(request)
        transaction = TenantTransaction()
        opening = await self._open(context, scope["path_params"].get("slug"), transaction)
        if opening is not None:
            await self._in_transaction(request, context, opening, transaction, body, send)
            return
        if permission != PUBLIC:
            _must_be_signed_in(context, opt)
        if unsafe:
            await must_carry_token(request, context)
        if permission not in (PUBLIC, ACCOUNT):
            raise NotFoundException
        await self.app(scope, replay(body), send)

    async def _most_bytes(self, scope: Scope) -> int:
        """What this address takes. Files only from somebody signed in: they are held in memory until they are whole."""
        most = scope["route_handler"].opt.get("most_bytes", ACTION_BYTES)
        if most <= ACTION_BYTES:
            return most
        token = session_token(Request(scope), self.secure)
        return most if token and await open_request(token, None) else ACTION_BYTES

    async def _refuse_large(self, scope: Scope, most: int) -> None:
        """The refusal stands on a page with the visitor's menu. Raises SessionEndedOverFile for a file of nobody."""
        context, transaction = self._context(Request(scope)), TenantTransaction()
        opening = await self._open(context, scope["path_params"].get("slug"), transaction)
        if context.opened is None and most < scope["route_handler"].opt.get("most_bytes", ACTION_BYTES):
            raise SessionEndedOverFile
        if opening is not None:
            try:
                context.actor = opening.actor = opening.actor or await self._actor(opening.opened)
            finally:
                await transaction.rollback()

    def _context(self, request: Request[Any, Any, Any]) -> RequestContext:
        """What the request itself says, as the context of all that follows."""
        context = RequestContext(
            path=page_at_hand(request),
            token=session_token(request, self.secure) or "",
            api=request.scope["path"].startswith("/api/"),
            trace=request.scope["state"].get("trace", ""),
            caller=_caller_of(request, self.trusted_proxies),
            module=request.route_handler.opt.get("module", ""),
            language=language_of(request),
            flashes=flashes_of(request),
        )
        begin_request(context)
        use_language(context.language)
        return context

    async def _open(
        self, context: RequestContext, slug: str | None, transaction: TenantTransaction
    ) -> Opening | None:
        """Read the session; inside a body the transaction has entered it then. None: outside, or a stranger to it."""
        if not context.token:
            return None
        if slug is None:
            found = await open_request(context.token, None)
        else:
            found = await self.openings.open(context.token, slug, transaction)
        opening = found if isinstance(found, Opening) else None
        context.opened = opening.opened if opening else cast("Opened | None", found)
        if context.opened is None:
            context.token, context.ended_token = "", context.token
            return None
        context.language = context.opened.language
        use_language(context.language)
        return opening

    async def _in_transaction(
        self,
        request: Request[Any, Any, Any],
        context: RequestContext,
        opening: Opening,
        transaction: TenantTransaction,
        body: bytes,
        send: Send,
    ) -> None:
        opt, unsafe = request.route_handler.opt, request.method not in SAFE_METHODS
        try:
            if opt["permission"] != PUBLIC:
                _must_be_signed_in(context, opt)
            context.actor = opening.actor = opening.actor or await self._actor(opening.opened)
            must_use(context.actor, context.module)
            must_hold(context.actor, opt["permission"])
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

    async def _actor(self, opened: Opened) -> Actor:
        """The person of the session in the body, with what the roles of today allow there."""
        here = opened.here
        assert here is not None
        policy = self.policies.at_hand(here.tenant_id, here.access_version) or await self.policies.load(
            here.tenant_id, here.access_version
        )
        held = tuple(policy.held(role.role, role.unit_id) for role in here.roles)
        return _actor(opened, here, held)

    async def _answer(
        self, request: Request[Any, Any, Any], context: RequestContext, body: bytes, unsafe: bool
    ) -> HeldAnswer:
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


def _caller_of(request: Request[Any, Any, Any], trusted: tuple[Network, ...]) -> Caller:
    """Who asks."""
    peer = request.client.host if request.client else ""
    forwarded = tuple(request.headers.getall("x-forwarded-for", []))
    return _caller(peer, forwarded, trusted, request.headers.get("user-agent", "")[:200])


@lru_cache(maxsize=1000)
def _caller(peer: str, forwarded: tuple[str, ...], trusted: tuple[Network, ...], agent: str) -> Caller:
    """Without a trusted proxy, this machine's own address is perhaps one for everybody: not limited."""
    address = client_address(peer, forwarded, trusted)
    return Caller(address, agent, counted_as(address), bool(trusted) or not is_loopback(address))


def _actor(opened: Opened, here: Here, held: tuple[Held, ...]) -> Actor:
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
        opened.account_id, here.person_id, here.person_name, body, held, here.modules, here.patches, opened.language
    )


def _must_be_signed_in(context: RequestContext, opt: dict[str, Any]) -> None:
    if context.opened is None:
        raise NotSignedIn
    if context.opened.must_change and not opt.get("before_change"):
        raise PasswordFirst


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
    digest = hashlib.sha256(f"{request.method} {request.scope['path']} ".encode() + content).digest()
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
