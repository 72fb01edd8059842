"""The papers of the module, printed."""

from monthly_rating.common.paths import CYCLE
from monthly_rating.papers.assignment_notice import notice_paper
from monthly_rating.papers.forms import PaperQuery
from monthly_rating.papers.minutes import minutes_paper
from monthly_rating.papers.result_table import result_paper
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Endpoint, View

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.result.paper", path=f"{CYCLE}/result/paper", permission=P.MODULE_OPEN,
         load=result_paper, query=PaperQuery),
    View(name="monthly_rating.notice.paper", path=f"{CYCLE}/notice/paper", permission=P.MODULE_OPEN,
         load=notice_paper, query=PaperQuery),
    View(name="monthly_rating.minutes.paper", path=f"{CYCLE}/minutes/paper", permission=P.MODULE_OPEN,
         load=minutes_paper, query=PaperQuery),
]
# fmt: on
