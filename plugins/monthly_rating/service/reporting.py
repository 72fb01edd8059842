"""What a person reports on an own task: progress, result, evidence files."""

from typing import Any, Final, Literal
from uuid import UUID

from monthly_rating.forms import EvidenceFile, TaskReport, Withdrawal
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import must_be_in
from monthly_rating.service.clock import moment, today
from monthly_rating.service.cycle_head import CycleHead, cycle_head, sees_all
from monthly_rating.tables import Evidence, Task, TaskProgress
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.file_names import ascii_name
from plugin_api.files import checked
from plugin_api.i18n import gettext as _
from plugin_api.papers import File
from tenancy.faults import Absent
from tenancy.query import row, run, value

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_FILES: Final = 20
"""Of one task that stand at a time."""
MOST_SENT_FILES: Final = 60
MOST_SENT_BYTES: Final = 60 * 1024 * 1024
"""Of one task, with those withdrawn, which are kept. Constants, not settings: what one body keeps fills the disk of
all; sixty files are three a working day."""


async def report_task(actor: Actor, task_id: UUID, data: TaskReport) -> dict[str, Any]:
    """Report how far an own task is; 100 is done on the given day or today.

    Raises Refused outside the running period or once the self-assessment was handed in.
    """
    task, _head = await _own_task(actor, task_id, "running")
    if await value(
        """SELECT true FROM monthly_rating_self_assessment WHERE tenant_id = $1 AND cycle_id = $2 AND person_id = $3
                      AND state = 'submitted'""",
        task["cycle_id"],
        actor.person_id,
    ):
        raise Refused(
            _("Đồng chí đã nộp bản tự đánh giá của kỳ này. Muốn báo cáo thêm thì rút bản tự đánh giá về trước.")
        )
    done_on = (data.done_on or today()) if data.progress == 100 else None
    if done_on and done_on > today():
        raise Invalid({"done_on": _("Ngày hoàn thành: không thể sau hôm nay.")})
    await Task.change(
        task_id,
        data.version,
        {Task.progress: data.progress, Task.done_on: done_on, Task.result: data.result or task["result"]},
    )
    await TaskProgress.create(
        task_id=task_id, percent=data.progress, note=data.note, person_id=actor.person_id, at=moment()
    )
    return {"task_id": task_id}


async def add_evidence(actor: Actor, task_id: UUID, data: EvidenceFile) -> dict[str, Any]:
    """Attach a file to an own task until the results are known.

    The file is opened before the cycle is locked: nobody waits for a slow one. Raises Invalid for a name, kind, size or
    content that is not accepted, Refused when the task has enough files.
    """
    await _own_task(actor, task_id, "running", "meeting", lock="")
    file = await checked(data.file, _("Tệp minh chứng"), "file", most_bytes=MOST_BYTES)
    await _own_task(actor, task_id, "running", "meeting")
    await _count_one_more(task_id, len(file.content))
    evidence_id = await Evidence.create(
        task_id=task_id,
        person_id=actor.person_id,
        at=moment(),
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
        "SELECT task_id, withdrawn_at FROM monthly_rating_evidence WHERE tenant_id = $1 AND id = $2", evidence_id
    )
    if found is None:
        raise Absent(f"evidence {evidence_id}")
    await _own_task(actor, found["task_id"], "running", "meeting")
    if found["withdrawn_at"]:
        raise Refused(_("Tệp này đã được rút trước đó."))
    await run(
        "UPDATE monthly_rating_evidence SET withdrawn_at = $3, withdrawn_reason = $4 WHERE tenant_id = $1 AND id = $2",
        evidence_id,
        moment(),
        data.reason,
    )
    await run(
        "UPDATE monthly_rating_task SET evidence = evidence - 1 WHERE tenant_id = $1 AND id = $2", found["task_id"]
    )
    return {"task_id": found["task_id"]}


async def evidence_file(actor: Actor, evidence_id: UUID) -> File:
    """The file itself, for its owner and for those who may read everybody's work."""
    found = await row(
        """SELECT e.file_name, e.media_type, e.content, t.person_id, c.unit_id FROM monthly_rating_evidence e
                         JOIN monthly_rating_task t ON t.tenant_id = e.tenant_id AND t.id = e.task_id
                         JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
                         WHERE e.tenant_id = $1 AND e.id = $2""",
        evidence_id,
    )
    if found is None or (found["person_id"] != actor.person_id and not sees_all(actor, found["unit_id"])):
        raise Absent(f"evidence {evidence_id}")
    return File(ascii_name(found["file_name"]), found["file_name"], found["media_type"], found["content"])


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


async def _own_task(
    actor: Actor, task_id: UUID, *states: str, lock: Literal["", "SHARE"] = "SHARE"
) -> tuple[dict[str, Any], CycleHead]:
    task = await Task.get(task_id)
    head = await cycle_head(actor, task["cycle_id"], lock)
    actor.must(Permission.TASK_REPORT, head.unit_id)
    if task["person_id"] != actor.person_id:
        raise Forbidden(_("Chỉ người được giao mới báo cáo nhiệm vụ này."))
    if task["dropped"]:
        raise Refused(_("Nhiệm vụ này đã được rút khỏi thông báo phân công."))
    if head.state not in states:
        must_be_in(head.state, states[0])
    return task, head
