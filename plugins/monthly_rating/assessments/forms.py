"""What people send about the own period."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import LIST, TEXT, OwnCaseReason, Withdrawal
from monthly_rating.rules.tasks import MissReason, SelfLevel
from plugin_api.i18n import mark as _


class OwnTask(Struct, frozen=True):
    """What a person says of one own task."""

    task_id: UUID
    self_level: Annotated[SelfLevel, Meta(title=_("Tự đánh giá"))] = ""
    miss_reason: Annotated[MissReason, Meta(title=_("Loại lý do"))] = ""
    miss_explanation: Annotated[str, Meta(max_length=TEXT, title=_("Giải trình"))] = ""
    lesson: Annotated[str, Meta(max_length=TEXT, title=_("Bài học kinh nghiệm"))] = ""


class AssessmentText(Struct, frozen=True):
    """The self-assessment of a period; `version` 0 when none was saved yet."""

    version: Annotated[int, Meta(ge=0, title=_("Phiên bản"))] = 0
    proposed_level: Annotated[str, Meta(max_length=10, title=_("Mức đề nghị"))] = ""
    summary: Annotated[str, Meta(max_length=TEXT, title=_("Tự nhận xét"))] = ""
    tasks: Annotated[list[OwnTask], Meta(max_length=LIST, title=_("Nhiệm vụ"))] = []


class Waiver(Withdrawal, frozen=True):
    """Why no self-assessment was handed in."""

    own_case_reason: OwnCaseReason = ""
