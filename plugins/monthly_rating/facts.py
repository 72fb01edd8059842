"""The facts this module publishes. Only published classes count; each says in words how it was counted."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from monthly_rating.common.sql import GRADES_IN_FORCE
from monthly_rating.permissions import Permission
from monthly_rating.rules.schemes import Level, count_completed, count_levels, counts_in_words
from plugin_api.actor import Actor
from plugin_api.clock import today
from plugin_api.facts import Fact, FactDeclaration
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.links import link
from plugin_api.rows import decoded
from tenancy.query import Record, row, rows, value

SHARE, CLASSES, LATE = "monthly_rating.share_completed", "monthly_rating.class_count", "monthly_rating.tasks_late"
DECLARED = (
    FactDeclaration(SHARE, mark("Tỷ lệ hoàn thành nhiệm vụ"), "body", "share"),
    FactDeclaration(CLASSES, mark("Số kỳ đạt từng mức"), "person", "counts", Permission.OVERVIEW_READ),
    FactDeclaration(CLASSES, mark("Số lượt đạt từng mức"), "body", "counts"),
    FactDeclaration(LATE, mark("Số nhiệm vụ trễ hạn"), "person", "count", Permission.OVERVIEW_READ),
    FactDeclaration(LATE, mark("Số nhiệm vụ trễ hạn"), "body", "count"),
)
"""A subject "body" may also be one of its cells."""

DECIDED = f"""
WITH chosen AS MATERIALIZED (
  SELECT c.id, c.unit_id, s.levels FROM monthly_rating_cycle c
  JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
  WHERE c.tenant_id = $1 AND c.state = 'published' AND c.period_start >= $3 AND c.period_end <= $4), {GRADES_IN_FORCE}
SELECT g.level, c.levels, count(*) AS times FROM in_force g JOIN chosen c ON c.id = g.cycle_id
WHERE $2 = $1 OR c.unit_id = $2 OR g.person_id = $2 GROUP BY g.level, c.levels"""
TASKS = """
SELECT count(*) AS all_tasks, count(*) FILTER (WHERE t.done_on > t.due_on OR (t.done_on IS NULL
  AND t.due_on < $5)) AS late
FROM monthly_rating_task t JOIN monthly_rating_cycle c ON c.tenant_id = t.tenant_id AND c.id = t.cycle_id
WHERE t.tenant_id = $1 AND NOT t.dropped AND c.state <> 'planning' AND t.due_on BETWEEN $3 AND $4
  AND ($2 = $1 OR c.unit_id = $2 OR t.person_id = $2)"""


async def measure(actor: Actor, name: str, subject_id: UUID, since: date, until: date) -> Fact | None:
    """One fact about a person, a cell or the whole body over the periods that lie within the days;
    None for a foreign name."""
    if name == LATE:
        return _late(
            subject_id,
            since,
            until,
            await row(TASKS, subject_id, since, until, today()),
            await _evidence(actor, subject_id, until),
        )
    if name in (SHARE, CLASSES):
        found = await rows(DECIDED, subject_id, since, until)
        return (_share if name == SHARE else _classes)(
            subject_id, since, until, found, await _evidence(actor, subject_id, until)
        )
    return None


def _share(subject_id: UUID, since: date, until: date, found: Sequence[Record], evidence: str) -> Fact:
    completed = rated = 0
    for one in found:
        good, _all = count_completed(decoded(one["levels"], list[Level]), [one["level"]])
        completed, rated = completed + good * one["times"], rated + one["times"]
    basis = _(
        "%(completed)s/%(rated)s lượt xếp loại đã công bố, các kỳ từ %(since)s đến %(until)s, đạt mức được tính "
        "là hoàn thành nhiệm vụ.",
        completed=completed,
        rated=rated,
        since=f"{since:%d/%m/%Y}",
        until=f"{until:%d/%m/%Y}",
    )
    return Fact(
        SHARE,
        subject_id,
        since,
        until,
        Decimal(completed) / rated if rated else None,
        basis,
        evidence,
        completed,
        rated,
    )


def _classes(subject_id: UUID, since: date, until: date, found: Sequence[Record], evidence: str) -> Fact:
    levels = {level.key: level for one in found for level in decoded(one["levels"], list[Level])}
    decided = [one["level"] for one in found for _time in range(one["times"])]
    counts = count_levels(sorted(levels.values(), key=lambda level: level.rank), decided)
    basis = _(
        "Đếm mức xếp loại đã công bố (bản mới nhất) của các kỳ từ %(since)s đến %(until)s: %(counts)s.",
        since=f"{since:%d/%m/%Y}",
        until=f"{until:%d/%m/%Y}",
        counts=counts_in_words(counts) or "0",
    )
    return Fact(CLASSES, subject_id, since, until, counts, basis, evidence, len(decided), len(decided))


def _late(subject_id: UUID, since: date, until: date, found: Record | None, evidence: str) -> Fact:
    late, all_tasks = (found["late"], found["all_tasks"]) if found else (0, 0)
    basis = _(
        "%(late)s/%(all)s nhiệm vụ được giao, hạn từ %(since)s đến %(until)s, xong sau hạn hoặc quá hạn chưa xong.",
        late=late,
        all=all_tasks,
        since=f"{since:%d/%m/%Y}",
        until=f"{until:%d/%m/%Y}",
    )
    return Fact(LATE, subject_id, since, until, late, basis, evidence, late, all_tasks)


async def _evidence(actor: Actor, subject_id: UUID, until: date) -> str:
    """Where the rows behind a fact are: the year table of the body or of a cell, or a person's page."""
    if subject_id == actor.body.tenant_id:
        return link(actor, "monthly_rating.year", year=until.year)
    if await value("SELECT true FROM unit WHERE tenant_id = $1 AND id = $2", subject_id):
        return link(actor, "monthly_rating.year", year=until.year, unit_id=subject_id)
    return link(actor, "monthly_rating.person", person_id=subject_id, year=until.year)
