"""What people send about rating schemes."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from monthly_rating.common.forms import Version
from plugin_api.i18n import mark as _


class SchemeSwitch(Struct, frozen=True):
    """Confirm a scheme with its source and the day of force, or switch it off."""

    version: Version
    enabled: Annotated[bool, Meta(title=_("Đang dùng"))] = False
    source: Annotated[str, Meta(max_length=1000, title=_("Căn cứ"))] = ""
    valid_from: Annotated[date | None, Meta(title=_("Có hiệu lực từ ngày"))] = None
