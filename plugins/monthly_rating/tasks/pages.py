"""The tasks of a period as a list, and one task with its progress and its evidence."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.common.forms import EVIDENCE_LIMITS
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.permissions import Permission
from monthly_rating.tasks.forms import TaskQuery
from monthly_rating.tasks.queries import LIST, ONE, ORDERS, PEOPLE
from monthly_rating.tasks.rows import StoredTask, TaskResult, task_result
from plugin_api.actor import Actor
from plugin_api.choices import Person
from plugin_api.clock import today
from plugin_api.files import FileLimits
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.listing import PageInfo, page_of, paged
from plugin_api.names import search_pattern
from plugin_api.papers import CellKind, Sheet, SheetColumn
from plugin_api.rows import decoded, shaped
from tenancy.faults import Absent
from tenancy.query import row, rows


class EvidenceLine(Struct, frozen=True):
    """A file that proves a task."""

    evidence_id: UUID
    file_name: str
    size: int
    sha256: str
    full_name: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str


class TaskLine(Struct, frozen=True):
    """A task in the list, with whose it is; `version` for an edit."""

    full_name: str
    guidance: str
    plan_item_id: UUID | None
    version: int
    task: TaskResult


class TasksPage(Struct, frozen=True):
    """The tasks of a period: everybody's for those who assign or oversee, else the own ones.
    Drafts only for those who assign."""

    cycle: CycleHead
    tasks: list[TaskLine]
    page: PageInfo
    people: list[Person]
    states: list[tuple[str, str]]
    from_plans: int
    may_see_all: bool
    may_assign: bool
    earliest_due: date
    latest_due: date
    today: date


class ProgressLine(Struct, frozen=True):
    """One report on a task."""

    percent: int
    note: str
    full_name: str
    at: datetime


class TaskPage(Struct, frozen=True):
    """One task. Withdrawn evidence stays in the list, marked."""

    cycle: CycleHead
    full_name: str
    guidance: str
    plan_item_id: UUID | None
    from_plan: str
    version: int
    task: TaskResult
    progress_log: list[ProgressLine]
    evidence: list[EvidenceLine]
    evidence_limits: FileLimits
    today: date
    is_mine: bool
    may_report: bool
    may_add_evidence: bool
    may_edit: bool
    people: list[Person]


STATES = (("open", mark("Chưa xong")), ("done", mark("Đã xong")), ("late", mark("Trễ hạn")))


async def tasks_page(actor: Actor, cycle_id: UUID, query: TaskQuery) -> TasksPage:
    """The tasks of a period by words, person and standing. While they are drafted only those who assign see them."""
    head = await cycle_head(actor, cycle_id)
    all_seen, assigns = sees_all(actor, head.unit_id), actor.may(Permission.TASK_ASSIGN, head.unit_id)
    hidden = head.state == "planning" and not (assigns or all_seen)
    seen_by = None if all_seen or assigns else actor.person_id
    asked = (cycle_id, today(), seen_by, query.person_id, query.state, search_pattern(query.q))
    found, page = ([], paged(query, 0)) if hidden else await page_of(query, ORDERS, LIST, *asked)
    people = await rows(PEOPLE, cycle_id)
    return TasksPage(
        cycle=head,
        page=page,
        states=[(key, _(word)) for key, word in STATES],
        tasks=[
            TaskLine(
                one["full_name"],
                one["guidance"],
                one["plan_item_id"],
                one["version"],
                task_result(
                    shaped(StoredTask, one),
                    today(),
                    one["person_id"] == actor.person_id or one["assessment"] == "submitted",
                ),
            )
            for one in found
        ],
        people=[Person(one["person_id"], one["full_name"]) for one in people if one["rated"]],
        from_plans=people[0]["from_plans"] if people else 0,
        may_see_all=all_seen or assigns,
        may_assign=assigns and head.state == "planning",
        earliest_due=head.period_start,
        latest_due=head.decision_due,
        today=today(),
    )


async def task_page(actor: Actor, task_id: UUID) -> TaskPage:
    """One task, for its owner once it is issued and for those who oversee. Raises Absent for everybody else."""
    one = await row(ONE, task_id)
    if one is None or one["dropped"]:
        raise Absent(f"task {task_id}")
    head = await cycle_head(actor, one["cycle_id"])
    is_mine, assigns = one["person_id"] == actor.person_id, actor.may(Permission.TASK_ASSIGN, head.unit_id)
    if not (sees_all(actor, head.unit_id) or assigns or (is_mine and head.state != "planning")):
        raise Absent(f"task {task_id}")
    reports = is_mine and actor.may(Permission.TASK_REPORT, head.unit_id)
    may_edit = assigns and head.state == "planning"
    people = (
        [Person(line["person_id"], line["full_name"]) for line in await rows(PEOPLE, head.cycle_id) if line["rated"]]
        if may_edit
        else []
    )
    return TaskPage(
        cycle=head,
        full_name=one["full_name"],
        guidance=one["guidance"],
        plan_item_id=one["plan_item_id"],
        from_plan=one["from_plan"],
        version=one["version"],
        task=task_result(shaped(StoredTask, one), today(), is_mine or one["assessment"] == "submitted"),
        progress_log=decoded(one["progress_log"], list[ProgressLine]),
        evidence=decoded(one["files"], list[EvidenceLine]),
        evidence_limits=EVIDENCE_LIMITS,
        today=today(),
        is_mine=is_mine,
        may_report=reports and head.state == "running" and one["assessment"] != "submitted",
        may_add_evidence=reports and head.state in ("running", "meeting"),
        may_edit=may_edit,
        people=people,
    )


def tasks_sheet(found: TasksPage) -> Sheet:
    """The list as a table to calculate with."""
    titles: tuple[tuple[str, CellKind], ...] = (
        (mark("Họ và tên"), "text"),
        (mark("Nhiệm vụ"), "text"),
        (mark("Thời hạn"), "date"),
        (mark("Yêu cầu cần đạt"), "text"),
        (mark("Khối lượng"), "text"),
        (mark("Tiến độ"), "percent"),
        (mark("Ngày hoàn thành"), "date"),
        (mark("Tình trạng"), "text"),
        (mark("Kết quả"), "text"),
    )
    return Sheet(
        title=_("Danh sách nhiệm vụ"),
        summary=f"{found.cycle.unit_name} – {found.cycle.label}",
        columns=tuple(SheetColumn(_(title), kind) for title, kind in titles),
        rows=tuple(
            (
                one.full_name,
                one.task.title,
                one.task.due_on,
                one.task.required_level,
                one.task.planned_quantity,
                one.task.progress / 100,
                one.task.done_on,
                one.task.standing_title,
                one.task.result,
            )
            for one in found.tasks
        ),
    )
