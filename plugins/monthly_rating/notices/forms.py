"""What people send about assignment notices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import LINE, LIST, TEXT, Reason, Version
from plugin_api.i18n import mark as _


class NoticeDraft(Struct, frozen=True):
    """The words around the tasks of the notice."""

    version: Version
    preamble: Annotated[str, Meta(max_length=TEXT, title=_("Căn cứ"))] = ""
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Tổ chức thực hiện"))] = ""


class NoticeIssue(Struct, frozen=True):
    """Issue the notice; without a day it is dated today."""

    version: Version
    issued_on: Annotated[date | None, Meta(title=_("Ngày ban hành"))] = None


class AmendedTask(Struct, frozen=True):
    """A task as it shall stand: what is left out stays as it is, blank text blanks it.

    `task_id` empty adds one, `dropped` takes one out. A row without a title is no row.
    """

    task_id: UUID | None = None
    person_id: Annotated[UUID | None, Meta(title=_("Người thực hiện"))] = None
    title: Annotated[str, Meta(max_length=LINE, title=_("Nhiệm vụ"))] = ""
    due_on: Annotated[date | None, Meta(title=_("Thời hạn"))] = None
    required_level: Annotated[str, Meta(max_length=LINE, title=_("Yêu cầu cần đạt"))] | None = None
    planned_quantity: Annotated[str, Meta(max_length=100, title=_("Khối lượng"))] | None = None
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Hướng dẫn"))] | None = None
    dropped: Annotated[bool, Meta(title=_("Rút nhiệm vụ"))] = False


class NoticeAmendment(Struct, frozen=True):
    """A new edition of the issued notice; `version` is the cycle's. Tasks that are not named stay as they are."""

    version: Version
    reason: Reason
    tasks: Annotated[list[AmendedTask], Meta(max_length=LIST, title=_("Nhiệm vụ"))] = []
    guidance: Annotated[str, Meta(max_length=TEXT, title=_("Tổ chức thực hiện"))] = ""
    issued_on: Annotated[date | None, Meta(title=_("Ngày ban hành"))] = None
