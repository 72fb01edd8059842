"""Screens and operations of rating schemes."""

from monthly_rating.permissions import Permission as P
from monthly_rating.schemes.actions import switch_scheme
from monthly_rating.schemes.forms import SchemeSwitch
from monthly_rating.schemes.pages import schemes_page
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.schemes", path="/schemes", permission=P.SCHEME_MANAGE, load=schemes_page,
         template="monthly_rating/schemes/schemes.html"),
    Action(name="monthly_rating.scheme.switch", path="/schemes/{scheme_id:uuid}", permission=P.SCHEME_MANAGE,
           run=switch_scheme, data=SchemeSwitch, then="monthly_rating.schemes",
           done=_("Đã lưu bộ mức xếp loại.")),
]
# fmt: on
