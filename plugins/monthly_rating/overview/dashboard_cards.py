"""The card on "My work"."""

from collections.abc import Sequence
from datetime import date

from monthly_rating.overview.queries import CLASSES, class_counts
from monthly_rating.rules.schemes import counts_in_words
from plugin_api.actor import WHOLE_BODY, Actor
from plugin_api.i18n import gettext as _
from plugin_api.links import link
from plugin_api.shell import Card
from tenancy.query import rows


async def dashboard_cards(actor: Actor, today: date) -> Sequence[Card]:
    """The own year at a glance; nothing before the first class is published."""
    counts = class_counts(await rows(CLASSES, actor.person_id, today.year, WHOLE_BODY.parameter))
    if not counts:
        return []
    detail = _("Các kỳ đã công bố năm %(year)s", year=today.year)
    return [Card(_("Kết quả xếp loại của tôi"), counts_in_words(counts), detail, link(actor, "monthly_rating.mine"))]
