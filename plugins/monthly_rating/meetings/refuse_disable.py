"""What the host asks before it switches the module off."""

from plugin_api.i18n import gettext as _
from tenancy.query import value


async def refuse_disable() -> str | None:
    """A meeting that goes on is ended first; everything else keeps as it is."""
    label = await value(
        "SELECT label FROM monthly_rating_cycle WHERE tenant_id = $1 AND state = 'meeting' ORDER BY period_start "
        "LIMIT 1"
    )
    return _("%(label)s đang họp xếp loại: hãy kết thúc và công bố trước khi tắt.", label=label) if label else None
