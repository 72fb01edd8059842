"""Which roles open or decide what is other people's, and therefore take a second person.

Computed from what the modules declare and the body's own rules: a list of roles would be wrong with the first rule.
"""

from enum import StrEnum
from uuid import UUID

from platform_core.access.compiled import RolePolicy
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _
from tenancy.context import NOBODY


def guarded_roles(policy: RolePolicy) -> frozenset[str]:
    """The roles that hold any guarded permission, also of modules that are off: those can be switched on later."""
    guarded = dispatcher().registry.guarded()
    return frozenset(role for role, allowed in policy.allowed.items() if allowed & guarded)


def holds_over(actor: Actor, permission: StrEnum | str, unit_id: UUID | None) -> bool:
    """Whether the actor holds `permission` where a role of `unit_id` would count; None is the whole body."""
    scope = actor.scope(permission)
    return scope.whole if unit_id is None else unit_id in scope


def must_hold_over(actor: Actor, permission: StrEnum | str, unit_id: UUID | None) -> None:
    """Raise Forbidden unless `holds_over`."""
    if not holds_over(actor, permission, unit_id):
        raise Forbidden(
            _("Đồng chí chỉ được làm việc này trong bộ phận, chi bộ của mình. Cần thì báo người quản trị của đơn vị.")
        )


def is_operator(actor: Actor) -> bool:
    """Whether a command of the instance's operator acts, and no person of the body."""
    return actor.person_id == NOBODY
