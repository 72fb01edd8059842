"""Settings of this module per body. Each has a default that fits source 000; days are calendar days."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from plugin_api.i18n import gettext
from plugin_api.i18n import mark as _

CycleKind = Literal["week", "month", "quarter"]
Decider = Literal["chair", "leader"]


class RatingSettings(Struct, frozen=True, kw_only=True):
    """How often, by when, by whom. A running period keeps the dates it was opened with."""

    cycle: Annotated[
        CycleKind,
        Meta(
            title=_("Kỳ đánh giá"),
            description=_("Kỳ đang mở giữ nguyên."),
            extra={"words": {"week": _("Tuần"), "month": _("Tháng"), "quarter": _("Quý")}},
        ),
    ] = "month"
    opening_day: Annotated[
        int,
        Meta(
            ge=1,
            le=28,
            title=_("Ngày ban hành thông báo phân công"),
            description=_("Ngày thứ mấy của kỳ, từ 1 đến 28."),
        ),
    ] = 5
    assessment_days: Annotated[
        int,
        Meta(ge=0, le=31, title=_("Hạn nộp bản tự đánh giá"), description=_("Số ngày sau khi hết kỳ, từ 0 đến 31.")),
    ] = 3
    decision_days: Annotated[
        int, Meta(ge=1, le=60, title=_("Hạn họp và công bố"), description=_("Số ngày sau khi hết kỳ, từ 1 đến 60."))
    ] = 10
    decided_by: Annotated[
        Decider,
        Meta(
            title=_("Người quyết định mức xếp loại"),
            description=_("Mức của chính người này do bên còn lại quyết định."),
            extra={"words": {"chair": _("Người chủ trì chi bộ"), "leader": _("Lãnh đạo đơn vị")}},
        ),
    ] = "chair"
    own_case_allowed: Annotated[
        bool,
        Meta(
            title=_("Cho phép tự quyết định về mình khi đơn vị không có ai khác có quyền"),
            description=_(
                "Chỉ dùng cho đơn vị có một lãnh đạo: duyệt kế hoạch, quyết định mức xếp loại, ghi nhận không nộp của "
                "chính mình thì phải ghi lý do, lý do hiện cùng kết quả. Có người khác có quyền thì vẫn không tự "
                "quyết định được."
            ),
        ),
    ] = False
    comments_named: Annotated[
        bool,
        Meta(
            title=_("Ghi tên người góp ý"),
            description=_(
                "Tắt thì tên không hiện trên màn hình và biên bản; hệ thống vẫn giữ để người góp ý sửa được ý "
                "kiến của mình."
            ),
        ),
    ] = True
    lesson_required: Annotated[
        bool,
        Meta(
            title=_("Bắt buộc nêu bài học"),
            description=_("Nhiệm vụ không hoàn thành hoặc trễ hạn phải có bài học kinh nghiệm."),
        ),
    ] = True
    upper_committee: Annotated[
        str,
        Meta(
            max_length=200,
            title=_("Cấp ủy cấp trên"),
            description=_("Ghi ở đầu văn bản của chi bộ; để trống thì lấy theo hồ sơ đơn vị."),
        ),
    ] = ""
    notice_sign: Annotated[
        str, Meta(max_length=20, title=_("Ký hiệu thông báo"), description=_("Đứng sau số của thông báo phân công."))
    ] = "TB/CB"
    minutes_sign: Annotated[
        str, Meta(max_length=20, title=_("Ký hiệu biên bản"), description=_("Đứng sau số của biên bản họp."))
    ] = "BB/CB"


def conflicts(settings: RatingSettings) -> dict[str, str]:
    """Field → sentence for what does not fit together."""
    if settings.decision_days < settings.assessment_days:
        return {"decision_days": gettext("Hạn họp và công bố phải sau hạn nộp bản tự đánh giá.")}
    return {}
