"""Screens and operations of year plans."""

from monthly_rating.common.paths import PLAN
from monthly_rating.permissions import Permission as P
from monthly_rating.plans.actions import (
    approve_plan,
    correct_plan,
    reopen_plan,
    return_plan,
    save_plan,
    start_plan,
    submit_plan,
)
from monthly_rating.plans.forms import (
    PlanApproval,
    PlanCorrection,
    PlanItems,
    PlanQuery,
    PlanRefusal,
    PlanStart,
    PlanStep,
)
from monthly_rating.plans.pages import plan_page, plans_page, plans_sheet
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.plans", path="/plans", permission=P.MODULE_OPEN, load=plans_page,
         query=PlanQuery, template="monthly_rating/plans/plans.html", export=plans_sheet),
    View(name="monthly_rating.plan", path=PLAN, permission=P.MODULE_OPEN, load=plan_page,
         template="monthly_rating/plans/plan.html"),
    Action(name="monthly_rating.plan.start", path="/plans/start", permission=P.PLAN_WRITE, run=start_plan,
           data=PlanStart, then="monthly_rating.plan",
           done=_("Đã tạo kế hoạch. Hãy thêm nhiệm vụ rồi gửi xem xét.")),
    Action(name="monthly_rating.plan.save", path=f"{PLAN}/save", permission=P.PLAN_WRITE, run=save_plan,
           data=PlanItems, then="monthly_rating.plan", done=_("Đã lưu kế hoạch.")),
    Action(name="monthly_rating.plan.submit", path=f"{PLAN}/submit", permission=P.PLAN_WRITE, run=submit_plan,
           data=PlanStep, then="monthly_rating.plan", done=_("Đã gửi kế hoạch để xem xét.")),
    Action(name="monthly_rating.plan.correct", path=f"{PLAN}/correct", permission=P.PLAN_REVIEW, run=correct_plan,
           data=PlanCorrection, then="monthly_rating.plan", done=_("Đã ghi các chỉnh sửa.")),
    Action(name="monthly_rating.plan.return", path=f"{PLAN}/return", permission=P.PLAN_REVIEW, run=return_plan,
           data=PlanRefusal, then="monthly_rating.plan", done=_("Đã trả lại kế hoạch.")),
    Action(name="monthly_rating.plan.approve", path=f"{PLAN}/approve", permission=P.PLAN_REVIEW, run=approve_plan,
           data=PlanApproval, then="monthly_rating.plan", done=_("Đã duyệt kế hoạch.")),
    Action(name="monthly_rating.plan.reopen", path=f"{PLAN}/reopen", permission=P.PLAN_REVIEW, run=reopen_plan,
           data=PlanRefusal, then="monthly_rating.plan", done=_("Đã mở lại kế hoạch.")),
]
# fmt: on
