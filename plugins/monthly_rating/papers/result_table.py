"""The result table of a period as a paper."""

from uuid import UUID

from monthly_rating.grades.pages import ResultPage, result_page, with_own_case
from monthly_rating.papers.forms import PaperQuery
from monthly_rating.papers.heading import cell_heading, in_sentence, on_behalf
from plugin_api.actor import Actor
from plugin_api.papers import Column, File, Paper, Paragraph, Signature, Table
from plugin_api.ports import ports
from plugin_api.vietnam import VIETNAM

COLUMNS = (
    Column("TT", 0.6, "center"),
    Column("Họ và tên", 3),
    Column("Chức vụ", 2.2),
    Column("Được giao", 1.1, "center", "Số nhiệm vụ"),
    Column("Hoàn thành", 1.2, "center", "Số nhiệm vụ"),
    Column("Trễ hạn", 1, "center", "Số nhiệm vụ"),
    Column("Tự xếp loại", 1.2, "center"),
    Column("Xếp loại", 1.2, "center"),
    Column("Lý do", 4.5),
)


async def result_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> File:
    """The table as PDF or DOCX, marked as a draft until it is published;
    each reader's copy shows what that reader may see."""
    return await ports().renderer.print(result_table(actor, await result_page(actor, cycle_id)), query.form)


def result_table(actor: Actor, page: ResultPage) -> Paper:
    """The paper of the result table."""
    day = page.published_at.astimezone(VIETNAM).date() if page.published_at else None
    rows = tuple(
        (
            str(place),
            one.full_name,
            one.unit_position,
            str(one.tasks),
            str(one.done),
            str(one.late),
            one.proposed_level or "–",
            one.level or "–",
            with_own_case(f"Không xếp loại: {one.excused_reason}" if one.excused_reason else one.reason, one),
        )
        for place, one in enumerate(page.results, 1)
    )
    counted = "; ".join(f"{level.key} – {level.label}: {page.counts.get(level.key, 0)}" for level in page.cycle.levels)
    return Paper(
        **cell_heading(actor, page.cycle, day),
        title="Bảng kết quả",
        summary=f"xếp loại đảng viên {in_sentence(page.cycle)}",
        body=(Table(COLUMNS, rows), Paragraph(f"Tổng số: {page.rated} người được xếp loại. {counted}.")),
        signatures=(
            Signature(page.published_by_position or "Người công bố", page.published_by, on_behalf(page.cycle)),
        ),
        recipients=("Các đồng chí đảng viên", "Lưu Chi bộ"),
        landscape=True,
        draft=not page.published,
    )
