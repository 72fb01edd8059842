"""The rows of the meeting: one statement for all members with their tasks, comments and classes,
shown as far as the person may see."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct, structs

from monthly_rating.common.judging import Judges
from monthly_rating.cycles.queries import CycleHead
from monthly_rating.cycles.rows import ASSESSMENTS, ATTENDANCE, OWN_EXCUSE
from monthly_rating.grades.rows import GradeEdition
from monthly_rating.rules.own_case import Ruling
from monthly_rating.rules.readiness import Readiness
from monthly_rating.rules.states import assessment_title
from monthly_rating.tasks.rows import TASKS_BY_PERSON, StoredTask, TaskResult, task_result
from plugin_api.clock import today
from plugin_api.rows import decoded, shaped
from tenancy.query import Record


class MeetingBrief(Struct, frozen=True):
    """The meeting itself; `closed_at` None while it goes on."""

    held_on: date
    place: str
    chair: str
    chair_position: str
    clerk: str
    comments_named: bool
    opened_at: datetime
    closed_at: datetime | None
    conclusion: str
    version: int


class CommentLine(Struct, frozen=True):
    """A comment that stands (its corrections are folded into `earlier`).
    `author` is empty where names are not shown."""

    comment_id: UUID
    author: str
    author_id: UUID | None
    typed_by: str
    text: str
    no_comment: bool
    at: datetime
    earlier: list[str]
    is_mine: bool


class MeetingMember(Struct, frozen=True):
    """One person in the meeting. `grades` newest first, empty where the person may not see them yet.

    `own_case_reason` says why somebody decided the own class, `own_excuse_reason` and `own_waiver_reason` why somebody
    noted that of himself; `decision` and `waiver` say whether the reader decides the class (corrects it, once
    published) and notes that nothing was handed in.
    """

    person_id: UUID
    full_name: str
    unit_position: str
    departments: str
    excused_reason: str
    own_excuse_reason: str
    is_me: bool
    present: bool | None
    absence_reason: str
    assessment: str
    assessment_title: str
    proposed_level: str
    summary: str
    waived_reason: str
    own_waiver_reason: str
    submitted_at: datetime | None
    tasks: list[TaskResult]
    done: int
    late: int
    comments: list[CommentLine]
    i_commented: bool
    level: str
    own_case_reason: str
    edition: int
    grades: list[GradeEdition]
    decision: Ruling
    waiver: Ruling


class StoredComment(Struct, frozen=True):
    """A comment as it was written."""

    comment_id: UUID
    author: str
    author_id: UUID
    typed_by: str
    typed_by_id: UUID
    text: str
    no_comment: bool
    at: datetime
    replaces_id: UUID | None


MEETING = """(SELECT to_jsonb(held) FROM (
SELECT h.held_on, h.place, c.full_name AS chair, coalesce(nullif(m.unit_position, ''), c.position) AS chair_position,
  k.full_name AS clerk, h.comments_named, h.opened_at, h.closed_at, h.conclusion, h.version
FROM monthly_rating_meeting h
JOIN person c ON c.tenant_id = h.tenant_id AND c.id = h.chair_id
JOIN person k ON k.tenant_id = h.tenant_id AND k.id = h.clerk_id
LEFT JOIN monthly_rating_cycle_member m ON m.tenant_id = h.tenant_id AND m.cycle_id = h.cycle_id
  AND m.person_id = h.chair_id
WHERE h.tenant_id = $1 AND h.cycle_id = $2) held) AS meeting, """
MEMBERS = f"""
WITH {TASKS_BY_PERSON}, {ASSESSMENTS}, {ATTENDANCE}, said AS MATERIALIZED (
  SELECT k.about_id, jsonb_agg(jsonb_build_object('comment_id', k.id, 'author', q.full_name, 'author_id', k.author_id,
      'typed_by', w.full_name, 'typed_by_id', k.typed_by, 'text', k.text, 'no_comment', k.no_comment, 'at', k.at,
      'replaces_id', k.replaces_id) ORDER BY k.at, k.id) AS comments
  FROM monthly_rating_comment k
  JOIN person q ON q.tenant_id = k.tenant_id AND q.id = k.author_id
  JOIN person w ON w.tenant_id = k.tenant_id AND w.id = k.typed_by
  WHERE k.tenant_id = $1 AND k.cycle_id = $2 GROUP BY k.about_id),
graded AS MATERIALIZED (
  SELECT g.person_id, jsonb_agg(jsonb_build_object('edition', g.edition, 'level', g.level, 'level_label', '',
      'reason', g.reason, 'correction_reason', g.correction_reason, 'own_case_reason', g.own_case_reason,
      'decided_by', d.full_name, 'decided_at', g.decided_at) ORDER BY g.edition DESC) AS grades
  FROM monthly_rating_grade g JOIN person d ON d.tenant_id = g.tenant_id AND d.id = g.decided_by
  WHERE g.tenant_id = $1 AND g.cycle_id = $2 GROUP BY g.person_id)
SELECT m.person_id, p.full_name, m.unit_position, m.departments, m.excused_reason,
  {OWN_EXCUSE}, o.tasks, e.present,
  coalesce(e.absence_reason, '') AS absence_reason, coalesce(a.state, '') AS assessment,
  coalesce(a.proposed_level, '') AS proposed_level, coalesce(a.summary, '') AS summary,
  coalesce(a.waived_reason, '') AS waived_reason, coalesce(a.own_waiver_reason, '') AS own_waiver_reason,
  a.submitted_at, s.comments, g.grades
FROM monthly_rating_cycle_member m
JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
LEFT JOIN own o ON o.person_id = m.person_id
LEFT JOIN assessed a ON a.person_id = m.person_id
LEFT JOIN attended e ON e.person_id = m.person_id
LEFT JOIN said s ON s.about_id = m.person_id
LEFT JOIN graded g ON g.person_id = m.person_id AND m.excused_reason = ''
WHERE m.tenant_id = $1 AND m.cycle_id = $2 ORDER BY p.name_key"""


def meeting_member(
    head: CycleHead, meeting: MeetingBrief, one: Record, all_seen: bool, judges: Judges, reader: UUID | None
) -> MeetingMember:
    """One person as the reader may see them: drafts never, classes before publication only those who oversee."""
    is_me, handed_in = one["person_id"] == reader, one["assessment"] == "submitted"
    tasks = [task_result(task, today(), is_me or handed_in) for task in decoded(one["tasks"], list[StoredTask])]
    comments = _standing(decoded(one["comments"], list[StoredComment]), reader, meeting.comments_named)
    known = all_seen or head.state == "published"
    grades = _labelled(head, decoded(one["grades"], list[GradeEdition])) if known else []
    own_words = {} if is_me or handed_in else {"proposed_level": "", "summary": ""}
    return shaped(
        MeetingMember,
        one,
        **own_words,
        is_me=is_me,
        assessment_title=assessment_title(one["assessment"]),
        tasks=tasks,
        done=sum(task.done_on is not None for task in tasks),
        late=sum(task.days_late > 0 for task in tasks),
        comments=comments,
        i_commented=any(comment.author_id == reader for comment in comments),
        level=grades[0].level if grades else "",
        own_case_reason=grades[0].own_case_reason if grades else "",
        edition=grades[0].edition if grades else 0,
        grades=grades if all_seen or is_me else [],
        decision=judges.on_grade(one["person_id"], corrects=head.state == "published"),
        waiver=judges.on_waiver(one["person_id"]),
    )


def _standing(comments: list[StoredComment], me: UUID | None, named: bool) -> list[CommentLine]:
    """Comments that stand, each with the texts it replaced, oldest first."""
    by_id = {one.comment_id: one for one in comments}
    replaced = {one.replaces_id for one in comments}
    return [_line(one, _earlier(one, by_id), me, named) for one in comments if one.comment_id not in replaced]


def _earlier(comment: StoredComment, by_id: dict[UUID, StoredComment]) -> list[str]:
    texts: list[str] = []
    while comment.replaces_id and comment.replaces_id in by_id:
        comment = by_id[comment.replaces_id]
        texts.insert(0, comment.text)
    return texts


def _line(one: StoredComment, earlier: list[str], me: UUID | None, named: bool) -> CommentLine:
    is_mine = me in (one.author_id, one.typed_by_id)
    return CommentLine(
        comment_id=one.comment_id,
        author=one.author if named else "",
        author_id=one.author_id if named or is_mine else None,
        typed_by=one.typed_by if named and one.typed_by_id != one.author_id else "",
        text=one.text,
        no_comment=one.no_comment,
        at=one.at,
        earlier=earlier,
        is_mine=is_mine,
    )


def _labelled(head: CycleHead, grades: list[GradeEdition]) -> list[GradeEdition]:
    labels = {level.key: level.title for level in head.levels}
    return [structs.replace(one, level_label=labels.get(one.level, one.level)) for one in grades]


def meeting_readiness(one: Record) -> Readiness:
    """A row as the rules ask for it; that there are tasks was asked before the notice was issued."""
    comments = decoded(one["comments"], list[StoredComment])
    return Readiness(
        one["full_name"],
        bool(one["excused_reason"]),
        1,
        one["assessment"],
        one["present"] is not None,
        sum(comment.author_id != one["person_id"] for comment in comments),
        one["grades"] is not None,
    )
