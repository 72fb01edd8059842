"""Papers that were issued: a register of numbers, and the content frozen on that day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import Reference, protect

ID = "2026-11-24T17:25:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "issued papers"

TABLES = """
CREATE TABLE app.paper_register (
  tenant_id uuid NOT NULL, id uuid NOT NULL, unit_id uuid, kind text NOT NULL, year smallint NOT NULL,
  last_number int NOT NULL CHECK (last_number > 0),
  CONSTRAINT paper_register_once UNIQUE NULLS NOT DISTINCT (tenant_id, unit_id, kind, year));
CREATE TABLE app.issued_paper (
  tenant_id uuid NOT NULL, id uuid NOT NULL, unit_id uuid, kind text NOT NULL,
  layout text NOT NULL CHECK (layout IN ('state', 'party')), year smallint NOT NULL, number int, sign text NOT NULL,
  edition smallint NOT NULL CHECK (edition > 0), subject_id uuid NOT NULL, title text NOT NULL, issued_on date NOT NULL,
  issued_by uuid NOT NULL, issued_at timestamptz NOT NULL, supersedes_id uuid, reason text NOT NULL,
  content json NOT NULL, sha256 text NOT NULL, layout_edition smallint NOT NULL,
  CONSTRAINT issued_paper_numbered CHECK (number > 0),
  CONSTRAINT issued_paper_year CHECK (year = extract(year FROM issued_on)),
  CONSTRAINT issued_paper_reasoned CHECK (supersedes_id IS NULL OR reason <> ''));
"""
"""`json`, not `jsonb`: the text stays letter by letter what its digest was taken of."""

REGISTER = protect("paper_register", "private", references=[Reference("unit_id", "unit")])
PAPERS = protect(
    "issued_paper",
    "private",
    unique={"issued_paper_once": ["kind", "subject_id", "edition"]},
    references=[
        Reference("unit_id", "unit"),
        Reference("issued_by", "person"),
        Reference("supersedes_id", "issued_paper"),
    ],
    append_only=True,
    untrailed=["content"],
)
NUMBERS = """
CREATE UNIQUE INDEX issued_paper_number ON app.issued_paper (tenant_id, unit_id, kind, year, number)
  NULLS NOT DISTINCT WHERE number IS NOT NULL;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        for statements in (TABLES, REGISTER, PAPERS, NUMBERS):
            await execute(statements)

    manager.add_raw(build)
    return manager
