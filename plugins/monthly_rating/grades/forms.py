"""What people send about classes."""

from typing import Annotated

from msgspec import Meta, Struct

from monthly_rating.common.forms import TEXT, OwnCaseReason
from plugin_api.i18n import mark as _


class Decision(Struct, frozen=True):
    """A class with its reason. `version` is the newest edition the person saw (0: none);
    a later word needs a reason of its own."""

    level: Annotated[str, Meta(min_length=1, max_length=10, title=_("Mức xếp loại"))]
    reason: Annotated[str, Meta(min_length=3, max_length=TEXT, title=_("Lý do xếp loại"))]
    version: Annotated[int, Meta(ge=0, title=_("Phiên bản"))] = 0
    correction_reason: Annotated[str, Meta(max_length=TEXT, title=_("Lý do đính chính"))] = ""
    own_case_reason: OwnCaseReason = ""
