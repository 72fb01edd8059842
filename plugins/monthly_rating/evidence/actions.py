"""Files that prove an own task: attached, or withdrawn with a reason."""

from typing import Any, Final
from uuid import UUID

from monthly_rating.common.forms import EVIDENCE_LIMITS, Withdrawal
from monthly_rating.evidence.forms import EvidenceFile
from monthly_rating.tables import Evidence
from monthly_rating.tasks.queries import own_task
from plugin_api.actor import Actor
from plugin_api.clock import now
from plugin_api.errors import Refused
from plugin_api.files import checked
from plugin_api.i18n import gettext as _
from tenancy.faults import Absent
from tenancy.query import row, run

MOST_FILES: Final = 20
"""Of one task that stand at a time."""
MOST_SENT_FILES: Final = 60
MOST_SENT_BYTES: Final = 60 * 1024 * 1024
"""Of one task, with those withdrawn, which are kept. Constants, not settings: what one body keeps fills the disk of
all; sixty files are three a working day."""


async def add_evidence(actor: Actor, task_id: UUID, data: EvidenceFile) -> dict[str, Any]:
    """Attach a file to an own task until the results are known.

    The file is opened before the cycle is locked: nobody waits for a slow one. Raises Invalid for a name, kind, size or
    content that is not accepted, Refused when the task has enough files.
    """
    await own_task(actor, task_id, "running", "meeting", lock="")
    file = await checked(data.file, _("Tệp minh chứng"), "file", EVIDENCE_LIMITS)
    await own_task(actor, task_id, "running", "meeting")
    await _count_one_more(task_id, len(file.content))
    evidence_id = await Evidence.create(
        task_id=task_id,
        person_id=actor.person_id,
        at=now(),
        file_name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        content=file.content,
    )
    return {"task_id": task_id, "evidence_id": evidence_id}


async def withdraw_evidence(actor: Actor, evidence_id: UUID, data: Withdrawal) -> dict[str, Any]:
    """Mark an own file as withdrawn, with the reason; it stays on record."""
    found = await row(
        "SELECT task_id FROM monthly_rating_evidence WHERE tenant_id = $1 AND id = $2", evidence_id
    )
    if found is None:
        raise Absent(f"evidence {evidence_id}")
    await own_task(actor, found["task_id"], "running", "meeting")
    withdrawn = await run(
        """UPDATE monthly_rating_evidence SET withdrawn_at = $3, withdrawn_reason = $4
             WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL""",
        evidence_id,
        now(),
        data.reason,
    )
    if not withdrawn:
        raise Refused(_("Tệp này đã được rút trước đó."))
    await run(
        "UPDATE monthly_rating_task SET evidence = evidence - 1 WHERE tenant_id = $1 AND id = $2", found["task_id"]
    )
    return {"task_id": found["task_id"]}


async def _count_one_more(task_id: UUID, size: int) -> None:
    """Count one more file of `size` bytes. Of two at once the second waits here for the first to be counted."""
    counted = await run(
        """UPDATE monthly_rating_task SET evidence = evidence + 1
             WHERE tenant_id = $1 AND id = $2 AND evidence < $3""",
        task_id,
        MOST_FILES,
    )
    if not counted:
        raise Refused(
            _(
                "Nhiệm vụ này đã có %(most)s tệp minh chứng, là mức nhiều nhất. Hãy gộp các tệp hoặc rút bớt một tệp.",
                most=MOST_FILES,
            )
        )
    sent = await row(
        """SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM monthly_rating_evidence
             WHERE tenant_id = $1 AND task_id = $2""",
        task_id,
    )
    assert sent is not None, "an aggregate is always one row"
    if sent["files"] >= MOST_SENT_FILES or sent["bytes"] + size > MOST_SENT_BYTES:
        raise Refused(
            _(
                "Nhiệm vụ này đã nhận nhiều nhất %(files)s tệp hoặc %(size)s MB, tính cả tệp đã rút. "
                "Hãy ghi phần còn lại vào kết quả.",
                files=MOST_SENT_FILES,
                size=MOST_SENT_BYTES >> 20,
            )
        )
