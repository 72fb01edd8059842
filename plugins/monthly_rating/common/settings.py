"""The settings of the module in the body of the actor."""

from monthly_rating.config import RatingSettings
from plugin_api.actor import Actor

MODULE = "monthly_rating"


def settings_of(actor: Actor) -> RatingSettings:
    """The settings of this module in the body."""
    return actor.settings(MODULE, RatingSettings)
