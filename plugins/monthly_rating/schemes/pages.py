"""The schemes with their sources and dates of force."""

from msgspec import Struct

from monthly_rating.permissions import Permission
from monthly_rating.schemes.queries import SchemeLine, all_schemes
from plugin_api.actor import Actor


class SchemesPage(Struct, frozen=True):
    """All schemes of the body."""

    schemes: list[SchemeLine]
    may_manage: bool


async def schemes_page(actor: Actor) -> SchemesPage:
    """The schemes with their sources and dates of force."""
    return SchemesPage(await all_schemes(), actor.may(Permission.SCHEME_MANAGE))
