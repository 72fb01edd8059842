"""What people send about tasks."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import LINE, TEXT, Version
from plugin_api.i18n import mark as _
from plugin_api.listing import Listing


class TaskDraft(Struct, frozen=True):
    """A task to assign before the notice is issued."""

    person_id: Annotated[UUID, Meta(title=_("Người thực hiện"))]
    title: Annotated[str, Meta(min_length=3, max_length=LINE, title=_("Nhiệm vụ"))]
    due_on: Annotated[date, Meta(title=_("Thời hạn"))]
    required_level: Annotated[str, Meta(max_length=LINE, title=_("Yêu cầu cần đạt"))] = ""
    planned_quantity: Annotated[str, Meta(max_length=100, title=_("Khối lượng"))] = ""
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Hướng dẫn"))] = ""
    plan_item_id: Annotated[UUID | None, Meta(title=_("Theo kế hoạch năm"))] = None


class TaskEdit(TaskDraft, frozen=True, kw_only=True):
    """A drafted task, worded anew."""

    version: Version


class TaskReport(Struct, frozen=True):
    """How far an own task is. 100 means done, on `done_on` or today."""

    version: Version
    progress: Annotated[int, Meta(ge=0, le=100, title=_("Tiến độ (%)"))]
    note: Annotated[str, Meta(max_length=TEXT, title=_("Diễn biến"))] = ""
    result: Annotated[str, Meta(max_length=TEXT, title=_("Kết quả"))] = ""
    done_on: Annotated[date | None, Meta(title=_("Ngày hoàn thành"))] = None


class TaskQuery(Listing, frozen=True):
    """Tasks of a cycle by words, person and standing."""

    person_id: Annotated[UUID | None, Meta(title=_("Người"))] = None
    state: Annotated[Literal["", "done", "late", "open"], Meta(title=_("Tình trạng"))] = ""
