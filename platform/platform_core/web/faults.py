"""What the request middleware refuses, before any service is asked."""

from plugin_api.errors import Refusal
from plugin_api.i18n import gettext as _


class NotSignedIn(Exception):
    """No session: a page sends the visitor to sign-in and back, the API answers 401."""


class PasswordFirst(Exception):
    """The first password must be changed before anything else."""


class MissingToken(Refusal):
    """The request does not carry the token of its session (CSRF)."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Trang này đã mở quá lâu hoặc được mở từ nơi khác. Hãy tải lại trang rồi gửi lại."))


class OldToken(MissingToken):
    """The token is not that of this session: the page is perhaps one of an earlier session."""


class TooLarge(Refusal):
    """A body of more bytes than the address takes."""

    status = 413

    def __init__(self, most_bytes: int) -> None:
        mega, kilo = divmod(most_bytes, 1024 * 1024)
        limit = f"{mega} MB" if mega and not kilo else f"{most_bytes // 1024} KB"
        super().__init__(_("Nội dung gửi lên lớn quá %(limit)s. Hãy gửi ít hơn hoặc gửi tệp nhỏ hơn.", limit=limit))


class SessionEndedOverFile(Refusal):
    """A body that only somebody signed in may send, without a session: it was not kept, so it can't be sent on."""

    status = 413

    def __init__(self) -> None:
        super().__init__(
            _(
                "Phiên làm việc đã kết thúc nên chưa nhận được tệp. "
                "Hãy đăng nhập lại ở một thẻ khác rồi quay lại trang này gửi lại."
            )
        )


class BadKey(Refusal):
    """An idempotency key that is malformed or was used for something else."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Nút này đã được bấm với nội dung khác. Hãy tải lại trang rồi làm lại."))
