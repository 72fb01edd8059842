"""The minutes of the meeting as a paper, frozen when it ends: who was there, what everybody said of whom, what was
missed and why, the classes as they stood."""

from datetime import date, datetime
from uuid import UUID

from monthly_rating.common.settings import settings_of
from monthly_rating.config import RatingSettings
from monthly_rating.cycles.papers import cell_heading, in_sentence
from monthly_rating.meetings.queries import MeetingRecord
from monthly_rating.meetings.rows import CommentLine, MeetingMember
from plugin_api.actor import Actor
from plugin_api.clock import now
from plugin_api.issued_papers import IssuedPaper
from plugin_api.papers import (
    Block,
    Bullets,
    Column,
    Heading,
    Paper,
    Paragraph,
    Run,
    Signature,
    Table,
    Text,
)
from plugin_api.ports import ports
from plugin_api.vietnam import VIETNAM

MINUTES = "monthly_rating.minutes"
COLUMNS = (
    Column("TT", 0.7, "center"),
    Column("Họ và tên", 2.4),
    Column("Nhiệm vụ xong", 1.3, "center"),
    Column("Ý kiến góp ý", 5.6),
    Column("Tự xếp loại", 1.2, "center", "Xếp loại"),
    Column("Quyết định", 1.3, "center", "Xếp loại"),
)
KINDS = {"objective": "khách quan", "subjective": "chủ quan"}


async def issue_minutes(actor: Actor, record: MeetingRecord) -> IssuedPaper:
    """Number and freeze the minutes of a meeting that has just ended."""
    return await ports().papers.issue(
        actor,
        MINUTES,
        minutes(actor, record, settings_of(actor)),
        subject_id=record.cycle.cycle_id,
        unit_id=record.cycle.unit_id,
        at=record.meeting.closed_at or now(),
    )


async def issued_minutes(cycle_id: UUID) -> IssuedPaper | None:
    """The frozen minutes; None while the meeting goes on, and for one that ended before papers were frozen."""
    return next(iter(await ports().papers.issued(MINUTES, cycle_id)), None)


def minutes(actor: Actor, page: MeetingRecord, settings: RatingSettings) -> Paper:
    """The paper of the meeting."""
    meeting = page.meeting
    return Paper(
        **cell_heading(actor, page.cycle, meeting.held_on, sign=settings.minutes_sign),
        title="Biên bản",
        summary=f"họp đánh giá kết quả thực hiện nhiệm vụ {in_sentence(page.cycle)}",
        body=(
            *_who(page),
            Heading("Nội dung"),
            Heading("Đảng viên tự đánh giá, chi bộ góp ý và xếp loại", 2),
            _ratings(page),
            *_missed(page),
            *_own_cases(page),
            Heading("Kết luận"),
            *_conclusion(page),
        ),
        signatures=(Signature("Thư ký", meeting.clerk), Signature("Chủ trì", meeting.chair)),
        draft=page.open,
    )


def _who(page: MeetingRecord) -> tuple[Block, ...]:
    meeting, day = page.meeting, page.meeting.held_on
    absent = [f"{one.full_name} ({one.absence_reason})" for one in page.members if one.present is False]
    return (
        Heading("Thời gian, địa điểm, thành phần"),
        Paragraph(
            f"Bắt đầu lúc {_hour(meeting.opened_at, day)}, ngày {day.day:02} tháng {day.month:02} năm {day.year}, "
            f"tại {meeting.place}."
        ),
        Bullets(
            (
                (Run("Có mặt: ", bold=True), f"{page.present}/{len(page.members)} đảng viên."),
                (Run("Vắng mặt: ", bold=True), ("; ".join(absent) or "không") + "."),
                (
                    Run("Chủ trì: ", bold=True),
                    f"đồng chí {meeting.chair}{', ' + meeting.chair_position if meeting.chair_position else ''}.",
                ),
                (Run("Thư ký: ", bold=True), f"đồng chí {meeting.clerk}."),
            )
        ),
    )


def _ratings(page: MeetingRecord) -> Table:
    return Table(
        COLUMNS,
        tuple(
            (
                str(place),
                one.full_name,
                f"{one.done}/{len(one.tasks)}",
                _comments(one),
                one.proposed_level or "–",
                one.level or "–",
            )
            for place, one in enumerate(page.members, 1)
        ),
    )


def _comments(one: MeetingMember) -> str:
    if one.excused_reason:
        return f"Không xếp loại: {one.excused_reason}"
    said = [_said(comment) for comment in one.comments if not comment.no_comment]
    return "\n".join(said) or "Không có ý kiến khác."


def _said(comment: CommentLine) -> str:
    return f"{comment.author}: {comment.text}" if comment.author else comment.text


def _missed(page: MeetingRecord) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for one in page.members:
        parts: list[Text] = [
            (
                f"{task.title}. ",
                Run(f"Nguyên nhân {KINDS[task.miss_reason]}: ", italic=True),
                task.miss_explanation,
                " ",
                Run("Bài học: ", italic=True),
                task.lesson or "–",
            )
            for task in one.tasks
            if task.miss_reason
        ]
        if parts:
            blocks += [Heading(f"Đồng chí {one.full_name}", 3), Bullets(tuple(parts))]
    return (Heading("Nhiệm vụ chưa đạt, nguyên nhân và bài học", 2), *blocks) if blocks else ()


def _own_cases(page: MeetingRecord) -> tuple[Block, ...]:
    """Who decided about himself because there was nobody else, and why: the minutes say so."""
    lines = tuple(line for one in page.members for line in _own_case(one))
    return (Heading("Tự quyết định về mình", 2), Bullets(lines)) if lines else ()


def _own_case(one: MeetingMember) -> list[str]:
    said = (
        ("tự quyết định mức xếp loại của mình", one.own_case_reason),
        ("tự ghi nhận không xếp loại", one.own_excuse_reason),
        ("tự ghi nhận không nộp bản tự đánh giá", one.own_waiver_reason),
    )
    return [f"Đồng chí {one.full_name} {what}: {reason}" for what, reason in said if reason]


def _conclusion(page: MeetingRecord) -> tuple[Block, ...]:
    lines = [line for line in page.meeting.conclusion.splitlines() if line.strip()] or ["(Chưa ghi kết luận.)"]
    counted = "; ".join(f"{level.key} ({level.label}): {page.counts.get(level.key, 0)}" for level in page.cycle.levels)
    return (
        *(Paragraph(line) for line in lines),
        Paragraph(f"Kết quả xếp loại: {counted}."),
        Paragraph(
            f"Cuộc họp kết thúc lúc {_hour(page.meeting.closed_at, page.meeting.held_on)} cùng ngày. Biên bản đã được "
            "đọc lại cho mọi người cùng nghe và thống nhất./."
        ),
    )


def _hour(at: datetime | None, day: date) -> str:
    """The hour and minute in Viet Nam; a place to write them when the meeting was entered on another day."""
    local = at.astimezone(VIETNAM) if at else None
    return f"{local:%H giờ %M}" if local and local.date() == day else "…… giờ ……"
