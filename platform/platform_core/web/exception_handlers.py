"""Every fault becomes an answer here, once: a page with a sentence for people, problem+json for programs, no trace."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, NotFoundException, SerializationException, ValidationException
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send

from platform_core.accounts.sessions import account_of_session
from platform_core.web.cookies import language_of
from platform_core.web.faults import NotSignedIn, OldToken, PasswordFirst
from platform_core.web.form_again import page_again
from platform_core.web.kept_form import kept_form
from platform_core.web.problem_details import ProblemDetails, problem_details
from platform_core.web.referrer import referring_page
from platform_core.web.rendering import Pages
from platform_core.web.request_context import RequestContext, begin_request, current_request
from platform_core.web.sign_in_pages import SignInPages, is_form_of_action
from plugin_api.endpoints import Action
from plugin_api.errors import Invalid
from plugin_api.forms import parse
from plugin_api.i18n import gettext as _
from plugin_api.i18n import use_language
from tenancy.faults import Stale

STATIC_PATH = "/static/"

log = structlog.get_logger()


class DeferredResponse(Response[bytes]):
    """An answer that still has to ask the database: a form comes back on its page as it stands now."""

    def __init__(self, answering: Awaitable[Response[Any]]) -> None:
        super().__init__(b"")
        self._answering = answering

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **options: Any) -> Any:
        """The application that waits for the answer, then sends it."""

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            response = await self._answering
            await response.to_asgi_response(app, request, **options)(scope, receive, send)

        return send_it


class ExceptionHandlers:
    """The exception handler of the application, over its pages."""

    def __init__(self, pages: Pages, sign_in_pages: SignInPages) -> None:
        self.pages = pages
        self.sign_in_pages = sign_in_pages

    def handle(self, request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
        """The answer to a fault, for the framework, which does not wait for one: it is worked out when it is sent."""
        return DeferredResponse(self.response_to(request, fault))

    async def response_to(self, request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
        """The answer to a fault. Database faults inside are logged; people get a reference number."""
        context, api = _context_of(request), request.url.path.startswith("/api/")
        if not api and (led_on := await self._leads_on(request, context, fault)) is not None:
            return led_on
        if isinstance(fault, ValidationException):
            fault = await _named_faults(request, fault)
        if request.url.path.startswith(STATIC_PATH) and not _can_be_a_file(request.url.path):
            fault = NotFoundException()
        problem = problem_details(fault)
        if isinstance(fault, Invalid) and request.method == "GET":
            problem = replace(problem, sentence=_("Bộ lọc hoặc địa chỉ này có chỗ không dùng được."))
        if problem.status >= 500:
            log.error("fault", path=request.url.path, exc_info=fault)
        if api:
            return await self._problem_json(fault, problem)
        action = request.scope.get("route_handler") and request.route_handler.opt.get("action")
        if isinstance(action, Action) and problem.status in (409, 422) and not isinstance(fault, HTTPException):
            return await page_again(self.pages, request, action, fault, problem)
        return self.pages.page(
            "error.html",
            problem.status,
            status=problem.status,
            sentence=problem.sentence,
            advice=problem.advice,
            reference=context.trace if problem.status >= 500 else None,
            back=referring_page(request),
        )

    async def _leads_on(
        self, request: Request[Any, Any, Any], context: RequestContext, fault: Exception
    ) -> Response[Any] | None:
        """The page that has to come first; what was typed goes along. None for other faults."""
        is_form = is_form_of_action(request)
        if isinstance(fault, NotSignedIn) and is_form:
            owner = await account_of_session(context.ended_token) if context.ended_token else None
            return self.sign_in_pages.sign_in(401, kept=await kept_form(request, owner))
        if isinstance(fault, NotSignedIn) and request.headers.get("hx-request"):
            return self.sign_in_pages.sign_in(401, following=context.path)
        if isinstance(fault, NotSignedIn):
            following = context.path if request.method == "GET" else ""
            return Redirect(self.pages.addresses.url("sign_in", next=following), status_code=303)
        if isinstance(fault, PasswordFirst) and is_form:
            return await self.sign_in_pages.password_first(request)
        if isinstance(fault, PasswordFirst):
            return Redirect(self.pages.addresses.url("change_password"), status_code=303)
        return await self.sign_in_pages.from_an_old_page(request) if isinstance(fault, OldToken) else None

    async def _problem_json(self, fault: Exception, problem: ProblemDetails) -> Response[Any]:
        """RFC 9457."""
        content: dict[str, Any] = {
            "type": "about:blank",
            "title": problem.sentence,
            "status": problem.status,
            "detail": problem.advice,
            "trace": current_request().trace,
        }
        if problem.problems:
            content["problems"] = problem.problems
        if isinstance(fault, Stale):
            content["current"] = {
                name: value
                for name, value in fault.current.items()
                if name != "tenant_id" and not isinstance(value, bytes)
            }
            content["version"] = fault.version
        return Response(
            msgspec.json.encode(content, enc_hook=str),
            status_code=problem.status,
            media_type="application/problem+json",
        )


def _can_be_a_file(path: str) -> bool:
    return "\0" not in path and all(len(part.encode()) < 256 for part in path.split("/"))


def _context_of(request: Request[Any, Any, Any]) -> RequestContext:
    """The context that the middleware made; an address that does not exist has none, but its visitor has a language."""
    if "route_handler" not in request.scope:
        trace = request.scope["state"].get("trace", "")
        begin_request(RequestContext(path="", trace=trace, language=language_of(request)))
        use_language(current_request().language)
    return current_request()


async def _named_faults(request: Request[Any, Any, Any], fault: ValidationException) -> Exception:
    """The framework stops at the first fault, in English; our own parser names all, in the person's language."""
    action = request.scope.get("route_handler") and request.route_handler.opt.get("action")
    if isinstance(action, Action) and action.data is not None:
        try:
            typed = await request.json()
            if isinstance(typed, dict):
                parse(action.data, typed)
        except Invalid as named:
            return named
        except SerializationException:
            return fault  # not JSON at all: the framework's own fault says enough
    return fault
