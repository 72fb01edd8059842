"""Problem details (RFC 9457) of a fault: a status, a sentence, what to do. Every kind of fault is named here once."""

from dataclasses import dataclass

from litestar.exceptions import HTTPException, ValidationException

from platform_core.web.faults import NotSignedIn, PasswordFirst, TooLarge
from plugin_api.errors import Forbidden, Invalid, Refusal
from plugin_api.i18n import gettext as _
from tenancy.engine import LOST
from tenancy.faults import (
    NO_TRAIL_HEAD,
    Absent,
    AlreadyThere,
    DatabaseFault,
    DatabaseGone,
    NoLongerThere,
    Stale,
    UnusableValue,
)


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """What people and programs are told: a status, a sentence, what to do, and the faults of single fields."""

    status: int
    sentence: str
    advice: str
    problems: dict[str, str]


def problem_details(fault: Exception) -> ProblemDetails:
    """The words for a fault, in the language of the request; what nobody foresaw is a 500 without detail."""
    if isinstance(fault, Invalid):
        return ProblemDetails(422, _("Có chỗ cần sửa trước khi lưu."), fault.sentence, fault.problems)
    if isinstance(fault, Forbidden):
        sentence, _dot, advice = fault.sentence.partition(". ")
        return ProblemDetails(fault.status, sentence.rstrip(".") + ".", advice or _("Không có gì bị thay đổi."), {})
    if isinstance(fault, TooLarge):
        advice = _("Chưa có gì được lưu. Hãy quay lại trang trước, chọn tệp nhỏ hơn hoặc chia thành nhiều lần gửi.")
        return ProblemDetails(fault.status, fault.sentence, advice, {})
    if isinstance(fault, Refusal):
        return ProblemDetails(fault.status, fault.sentence, _("Không có gì bị thay đổi."), {})
    if isinstance(fault, Absent) or (isinstance(fault, HTTPException) and fault.status_code == 404):
        return ProblemDetails(
            404,
            _("Không tìm thấy trang này."),
            _(
                "Có thể địa chỉ sai, mục đã được chuyển hoặc đồng chí không được xem. "
                "Hãy quay lại và chọn từ danh sách."
            ),
            {},
        )
    if isinstance(fault, NotSignedIn):
        return ProblemDetails(
            401, _("Cần đăng nhập."), _("Gửi tên đăng nhập và mật khẩu tới POST /api/v1/session."), {}
        )
    if isinstance(fault, PasswordFirst):
        return ProblemDetails(
            403, _("Cần đổi mật khẩu lần đầu trước khi làm việc."), _("Đổi mật khẩu tại /change-password."), {}
        )
    if isinstance(fault, Stale):
        return ProblemDetails(
            409,
            _("Người khác đã lưu một bản mới hơn."),
            _("Bản của đồng chí chưa được lưu. Hãy so sánh hai bản rồi gửi lại với số phiên bản mới."),
            {},
        )
    if isinstance(fault, (DatabaseGone, *LOST)):
        return ProblemDetails(
            503, _("Hệ thống đang bận hoặc đang khởi động lại."), _("Chưa có gì được lưu. Hãy thử lại sau ít giây."), {}
        )
    if isinstance(fault, DatabaseFault):
        return _database_problem(fault)
    if isinstance(fault, ValidationException):
        return ProblemDetails(
            422,
            _("Dữ liệu gửi lên không đúng dạng."),
            _("Hãy kiểm tra lại từng trường rồi gửi lại."),
            _problems_of(fault),
        )
    if isinstance(fault, (RecursionError, UnicodeDecodeError)):  # JSON nested too deep, text that is no UTF-8
        return ProblemDetails(400, _("Yêu cầu không đọc được."), _("Hãy quay lại và thử cách khác."), {})
    if isinstance(fault, HTTPException) and fault.status_code < 500:
        return ProblemDetails(fault.status_code, _http_sentence(fault), _("Hãy quay lại và thử cách khác."), {})
    return ProblemDetails(
        500,
        _("Hệ thống gặp lỗi khi làm việc này."),
        _("Chưa có gì được lưu. Hãy thử lại; nếu vẫn lỗi, báo người vận hành số tham chiếu dưới đây."),
        {},
    )


def _database_problem(fault: DatabaseFault) -> ProblemDetails:
    """What slipped past the services and was stopped by the database's own rules."""
    if isinstance(fault, AlreadyThere):
        return ProblemDetails(409, _("Mục này đã có."), _("Có thể người khác vừa tạo. Hãy tải lại trang để xem."), {})
    if isinstance(fault, NoLongerThere):
        return ProblemDetails(409, _("Mục được chọn không còn ở đơn vị này."), _("Hãy tải lại trang rồi chọn lại."), {})
    if isinstance(fault, UnusableValue):
        return ProblemDetails(
            422, _("Dữ liệu gửi lên không dùng được."), _("Hãy kiểm tra lại số, ngày và ký tự lạ rồi gửi lại."), {}
        )
    if getattr(fault, "sqlstate", "") == NO_TRAIL_HEAD:
        return ProblemDetails(
            503,
            _("Nhật ký của đơn vị này không nguyên vẹn nên chưa lưu được gì thêm."),
            _("Hãy báo ngay người vận hành: họ cần chạy `thidua trail verify`."),
            {},
        )
    return ProblemDetails(
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
