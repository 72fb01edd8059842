"""What the forms of several subjects share: bounds, versions, reasons.

Empty rows of a list are left out by the actions. `version` is that of the row the person saw: of two late editors one
wins and the other sees both texts.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from plugin_api.files import FileLimits
from plugin_api.i18n import mark as _

LINE, TEXT, LIST = 300, 4000, 300
"""The longest line, the longest text, the longest list."""
EVIDENCE_LIMITS = FileLimits(most_bytes=5 * 1024 * 1024)
Version = Annotated[int, Meta(ge=1, title=_("Phiên bản"))]
Note = Annotated[str, Meta(max_length=TEXT, title=_("Ghi chú"))]
Reason = Annotated[str, Meta(min_length=3, max_length=TEXT, title=_("Lý do"))]
OwnCaseReason = Annotated[str, Meta(max_length=TEXT, title=_("Lý do tự quyết định"))]
"""Why somebody decides about himself; asked for only where the settings allow it and nobody else may."""


class VersionOnly(Struct, frozen=True):
    """A step over what the person saw."""

    version: Version


class Withdrawal(Struct, frozen=True):
    """Why something is withdrawn."""

    reason: Reason


class PaperQuery(Struct, frozen=True):
    """As which file; which edition of the notice (0: the newest)."""

    form: Annotated[Literal["pdf", "docx"], Meta(title=_("Dạng tệp"))] = "pdf"
    edition: Annotated[int, Meta(ge=0, le=1000, title=_("Phiên bản"))] = 0
