"""What a screen keeps closed, the trail keeps closed: drafts for ever, names of unnamed comments, the search."""

from dataclasses import replace
from datetime import date

import pytest

from monthly_rating.assessments import actions as assessment_actions
from monthly_rating.assessments.forms import AssessmentText, OwnTask, Waiver
from monthly_rating.cycles import actions as cycle_actions
from monthly_rating.cycles.forms import Excuse
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import CommentText, MeetingCall
from monthly_rating.permissions import Permission
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans import queries as plan_queries
from monthly_rating.plans.forms import PlanCorrection, PlanItems, PlanRefusal, PlanRow, PlanStart, PlanStep
from monthly_rating.records import RECORDS
from platform_core.audit.trail import TrailQuery, trail
from plugin_api.clock import on_day
from plugin_api.config import Patch
from tenancy.context import TenantContext
from tenancy.lifecycle import move_to
from tenancy.query import value

pytestmark = pytest.mark.anyio
JANUARY, END, MEETING = date(2026, 1, 6), date(2026, 4, 1), date(2026, 4, 3)
SECRET = "Xin chuyển công tác"


def item(title, item_id=None):
    return PlanRow(item_id, title, date(2026, 3, 25), "Đúng hạn")


async def told(reader, **query):
    """The lines that the trail tells a reader."""
    return (await trail(reader, TrailQuery(export="xlsx", **query))).lines


async def acts_as(actor):
    """From now on the trail writes this account down."""
    await move_to(TenantContext(actor.body.tenant_id, actor.account_id))


@pytest.fixture
async def plan_id(cell):
    """The member's plan: drafted twice, not handed in."""
    await acts_as(cell.member)
    with on_day(JANUARY):
        made = (await plan_actions.start_plan(cell.member, PlanStart(cell.unit_id, 2026)))["plan_id"]
        await plan_actions.save_plan(cell.member, made, PlanItems(1, [item(SECRET)]))
        first = (await plan_queries.items_of(made))[0].item_id
        await plan_actions.save_plan(cell.member, made, PlanItems(2, [item("Kiểm sát tin báo", first)]))
    return made


async def test_a_draft_stays_closed_for_ever_and_what_was_handed_in_is_told(cell, plan_id):
    for reader in (cell.leader, cell.chair):
        assert SECRET not in repr(await told(reader)) and "Kiểm sát tin báo" not in repr(await told(reader))
    with on_day(JANUARY):
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(3, "Xin xem giúp"))
        handed_in = repr(await told(cell.leader))
        assert SECRET not in handed_in, "what was only drafted"
        assert "Kiểm sát tin báo, 25/03/2026, Đúng hạn" in handed_in and "Xin xem giúp" in handed_in
        await plan_actions.return_plan(cell.leader, plan_id, PlanRefusal(4, "Cụ thể hơn"))
        kept = (await plan_queries.items_of(plan_id))[0].item_id
        await plan_actions.save_plan(cell.member, plan_id, PlanItems(5, [item("Viết lại lần nữa", kept)]))
        assert "Viết lại lần nữa" not in repr(await told(cell.leader)), "with its owner it is a draft again"
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(6))
        row = item("Viết lại lần nữa", kept)
        await plan_actions.correct_plan(cell.leader, plan_id, PlanCorrection(7, [row, item("Kèm cặp")]))
    after = await told(cell.leader)
    assert SECRET not in repr(after)
    corrected = [line for line in after if line.record == "Nhiệm vụ trong kế hoạch năm" and "Kèm cặp" in line.subject]
    assert corrected, "what a reviewer wrote was never a draft"


async def test_the_author_reads_the_own_draft(cell, plan_id):
    """Control: it is the rule that closes the entries, and only to others."""
    owner = replace(cell.leader, person_id=cell.member.person_id)
    assert SECRET in repr(await told(owner))


async def test_a_search_does_not_tell_whom_closed_entries_are_about(cell, plan_id):
    """The draft is the member's: a colleague changes nothing of it, so a search by its owner must not find it."""
    await acts_as(cell.clerk)
    await value(
        "UPDATE monthly_rating_year_plan SET search = 'x' WHERE tenant_id = $1 AND id = $2 RETURNING id", plan_id
    )
    last = (await told(cell.leader))[0]
    assert (last.who, last.record, last.closed) == ("Nguyễn Thị Ánh", "Kế hoạch năm", True)
    assert last.seq not in {line.seq for line in await told(cell.leader, q="dang van on")}
    assert last.seq in {line.seq for line in await told(cell.leader, q="nguyen thi anh")}, "who did it is told"
    await acts_as(cell.member)
    with on_day(JANUARY):
        await plan_actions.submit_plan(cell.member, plan_id, PlanStep(3))
        await acts_as(cell.leader)
        await plan_actions.return_plan(cell.leader, plan_id, PlanRefusal(4, "Cụ thể hơn"))
    found = [line for line in await told(cell.leader, q="dang van on") if line.who == "Phạm Thúy Hà"]
    assert [line.record for line in found] == ["Kế hoạch năm"], "control: an open entry is found by whom it is about"


async def test_what_people_say_of_themselves_before_they_hand_it_in_is_not_told(cell):
    await cell.assessed(but=cell.member)
    task = (await cell.tasks(cell.member))[0]
    with on_day(END):
        own = [OwnTask(task["id"], "partly", "objective", SECRET, SECRET)]
        await assessment_actions.save_assessment(cell.member, cell.cycle_id, AssessmentText(0, "B", SECRET, own))
        await assessment_actions.waive_assessment(
            cell.clerk, cell.cycle_id, cell.member.person_id, Waiver("Ốm dài ngày")
        )
        await cycle_actions.excuse(cell.clerk, cell.cycle_id, cell.colleague.person_id, Excuse("Đi học tập trung"))
    found = repr(await told(cell.leader))
    assert SECRET not in found
    assert "Ốm dài ngày" in found and "Đi học tập trung" in found, "what the screens show is told"


@pytest.mark.parametrize("named", [True, False])
async def test_a_comment_without_a_name_has_none_in_the_trail(cell, named):
    await cell.assessed()
    chair = replace(
        cell.chair,
        patches=(Patch(cell.chair.body.tenant_id, "monthly_rating", {"comments_named": named}),),
        _resolved={},
    )
    with on_day(MEETING):
        call = MeetingCall(await cell.version(), MEETING, "Hội trường", cell.clerk.person_id)
        await meeting_actions.open_meeting(chair, cell.cycle_id, call)
        await acts_as(cell.member)
        await meeting_actions.comment(cell.member, cell.cycle_id, CommentText(cell.colleague.person_id, SECRET))
    comment = (await told(cell.leader))[0]
    assert comment.record == "Ý kiến góp ý" and SECRET not in repr(comment)
    assert comment.subject.partition(" – ")[0] == "Huỳnh Thị Hạ", "about whom, not by whom"
    assert comment.who == ("Đặng Văn Ổn" if named else "Không nêu tên")
    by_name = {line.seq for line in await told(cell.leader, q="dang van on")}
    assert (comment.seq in by_name) == named


async def test_whoever_reads_the_trail_without_the_right_to_oversee_reads_nothing_of_the_room(cell):
    await cell.decided()
    rated = {str(record.title) for record in RECORDS if record.permission == Permission.OVERVIEW_READ}
    admin = [line for line in await told(cell.admin) if line.record in rated]
    assert admin and all(line.closed and not line.subject for line in admin)
    leader = await told(cell.leader, table="monthly_rating_grade")
    assert {change.after for line in leader for change in line.changes} >= {"A", "Xong mọi việc"}, (
        "as the result page does"
    )


async def test_a_month_reads_in_the_trail_as_what_was_done_about_whom(cell):
    await cell.published()
    lines = await told(cell.leader)
    read = {f"{line.operation} {line.record}: {line.subject}" for line in lines}
    month = "Tháng 3 năm 2026 – Chi bộ VKSND huyện Kiên Lương"
    assert read >= {
        f"Mở Kỳ đánh giá: {month}",
        f"Ban hành Thông báo phân công: Số 1-TB/CB – {month}",
        f"Thêm Nhiệm vụ: Đặng Văn Ổn – Kiểm sát tin báo – {month}",
        f"Thêm Báo cáo tiến độ: Đặng Văn Ổn – Kiểm sát tin báo – {month}",
        f"Nộp Bản tự đánh giá: Đặng Văn Ổn – {month}",
        f"Mở Cuộc họp: 03/04/2026 – {month}",
        f"Thêm Điểm danh: Đặng Văn Ổn – 03/04/2026 – {month}",
        f"Quyết định Xếp loại: Đặng Văn Ổn – {month}",
        f"Kết thúc Cuộc họp: 03/04/2026 – {month}",
        f"Công bố Kỳ đánh giá: {month}",
    }
    papers = {"Sổ số văn bản", "Văn bản đã ban hành"}  # the core's: what they are about is the module's
    assert all(line.subject and (line.place or line.record in papers) for line in lines if not line.closed)


async def test_a_page_of_the_trail_is_one_statement_however_many_rows(cell, statements):
    await cell.published()
    sent = {}
    for size, query in (("few", {"table": "monthly_rating_meeting"}), ("all", {})):
        async with statements() as seen:
            await told(cell.leader, **query)
        sent[size] = len(seen)
    assert sent == {"few": 1, "all": 1}
