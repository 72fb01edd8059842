"""Links by the name of an endpoint, for what a module shows outside its own pages: "My work", search, facts."""

from typing import Any

from plugin_api.actor import Actor
from plugin_api.ports import ports


def link(actor: Actor, view: str, /, **values: Any) -> str:
    """`link(actor, "monthly_rating.task#evidence", task_id=…)`: the page in the actor's body.

    Values that the path does not name become the query string; None and "" are left out. Raises LookupError for an
    unknown endpoint or a missing value.
    """
    return ports().addresses.url(view, slug=actor.body.slug, **values)
