"""The result table of a period as a paper, frozen when the classes are published."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import structs

from monthly_rating.cycles.papers import cell_heading, in_sentence, on_behalf
from monthly_rating.cycles.queries import CycleHead
from monthly_rating.grades.queries import Result, result_of
from monthly_rating.grades.rows import ResultLine, with_own_case
from plugin_api.actor import Actor
from plugin_api.issued_papers import IssuedPaper
from plugin_api.papers import Band, Column, Paper, Paragraph, Signature, Table
from plugin_api.ports import ports
from plugin_api.vietnam import VIETNAM

RESULT = "monthly_rating.result_table"
PROPOSED, REASON = Column("Tự xếp loại", 1.2, "center"), Column("Lý do", 3.4)
COLUMNS = (
    Column("TT", 0.6, "center"),
    Column("Họ và tên", 3),
    Column("Chức vụ", 2.2),
    Column("Được giao", 1.1, "center", "Số nhiệm vụ"),
    Column("Hoàn thành", 1.2, "center", "Số nhiệm vụ"),
    Column("Trễ hạn", 1, "center", "Số nhiệm vụ"),
    PROPOSED,
    Column("Xếp loại", 1.2, "center"),
    REASON,
    Column("Ghi chú", 2.2),
)
OF_THE_PERSON: Final = {COLUMNS.index(PROPOSED): "–", COLUMNS.index(REASON): ""}
"""Column → what stands there in the copy of others who do not oversee the cell."""


async def issue_table(actor: Actor, head: CycleHead, at: datetime) -> IssuedPaper:
    """Freeze the whole table, every reason included; who prints it sees what he may see."""
    return await ports().papers.issue(
        actor,
        RESULT,
        result_table(actor, await result_of(head, None, whole=True)),
        subject_id=head.cycle_id,
        unit_id=head.unit_id,
        at=at,
        numbered=False,
    )


async def published_table(cycle_id: UUID) -> IssuedPaper | None:
    """The table as it was published; None before that, and for what was published before papers were frozen."""
    return next(iter(await ports().papers.issued(RESULT, cycle_id)), None)


def result_table(actor: Actor, result: Result) -> Paper:
    """The paper of the result table."""
    day = result.published_at.astimezone(VIETNAM).date() if result.published_at else None
    rows = tuple(_row(place, one) for place, one in enumerate(result.results, 1))
    levels = result.cycle.levels
    counted = "; ".join(f"{level.key} – {level.label}: {result.counts.get(level.key, 0)}" for level in levels)
    return Paper(
        **cell_heading(actor, result.cycle, day),
        title="Bảng kết quả",
        summary=f"xếp loại đảng viên {in_sentence(result.cycle)}",
        body=(
            Table(COLUMNS, rows, tuple(one.person_id for one in result.results)),
            Paragraph(f"Tổng số: {result.rated} người được xếp loại. {counted}."),
        ),
        signatures=(
            Signature(result.published_by_position or "Người công bố", result.published_by, on_behalf(result.cycle)),
        ),
        recipients=("Các đồng chí đảng viên", "Lưu Chi bộ"),
        landscape=True,
        draft=not result.published,
    )


def own_copy(paper: Paper, reader: UUID) -> Paper:
    """The paper without what only a person and those who oversee the cell may read of that person."""
    return structs.replace(
        paper, body=tuple(_own_rows(block, reader) if isinstance(block, Table) else block for block in paper.body)
    )


def _own_rows(table: Table, reader: UUID) -> Table:
    return structs.replace(
        table,
        rows=tuple(
            cells if isinstance(cells, Band) or person == reader else _without_words(cells)
            for cells, person in zip(table.rows, table.about, strict=True)
        ),
    )


def _without_words(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(OF_THE_PERSON.get(column, cell) for column, cell in enumerate(cells))


def _row(place: int, one: ResultLine) -> tuple[str, ...]:
    return (
        str(place),
        one.full_name,
        one.unit_position,
        str(one.tasks),
        str(one.done),
        str(one.late),
        one.proposed_level or "–",
        one.level or "–",
        "" if one.excused_reason else one.reason,
        with_own_case(f"Không xếp loại: {one.excused_reason}" if one.excused_reason else "", one),
    )
