"""The panel on a person's page."""

from collections.abc import Sequence
from uuid import UUID

from monthly_rating.overview.queries import CLASSES, class_counts
from monthly_rating.permissions import Permission
from plugin_api.actor import WHOLE_BODY, Actor
from plugin_api.clock import today
from plugin_api.i18n import gettext as _
from plugin_api.links import link
from plugin_api.shell import PersonPanel
from tenancy.query import rows


async def person_panels(actor: Actor, person_id: UUID) -> Sequence[PersonPanel]:
    """A person's classes of this year, for the person and for those who oversee the cell."""
    overseen = WHOLE_BODY if person_id == actor.person_id else actor.scope(Permission.OVERVIEW_READ)
    if not overseen:
        return []
    year = today().year
    counts = class_counts(await rows(CLASSES, person_id, year, overseen.parameter))
    if not counts:
        return []
    lines = [(_("Mức %(level)s", level=level), str(times)) for level, times in counts.items()]
    return [
        PersonPanel(
            _("Xếp loại năm %(year)s", year=year), lines, link(actor, "monthly_rating.person", person_id=person_id)
        )
    ]
