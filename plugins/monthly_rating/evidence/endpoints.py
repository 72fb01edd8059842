"""Files that prove tasks: read, attached, withdrawn."""

from monthly_rating.common.forms import Withdrawal
from monthly_rating.common.paths import TASK
from monthly_rating.evidence.actions import add_evidence, withdraw_evidence
from monthly_rating.evidence.forms import EvidenceFile
from monthly_rating.evidence.pages import evidence_file
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.evidence", path="/evidence/{evidence_id:uuid}", permission=P.MODULE_OPEN,
         load=evidence_file),
    Action(name="monthly_rating.evidence.add", path=f"{TASK}/evidence", permission=P.TASK_REPORT,
           run=add_evidence, data=EvidenceFile, then="monthly_rating.task",
           done=_("Đã nhận tệp minh chứng.")),
    Action(name="monthly_rating.evidence.withdraw", path="/evidence/{evidence_id:uuid}/withdraw",
           permission=P.TASK_REPORT, run=withdraw_evidence, data=Withdrawal, then="monthly_rating.task",
           done=_("Đã rút tệp minh chứng.")),
]
# fmt: on
