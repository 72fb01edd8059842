"""The schemes of the body, and the one in force on a day."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.rules.schemes import Level, in_force
from plugin_api.errors import Refused
from plugin_api.i18n import either
from plugin_api.i18n import gettext as _
from plugin_api.rows import decoded, shaped
from tenancy.query import rows


class SchemeLine(Struct, frozen=True):
    """A scheme with where it comes from and since when; `cycles` counts the periods that use it."""

    scheme_id: UUID
    code: str
    title: str
    levels: list[Level]
    source: str
    valid_from: date
    valid_to: date | None
    confirmed: bool
    enabled: bool
    version: int
    cycles: int


async def scheme_for(day: date) -> SchemeLine:
    """The scheme for a period that begins on `day`. Raises Refused when none is in force."""
    found = in_force(await all_schemes(), day)
    if found is None:
        raise Refused(
            _(
                "Chưa có bộ mức xếp loại nào có hiệu lực từ ngày %(day)s. Người quản trị hãy bật một bộ ở mục Bộ "
                "mức xếp loại.",
                day=f"{day:%d/%m/%Y}",
            )
        )
    return found


async def all_schemes() -> list[SchemeLine]:
    found = await rows("""
        SELECT s.id AS scheme_id, s.code, s.title, s.title_en, s.levels, s.source, s.valid_from, s.valid_to,
          s.confirmed, s.enabled, s.version,
          (SELECT count(*) FROM monthly_rating_cycle c WHERE c.tenant_id = $1 AND c.scheme_id = s.id) AS cycles
        FROM monthly_rating_scheme s WHERE s.tenant_id = $1 ORDER BY s.valid_from DESC, s.code""")
    return [
        shaped(
            SchemeLine,
            one,
            title=either(one["title"], one["title_en"]),
            levels=decoded(one["levels"], list[Level]),
        )
        for one in found
    ]
