"""Sign-in: limits per account and address, sessions only for the password that was verified and still stands."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T05:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "limits and races of sign-in"

SIGN_IN = """
SET LOCAL ROLE sec_owner;
DROP FUNCTION auth.begin_sign_in(text, text, text, int, int, interval);
DROP FUNCTION auth.open_session(text, bytea, interval, interval, text, text);
DROP FUNCTION auth.password_of(text);
DROP FUNCTION auth.set_password(text, text, boolean);

-- Books one attempt under every key that has a limit, all with the same moment, and returns 0; over any limit it books
-- nothing and returns the seconds to wait. Keys are locked in the order given: callers keep to one order.
CREATE FUNCTION auth.book_attempt(keys text[], limits int[], span interval) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE wait int := 0; tries int; first timestamptz; place int; moment timestamptz;
BEGIN
  FOR place IN 1 .. cardinality(keys) LOOP
    CONTINUE WHEN limits[place] IS NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended(keys[place], 0));
    DELETE FROM auth.attempt a WHERE a.key = keys[place] AND a.at < clock_timestamp() - span;
    SELECT count(*), min(a.at) INTO tries, first FROM auth.attempt a WHERE a.key = keys[place];
    IF tries >= limits[place] THEN
      wait := greatest(wait, ceil(extract(epoch FROM first + span - clock_timestamp()))::int, 1);
    END IF;
  END LOOP;
  IF wait = 0 THEN
    moment := clock_timestamp();
    INSERT INTO auth.attempt (key, at)
      SELECT k.name, moment FROM unnest(keys, limits) AS k(name, most) WHERE k.most IS NOT NULL;
  END IF;
  RETURN wait;
END $$;

-- Books an attempt before the password is looked at; over a limit it hands out no hash, only the seconds to wait.
-- `address` is what tries are counted under; `per_address` NULL where one address stands for everybody.
CREATE FUNCTION auth.begin_sign_in(ticket text, want_login text, address text, per_account_at int, per_account int,
                                   per_address int, span interval)
RETURNS TABLE (account_id uuid, password_hash text, wait_seconds int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE asked text := lower(want_login); wait int; found_account record;
BEGIN
  PERFORM auth.granted(ticket, 'begin_sign_in');
  wait := auth.book_attempt(ARRAY['account-at:' || asked || '@' || address, 'account:' || asked, 'address:' || address],
                            ARRAY[per_account_at, per_account, per_address], span);
  IF wait > 0 THEN RETURN QUERY SELECT NULL::uuid, NULL::text, wait; RETURN; END IF;
  SELECT a.id, a.password_hash INTO found_account FROM auth.account a WHERE a.login = asked AND a.closed_at IS NULL;
  RETURN QUERY SELECT found_account.id, found_account.password_hash, 0;
END $$;

-- False when the account is closed or its password is no longer the verified one: the row is locked, so a change of
-- password either sees the new session and ends it, or is seen here. Forgets the account's attempts at this address.
CREATE FUNCTION auth.open_session(ticket text, verified_hash text, token bytea, idle interval, longest interval,
                                  address text, counted_as text, agent text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'open_session'); name text;
BEGIN
  SELECT a.login INTO name FROM auth.account a
    WHERE a.id = account AND a.closed_at IS NULL AND a.password_hash = verified_hash FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM auth.session s WHERE s.account_id = account AND (s.expires_at < now() OR s.seen_at + s.idle < now());
  WITH here AS (DELETE FROM auth.attempt a WHERE a.key = 'account-at:' || name || '@' || counted_as RETURNING a.at)
    DELETE FROM auth.attempt a USING here
      WHERE a.key IN ('account:' || name, 'address:' || counted_as) AND a.at = here.at;
  INSERT INTO auth.session (token_hash, account_id, expires_at, idle, address, agent)
    VALUES (token, account, now() + longest, idle, left(address, 60), left(agent, 200));
  RETURN true;
END $$;

-- For the change of password: the current hash, its attempt booked first; over the limit only the seconds to wait.
CREATE FUNCTION auth.begin_change(ticket text, most int, span interval)
RETURNS TABLE (password_hash text, wait_seconds int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'check_password'); wait int;
BEGIN
  wait := auth.book_attempt(ARRAY['change:' || account], ARRAY[most], span);
  RETURN QUERY SELECT CASE WHEN wait = 0 THEN a.password_hash END, wait FROM auth.account a WHERE a.id = account;
END $$;

-- The current password was right: what was wrong with the new one is no guess.
CREATE FUNCTION auth.forget_change_attempts(ticket text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN DELETE FROM auth.attempt WHERE key = 'change:' || auth.granted(ticket, 'check_password'); END $$;

-- Sets the password and ends every session in one go. With `verified_hash` only while that is still the stored one;
-- false when it was not or the account is closed.
CREATE FUNCTION auth.set_password(ticket text, verified_hash text, hash text, must_change_it boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE account uuid := auth.granted(ticket, 'set_password');
BEGIN
  UPDATE auth.account a SET password_hash = hash, must_change = must_change_it
    WHERE a.id = account AND a.closed_at IS NULL AND (verified_hash IS NULL OR a.password_hash = verified_hash);
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM auth.session s WHERE s.account_id = account;
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION auth.book_attempt(text[], int[], interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION auth.begin_sign_in(text, text, text, int, int, int, interval),
  auth.open_session(text, text, bytea, interval, interval, text, text, text), auth.begin_change(text, int, interval),
  auth.forget_change_attempts(text), auth.set_password(text, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.begin_sign_in(text, text, text, int, int, int, interval),
  auth.open_session(text, text, bytea, interval, interval, text, text, text), auth.begin_change(text, int, interval),
  auth.forget_change_attempts(text), auth.set_password(text, text, text, boolean) TO app_rt;
RESET ROLE;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)

    async def build() -> None:
        await execute(SIGN_IN)

    manager.add_raw(build)
    return manager
