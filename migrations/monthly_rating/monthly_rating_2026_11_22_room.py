"""The room of monthly rating: schemes, year plans, cycles, tasks, meetings, grades."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import Reference, protect

ID = "2026-11-22T03:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "schemes, plans, cycles, tasks, meetings, grades"

TABLES = """
CREATE TABLE app.monthly_rating_scheme (
  tenant_id uuid NOT NULL, id uuid NOT NULL, code text NOT NULL, title text NOT NULL, levels jsonb NOT NULL,
    source text NOT NULL,
  valid_from date NOT NULL, valid_to date, confirmed boolean NOT NULL, enabled boolean NOT NULL, version int NOT NULL,
  CHECK (valid_to IS NULL OR valid_to >= valid_from), CHECK (confirmed OR NOT enabled));

CREATE TABLE app.monthly_rating_year_plan (
  tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, unit_id uuid NOT NULL,
  year smallint NOT NULL CHECK (year BETWEEN 1960 AND 2200),
  state text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved')), search text NOT NULL,
    version int NOT NULL);
CREATE TABLE app.monthly_rating_year_plan_item (
  tenant_id uuid NOT NULL, id uuid NOT NULL, plan_id uuid NOT NULL, sort smallint NOT NULL, title text NOT NULL,
    due_on date NOT NULL,
  expected_level text NOT NULL, dropped boolean NOT NULL);
CREATE TABLE app.monthly_rating_year_plan_revision (
  tenant_id uuid NOT NULL, id uuid NOT NULL, plan_id uuid NOT NULL, number smallint NOT NULL,
  step text NOT NULL CHECK (step IN ('submit', 'correct', 'return', 'approve', 'reopen')), state text NOT NULL,
    items jsonb NOT NULL,
  note text NOT NULL, person_id uuid NOT NULL, at timestamptz NOT NULL);

CREATE TABLE app.monthly_rating_cycle (
  tenant_id uuid NOT NULL, id uuid NOT NULL, unit_id uuid NOT NULL, year smallint NOT NULL,
    period_start date NOT NULL, period_end date NOT NULL,
  label text NOT NULL, scheme_id uuid NOT NULL, state text NOT NULL CHECK (state IN ('planning', 'running',
    'meeting', 'published')),
  notice_due date NOT NULL, assessment_due date NOT NULL, decision_due date NOT NULL, published_at timestamptz,
    search text NOT NULL,
  version int NOT NULL,
  CHECK (period_end >= period_start), CHECK ((state = 'published') = (published_at IS NOT NULL)));
CREATE TABLE app.monthly_rating_cycle_step (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, step text NOT NULL, person_id uuid NOT NULL,
    at timestamptz NOT NULL,
  note text NOT NULL);
CREATE TABLE app.monthly_rating_cycle_member (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, person_id uuid NOT NULL,
    unit_position text NOT NULL,
  departments text NOT NULL, excused_reason text NOT NULL, version int NOT NULL);

CREATE TABLE app.monthly_rating_assignment_notice (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, unit_id uuid NOT NULL,
    edition smallint NOT NULL, year smallint NOT NULL,
  number int, sign text NOT NULL, preamble text NOT NULL, guidance text NOT NULL, reason text NOT NULL,
    tasks jsonb NOT NULL,
  issued_on date, person_id uuid, issued_at timestamptz, version int NOT NULL,
  CHECK (edition >= 1), CHECK (edition = 1 OR reason <> ''), CHECK ((issued_on IS NULL) = (number IS NULL)));
CREATE TABLE app.monthly_rating_task (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, person_id uuid NOT NULL, plan_item_id uuid,
  sort smallint NOT NULL, title text NOT NULL CHECK (title <> ''), due_on date NOT NULL, required_level text NOT NULL,
  planned_quantity text NOT NULL, guidance text NOT NULL,
  progress smallint NOT NULL CHECK (progress BETWEEN 0 AND 100), done_on date, result text NOT NULL,
  self_level text NOT NULL CHECK (self_level IN ('', 'met', 'partly', 'missed')),
  miss_reason text NOT NULL CHECK (miss_reason IN ('', 'objective', 'subjective')),
  miss_explanation text NOT NULL, lesson text NOT NULL, evidence smallint NOT NULL CHECK (evidence >= 0),
  dropped boolean NOT NULL, search text NOT NULL, version int NOT NULL,
  CHECK ((done_on IS NOT NULL) = (progress = 100)));
CREATE TABLE app.monthly_rating_task_progress (
  tenant_id uuid NOT NULL, id uuid NOT NULL, task_id uuid NOT NULL, percent smallint NOT NULL
    CHECK (percent BETWEEN 0 AND 100),
  note text NOT NULL, person_id uuid NOT NULL, at timestamptz NOT NULL);
CREATE TABLE app.monthly_rating_evidence (
  tenant_id uuid NOT NULL, id uuid NOT NULL, task_id uuid NOT NULL, person_id uuid NOT NULL, at timestamptz NOT NULL,
  file_name text NOT NULL, media_type text NOT NULL, size int NOT NULL CHECK (size BETWEEN 1 AND 5242880),
    sha256 text NOT NULL,
  content bytea NOT NULL, withdrawn_at timestamptz, withdrawn_reason text NOT NULL,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason = '')));
CREATE TABLE app.monthly_rating_self_assessment (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, person_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'submitted', 'waived')), proposed_level text NOT NULL,
    summary text NOT NULL,
  submitted_at timestamptz, waived_by uuid, waived_reason text NOT NULL, version int NOT NULL,
  CHECK ((state = 'submitted') = (submitted_at IS NOT NULL)), CHECK ((state = 'waived') = (waived_reason <> '')));

CREATE TABLE app.monthly_rating_meeting (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, held_on date NOT NULL, place text NOT NULL,
    chair_id uuid NOT NULL,
  clerk_id uuid NOT NULL, comments_named boolean NOT NULL, opened_at timestamptz NOT NULL, closed_at timestamptz,
    conclusion text NOT NULL,
  version int NOT NULL);
CREATE TABLE app.monthly_rating_attendance (
  tenant_id uuid NOT NULL, id uuid NOT NULL, meeting_id uuid NOT NULL, person_id uuid NOT NULL,
    present boolean NOT NULL,
  absence_reason text NOT NULL, version int NOT NULL, CHECK (present OR absence_reason <> ''));
CREATE TABLE app.monthly_rating_comment (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, about_id uuid NOT NULL, author_id uuid NOT NULL,
    typed_by uuid NOT NULL,
  text text NOT NULL, no_comment boolean NOT NULL, at timestamptz NOT NULL, replaces_id uuid,
    CHECK (no_comment = (text = '')));
CREATE TABLE app.monthly_rating_grade (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, person_id uuid NOT NULL,
    edition smallint NOT NULL CHECK (edition >= 1),
  scheme_id uuid NOT NULL, level text NOT NULL, reason text NOT NULL CHECK (reason <> ''), decided_by uuid NOT NULL,
  decided_at timestamptz NOT NULL, replaces_id uuid, correction_reason text NOT NULL,
  CHECK ((edition = 1) = (replaces_id IS NULL)), CHECK (edition = 1 OR correction_reason <> ''));
CREATE TABLE app.monthly_rating_publication (
  tenant_id uuid NOT NULL, id uuid NOT NULL, cycle_id uuid NOT NULL, person_id uuid NOT NULL,
    at timestamptz NOT NULL);
"""

PERSON = Reference("person_id", "person")
UNIT = Reference("unit_id", "unit")
CYCLE = Reference("cycle_id", "monthly_rating_cycle")
SCHEME = Reference("scheme_id", "monthly_rating_scheme")
PLAN = Reference("plan_id", "monthly_rating_year_plan")
TASK = Reference("task_id", "monthly_rating_task")

WALLS = [
    protect("monthly_rating_scheme", "inherited", unique={"monthly_rating_scheme_once": ["code"]}),
    protect(
        "monthly_rating_year_plan",
        "private",
        references=[PERSON, UNIT],
        unique={"monthly_rating_year_plan_once": ["unit_id", "year", "person_id"]},
    ),
    protect("monthly_rating_year_plan_item", "private", references=[PLAN]),
    protect(
        "monthly_rating_year_plan_revision",
        "private",
        references=[PLAN, PERSON],
        unique={"monthly_rating_year_plan_revision_once": ["plan_id", "number"]},
    ),
    protect(
        "monthly_rating_cycle",
        "private",
        references=[UNIT, SCHEME],
        unique={"monthly_rating_cycle_once": ["unit_id", "period_start"]},
        index={"monthly_rating_cycle_by_year": ["year", "unit_id"]},
    ),
    protect("monthly_rating_cycle_step", "private", references=[CYCLE, PERSON]),
    protect(
        "monthly_rating_cycle_member",
        "private",
        references=[CYCLE, PERSON],
        unique={"monthly_rating_cycle_member_once": ["cycle_id", "person_id"]},
    ),
    protect(
        "monthly_rating_assignment_notice",
        "private",
        references=[CYCLE, UNIT, PERSON],
        unique={
            "monthly_rating_notice_edition_once": ["cycle_id", "edition"],
            "monthly_rating_notice_number_once": ["unit_id", "year", "number"],
        },
    ),
    protect(
        "monthly_rating_task",
        "private",
        references=[CYCLE, PERSON, Reference("plan_item_id", "monthly_rating_year_plan_item")],
        index={"monthly_rating_task_of_cycle": ["cycle_id", "person_id", "sort"]},
    ),
    protect("monthly_rating_task_progress", "private", references=[TASK, PERSON]),
    protect("monthly_rating_evidence", "private", references=[TASK, PERSON], untrailed=["content"]),
    protect(
        "monthly_rating_self_assessment",
        "private",
        references=[CYCLE, PERSON],
        unique={"monthly_rating_self_assessment_once": ["cycle_id", "person_id"]},
    ),
    protect(
        "monthly_rating_meeting",
        "private",
        unique={"monthly_rating_meeting_once": ["cycle_id"]},
        references=[CYCLE, Reference("chair_id", "person"), Reference("clerk_id", "person")],
    ),
    protect(
        "monthly_rating_attendance",
        "private",
        references=[Reference("meeting_id", "monthly_rating_meeting"), PERSON],
        unique={"monthly_rating_attendance_once": ["meeting_id", "person_id"]},
    ),
    protect(
        "monthly_rating_comment",
        "private",
        references=[CYCLE, Reference("about_id", "person"), Reference("author_id", "person")],
        index={"monthly_rating_comment_of_cycle": ["cycle_id", "about_id", "at"]},
    ),
    protect(
        "monthly_rating_grade",
        "private",
        references=[CYCLE, PERSON, SCHEME],
        unique={"monthly_rating_grade_once": ["cycle_id", "person_id", "edition"]},
    ),
    protect(
        "monthly_rating_publication",
        "private",
        references=[CYCLE, PERSON],
        unique={"monthly_rating_publication_once": ["cycle_id"]},
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="monthly_rating", description=DESCRIPTION)

    async def build() -> None:
        await execute(TABLES)
        for wall in WALLS:
            await execute(wall)

    manager.add_raw(build)
    return manager
