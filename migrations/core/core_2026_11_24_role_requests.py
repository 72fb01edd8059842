"""Roles that take a second person: asked for by one, confirmed or refused by another."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import Reference, protect

ID = "2026-11-24T13:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "role requests"

TABLE = """
CREATE TABLE app.role_request (
  tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, role text NOT NULL, unit_id uuid,
  valid_from date NOT NULL, requested_by uuid, requested_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'confirmed', 'refused', 'withdrawn')),
  decided_by uuid, decided_at timestamptz, reason text NOT NULL, assignment_id uuid, version int NOT NULL,
  CONSTRAINT role_request_for_another CHECK (requested_by IS DISTINCT FROM person_id),
  CONSTRAINT role_request_by_two CHECK (
    state <> 'confirmed' OR decided_by IS NULL OR decided_by NOT IN (requested_by, person_id)),
  CONSTRAINT role_request_decided CHECK ((state = 'requested') = (decided_at IS NULL)),
  CONSTRAINT role_request_gives CHECK ((state = 'confirmed') = (assignment_id IS NOT NULL)));
"""
"""`requested_by` and `decided_by` are people of the body; nobody is the operator of the instance."""

WALL = protect(
    "role_request",
    "private",
    references=[
        Reference("person_id", "person"),
        Reference("unit_id", "unit"),
        Reference("requested_by", "person"),
        Reference("decided_by", "person"),
        Reference("assignment_id", "role_assignment"),
    ],
)
ONCE = """
CREATE UNIQUE INDEX role_request_open_once ON app.role_request (tenant_id, person_id, role, unit_id)
  NULLS NOT DISTINCT WHERE state = 'requested';
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(TABLE)
        await execute(WALL)
        await execute(ONCE)

    manager.add_raw(build)
    return manager
