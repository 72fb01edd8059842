"""Drafts of forms, and whose a session was that has ended."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute
from tenancy.protection import protect

ID = "2026-11-24T17:50:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "drafts of forms, accounts of ended sessions"

TABLE = """
CREATE TABLE app.form_draft (
  tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, page text NOT NULL, form text NOT NULL,
  title text NOT NULL, content jsonb NOT NULL, row_version int, edition int NOT NULL, saved_at timestamptz NOT NULL);
"""

# Who holds a token may learn whose session it is or, as long as the row stands, was.
ENDED = """
SET LOCAL ROLE sec_owner;
CREATE FUNCTION auth.account_of_session(token bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.account_id FROM auth.session s WHERE s.token_hash = token $$;
REVOKE ALL ON FUNCTION auth.account_of_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.account_of_session(bytea) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(TABLE)
        await execute(protect("form_draft", "private", unique={"form_draft_once": ["account_id", "page", "form"]},
                              audited=False, deletable=True))
        await execute(ENDED)

    manager.add_raw(build)
    return manager
