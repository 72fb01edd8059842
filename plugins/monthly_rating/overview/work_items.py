"""What a person has to do next: tasks, plans, self-assessment; for those who lead: notices, meetings, classes,
publications."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.judging import Judges, judges_in
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from plugin_api.actor import Actor, in_scope
from plugin_api.i18n import gettext as _
from plugin_api.i18n import ngettext
from plugin_api.links import link
from plugin_api.rows import decoded
from plugin_api.shell import WorkItem
from tenancy.query import row

MODULE = "monthly_rating"
ASSESS_AHEAD = timedelta(days=5)
MOST = 50
TASKS = """
SELECT t.id, t.title, t.due_on, c.period_start, c.period_end FROM monthly_rating_task t
JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
WHERE t.tenant_id = $1 AND t.person_id = $2 AND t.done_on IS NULL AND NOT t.dropped
  AND c.state = 'running' ORDER BY t.due_on LIMIT 50"""
PLANS = f"""
SELECT y.id, y.year, y.state, y.unit_id, y.person_id, p.full_name, y.person_id = $2 AS is_mine
FROM monthly_rating_year_plan y
JOIN person p ON p.tenant_id = y.tenant_id AND p.id = y.person_id
WHERE y.tenant_id = $1 AND ((y.person_id = $2 AND (y.state <> 'approved' OR y.year >= $4))
  OR (y.state = 'submitted' AND {in_scope("y.unit_id", "$3")})) ORDER BY y.year,
    p.name_key LIMIT 100"""
CYCLES = f"""
SELECT c.id, c.unit_id, c.state, c.period_start, c.period_end, c.notice_due, c.assessment_due, c.decision_due,
  h.closed_at IS NOT NULL AS closed,
  m.person_id IS NOT NULL AND m.excused_reason = '' AS rated, coalesce(a.state, '') AS assessment,
  ARRAY(SELECT o.person_id FROM monthly_rating_cycle_member o WHERE o.tenant_id = $1 AND o.cycle_id = c.id
    AND o.excused_reason = '' AND NOT EXISTS (
     SELECT 1 FROM monthly_rating_grade g WHERE g.tenant_id = $1 AND g.cycle_id = c.id
       AND g.person_id = o.person_id)) AS ungraded,
  (SELECT count(*) FROM monthly_rating_cycle_member o WHERE o.tenant_id = $1 AND o.cycle_id = c.id
    AND o.excused_reason = '' AND o.person_id <> $2
     AND NOT EXISTS (SELECT 1 FROM monthly_rating_comment k WHERE k.tenant_id = $1 AND k.cycle_id = c.id
       AND k.about_id = o.person_id
       AND k.author_id = $2)) AS uncommented
FROM monthly_rating_cycle c
LEFT JOIN monthly_rating_meeting h ON h.tenant_id = c.tenant_id AND h.cycle_id = c.id
LEFT JOIN monthly_rating_cycle_member m ON m.tenant_id = c.tenant_id AND m.cycle_id = c.id AND m.person_id = $2
LEFT JOIN monthly_rating_self_assessment a ON a.tenant_id = c.tenant_id AND a.cycle_id = c.id AND a.person_id = $2
WHERE c.tenant_id = $1 AND c.state <> 'published' AND {in_scope("c.unit_id", "$5")}
  ORDER BY c.period_start LIMIT 50"""
EVERYTHING = f"""
SELECT (SELECT jsonb_agg(to_jsonb(task)) FROM ({TASKS}) task) AS tasks,
  (SELECT jsonb_agg(to_jsonb(plan)) FROM ({PLANS}) plan) AS plans,
  (SELECT jsonb_agg(to_jsonb(cycle)) FROM ({CYCLES}) cycle) AS cycles"""
"""One statement, for "My work" asks every module."""


class _Task(Struct, frozen=True):
    id: UUID
    title: str
    due_on: date
    period_start: date
    period_end: date

    @property
    def label(self) -> str:
        return period_name(self.period_start, self.period_end)


class _Plan(Struct, frozen=True):
    id: UUID
    year: int
    state: str
    unit_id: UUID
    person_id: UUID
    full_name: str
    is_mine: bool


class _Cycle(Struct, frozen=True):
    id: UUID
    unit_id: UUID
    state: str
    period_start: date
    period_end: date
    notice_due: date
    assessment_due: date
    decision_due: date
    closed: bool
    rated: bool
    assessment: str
    ungraded: list[UUID]
    uncommented: int

    @property
    def label(self) -> str:
        return period_name(self.period_start, self.period_end)


async def work_items(actor: Actor, today: date) -> Sequence[WorkItem]:
    """Everything that waits for the person, in two statements; the second only for those who judge others."""
    reviewed, entered = actor.scope(Permission.PLAN_REVIEW), actor.scope(Permission.MODULE_OPEN)
    found_rows = await row(EVERYTHING, actor.person_id, reviewed.parameter, today.year, entered.parameter)
    assert found_rows is not None, "an aggregate always answers"
    tasks, plans = decoded(found_rows["tasks"], list[_Task]), decoded(found_rows["plans"], list[_Plan])
    cycles = decoded(found_rows["cycles"], list[_Cycle])
    to_judge = [one.unit_id for one in cycles if one.state == "meeting" and one.ungraded]
    to_judge += [one.unit_id for one in plans if one.state == "submitted"]
    judges = await judges_in(actor, set(to_judge))
    found = [_task(actor, one, today) for one in tasks]
    for one in cycles:
        found += _own_share(actor, one, today)
        found += _chair_share(actor, one, today, judges)
    return [*found, *_plans(actor, plans, today, judges)]


def _task(actor: Actor, one: _Task, today: date) -> WorkItem:
    late = (today - one.due_on).days
    detail = ngettext("Trễ %(num)s ngày", "Trễ %(num)s ngày", late) if late > 0 else one.label
    return WorkItem(one.title, detail, link(actor, "monthly_rating.task", task_id=one.id), one.due_on, MODULE)


def _of_cycle(actor: Actor, one: _Cycle, title: str, detail: str, page: str, due: date) -> WorkItem:
    return WorkItem(title, detail, link(actor, f"{MODULE}.{page}", cycle_id=one.id), due, MODULE)


def _own_share(actor: Actor, one: _Cycle, today: date) -> Iterator[WorkItem]:
    """What somebody rated in the period still has to hand in or to say."""
    if not one.rated:
        return
    if (
        one.state in ("running", "meeting")
        and not one.closed
        and one.assessment in ("", "draft")
        and today >= one.period_end - ASSESS_AHEAD
    ):
        yield _of_cycle(actor, one, _("Nộp bản tự đánh giá"), one.label, "assessment", one.assessment_due)
    if (
        one.state == "meeting"
        and not one.closed
        and one.uncommented
        and actor.may(Permission.COMMENT_WRITE, one.unit_id)
    ):
        detail = ngettext(
            "%(label)s: còn %(num)s người chưa góp ý",
            "%(label)s: còn %(num)s người chưa góp ý",
            one.uncommented,
            label=one.label,
        )
        yield _of_cycle(actor, one, _("Góp ý trong cuộc họp"), detail, "meeting", one.decision_due)


def _chair_share(actor: Actor, one: _Cycle, today: date, judges: Mapping[UUID, Judges]) -> Iterator[WorkItem]:
    """What the period still needs from those who lead it."""
    unit_id, state = one.unit_id, one.state
    mine_to_grade = [who for who in one.ungraded if state == "meeting" and judges[unit_id].on_grade(who).allowed]
    if state == "planning" and actor.may(Permission.NOTICE_ISSUE, unit_id):
        yield _of_cycle(actor, one, _("Ban hành thông báo phân công"), one.label, "notice", one.notice_due)
    elif state == "planning" and actor.may(Permission.TASK_ASSIGN, unit_id):
        yield _of_cycle(actor, one, _("Soạn thông báo phân công"), one.label, "notice", one.notice_due)
    elif state == "running" and today > one.period_end and actor.may(Permission.MEETING_HOLD, unit_id):
        yield _of_cycle(actor, one, _("Mở cuộc họp đánh giá"), one.label, "cycle", one.decision_due)
    elif mine_to_grade:
        detail = ngettext(
            "%(label)s: còn %(num)s người", "%(label)s: còn %(num)s người", len(mine_to_grade), label=one.label
        )
        yield _of_cycle(actor, one, _("Quyết định mức xếp loại"), detail, "meeting", one.decision_due)
    elif state == "meeting" and one.closed and not one.ungraded and actor.may(Permission.PUBLICATION_MAKE, unit_id):
        yield _of_cycle(actor, one, _("Công bố kết quả xếp loại"), one.label, "cycle", one.decision_due)
    elif state == "meeting" and not one.closed and not one.ungraded and actor.may(Permission.MEETING_HOLD, unit_id):
        yield _of_cycle(actor, one, _("Kết thúc cuộc họp"), one.label, "meeting", one.decision_due)


def _plans(actor: Actor, plans: Sequence[_Plan], today: date, judges: Mapping[UUID, Judges]) -> Iterator[WorkItem]:
    writes = actor.scope(Permission.PLAN_WRITE)
    own_cells = frozenset[UUID]() if writes.everywhere else writes.units
    with_plan = {one.unit_id for one in plans if one.is_mine and one.year == today.year}
    if own_cells - with_plan:
        yield WorkItem(
            _("Lập kế hoạch năm %(year)s", year=today.year),
            _("Chưa có kế hoạch"),
            link(actor, "monthly_rating.plans"),
            None,
            MODULE,
        )
    for one in plans:
        address = link(actor, "monthly_rating.plan", plan_id=one.id)
        if one.is_mine and one.state in ("draft", "returned"):
            detail = _("Được trả lại để sửa") if one.state == "returned" else _("Đang soạn, chưa gửi")
            yield WorkItem(_("Hoàn chỉnh kế hoạch năm %(year)s", year=one.year), detail, address, None, MODULE)
        elif one.state == "submitted" and judges[one.unit_id].on_plan(one.person_id).allowed:
            yield WorkItem(_("Xem xét kế hoạch năm %(year)s", year=one.year), one.full_name, address, None, MODULE)
