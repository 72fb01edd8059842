"""Every fault becomes an answer here, once: a page with a sentence for people, problem+json for programs, no trace."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send

from platform_core.web import form_again
from platform_core.web.faults import NotSignedIn, PasswordFirst
from platform_core.web.rendering import Pages
from platform_core.web.visit import current_visit
from plugin_api.endpoints import Action
from plugin_api.errors import Forbidden, Invalid, Refusal
from plugin_api.forms import parse
from plugin_api.i18n import gettext as _
from tenancy.context import TenantContext
from tenancy.engine import LOST
from tenancy.faults import Absent, AlreadyThere, DatabaseFault, DatabaseGone, NoLongerThere, Stale, UnusableValue
from tenancy.query import row
from tenancy.transaction import afresh

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is told: a status, a sentence, what to do, and the faults of single fields."""

    status: int
    sentence: str
    advice: str
    problems: dict[str, str]


class Later(Response[bytes]):
    """An answer that still has to ask the database who saved the newer version or what there is to choose from."""

    def __init__(self, answering: Awaitable[Response[Any]]) -> None:
        super().__init__(b"")
        self._answering = answering

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **options: Any) -> Any:
        """The application that waits for the answer, then sends it."""

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            response = await self._answering
            await response.to_asgi_response(app, request, **options)(scope, receive, send)

        return send_it


class Answers:
    """Exception handler of the application."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def answer(self, request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
        """The answer to a fault, for the framework, which does not wait for one: it is worked out when it is sent."""
        return Later(self.answered(request, fault))

    async def answered(self, request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
        """The answer to a fault. Database faults inside are logged; people get a reference number."""
        visit, api = current_visit(), request.url.path.startswith("/api/")
        if isinstance(fault, NotSignedIn) and not api:
            return Redirect(
                self.pages.addresses.url("sign_in", next=visit.path if request.method == "GET" else ""), status_code=303
            )
        if isinstance(fault, PasswordFirst) and not api:
            return Redirect(self.pages.addresses.url("change_password"), status_code=303)
        if isinstance(fault, ValidationException):
            fault = await _named_faults(request, fault)
        told = _told(fault)
        if isinstance(fault, Invalid) and request.method == "GET":
            told = replace(told, sentence=_("Bộ lọc hoặc địa chỉ này có chỗ không dùng được."))
        if told.status >= 500:
            log.error("fault", path=request.url.path, exc_info=fault)
        if api:
            return await self._problem(fault, told)
        action = request.scope.get("route_handler") and request.route_handler.opt.get("action")
        if isinstance(action, Action) and told.status in (409, 422) and not isinstance(fault, HTTPException):
            return await self._form_again(request, action, fault, told)
        return self.pages.page(
            "error.html",
            told.status,
            status=told.status,
            sentence=told.sentence,
            advice=told.advice,
            reference=visit.trace if told.status >= 500 else None,
            back=_back(request),
        )

    async def _problem(self, fault: Exception, told: Fault) -> Response[Any]:
        """RFC 9457."""
        content: dict[str, Any] = {
            "type": "about:blank",
            "title": told.sentence,
            "status": told.status,
            "detail": told.advice,
            "trace": current_visit().trace,
        }
        if told.problems:
            content["problems"] = told.problems
        if isinstance(fault, Stale):
            content["current"] = {
                name: value
                for name, value in fault.current.items()
                if name != "tenant_id" and not isinstance(value, bytes)
            }
            content["version"] = fault.version
        return Response(
            msgspec.json.encode(content, enc_hook=str), status_code=told.status, media_type="application/problem+json"
        )

    async def _form_again(
        self, request: Request[Any, Any, Any], action: Action, fault: Exception, told: Fault
    ) -> Response[Any]:
        typed = await form_again.typed_values(request)
        fields = form_again.fields_of(action.data, typed, told.problems, await _choices(action))
        labels = {field["name"]: field["label"] for field in fields}
        shown = (
            told.problems if isinstance(fault, Invalid) else ({} if isinstance(fault, Stale) else {"": told.sentence})
        )
        problems = [
            {
                "name": name or None,
                "label": labels.get(name),
                "sentence": sentence.removeprefix(f"{labels.get(name)}: "),
            }
            for name, sentence in shown.items()
        ]
        form = await request.form()
        stale = await _stale(fault, fields) if isinstance(fault, Stale) else None
        return self.pages.page(
            "form_again.html",
            told.status,
            title=_("Chưa lưu được"),
            action=request.url.path,
            submit=_("Gửi lại"),
            back=self._back_from(request, action),
            problems=problems,
            fields=fields,
            version=form.get("version"),
            stale=stale,
        )

    def _back_from(self, request: Request[Any, Any, Any], action: Action) -> str:
        """Where the form came from; after a second fault that was this answer: then to where success would have led."""
        came_from = _back(request)
        if came_from != request.url.path:
            return came_from
        try:
            return self.pages.addresses.url(action.then, **request.path_params)
        except LookupError:
            return came_from


async def _choices(action: Action) -> dict[str, list[tuple[str, str]]]:
    """The lists behind the fields of the form, in a transaction of their own: the request's is lost."""
    behind, actor = form_again.choices_behind(action.data), current_visit().actor
    if not behind or actor is None:
        return {}
    async with afresh(TenantContext(actor.body.tenant_id, actor.account_id)):
        return {name: await choices(actor) for name, choices in behind.items()}


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


def _told(fault: Exception) -> Fault:
    if isinstance(fault, Invalid):
        return Fault(422, _("Có chỗ cần sửa trước khi lưu."), fault.sentence, fault.problems)
    if isinstance(fault, Forbidden):
        sentence, _dot, advice = fault.sentence.partition(". ")
        return Fault(fault.status, sentence.rstrip(".") + ".", advice or _("Không có gì bị thay đổi."), {})
    if isinstance(fault, Refusal):
        return Fault(fault.status, fault.sentence, _("Không có gì bị thay đổi."), {})
    if isinstance(fault, Absent) or (isinstance(fault, HTTPException) and fault.status_code == 404):
        return Fault(
            404,
            _("Không tìm thấy trang này."),
            _(
                "Có thể địa chỉ sai, mục đã được chuyển hoặc đồng chí không được xem. "
                "Hãy quay lại và chọn từ danh sách."
            ),
            {},
        )
    if isinstance(fault, NotSignedIn):
        return Fault(401, _("Cần đăng nhập."), _("Gửi tên đăng nhập và mật khẩu tới POST /api/v1/session."), {})
    if isinstance(fault, PasswordFirst):
        return Fault(
            403, _("Cần đổi mật khẩu lần đầu trước khi làm việc."), _("Đổi mật khẩu tại /change-password."), {}
        )
    if isinstance(fault, Stale):
        return Fault(
            409,
            _("Người khác đã lưu một bản mới hơn."),
            _("Bản của đồng chí chưa được lưu. Hãy so sánh hai bản rồi gửi lại với số phiên bản mới."),
            {},
        )
    if isinstance(fault, (DatabaseGone, *LOST)):
        return Fault(
            503, _("Hệ thống đang bận hoặc đang khởi động lại."), _("Chưa có gì được lưu. Hãy thử lại sau ít giây."), {}
        )
    if isinstance(fault, DatabaseFault):
        return _told_by_database(fault)
    if isinstance(fault, ValidationException):
        return Fault(
            422,
            _("Dữ liệu gửi lên không đúng dạng."),
            _("Hãy kiểm tra lại từng trường rồi gửi lại."),
            _problems_of(fault),
        )
    if isinstance(fault, HTTPException) and fault.status_code < 500:
        return Fault(fault.status_code, _http_sentence(fault), _("Hãy quay lại và thử cách khác."), {})
    return Fault(
        500,
        _("Hệ thống gặp lỗi khi làm việc này."),
        _("Chưa có gì được lưu. Hãy thử lại; nếu vẫn lỗi, báo người vận hành số tham chiếu dưới đây."),
        {},
    )


def _told_by_database(fault: DatabaseFault) -> Fault:
    """What slipped past the services and was stopped by the database's own rules."""
    if isinstance(fault, AlreadyThere):
        return Fault(409, _("Mục này đã có."), _("Có thể người khác vừa tạo. Hãy tải lại trang để xem."), {})
    if isinstance(fault, NoLongerThere):
        return Fault(409, _("Mục được chọn không còn ở đơn vị này."), _("Hãy tải lại trang rồi chọn lại."), {})
    if isinstance(fault, UnusableValue):
        return Fault(
            422, _("Dữ liệu gửi lên không dùng được."), _("Hãy kiểm tra lại số, ngày và ký tự lạ rồi gửi lại."), {}
        )
    return Fault(
        500,
        _("Hệ thống gặp lỗi khi làm việc này."),
        _("Chưa có gì được lưu. Hãy thử lại; nếu vẫn lỗi, báo người vận hành số tham chiếu dưới đây."),
        {},
    )


def _problems_of(fault: ValidationException) -> dict[str, str]:
    extra = fault.extra if isinstance(fault.extra, list) else []
    return {str(one.get("key", "")): str(one.get("message", "")) for one in extra if isinstance(one, dict)}


def _http_sentence(fault: HTTPException) -> str:
    known = {
        405: _("Địa chỉ này không nhận cách gửi đó."),
        413: _("Nội dung gửi lên quá lớn."),
        400: _("Yêu cầu không đọc được."),
        415: _("Kiểu dữ liệu gửi lên không dùng được."),
    }
    return known.get(fault.status_code, _("Yêu cầu không đọc được."))


async def _stale(fault: Stale, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Who saved the newer version and when, from the trail, with both texts."""
    names = [field["name"] for field in fields]
    values = form_again.stored_words(fault.current, names)
    visit = current_visit()
    last = None
    if visit.actor is not None:
        async with afresh(TenantContext(visit.actor.body.tenant_id, visit.actor.account_id)):
            last = await row(
                """SELECT l.at, p.full_name FROM audit.log l
                                LEFT JOIN LATERAL auth.person_here(l.account_id) AS here(person_id) ON true
                                LEFT JOIN person p ON p.tenant_id = l.tenant_id AND p.id = here.person_id
                                WHERE l.tenant_id = $1 AND l.row_id = $2 ORDER BY l.seq DESC LIMIT 1""",
                fault.row_id,
            )
    return {
        "who": (last and last["full_name"]) or _("Người khác"),
        "when": last and last["at"],
        "version": fault.version,
        "values": values,
        "differs": [field["name"] for field in fields if form_again.in_words(field["value"]) != values[field["name"]]],
    }


def _back(request: Request[Any, Any, Any]) -> str:
    """Where the visitor came from, if that was a page of ours."""
    came_from = request.headers.get("referer", "")
    host = request.headers.get("host", "")
    _scheme, _sep, rest = came_from.partition("://")
    return "/" + rest.partition("/")[2] if host and rest.startswith(host + "/") else "/"
