"""The result of a period: everybody's class with its reason, the counts, who published it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.access import sees_all
from monthly_rating.common.sql import GRADES_IN_FORCE
from monthly_rating.cycles.queries import CycleHead, cycle_head
from monthly_rating.cycles.rows import ASSESSMENTS, CHOSEN, OWN_EXCUSE, WORK
from monthly_rating.rules.schemes import count_levels
from monthly_rating.rules.tasks import MISS_REASONS
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.papers import Sheet, SheetColumn
from plugin_api.rows import decoded, shaped
from tenancy.query import Record, rows


class ResultLine(Struct, frozen=True):
    """One person's result. `reason`, `lessons` and the proposed class are empty where the reader may not see them
    of others. Why somebody decided about himself (`own_case_reason` for the class, `own_excuse_reason`,
    `own_waiver_reason`) is shown to everybody who sees the result."""

    person_id: UUID
    full_name: str
    unit_position: str
    is_me: bool
    excused_reason: str
    own_excuse_reason: str
    tasks: int
    done: int
    late: int
    proposed_level: str
    level: str
    level_label: str
    edition: int
    reason: str
    correction_reason: str
    own_case_reason: str
    own_waiver_reason: str
    lessons: list[str]


class ResultPage(Struct, frozen=True):
    """The result table; `published` false only for those who prepare it."""

    cycle: CycleHead
    results: list[ResultLine]
    counts: dict[str, int]
    published: bool
    published_at: datetime | None
    published_by: str
    published_by_position: str
    rated: int
    may_see_all: bool


class Lesson(Struct, frozen=True):
    """What was missed, why, and what is learnt from it."""

    title: str
    miss_reason: str
    miss_explanation: str
    lesson: str


RESULTS = f"""
WITH {CHOSEN}, {GRADES_IN_FORCE}, {WORK}, {ASSESSMENTS}, lessons AS MATERIALIZED (
  SELECT t.person_id, jsonb_agg(jsonb_build_object('title', t.title, 'miss_reason', t.miss_reason,
      'miss_explanation', t.miss_explanation, 'lesson', t.lesson) ORDER BY t.sort) AS missed
  FROM monthly_rating_task t
  WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND NOT t.dropped AND t.miss_reason <> '' GROUP BY t.person_id)
SELECT m.person_id, p.full_name, m.unit_position, m.excused_reason,
  {OWN_EXCUSE}, coalesce(v.own_waiver_reason, '') AS own_waiver_reason,
  coalesce(w.tasks, 0) AS tasks,
  coalesce(w.done, 0) AS done, coalesce(w.late, 0) AS late, coalesce(a.proposed_level, '') AS proposed_level,
  coalesce(d.level, '') AS level, coalesce(d.edition, 0) AS edition, coalesce(d.reason, '') AS reason,
  coalesce(d.correction_reason, '') AS correction_reason, coalesce(d.own_case_reason, '') AS own_case_reason,
  CASE WHEN a.person_id IS NOT NULL THEN l.missed END AS missed, o.person_id AS publisher
FROM monthly_rating_cycle_member m
JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
LEFT JOIN work w ON w.person_id = m.person_id
LEFT JOIN assessed a ON a.person_id = m.person_id AND a.state = 'submitted'
LEFT JOIN assessed v ON v.person_id = m.person_id AND v.state = 'waived'
LEFT JOIN in_force d ON d.person_id = m.person_id
LEFT JOIN lessons l ON l.person_id = m.person_id
LEFT JOIN (SELECT b.person_id FROM monthly_rating_publication b WHERE b.tenant_id = $1 AND b.cycle_id = $2) o ON true
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""


async def result_page(actor: Actor, cycle_id: UUID) -> ResultPage:
    """The result table, for the cell once it is published, before that for those who prepare it. Raises Refused."""
    head = await cycle_head(actor, cycle_id)
    all_seen = sees_all(actor, head.unit_id)
    if head.state != "published" and not all_seen:
        raise Refused(_("Kết quả của kỳ này chưa được công bố."))
    found = await rows(RESULTS, cycle_id, today())
    lines = [_line(actor, head, one, all_seen) for one in found]
    graded = [line.level for line in lines if line.level]
    publisher = next((one for one in found if one["person_id"] == one["publisher"]), None)
    return ResultPage(
        cycle=head,
        results=lines,
        counts=count_levels(head.levels, graded),
        published=head.state == "published",
        published_at=head.published_at,
        published_by=publisher["full_name"] if publisher else "",
        published_by_position=publisher["unit_position"] if publisher else "",
        rated=len(graded),
        may_see_all=all_seen,
    )


def _line(actor: Actor, head: CycleHead, one: Record, all_seen: bool) -> ResultLine:
    is_me = one["person_id"] == actor.person_id
    seen = all_seen or is_me
    hidden = {} if seen else {"reason": "", "correction_reason": "", "proposed_level": ""}
    labels = {level.key: level.title for level in head.levels}
    lessons = _lessons(decoded(one["missed"], list[Lesson])) if seen else []
    return shaped(ResultLine, one, **hidden, is_me=is_me, level_label=labels.get(one["level"], ""), lessons=lessons)


def result_sheet(found: ResultPage) -> Sheet:
    """The result table to calculate with."""
    columns = (
        SheetColumn(_(mark("Họ và tên"))),
        SheetColumn(_(mark("Chức vụ"))),
        SheetColumn(_(mark("Số nhiệm vụ")), "number", decimals=0),
        SheetColumn(_(mark("Hoàn thành")), "number", decimals=0),
        SheetColumn(_(mark("Trễ hạn")), "number", decimals=0),
        SheetColumn(_(mark("Tự xếp loại"))),
        SheetColumn(_(mark("Xếp loại"))),
        SheetColumn(_(mark("Lý do"))),
    )
    return Sheet(
        title=_("Kết quả xếp loại"),
        summary=f"{found.cycle.unit_name} – {found.cycle.label}",
        columns=columns,
        rows=tuple(
            (
                one.full_name,
                one.unit_position,
                one.tasks,
                one.done,
                one.late,
                one.proposed_level,
                one.level,
                with_own_case(one.excused_reason or one.reason, one),
            )
            for one in found.results
        ),
    )


def with_own_case(words: str, one: ResultLine) -> str:
    """Words about a result, with why the person decided it alone, for tables that have one column for both."""
    alone = one.own_excuse_reason if one.excused_reason else one.own_case_reason
    said = [words, _("Tự quyết định về mình: %(reason)s", reason=alone) if alone else ""]
    if one.own_waiver_reason:
        said.append(_("Tự ghi nhận không nộp bản tự đánh giá: %(reason)s", reason=one.own_waiver_reason))
    return " ".join(part for part in said if part)


def _lessons(missed: list[Lesson]) -> list[str]:
    return [
        _(
            "%(title)s – %(kind)s: %(why)s Bài học: %(lesson)s",
            title=one.title,
            kind=_(MISS_REASONS[one.miss_reason]).lower(),
            why=one.miss_explanation,
            lesson=one.lesson or "–",
        )
        for one in missed
    ]
