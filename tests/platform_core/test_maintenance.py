"""Once a day an instance writes the heads of its trails down and forgets what has served its time."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from inside import Backdoor

from platform_core.operations.maintenance import anchor_file, daily_maintenance, is_due, maintain
from platform_core.settings import InstanceSettings
from tenancy.anchors import Anchor

pytestmark = pytest.mark.anyio
OLD, FRESH = "now() - interval '8 days'", "now() - interval '6 days'"


@pytest.fixture
def settings(database, tmp_path, monkeypatch) -> InstanceSettings:
    monkeypatch.setenv("THIDUA_KEY", bytes(range(32)).hex())
    return InstanceSettings(data=tmp_path, database_url=database.dsn())


async def test_old_keys_attempts_and_ended_sessions_go(tenants, database, settings):
    backdoor = Backdoor(database.dsn(database.server.superuser))
    account, _person = tenants.people["kien-luong", "anh.nt"]
    for pressed in (OLD, FRESH):
        await backdoor.execute(
            f"INSERT INTO app.pressed_key SELECT id, gen_random_uuid(), '{account}', '{uuid4()}', '', NULL, {pressed} "
            "FROM app.tenant WHERE slug IN ('kien-luong', 'giang-thanh')"
        )
    for ends in ("now() - interval '1 hour'", "now() + interval '1 hour'"):
        await backdoor.execute(
            "INSERT INTO auth.session (token_hash, account_id, expires_at, idle, address, agent) "
            f"VALUES ('{uuid4().hex}', '{account}', {ends}, '2 hours', '', '')"
        )
    await backdoor.execute(f"INSERT INTO auth.attempt VALUES ('x', {OLD}), ('y', now())")
    made = await maintain(settings)
    assert made.forgotten == 2 + 1 + 1
    assert await backdoor.value("SELECT count(*) FROM app.pressed_key") == 2
    assert await backdoor.value("SELECT array_agg(key) FROM auth.attempt") == ["y"]
    assert anchor_file(settings).stat().st_mode & 0o077 == 0


def test_a_day_has_to_pass():
    now = datetime.now(UTC)
    at = [Anchor(now - timedelta(hours=hours), {}, "") for hours in (23, 25)]
    assert (is_due([], now), is_due([at[1]], now), is_due([at[1], at[0]], now)) == (True, True, False)


def test_serving_sees_to_it_by_itself(postgres, template, tmp_path, monkeypatch):
    monkeypatch.setenv("THIDUA_KEY", bytes(range(32)).hex())
    chosen = InstanceSettings(data=tmp_path, database_url=postgres.dsn("app_rt", template))
    file = anchor_file(chosen)
    waited = threading.Event()
    with daily_maintenance(chosen, first=0, then=3600):
        for _try in range(300):
            if file.exists() and file.read_text().endswith("\n"):
                break
            waited.wait(0.1)
    assert len(file.read_text().splitlines()) == 1
