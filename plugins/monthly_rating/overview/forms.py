"""Which year is asked for."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from plugin_api.i18n import mark as _


class YearQuery(Struct, frozen=True):
    """A year of a cell; both may be left out. `export` takes the table away."""

    year: Annotated[int, Meta(ge=2000, le=2100, title=_("Năm"))] | None = None
    unit_id: Annotated[UUID | None, Meta(title=_("Chi bộ"))] = None
    export: Annotated[str, Meta(max_length=10)] = ""
