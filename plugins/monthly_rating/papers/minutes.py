"""The minutes of the meeting as a paper: who was there, what everybody said of whom, what was missed and why,
the classes."""

from uuid import UUID

from monthly_rating.common.access import sees_all
from monthly_rating.common.settings import settings_of
from monthly_rating.config import RatingSettings
from monthly_rating.meetings.pages import MeetingPage, meeting_page
from monthly_rating.meetings.rows import CommentLine, MeetingMember
from monthly_rating.papers.forms import PaperQuery
from monthly_rating.papers.heading import cell_heading, in_sentence
from plugin_api.actor import Actor
from plugin_api.errors import Forbidden
from plugin_api.i18n import gettext as _
from plugin_api.papers import Block, Bullets, Column, File, Heading, Paper, Paragraph, Run, Signature, Table, Text
from plugin_api.ports import ports

COLUMNS = (
    Column("TT", 0.7, "center"),
    Column("Họ và tên", 2.4),
    Column("Nhiệm vụ xong", 1.3, "center"),
    Column("Ý kiến góp ý", 5.6),
    Column("Tự xếp loại", 1.2, "center", "Xếp loại"),
    Column("Quyết định", 1.3, "center", "Xếp loại"),
)
KINDS = {"objective": "khách quan", "subjective": "chủ quan"}


async def minutes_paper(actor: Actor, cycle_id: UUID, query: PaperQuery) -> File:
    """The minutes as PDF or DOCX, marked as a draft until the meeting is closed. For those who oversee the cell."""
    page = await meeting_page(actor, cycle_id)
    if not sees_all(actor, page.cycle.unit_id):
        raise Forbidden(
            _(
                "Biên bản họp do thư ký, người chủ trì và lãnh đạo đơn vị giữ. Kết quả của chi bộ xem ở bảng kết "
                "quả đã công bố."
            )
        )
    return await ports().renderer.print(minutes(actor, page, settings_of(actor)), query.form)


def minutes(actor: Actor, page: MeetingPage, settings: RatingSettings) -> Paper:
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


def _who(page: MeetingPage) -> tuple[Block, ...]:
    meeting, day = page.meeting, page.meeting.held_on
    absent = [f"{one.full_name} ({one.absence_reason})" for one in page.members if one.present is False]
    return (
        Heading("Thời gian, địa điểm, thành phần"),
        Paragraph(f"Ngày {day.day:02} tháng {day.month:02} năm {day.year}, tại {meeting.place}."),
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


def _ratings(page: MeetingPage) -> Table:
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


def _missed(page: MeetingPage) -> tuple[Block, ...]:
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


def _own_cases(page: MeetingPage) -> tuple[Block, ...]:
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


def _conclusion(page: MeetingPage) -> tuple[Block, ...]:
    lines = [line for line in page.meeting.conclusion.splitlines() if line.strip()] or ["(Chưa ghi kết luận.)"]
    counted = "; ".join(f"{level.key} ({level.label}): {page.counts.get(level.key, 0)}" for level in page.cycle.levels)
    return (
        *(Paragraph(line) for line in lines),
        Paragraph(f"Kết quả xếp loại: {counted}."),
        Paragraph("Biên bản đã được đọc lại cho mọi người cùng nghe và thống nhất./."),
    )
