"""What a person reports on an own task: progress, result, evidence files."""

import hashlib
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from monthly_rating.forms import EvidenceFile, TaskReport, Withdrawal
from monthly_rating.permissions import Permission
from monthly_rating.rules.states import must_be_in
from monthly_rating.service.clock import moment, today
from monthly_rating.service.cycle_head import CycleHead, cycle_head, sees_all
from monthly_rating.tables import Evidence, Task, TaskProgress
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.forms import Upload
from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold
from plugin_api.papers import File
from tenancy.faults import Absent
from tenancy.query import row, run, value

MOST_BYTES = 5 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Final[dict[str, tuple[str, bytes]]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": (f"{OFFICE}.wordprocessingml.document", b"PK\x03\x04"),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", b"PK\x03\x04"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "txt": ("text/plain; charset=utf-8", b""),
}
"""Ending → the media type it is sent back as, and how such a file begins.
What the browser said about it is not believed."""


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
    """Attach a file to an own task until the results are known. Raises Invalid for a kind,
    size or content that is not accepted."""
    await _own_task(actor, task_id, "running", "meeting")
    name, media_type = _checked(data.file)
    evidence_id = await Evidence.create(
        task_id=task_id,
        person_id=actor.person_id,
        at=moment(),
        file_name=name,
        media_type=media_type,
        size=len(data.file.content),
        sha256=hashlib.sha256(data.file.content).hexdigest(),
        content=data.file.content,
    )
    await _count_evidence(task_id, 1)
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
    await _count_evidence(found["task_id"], -1)
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
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in ".-_") else "-"
        for sign in search_fold(found["file_name"])
    )
    return File(plain.strip("-") or "minh-chung", found["file_name"], found["media_type"], found["content"])


async def _count_evidence(task_id: UUID, change: int) -> None:
    """Kept with the task, so that no list has to count files row by row."""
    await run(
        "UPDATE monthly_rating_task SET evidence = evidence + $3 WHERE tenant_id = $1 AND id = $2", task_id, change
    )


async def _own_task(actor: Actor, task_id: UUID, *states: str) -> tuple[dict[str, Any], CycleHead]:
    task = await Task.get(task_id)
    head = await cycle_head(actor, task["cycle_id"], "SHARE")
    actor.must(Permission.TASK_REPORT, head.unit_id)
    if task["person_id"] != actor.person_id:
        raise Forbidden(_("Chỉ người được giao mới báo cáo nhiệm vụ này."))
    if task["dropped"]:
        raise Refused(_("Nhiệm vụ này đã được rút khỏi thông báo phân công."))
    if head.state not in states:
        must_be_in(head.state, states[0])
    return task, head


def _checked(file: Upload) -> tuple[str, str]:
    name = PurePath(file.name.replace("\\", "/")).name.strip()[-200:]
    ending = name.rpartition(".")[2].lower()
    if ending not in KINDS or not name:
        raise Invalid({"file": _("Tệp minh chứng: chỉ nhận pdf, docx, xlsx, png, jpg, txt.")})
    if not 0 < len(file.content) <= MOST_BYTES:
        raise Invalid(
            {"file": _("Tệp minh chứng: cần có nội dung và không quá 5 MB. Hãy giảm dung lượng hoặc tách tệp.")}
        )
    media_type, beginning = KINDS[ending]
    if not file.content.startswith(beginning) or (ending == "txt" and not _is_text(file.content)):
        raise Invalid(
            {
                "file": _(
                    "Tệp minh chứng: nội dung không đúng với đuôi .%(ending)s. Hãy mở lại tệp, lưu đúng dạng rồi gửi.",
                    ending=ending,
                )
            }
        )
    return name, media_type


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
