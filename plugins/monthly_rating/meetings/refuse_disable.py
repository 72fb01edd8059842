"""What the host asks before it switches the module off."""

from monthly_rating.rules.periods import period_name
from plugin_api.i18n import gettext as _
from tenancy.query import row


async def refuse_disable() -> str | None:
    """A meeting that goes on is ended first; everything else keeps as it is."""
    held = await row(
        "SELECT period_start, period_end FROM monthly_rating_cycle WHERE tenant_id = $1 AND state = 'meeting' "
        "ORDER BY period_start LIMIT 1"
    )
    if held is None:
        return None
    label = period_name(held["period_start"], held["period_end"])
    return _("%(label)s đang họp xếp loại: hãy kết thúc và công bố trước khi tắt.", label=label)
