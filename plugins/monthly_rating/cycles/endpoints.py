"""Screens and operations of periods."""

from monthly_rating.common.paths import CYCLE, PERSON
from monthly_rating.cycles.actions import excuse, open_cycle, renew_members
from monthly_rating.cycles.forms import CycleOpening, CycleQuery, Excuse
from monthly_rating.cycles.pages.cycle import cycle_page
from monthly_rating.cycles.pages.cycle_list import cycles_page, cycles_sheet
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.cycles", path="", permission=P.MODULE_OPEN, load=cycles_page,
         query=CycleQuery, template="monthly_rating/cycles/cycles.html", export=cycles_sheet),
    View(name="monthly_rating.cycle", path=CYCLE, permission=P.MODULE_OPEN, load=cycle_page,
         template="monthly_rating/cycles/cycle.html"),
    Action(name="monthly_rating.cycle.open", path="/cycles/open", permission=P.CYCLE_OPEN, run=open_cycle,
           data=CycleOpening, then="monthly_rating.cycle",
           done=_("Đã mở kỳ. Hãy phân công nhiệm vụ rồi ban hành thông báo.")),
    Action(name="monthly_rating.cycle.renew_members", path=f"{CYCLE}/members/renew", permission=P.CYCLE_OPEN,
           run=renew_members, then="monthly_rating.cycle", done=_("Đã cập nhật danh sách người trong kỳ.")),
    Action(name="monthly_rating.cycle.excuse", path=f"{PERSON}/excuse", permission=P.ASSESSMENT_WAIVE,
           run=excuse, data=Excuse, then="monthly_rating.cycle", done=_("Đã ghi nhận.")),
]
# fmt: on
