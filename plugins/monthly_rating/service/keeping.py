"""What the host asks before it switches the room off, and everything a body takes along when it leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

from monthly_rating.tables import TABLES
from plugin_api.i18n import gettext as _
from tenancy.query import rows, value


async def why_not_off() -> str | None:
    """A meeting that goes on is ended first; everything else keeps as it is."""
    label = await value(
        "SELECT label FROM monthly_rating_cycle WHERE tenant_id = $1 AND state = 'meeting' ORDER BY period_start "
        "LIMIT 1"
    )
    return _("%(label)s đang họp xếp loại: hãy kết thúc và công bố trước khi tắt.", label=label) if label else None


async def everything() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Table → rows, evidence files included as bytes."""
    names = [table._meta.tablename for table in TABLES]
    return {
        name: [dict(one) for one in await rows(f"SELECT * FROM {name} WHERE tenant_id = $1 ORDER BY id")]
        for name in names
    }
