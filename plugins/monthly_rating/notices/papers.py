"""The assignment notice as a paper: every edition frozen as it was issued, the draft marked as one."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from monthly_rating.cycles.papers import cell_heading, day_text, in_sentence, on_behalf
from monthly_rating.cycles.queries import CycleHead, position_of
from monthly_rating.notices.queries import NoticeTask, by_person, last_number, notice_tasks
from plugin_api.actor import Actor
from plugin_api.clock import now
from plugin_api.issued_papers import IssuedPaper
from plugin_api.papers import Band, Block, Bullets, Column, Heading, Paper, Paragraph, Signature, Table
from plugin_api.ports import ports
from plugin_api.rows import shaped
from tenancy.query import Record

NOTICE = "monthly_rating.assignment_notice"
COLUMNS = (
    Column("TT", 0.7, "center"),
    Column("Nhiệm vụ", 5.4),
    Column("Thời hạn", 1.7, "center"),
    Column("Yêu cầu cần đạt", 3.4),
    Column("Khối lượng", 1.6),
)


class NoticeWords(Struct, frozen=True):
    """What a notice says around the tasks, and who signs it; without `issued_on` it is a draft."""

    edition: int
    number: int | None
    sign: str
    issued_on: date | None
    preamble: str
    guidance: str
    reason: str
    signer: str
    signer_position: str


def words_of(stored: Record) -> NoticeWords:
    """The words of a stored edition."""
    return shaped(NoticeWords, stored, signer=stored["issued_by"])


async def issue_paper(
    actor: Actor, head: CycleHead, sign: str, edition: int, issued_on: date, preamble: str, guidance: str, reason: str
) -> IssuedPaper:
    """Number and freeze an edition with the tasks as they stand, signed by the actor."""
    position = await position_of(head.cycle_id, actor.person_id)
    words = NoticeWords(edition, None, sign, issued_on, preamble, guidance, reason, actor.person_name, position)
    before = await issued_notice(head.cycle_id, edition - 1)
    return await ports().papers.issue(
        actor,
        NOTICE,
        notice_of(actor, head, words, await notice_tasks(head.cycle_id)),
        subject_id=head.cycle_id,
        unit_id=head.unit_id,
        at=now(),
        edition=edition,
        supersedes_id=before.id if before else None,
        reason=reason,
        number_after=await last_number(head, issued_on.year),
    )


async def issued_notice(cycle_id: UUID, edition: int) -> IssuedPaper | None:
    """The frozen paper of an edition; None for a draft and for what was issued before papers were frozen."""
    return next((one for one in await ports().papers.issued(NOTICE, cycle_id) if one.edition == edition), None)


def notice_of(actor: Actor, head: CycleHead, words: NoticeWords, tasks: list[NoticeTask]) -> Paper:
    """The paper of one edition."""
    amends = words.edition > 1
    subject = f"phân công nhiệm vụ đảng viên {in_sentence(head)}"
    return Paper(
        **cell_heading(actor, head, words.issued_on, number=words.number, sign=words.sign),
        title="Thông báo",
        summary=f"sửa đổi, bổ sung {subject}" if amends else subject,
        body=_body(words, tasks),
        recipients=("Các đồng chí đảng viên", "Lưu Chi bộ"),
        signatures=(Signature(words.signer_position or "Bí thư", words.signer, on_behalf(head)),),
        draft=words.issued_on is None,
    )


def _body(words: NoticeWords, tasks: list[NoticeTask]) -> tuple[Block, ...]:
    rows: list[tuple[str, ...] | Band] = []
    hints: list[str] = []
    for place, person in enumerate(by_person(tasks, tasks[0].person_id) if tasks else (), 1):
        rows.append(Band(f"{place}. Đồng chí {person.full_name}"))
        for number, task in enumerate(person.tasks, 1):
            rows.append((str(number), task.title, day_text(task.due_on), task.required_level, task.planned_quantity))
            if task.guidance:
                hints.append(f"{person.full_name} – {task.title}: {task.guidance}")
    blocks: list[Block] = [Paragraph(words.preamble)]
    if words.reason:
        blocks.append(Paragraph(f"Lý do sửa đổi, bổ sung: {words.reason}"))
    blocks += [
        Heading("Nhiệm vụ của từng đảng viên"),
        Table(COLUMNS, tuple(rows)) if rows else Paragraph("Chưa phân công nhiệm vụ."),
    ]
    if hints:
        blocks += [Heading("Hướng dẫn thực hiện"), Bullets(tuple(hints))]
    lines = tuple(line.strip() for line in words.guidance.splitlines() if line.strip())
    if lines:
        blocks += [Heading("Tổ chức thực hiện"), Bullets(lines)]
    return (*blocks, Paragraph("Đề nghị các đồng chí đảng viên nghiêm túc thực hiện Thông báo này./."))
