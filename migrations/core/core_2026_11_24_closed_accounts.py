"""Accounts are closed and opened again by the operator; the list tells which are closed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T17:10:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "closing and opening accounts"

CLOSED = """
SET LOCAL ROLE sec_owner;
DROP FUNCTION auth.accounts(text);
CREATE FUNCTION auth.accounts(ticket text)
RETURNS TABLE (account_id uuid, login text, operator boolean, demo boolean, must_change boolean, closed boolean,
               tenant_id uuid, person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM auth.granted(ticket, 'list_accounts');
  RETURN QUERY SELECT a.id, a.login, a.operator, a.demo, a.must_change, a.closed_at IS NOT NULL, m.tenant_id,
    m.person_id FROM auth.account a LEFT JOIN auth.membership m ON m.account_id = a.id ORDER BY a.login;
END $$;

-- Closes the account of the ticket and ends its sessions, or opens it again; false when it was so already.
CREATE FUNCTION auth.set_closed(ticket text, closed boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'set_closed');
BEGIN
  UPDATE auth.account a SET closed_at = CASE WHEN closed THEN now() END
    WHERE a.id = account AND (a.closed_at IS NOT NULL) <> closed;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM auth.session s WHERE s.account_id = account;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION auth.accounts(text), auth.set_closed(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.accounts(text), auth.set_closed(text, boolean) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(CLOSED)

    manager.add_raw(build)
    return manager
