"""What people send about year plans."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from monthly_rating.common.forms import LINE, LIST, Note, OwnCaseReason, Reason, Version
from plugin_api.i18n import mark as _
from plugin_api.listing import Listing


class PlanStart(Struct, frozen=True):
    """Begin one's plan for a year in a cell."""

    unit_id: Annotated[UUID, Meta(title=_("Chi bộ"))]
    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))]


class PlanRow(Struct, frozen=True):
    """One undertaking; `item_id` empty for a new one. A row without title and date is no row."""

    item_id: UUID | None = None
    title: Annotated[str, Meta(max_length=LINE, title=_("Nhiệm vụ"))] = ""
    due_on: Annotated[date | None, Meta(title=_("Thời hạn"))] = None
    expected_level: Annotated[str, Meta(max_length=LINE, title=_("Mức độ cần đạt"))] = ""


class PlanItems(Struct, frozen=True):
    """All undertakings as they shall stand; `note` says what a reviewer corrected."""

    version: Version
    items: Annotated[list[PlanRow], Meta(max_length=LIST, title=_("Nhiệm vụ"))]
    note: Note = ""


class PlanStep(Struct, frozen=True):
    """Hand in or approve, with a note if wished."""

    version: Version
    note: Note = ""


class PlanCorrection(PlanItems, frozen=True):
    """All undertakings as a reviewer wants them to stand."""

    own_case_reason: OwnCaseReason = ""


class PlanApproval(PlanStep, frozen=True):
    """Approve a plan, with a note if wished."""

    own_case_reason: OwnCaseReason = ""


class PlanRefusal(Struct, frozen=True):
    """Return or reopen a plan: the reason is told to its owner."""

    version: Version
    note: Reason
    own_case_reason: OwnCaseReason = ""


class PlanQuery(Listing, frozen=True):
    """Plans by words, year, cell and state."""

    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))] | None = None
    unit_id: Annotated[UUID | None, Meta(title=_("Chi bộ"))] = None
    state: Annotated[str, Meta(max_length=20, title=_("Trạng thái"))] = ""
