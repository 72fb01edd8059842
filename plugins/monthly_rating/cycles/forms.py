"""What people send about periods."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import TEXT, OwnCaseReason
from plugin_api.i18n import mark as _
from plugin_api.listing import Listing


class CycleOpening(Struct, frozen=True):
    """Open the period of a cell that the day lies in."""

    unit_id: Annotated[UUID, Meta(title=_("Chi bộ"))]
    on: Annotated[date, Meta(title=_("Một ngày trong kỳ"))]


class Excuse(Struct, frozen=True):
    """Why a person is not rated this time; empty takes the person back in."""

    reason: Annotated[str, Meta(max_length=TEXT, title=_("Lý do không xếp loại"))] = ""
    own_case_reason: OwnCaseReason = ""


class CycleQuery(Listing, frozen=True):
    """Cycles by words, year, cell and state."""

    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))] | None = None
    unit_id: Annotated[UUID | None, Meta(title=_("Chi bộ"))] = None
    state: Annotated[str, Meta(max_length=20, title=_("Trạng thái"))] = ""
