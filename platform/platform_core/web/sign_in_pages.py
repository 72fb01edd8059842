"""The sign-in page, and the page that stands between a new session and what was typed in the old one."""

from typing import Any

from litestar import Request, Response
from msgspec.structs import replace

from platform_core.access.roles import role_title
from platform_core.accounts.demo import DemoAccount, demo_accounts
from platform_core.web.csrf import comes_from_here
from platform_core.web.kept_form import WHOLE_PAGE, KeptForm, kept_form, unpacked
from platform_core.web.rendering import Pages
from platform_core.web.request_context import current_request
from plugin_api.endpoints import Action
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark

PASSWORD_FIRST = mark(
    "Cần đổi mật khẩu trước khi làm việc. Hãy mở trang đổi mật khẩu ở một thẻ khác; đổi xong thì quay lại đây bấm lưu."
)


class SignInPages:
    """Both pages, over the templates; `demo` lists the demo accounts."""

    def __init__(self, pages: Pages, demo: bool) -> None:
        self.pages = pages
        self.demo = demo

    def sign_in(
        self,
        status: int = 200,
        *,
        login: str = "",
        error: str | None = None,
        following: str = "",
        chosen: DemoAccount | None = None,
        kept: KeptForm | None = None,
    ) -> Response[Any]:
        """The sign-in page, with one sentence after a fault and with what was typed if a session ended over it."""
        listed = [_in_words(account) for account in demo_accounts()] if self.demo and kept is None else None
        response = self.pages.page(
            "sign_in.html",
            status,
            action=self.pages.addresses.url("sign_in"),
            login=chosen.login if chosen else login,
            password=chosen.password if chosen else None,
            error=error,
            next=following,
            demo_accounts=listed,
            kept=kept,
        )
        response.headers.update(WHOLE_PAGE if kept is not None else {})
        return response

    def kept(
        self,
        kept: KeptForm,
        title: str,
        sentence: str,
        status: int = 200,
        *,
        at_once: bool = False,
        password_first: bool = False,
    ) -> Response[Any]:
        """What was typed, as a form that can be sent; `at_once` where a script may press its button."""
        response = self.pages.page(
            "kept_form.html",
            status,
            kept=kept,
            heading=title,
            sentence=sentence,
            at_once=at_once and not kept.files,
            password_first=password_first,
        )
        response.headers.update(WHOLE_PAGE)
        return response

    def after_sign_in(self, kept: KeptForm) -> Response[Any]:
        """For whoever has just signed in. Only what he typed himself is sent at once."""
        opened = current_request().opened
        assert opened is not None, "somebody has signed in"
        same, title = kept.owner == opened.account_id, _("Đồng chí đã đăng nhập lại; nội dung vừa nhập vẫn còn")
        if opened.must_change:
            return self.kept(kept, title, _(PASSWORD_FIRST), password_first=True)
        if same:
            sentence = _("Bấm nút dưới đây nếu nội dung chưa tự được gửi đi.")
        elif kept.owner is not None:
            sentence = _(
                "Nội dung này do một tài khoản khác nhập nên chưa được lưu. "
                "Chỉ bấm lưu nếu đồng chí muốn lưu bằng tài khoản của mình."
            )
        else:
            sentence = _("Hãy xem lại rồi bấm lưu.")
        return self.kept(kept, title, sentence, at_once=same)

    async def from_an_old_page(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """For a form of ours that carries the token of an earlier session; None where that is not certain."""
        if not comes_from_here(request):
            return None
        kept = await kept_form(request) if is_form_of_action(request) else unpacked((await request.form()).get("kept"))
        if kept is None:
            return None
        return self.kept(
            kept,
            _("Nội dung vừa nhập vẫn còn nhưng chưa được lưu"),
            _("Trang này được mở từ một lần đăng nhập trước. Hãy xem lại rồi bấm lưu."),
            403,
        )

    async def password_first(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """For a form sent by somebody whose first password waits to be changed."""
        return self.kept(
            await kept_form(request),
            _("Nội dung vừa nhập vẫn còn nhưng chưa được lưu"),
            _(PASSWORD_FIRST),
            403,
            password_first=True,
        )


def is_form_of_action(request: Request[Any, Any, Any]) -> bool:
    """Whether a page sent what an action takes: what is worth keeping."""
    handler = request.scope.get("route_handler")
    is_action = handler is not None and isinstance(handler.opt.get("action"), Action)
    return is_action and request.method == "POST" and not request.url.path.startswith("/api/")


def _in_words(account: DemoAccount) -> DemoAccount:
    """With its roles in the language of the visitor: the list was made at start, before anybody asked."""
    return replace(account, role=", ".join(role_title(role) for role in account.roles))
