"""Classes decided, published, corrected; the result of a period."""

from monthly_rating.common.forms import PaperQuery, VersionOnly
from monthly_rating.common.paths import CYCLE, PERSON
from monthly_rating.grades.actions import correct_grade, decide_grade, publish
from monthly_rating.grades.forms import Decision
from monthly_rating.grades.pages import result_page, result_paper, result_sheet
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.result", path=f"{CYCLE}/result", permission=P.MODULE_OPEN, load=result_page,
         template="monthly_rating/grades/result.html", export=result_sheet),
    View(name="monthly_rating.result.paper", path=f"{CYCLE}/result/paper", permission=P.MODULE_OPEN,
         load=result_paper, query=PaperQuery),
    Action(name="monthly_rating.grade.decide", path=f"{PERSON}/grade", permission=P.GRADE_DECIDE,
           run=decide_grade, data=Decision, then="monthly_rating.meeting#person-{person_id}",
           done=_("Đã quyết định mức xếp loại.")),
    Action(name="monthly_rating.grade.correct", path=f"{PERSON}/grade/correct", permission=P.GRADE_CORRECT,
           run=correct_grade, data=Decision, then="monthly_rating.meeting#person-{person_id}",
           done=_("Đã đính chính mức xếp loại.")),
    Action(name="monthly_rating.result.publish", path=f"{CYCLE}/publish", permission=P.PUBLICATION_MAKE,
           run=publish, data=VersionOnly, then="monthly_rating.result",
           done=_("Đã công bố kết quả. Mọi người đã thấy mức xếp loại của mình.")),
]
# fmt: on
