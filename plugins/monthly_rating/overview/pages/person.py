"""A person's own page: period by period what was assigned, what came of it,
which class was decided and how it changed."""

from datetime import date
from uuid import UUID

from msgspec import Struct, structs

from monthly_rating.cycles.rows import OWN_EXCUSE
from monthly_rating.grades.rows import GradeEdition
from monthly_rating.overview.forms import YearQuery
from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from monthly_rating.rules.schemes import Level, count_levels
from monthly_rating.rules.states import CYCLE, assessment_title
from monthly_rating.tasks.rows import TASK_COLUMNS, StoredTask, TaskResult, task_result
from plugin_api.actor import WHOLE_BODY, Actor, in_scope
from plugin_api.clock import today
from plugin_api.ports import ports
from plugin_api.rows import decoded, shaped
from tenancy.faults import Absent
from tenancy.query import Record, rows


class PersonPeriod(Struct, frozen=True):
    """One period of one person. `grades` newest first, empty until the period is published."""

    cycle_id: UUID
    unit_name: str
    label: str
    period_start: date
    state: str
    state_title: str
    excused_reason: str
    own_excuse_reason: str
    assessment: str
    assessment_title: str
    proposed_level: str
    summary: str
    waived_reason: str
    own_waiver_reason: str
    tasks: list[TaskResult]
    done: int
    late: int
    level: str
    level_label: str
    edition: int
    grades: list[GradeEdition]
    levels: list[Level]


class PersonPage(Struct, frozen=True):
    """A person's year, newest period first; `counts` is how often each class was decided."""

    person_id: UUID
    full_name: str
    position: str
    is_me: bool
    year: int
    years: list[int]
    periods: list[PersonPeriod]
    counts: dict[str, int]
    rated: int
    tasks: int
    done: int
    late: int
    plan_id: UUID | None
    today: date


PERIODS = f"""
WITH mine AS MATERIALIZED (
  SELECT m.cycle_id, c.unit_id, u.name AS unit_name, c.period_start, c.period_end, c.state, m.excused_reason,
    {OWN_EXCUSE}, s.levels
  FROM monthly_rating_cycle_member m
  JOIN monthly_rating_cycle c ON c.tenant_id = m.tenant_id AND c.id = m.cycle_id
  JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id
  JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
  WHERE m.tenant_id = $1 AND m.person_id = $2 AND c.year = $3 AND {in_scope("c.unit_id", "$4")}),
own AS MATERIALIZED (
  SELECT x.cycle_id, jsonb_agg(to_jsonb(x) - 'sort' ORDER BY x.sort) AS tasks
  FROM (SELECT {TASK_COLUMNS}, t.sort FROM monthly_rating_task t JOIN mine ON mine.cycle_id = t.cycle_id
    WHERE t.tenant_id = $1 AND t.person_id = $2 AND NOT t.dropped) x GROUP BY x.cycle_id),
assessed AS MATERIALIZED (
  SELECT a.cycle_id, a.state, a.proposed_level, a.summary,
    a.waived_reason, a.own_case_reason AS own_waiver_reason FROM monthly_rating_self_assessment a
  WHERE a.tenant_id = $1 AND a.person_id = $2),
graded AS MATERIALIZED (
  SELECT g.cycle_id, jsonb_agg(jsonb_build_object('edition', g.edition, 'level', g.level, 'level_label', '',
      'reason', g.reason, 'correction_reason', g.correction_reason, 'own_case_reason', g.own_case_reason,
      'decided_by', d.full_name, 'decided_at', g.decided_at) ORDER BY g.edition DESC) AS grades
  FROM monthly_rating_grade g
  JOIN mine ON mine.cycle_id = g.cycle_id AND mine.state = 'published' AND mine.excused_reason = ''
  JOIN person d ON d.tenant_id = g.tenant_id AND d.id = g.decided_by
  WHERE g.tenant_id = $1 AND g.person_id = $2 GROUP BY g.cycle_id)
SELECT mine.*, coalesce(a.state, '') AS assessment, coalesce(a.proposed_level, '') AS proposed_level,
  coalesce(a.summary, '') AS summary, coalesce(a.waived_reason, '') AS waived_reason,
  coalesce(a.own_waiver_reason, '') AS own_waiver_reason, o.tasks, g.grades
FROM mine
LEFT JOIN own o ON o.cycle_id = mine.cycle_id
LEFT JOIN assessed a ON a.cycle_id = mine.cycle_id
LEFT JOIN graded g ON g.cycle_id = mine.cycle_id
ORDER BY mine.period_start DESC"""
YEARS = """
SELECT y.year, (SELECT p.id FROM monthly_rating_year_plan p WHERE p.tenant_id = $1 AND p.person_id = $2
  AND p.year = $3 AND ($4 OR p.state <> 'draft') LIMIT 1) AS plan_id
FROM (SELECT c.year FROM monthly_rating_cycle_member m
    JOIN monthly_rating_cycle c ON c.tenant_id = m.tenant_id AND c.id = m.cycle_id
    WHERE m.tenant_id = $1 AND m.person_id = $2 UNION SELECT $3::int) y ORDER BY y.year DESC"""


async def my_page(actor: Actor, query: YearQuery) -> PersonPage:
    """The own page."""
    return await person_page(actor, actor.person_id, query)


async def person_page(actor: Actor, person_id: UUID, query: YearQuery) -> PersonPage:
    """A person's year, for the person and for those who oversee a cell the person was rated in.
    Raises Absent for others."""
    is_me = person_id == actor.person_id
    overseen = WHOLE_BODY if is_me else actor.scope(Permission.OVERVIEW_READ)
    if not overseen:
        raise Absent(f"person {person_id}")
    year = query.year or today().year
    person = await ports().people.member(person_id)
    found = await rows(PERIODS, person_id, year, overseen.parameter)
    if not overseen.whole and not found:
        raise Absent(f"person {person_id}")
    years = await rows(YEARS, person_id, year, is_me)
    periods = [_period(one, is_me) for one in found if one["state"] != "planning"]
    levels = decoded(found[0]["levels"], list[Level]) if found else []
    decided = [period.level for period in periods if period.level]
    return PersonPage(
        person_id=person_id,
        full_name=person.full_name,
        position=person.position,
        is_me=is_me,
        year=year,
        years=[one["year"] for one in years],
        periods=periods,
        counts=count_levels(levels, decided),
        rated=len(decided),
        tasks=sum(len(period.tasks) for period in periods),
        done=sum(period.done for period in periods),
        late=sum(period.late for period in periods),
        plan_id=years[0]["plan_id"] if years else None,
        today=today(),
    )


def _period(one: Record, is_me: bool) -> PersonPeriod:
    own_words = is_me or one["assessment"] == "submitted"
    tasks = [task_result(task, today(), own_words) for task in decoded(one["tasks"], list[StoredTask])]
    levels = decoded(one["levels"], list[Level])
    labels = {level.key: level.title for level in levels}
    grades = [
        structs.replace(grade, level_label=labels.get(grade.level, grade.level))
        for grade in decoded(one["grades"], list[GradeEdition])
    ]
    hidden = {} if own_words else {"proposed_level": "", "summary": ""}
    return shaped(
        PersonPeriod,
        one,
        **hidden,
        label=period_name(one["period_start"], one["period_end"]),
        state_title=CYCLE.state_title(one["state"]),
        assessment_title=assessment_title(one["assessment"]),
        tasks=tasks,
        done=sum(task.done_on is not None for task in tasks),
        late=sum(task.days_late > 0 for task in tasks),
        level=grades[0].level if grades else "",
        level_label=grades[0].level_label if grades else "",
        edition=grades[0].edition if grades else 0,
        grades=grades,
        levels=levels,
    )
