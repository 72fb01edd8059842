"""The result of a period: everybody's class with its reason, the counts, who published it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from monthly_rating.common.sql import GRADES_IN_FORCE
from monthly_rating.cycles.queries import CycleHead
from monthly_rating.cycles.rows import ASSESSMENTS, CHOSEN, OWN_EXCUSE, WORK
from monthly_rating.grades.rows import Lesson, ResultLine
from monthly_rating.rules.schemes import count_levels
from monthly_rating.rules.tasks import MISS_REASONS
from plugin_api.clock import today
from plugin_api.i18n import gettext as _
from plugin_api.rows import decoded, shaped
from tenancy.query import Record, rows


class Result(Struct, frozen=True):
    """The result table as it stands; `corrections` counts classes that were corrected since the publication."""

    cycle: CycleHead
    results: list[ResultLine]
    counts: dict[str, int]
    published: bool
    published_at: datetime | None
    published_by: str
    published_by_position: str
    corrections: int
    rated: int


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
  CASE WHEN a.person_id IS NOT NULL THEN l.missed END AS missed, coalesce(o.full_name, '') AS publisher,
  coalesce(o.position, '') AS publisher_position, coalesce(o.corrections, 0) AS corrections
FROM monthly_rating_cycle_member m
JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
LEFT JOIN work w ON w.person_id = m.person_id
LEFT JOIN assessed a ON a.person_id = m.person_id AND a.state = 'submitted'
LEFT JOIN assessed v ON v.person_id = m.person_id AND v.state = 'waived'
LEFT JOIN in_force d ON d.person_id = m.person_id
LEFT JOIN lessons l ON l.person_id = m.person_id
LEFT JOIN (
  SELECT b.cycle_id, q.full_name, coalesce(nullif(k.unit_position, ''), q.position) AS position,
    (SELECT count(*) FROM monthly_rating_cycle_step s
     WHERE s.tenant_id = $1 AND s.cycle_id = $2 AND s.step = 'correct') AS corrections
  FROM monthly_rating_publication b
  JOIN person q ON q.tenant_id = b.tenant_id AND q.id = b.person_id
  LEFT JOIN monthly_rating_cycle_member k ON k.tenant_id = b.tenant_id AND k.cycle_id = b.cycle_id
    AND k.person_id = b.person_id
  WHERE b.tenant_id = $1 AND b.cycle_id = $2) o ON o.cycle_id = m.cycle_id
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""


async def result_of(head: CycleHead, reader: UUID | None, whole: bool) -> Result:
    """The result as one reader may see it; `whole` shows every reason, as those who oversee the cell see it."""
    found = await rows(RESULTS, head.cycle_id, today())
    lines = [_line(reader, head, one, whole) for one in found]
    graded = [line.level for line in lines if line.level]
    first = found[0] if found else {"publisher": "", "publisher_position": "", "corrections": 0}
    return Result(
        cycle=head,
        results=lines,
        counts=count_levels(head.levels, graded),
        published=head.state == "published",
        published_at=head.published_at,
        published_by=first["publisher"],
        published_by_position=first["publisher_position"],
        corrections=first["corrections"],
        rated=len(graded),
    )


def _line(reader: UUID | None, head: CycleHead, one: Record, whole: bool) -> ResultLine:
    is_me = one["person_id"] == reader
    seen = whole or is_me
    hidden = {} if seen else {"reason": "", "correction_reason": "", "proposed_level": ""}
    labels = {level.key: level.title for level in head.levels}
    lessons = _lessons(decoded(one["missed"], list[Lesson])) if seen else []
    return shaped(ResultLine, one, **hidden, is_me=is_me, level_label=labels.get(one["level"], ""), lessons=lessons)


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
