"""The assignment notice as a paper: every edition as it was issued, the draft marked as one."""

from uuid import UUID

from monthly_rating.cycles.queries import CycleHead
from monthly_rating.notices.pages import by_person, notice_rows
from monthly_rating.notices.queries import NoticeTask
from monthly_rating.papers.forms import PaperQuery
from monthly_rating.papers.heading import cell_heading, day_text, in_sentence, on_behalf
from plugin_api.actor import Actor
from plugin_api.papers import Band, Block, Bullets, Column, File, Heading, Paper, Paragraph, Signature, Table
from plugin_api.ports import ports
from plugin_api.rows import decoded
from tenancy.faults import Absent
from tenancy.query import Record

COLUMNS = (
    Column("TT", 0.7, "center"),
    Column("Nhiệm vụ", 5.4),
    Column("Thời hạn", 1.7, "center"),
    Column("Yêu cầu cần đạt", 3.4),
    Column("Khối lượng", 1.6),
)


async def notice_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> File:
    """The newest or a given edition as PDF or DOCX. Raises Absent for an edition there is not,
    Refused for a draft of others."""
    head, stored = await notice_rows(actor, cycle_id)
    chosen = next((one for one in stored if query.edition in (0, one["edition"])), None)
    if chosen is None:
        raise Absent(f"edition {query.edition} of the notice of cycle {cycle_id}")
    tasks = decoded(chosen["tasks"], list[NoticeTask])
    return await ports().renderer.print(notice(actor, head, chosen, tasks), query.form)


def notice(actor: Actor, head: CycleHead, edition: Record, tasks: list[NoticeTask]) -> Paper:
    """The paper of one edition."""
    amends = edition["edition"] > 1
    subject = f"phân công nhiệm vụ đảng viên {in_sentence(head)}"
    return Paper(
        **cell_heading(actor, head, edition["issued_on"], number=edition["number"], sign=edition["sign"]),
        title="Thông báo",
        summary=f"sửa đổi, bổ sung {subject}" if amends else subject,
        body=_body(edition, tasks),
        recipients=("Các đồng chí đảng viên", "Lưu Chi bộ"),
        signatures=(Signature(edition["signer_position"] or "Bí thư", edition["issued_by"], on_behalf(head)),),
        draft=edition["issued_on"] is None,
    )


def _body(edition: Record, tasks: list[NoticeTask]) -> tuple[Block, ...]:
    rows: list[tuple[str, ...] | Band] = []
    hints: list[str] = []
    for place, person in enumerate(by_person(tasks, tasks[0].person_id) if tasks else (), 1):
        rows.append(Band(f"{place}. Đồng chí {person.full_name}"))
        for number, task in enumerate(person.tasks, 1):
            rows.append((str(number), task.title, day_text(task.due_on), task.required_level, task.planned_quantity))
            if task.guidance:
                hints.append(f"{person.full_name} – {task.title}: {task.guidance}")
    blocks: list[Block] = [Paragraph(edition["preamble"])]
    if edition["reason"]:
        blocks.append(Paragraph(f"Lý do sửa đổi, bổ sung: {edition['reason']}"))
    blocks += [
        Heading("Nhiệm vụ của từng đảng viên"),
        Table(COLUMNS, tuple(rows)) if rows else Paragraph("Chưa phân công nhiệm vụ."),
    ]
    if hints:
        blocks += [Heading("Hướng dẫn thực hiện"), Bullets(tuple(hints))]
    lines = tuple(line.strip() for line in edition["guidance"].splitlines() if line.strip())
    if lines:
        blocks += [Heading("Tổ chức thực hiện"), Bullets(lines)]
    return (*blocks, Paragraph("Đề nghị các đồng chí đảng viên nghiêm túc thực hiện Thông báo này./."))
