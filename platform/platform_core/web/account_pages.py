"""Signing in and out, the own account, the choice of a body: pages outside every body."""

from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from platform_core.accounts import passwords, sessions
from platform_core.accounts.demo import demo_accounts
from platform_core.accounts.devices import device_of
from platform_core.web import kept_form
from platform_core.web.cookies import clear_flash, flash, give_language, give_session, take_session
from platform_core.web.faults import NotSignedIn
from platform_core.web.permissions import ACCOUNT, PUBLIC
from platform_core.web.referrer import own_path
from platform_core.web.rendering import Pages
from platform_core.web.request_body import ACCOUNT_BYTES
from platform_core.web.request_context import current_request
from platform_core.web.sign_in_pages import SignInPages
from plugin_api.errors import Invalid, Refusal
from plugin_api.i18n import LANGUAGES, use_language
from plugin_api.i18n import gettext as _

AnyRequest = Request[Any, Any, Any]
ANYBODY = {"permission": PUBLIC, "most_bytes": ACCOUNT_BYTES}
FIRST = {"permission": ACCOUNT, "before_change": True, "most_bytes": ACCOUNT_BYTES}


def account_pages(pages: Pages, sign_in_pages: SignInPages, secure: bool) -> list[HTTPRouteHandler]:
    """The handlers, with their addresses learnt by name."""
    addresses = pages.addresses
    for name, path in {
        "front": "/",
        "sign_in": "/sign-in",
        "sign_out": "/sign-out",
        "account": "/account",
        "set_language": "/language",
        "change_password": "/change-password",
        "choose_body": "/bodies",
        "end_sessions": "/account/sessions/end",
    }.items():
        addresses.add(name, path)

    @get("/", opt={"permission": PUBLIC}, include_in_schema=False)
    async def front(request: AnyRequest) -> Redirect:
        """To the only body, to the choice of one, or to sign-in."""
        opened = current_request().opened
        if opened is None:
            return Redirect(addresses.url("sign_in"), status_code=303)
        return Redirect(_first_page(pages, opened), status_code=303)

    @get("/sign-in", opt={"permission": PUBLIC}, include_in_schema=False, media_type=MediaType.HTML)
    async def sign_in_form(request: AnyRequest) -> Response[Any]:
        """The form; `?demo=login` fills in a demo account."""
        chosen = (
            next((one for one in demo_accounts() if one.login == request.query_params.get("demo")), None)
            if sign_in_pages.demo
            else None
        )
        return sign_in_pages.sign_in(following=own_path(request.query_params.get("next", "")), chosen=chosen)

    @post("/sign-in", opt=ANYBODY, include_in_schema=False)
    async def sign_in(request: AnyRequest) -> Response[Any]:
        """A new session, or the form again with one sentence; what was typed when the last one ended goes along."""
        form = await request.form()
        login, wanted = str(form.get("login", ""))[:100], own_path(str(form.get("next", "")))
        kept = kept_form.unpacked(form.get("kept"))
        context = current_request()
        try:
            token = await sessions.sign_in(login, str(form.get("password", "")), context.caller)
        except Refusal as refusal:
            return sign_in_pages.sign_in(
                refusal.status, error=refusal.sentence, login=login, following=wanted, kept=kept
            )
        if context.token:
            await sessions.sign_out(context.token)
        response = Redirect(wanted or "/", status_code=303)
        if kept is not None:
            await _go_on_as(token)
            response = sign_in_pages.after_sign_in(kept)
        give_session(response, token, secure)
        return response

    @post("/sign-out", opt=FIRST, include_in_schema=False)
    async def sign_out(request: AnyRequest) -> Redirect:
        """End this session."""
        await sessions.sign_out(current_request().token)
        response = Redirect(addresses.url("sign_in"), status_code=303)
        take_session(response, secure)
        return response

    @get("/bodies", opt={"permission": ACCOUNT}, include_in_schema=False, media_type=MediaType.HTML)
    async def choose_body(request: AnyRequest) -> Response[Any]:
        """The bodies of the account."""
        response = pages.page("choose_body.html", bodies=_opened().bodies)
        if current_request().flashes:
            clear_flash(response, secure)
        return response

    @get("/account", opt={"permission": ACCOUNT}, include_in_schema=False, media_type=MediaType.HTML)
    async def account(request: AnyRequest) -> Response[Any]:
        """The own account and where it is signed in."""
        opened, context = _opened(), current_request()
        response = pages.page(
            "account.html",
            login=opened.login,
            language=opened.language,
            bodies=opened.bodies,
            sessions=await sessions.sessions_of(opened.account_id, context.token),
            device_of=device_of,
        )
        if context.flashes:
            clear_flash(response, secure)
        return response

    @post("/account/sessions/end", opt=FIRST, include_in_schema=False)
    async def end_sessions(request: AnyRequest) -> Redirect:
        """Sign out everywhere else."""
        context = current_request()
        await sessions.sign_out_everywhere(_opened().account_id, but=context.token)
        response = Redirect(addresses.url("account"), status_code=303)
        flash(response, "success", _("Đã đăng xuất mọi nơi khác."), secure)
        return response

    @post("/language", opt=ANYBODY, include_in_schema=False)
    async def set_language(request: AnyRequest) -> Redirect:
        """Vietnamese or English, from now on."""
        form = await request.form()
        wanted = str(form.get("language"))
        language = wanted if wanted in LANGUAGES else "vi"
        opened = current_request().opened
        if opened is not None:
            await sessions.set_language(opened.account_id, language)
        response = Redirect(own_path(str(form.get("next", ""))) or "/", status_code=303)
        give_language(response, language, secure)
        return response

    def password_form(errors: dict[str, str], status: int) -> Response[Any]:
        opened = _opened()
        return pages.page(
            "change_password.html",
            status,
            action=addresses.url("change_password"),
            forced=opened.must_change,
            login=opened.login,
            errors={"current": errors.get("old"), "new": errors.get("new"), "repeated": errors.get("again")},
            least=passwords.LEAST,
            back=None if opened.must_change else addresses.url("account"),
        )

    @get("/change-password", opt=FIRST, include_in_schema=False, media_type=MediaType.HTML)
    async def change_password_form(request: AnyRequest) -> Response[Any]:
        """The form for a new password."""
        return password_form({}, 200)

    @post("/change-password", opt=FIRST, include_in_schema=False)
    async def change_password(request: AnyRequest) -> Response[Any]:
        """A new password and a new session; every other session ends."""
        form, context = await request.form(), current_request()
        try:
            current, new, repeated = (str(form.get(name, "")) for name in ("current", "new", "repeated"))
            token = await sessions.change_password(_opened(), current, new, repeated, context.caller)
        except sessions.TooManyTries as refusal:
            return password_form({"old": refusal.sentence}, refusal.status)
        except Invalid as invalid:
            return password_form(invalid.problems, 422)
        response = Redirect("/", status_code=303)
        give_session(response, token, secure)
        flash(response, "success", _("Đã đổi mật khẩu. Các máy khác phải đăng nhập lại."), secure)
        return response

    return [
        front,
        sign_in_form,
        sign_in,
        sign_out,
        choose_body,
        account,
        end_sessions,
        set_language,
        change_password_form,
        change_password,
    ]


def _opened() -> sessions.Opened:
    opened = current_request().opened
    assert opened is not None, "the middleware lets nobody in without a session"
    return opened


async def _go_on_as(token: str) -> None:
    """The rest of this request belongs to the session that was just opened. Raises NotSignedIn when it ended again."""
    context = current_request()
    context.token, context.opened = token, await sessions.open_request(token, None)
    if context.opened is None:
        raise NotSignedIn
    context.language = context.opened.language
    use_language(context.language)


def _first_page(pages: Pages, opened: sessions.Opened) -> str:
    return (
        pages.addresses.url("core.dashboard", slug=opened.bodies[0].slug)
        if len(opened.bodies) == 1
        else pages.addresses.url("choose_body")
    )
