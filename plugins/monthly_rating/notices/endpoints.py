"""Screens and operations of assignment notices."""

from monthly_rating.common.forms import PaperQuery
from monthly_rating.common.paths import CYCLE
from monthly_rating.notices.actions import amend_notice, issue_notice, save_notice
from monthly_rating.notices.forms import NoticeAmendment, NoticeDraft, NoticeIssue
from monthly_rating.notices.pages import notice_page, notice_paper
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.notice", path=f"{CYCLE}/notice", permission=P.MODULE_OPEN, load=notice_page,
         template="monthly_rating/notices/notice.html"),
    View(name="monthly_rating.notice.paper", path=f"{CYCLE}/notice/paper", permission=P.MODULE_OPEN,
         load=notice_paper, query=PaperQuery),
    Action(name="monthly_rating.notice.save", path=f"{CYCLE}/notice/save", permission=P.TASK_ASSIGN,
           run=save_notice, data=NoticeDraft, then="monthly_rating.notice", done=_("Đã lưu thông báo.")),
    Action(name="monthly_rating.notice.issue", path=f"{CYCLE}/notice/issue", permission=P.NOTICE_ISSUE,
           run=issue_notice, data=NoticeIssue, then="monthly_rating.notice",
           done=_("Đã ban hành thông báo phân công. Mọi người đã thấy nhiệm vụ của mình.")),
    Action(name="monthly_rating.notice.amend", path=f"{CYCLE}/notice/amend", permission=P.NOTICE_ISSUE,
           run=amend_notice, data=NoticeAmendment, then="monthly_rating.notice",
           done=_("Đã ban hành thông báo sửa đổi.")),
]
# fmt: on
