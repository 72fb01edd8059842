"""The tables of this module. What was decided is never overwritten: comments, grades, notices and plan revisions are
added.

Keys, checks and policies are in the migration; columns called `person_id` name whom a row is about or who did it.
`own_case_reason` says why somebody decided about himself; it is empty everywhere else.
"""

from piccolo.columns import JSONB, UUID, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from plugin_api.editions import Editioned
from plugin_api.step_log import StepLog
from tenancy.tables import Inherited, Private, Versioned


class Scheme(Inherited, Versioned, Table, tablename="monthly_rating_scheme"):
    """A rating scheme with its source and dates of force; `levels` best first, each with its English."""

    code = Text()
    title = Text()
    title_en = Text()
    levels = JSONB()
    source = Text()
    valid_from = Date()
    valid_to = Date(null=True, default=None)
    confirmed = Boolean()
    enabled = Boolean()


class YearPlan(Private, Versioned, Table, tablename="monthly_rating_year_plan"):
    """What a person undertakes for a year in one cell. Its version also guards its items."""

    person_id = UUID()
    unit_id = UUID()
    year = SmallInt()
    state = Text(default="draft")
    search = Text()


class YearPlanItem(Private, Table, tablename="monthly_rating_year_plan_item"):
    """One undertaking; an item taken out is marked `dropped`, because tasks may already come from it."""

    plan_id = UUID()
    sort = SmallInt()
    title = Text()
    due_on = Date()
    expected_level = Text()
    dropped = Boolean(default=False)


class YearPlanRevision(Private, StepLog, Table, tablename="monthly_rating_year_plan_revision"):
    """The plan as it stood when it was handed in, corrected, returned, approved or reopened."""

    subject = "plan_id"
    plan_id = UUID()
    number = SmallInt()
    state = Text()
    items = JSONB()
    own_case_reason = Text()


class Cycle(Private, Versioned, Table, tablename="monthly_rating_cycle"):
    """One period of one cell, with the scheme and the deadlines it was opened with."""

    unit_id = UUID()
    year = SmallInt()
    period_start = Date()
    period_end = Date()
    label = Text()
    scheme_id = UUID()
    state = Text(default="planning")
    notice_due = Date()
    assessment_due = Date()
    decision_due = Date()
    published_at = Timestamptz(default=None, null=True)
    search = Text()


class CycleStep(Private, StepLog, Table, tablename="monthly_rating_cycle_step"):
    """Who took which step of a cycle, when, with what note."""

    subject = "cycle_id"
    cycle_id = UUID()


class CycleMember(Private, Versioned, Table, tablename="monthly_rating_cycle_member"):
    """Who is rated in a cycle, as what; `excused_reason` when the person is not rated this time."""

    cycle_id = UUID()
    person_id = UUID()
    unit_position = Text()
    departments = Text()
    excused_reason = Text()
    own_case_reason = Text()


class AssignmentNotice(Private, Versioned, Table, tablename="monthly_rating_assignment_notice"):
    """The written notice; edition 1 is drafted with the cycle, later editions amend it. `tasks` is what was issued."""

    cycle_id = UUID()
    unit_id = UUID()
    edition = SmallInt()
    year = SmallInt()
    number = Integer(null=True, default=None)
    sign = Text()
    preamble = Text()
    guidance = Text()
    reason = Text()
    tasks = JSONB(default="[]")
    issued_on = Date(null=True, default=None)
    person_id = UUID(null=True, default=None)
    issued_at = Timestamptz(default=None, null=True)


class Task(Private, Versioned, Table, tablename="monthly_rating_task"):
    """What one person is to do in a cycle, and what came of it. `evidence` counts the files that stand."""

    cycle_id = UUID()
    person_id = UUID()
    plan_item_id = UUID(null=True, default=None)
    sort = SmallInt()
    title = Text()
    due_on = Date()
    required_level = Text()
    planned_quantity = Text()
    guidance = Text()
    progress = SmallInt(default=0)
    done_on = Date(null=True, default=None)
    result = Text()
    self_level = Text()
    miss_reason = Text()
    miss_explanation = Text()
    lesson = Text()
    evidence = SmallInt(default=0)
    dropped = Boolean(default=False)
    search = Text()


class TaskProgress(Private, Table, tablename="monthly_rating_task_progress"):
    """One report on a task: how far, in words, by whom, when."""

    task_id = UUID()
    percent = SmallInt()
    note = Text()
    person_id = UUID()
    at = Timestamptz()


class Evidence(Private, Table, tablename="monthly_rating_evidence"):
    """A file that proves a task; it is withdrawn with a reason, never removed."""

    task_id = UUID()
    person_id = UUID()
    at = Timestamptz()
    file_name = Text()
    media_type = Text()
    size = Integer()
    sha256 = Text()
    content = Bytea()
    withdrawn_at = Timestamptz(default=None, null=True)
    withdrawn_reason = Text()


class SelfAssessment(Private, Versioned, Table, tablename="monthly_rating_self_assessment"):
    """What a person says of the own period; `waived` when it was recorded that none was handed in."""

    cycle_id = UUID()
    person_id = UUID()
    state = Text(default="draft")
    proposed_level = Text()
    summary = Text()
    submitted_at = Timestamptz(default=None, null=True)
    waived_by = UUID(null=True, default=None)
    waived_reason = Text()
    own_case_reason = Text()


class Meeting(Private, Versioned, Table, tablename="monthly_rating_meeting"):
    """The meeting of a cycle; whether comments carry names is settled when it opens."""

    cycle_id = UUID()
    held_on = Date()
    place = Text()
    chair_id = UUID()
    clerk_id = UUID()
    comments_named = Boolean()
    opened_at = Timestamptz()
    closed_at = Timestamptz(default=None, null=True)
    conclusion = Text()


class Attendance(Private, Versioned, Table, tablename="monthly_rating_attendance"):
    """Who was there, and why not."""

    meeting_id = UUID()
    person_id = UUID()
    present = Boolean()
    absence_reason = Text()


class Comment(Private, Table, tablename="monthly_rating_comment"):
    """What one person said about another; `replaces_id` names the comment it corrects,
    `no_comment` says so expressly."""

    cycle_id = UUID()
    about_id = UUID()
    author_id = UUID()
    typed_by = UUID()
    text = Text()
    no_comment = Boolean()
    at = Timestamptz()
    replaces_id = UUID(null=True, default=None)


class Grade(Private, Editioned, Table, tablename="monthly_rating_grade"):
    """A class that was decided. The highest edition holds; earlier ones stay readable."""

    edition_of = ("cycle_id", "person_id")
    cycle_id = UUID()
    person_id = UUID()
    scheme_id = UUID()
    level = Text()
    reason = Text()
    decided_by = UUID()
    decided_at = Timestamptz()
    correction_reason = Text()
    own_case_reason = Text()


class Publication(Private, Table, tablename="monthly_rating_publication"):
    """The moment the classes of a cycle became known to its cell."""

    cycle_id = UUID()
    person_id = UUID()
    at = Timestamptz()


TABLES = (
    Scheme,
    YearPlan,
    YearPlanItem,
    YearPlanRevision,
    Cycle,
    CycleStep,
    CycleMember,
    AssignmentNotice,
    Task,
    TaskProgress,
    Evidence,
    SelfAssessment,
    Meeting,
    Attendance,
    Comment,
    Grade,
    Publication,
)
"""In the order in which rows can be written."""
