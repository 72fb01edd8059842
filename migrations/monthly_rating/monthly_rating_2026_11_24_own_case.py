"""Why somebody decided the own case: a reason beside each decision about a person. What was decided before stays."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T03:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the reason of who decides the own case"

# NOT VALID: rows from before this rule stay as they are; every row written from now on is checked.
COLUMNS = """
ALTER TABLE app.monthly_rating_year_plan_revision ADD COLUMN own_case_reason text NOT NULL DEFAULT '';
ALTER TABLE app.monthly_rating_cycle_member ADD COLUMN own_case_reason text NOT NULL DEFAULT '';
ALTER TABLE app.monthly_rating_self_assessment
  ADD COLUMN own_case_reason text NOT NULL DEFAULT '',
  ADD CONSTRAINT monthly_rating_own_waiver_reason_given
    CHECK (waived_by IS NULL OR (waived_by = person_id) = (own_case_reason <> '')) NOT VALID;
ALTER TABLE app.monthly_rating_grade
  ADD COLUMN own_case_reason text NOT NULL DEFAULT '',
  ADD CONSTRAINT monthly_rating_own_grade_reason_given
    CHECK ((decided_by = person_id) = (own_case_reason <> '')) NOT VALID;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="monthly_rating", description=DESCRIPTION)

    async def build() -> None:
        await execute(COLUMNS)

    manager.add_raw(build)
    return manager
