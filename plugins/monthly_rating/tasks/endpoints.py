"""Screens and operations of tasks."""

from monthly_rating.common.forms import VersionOnly
from monthly_rating.common.paths import CYCLE, TASK
from monthly_rating.permissions import Permission as P
from monthly_rating.tasks.actions import add_task, drop_task, edit_task, report_task, take_from_plans
from monthly_rating.tasks.forms import TaskDraft, TaskEdit, TaskQuery, TaskReport
from monthly_rating.tasks.pages import task_page, tasks_page, tasks_sheet
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.tasks", path=f"{CYCLE}/tasks", permission=P.MODULE_OPEN, load=tasks_page,
         query=TaskQuery, template="monthly_rating/tasks/tasks.html", export=tasks_sheet),
    View(name="monthly_rating.task", path=TASK, permission=P.MODULE_OPEN, load=task_page,
         template="monthly_rating/tasks/task.html"),
    Action(name="monthly_rating.task.add", path=f"{CYCLE}/tasks/add", permission=P.TASK_ASSIGN, run=add_task,
           data=TaskDraft, then="monthly_rating.tasks", done=_("Đã thêm nhiệm vụ.")),
    Action(name="monthly_rating.task.from_plans", path=f"{CYCLE}/tasks/from-plans", permission=P.TASK_ASSIGN,
           run=take_from_plans, then="monthly_rating.tasks",
           done=_("Đã đưa các nhiệm vụ đến hạn của kế hoạch năm vào kỳ.")),
    Action(name="monthly_rating.task.edit", path=f"{TASK}/edit", permission=P.TASK_ASSIGN, run=edit_task,
           data=TaskEdit, then="monthly_rating.tasks", done=_("Đã lưu nhiệm vụ.")),
    Action(name="monthly_rating.task.drop", path=f"{TASK}/drop", permission=P.TASK_ASSIGN, run=drop_task,
           data=VersionOnly, then="monthly_rating.tasks", done=_("Đã bỏ nhiệm vụ.")),
    Action(name="monthly_rating.task.report", path=f"{TASK}/report", permission=P.TASK_REPORT,
           run=report_task, data=TaskReport, then="monthly_rating.task", done=_("Đã ghi tiến độ.")),
]
# fmt: on
