"""As which file a paper is printed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from plugin_api.i18n import mark as _


class PaperQuery(Struct, frozen=True):
    """As which file; which edition of the notice (0: the newest)."""

    form: Annotated[Literal["pdf", "docx"], Meta(title=_("Dạng tệp"))] = "pdf"
    edition: Annotated[int, Meta(ge=0, le=1000, title=_("Phiên bản"))] = 0
