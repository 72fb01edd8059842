"""Screens and operations of self-assessments."""

from monthly_rating.assessments.actions import (
    save_assessment,
    submit_assessment,
    take_back_assessment,
    waive_assessment,
)
from monthly_rating.assessments.forms import AssessmentText, Waiver
from monthly_rating.assessments.pages import assessment_page
from monthly_rating.common.forms import VersionOnly
from monthly_rating.common.paths import CYCLE, PERSON
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.assessment", path=f"{CYCLE}/assessment", permission=P.ASSESSMENT_WRITE,
         load=assessment_page, template="monthly_rating/assessments/assessment.html"),
    Action(name="monthly_rating.assessment.save", path=f"{CYCLE}/assessment/save", permission=P.ASSESSMENT_WRITE,
           run=save_assessment, data=AssessmentText, then="monthly_rating.assessment",
           done=_("Đã lưu, chưa nộp.")),
    Action(name="monthly_rating.assessment.submit", path=f"{CYCLE}/assessment/submit", permission=P.ASSESSMENT_WRITE,
           run=submit_assessment, data=AssessmentText, then="monthly_rating.assessment",
           done=_("Đã nộp bản tự đánh giá.")),
    Action(name="monthly_rating.assessment.take_back", path=f"{CYCLE}/assessment/take-back",
           permission=P.ASSESSMENT_WRITE, run=take_back_assessment, data=VersionOnly,
           then="monthly_rating.assessment", done=_("Đã rút bản tự đánh giá về để sửa.")),
    Action(name="monthly_rating.assessment.waive", path=f"{PERSON}/waive", permission=P.ASSESSMENT_WAIVE,
           run=waive_assessment, data=Waiver, then="monthly_rating.cycle",
           done=_("Đã ghi nhận việc không nộp bản tự đánh giá.")),
]
# fmt: on
