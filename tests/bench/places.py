"""Where the bench measures: a PostgreSQL of its own, the demo bodies, one of them with people for a full page."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from inside import Backdoor
from serving import Serving, temporary_folder

from platform_core.app import compose
from platform_core.embedded import EmbeddedPostgres, leftovers
from platform_core.provisioning import instance
from platform_core.settings import InstanceSettings

SLUG, LOGIN, CHAIR = "kien-luong", "oanh.qt", "duc.tq"
HERE = Path(__file__).parent
MORE_PEOPLE = """
INSERT INTO app.person
SELECT t.id, gen_random_uuid(), 'bench-' || n, 'Nguyễn Văn ' || n, decode(lpad(to_hex(n), 8, '0'), 'hex'),
  'nguyen van ' || n, 'Kiểm sát viên', '', true, NULL, 1
FROM app.tenant t, generate_series(1, {people}) AS n WHERE t.slug = '{slug}' ON CONFLICT DO NOTHING;
ANALYZE;
"""
TRAIL = """
DO $$ DECLARE trailed regclass; BEGIN
  FOR trailed IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'trail' LOOP
    EXECUTE format('ALTER TABLE %s {{what}} TRIGGER trail', trailed);
  END LOOP;
END $$;
"""
WITHOUT_TRAIL = "SET session_replication_role = replica;" + TRAIL.replace("{{what}}", "DISABLE")
WITH_TRAIL = TRAIL.replace("{{what}}", "ENABLE ALWAYS")
"""Two million rows are put in past the trail; it stands again before anybody is served."""

A_COUNTRY = """
INSERT INTO app.tenant (id, slug, name, short_name, kind, place, party_name, party_parent, valid_from, demo, source)
SELECT gen_random_uuid(), 'body-' || n, 'Viện kiểm sát ' || n, 'VKS ' || n, 'district', 'Nơi ' || n, '', '',
  '2020-01-01', true, '' FROM generate_series(1, {bodies}) AS n;
INSERT INTO app.closure SELECT id, id, 0, false FROM app.tenant WHERE slug LIKE 'body-%';
INSERT INTO app.closure SELECT u.id, t.id, 1, false FROM app.tenant t, app.tenant u
  WHERE t.slug LIKE 'body-%' AND u.slug = 'toi-cao';
INSERT INTO app.person
SELECT t.id, gen_random_uuid(), 'p-' || n, 'Trần Thị ' || n, decode(lpad(to_hex(n), 8, '0'), 'hex'), 'tran thi ' || n,
  'Chuyên viên', '', true, NULL, 1 FROM app.tenant t, generate_series(1, {each}) AS n
  WHERE t.slug LIKE 'body-%';
INSERT INTO app.unit
SELECT t.id, gen_random_uuid(), 'chi-bo', 'cell', 'Chi bộ', 'Chi ủy', NULL, 0, '2020-01-01', NULL, 1 FROM app.tenant t
  WHERE t.slug LIKE 'body-%';
INSERT INTO app.appointment SELECT p.tenant_id, gen_random_uuid(), p.id, u.id, 'Đảng viên', '2020-01-01', NULL, 1
  FROM app.person p JOIN app.unit u USING (tenant_id) JOIN app.tenant t ON t.id = p.tenant_id
  WHERE t.slug LIKE 'body-%';
INSERT INTO app.role_assignment SELECT p.tenant_id, gen_random_uuid(), p.id, 'member', u.id, '2020-01-01', NULL, 1
  FROM app.person p JOIN app.unit u USING (tenant_id) JOIN app.tenant t ON t.id = p.tenant_id
  WHERE t.slug LIKE 'body-%';
INSERT INTO app.module SELECT t.id, gen_random_uuid(), 'monthly_rating', true, now(), t.id, 1 FROM app.tenant t
  WHERE t.slug LIKE 'body-%';
ANALYZE;
"""

A_YEAR_OF_TASKS = """
INSERT INTO app.monthly_rating_cycle
SELECT u.tenant_id, gen_random_uuid(), u.id, 2026, make_date(2026, m, 1),
  (make_date(2026, m, 1) + interval '1 month - 1 day')::date, 'Tháng ' || m || ' năm 2026',
  coalesce((SELECT s.id FROM app.monthly_rating_scheme s WHERE s.tenant_id = u.tenant_id AND s.enabled LIMIT 1), u.id),
  'running', make_date(2026, m, 5), make_date(2026, m, 28), make_date(2026, m, 28), NULL, 'thang ' || m, 1
FROM app.unit u, generate_series(1, 12) AS m WHERE u.kind = 'cell';
INSERT INTO app.monthly_rating_task
SELECT c.tenant_id, gen_random_uuid(), c.id, a.person_id, NULL, n, 'Kiểm sát vụ việc ' || n, c.period_end, 'Đúng hạn',
  '', '', 0, NULL, '', '', '', '', '', 0, false, 'kiem sat vu viec ' || n, 1
FROM app.monthly_rating_cycle c JOIN app.appointment a ON a.tenant_id = c.tenant_id AND a.unit_id = c.unit_id,
  generate_series(1, {each}) AS n;
ANALYZE;
"""


@dataclass
class Place:
    """A database with what the measurements need to know of it."""

    postgres: EmbeddedPostgres
    name: str

    @property
    def backdoor(self) -> Backdoor:
        """Past row security."""
        return Backdoor(self.postgres.dsn(self.postgres.superuser, self.name))

    def execute(self, sql: str) -> None:
        """Statements of the superuser."""
        asyncio.run(self.backdoor.execute(sql))

    def value(self, sql: str, *args: object) -> object:
        """One value, asked by the superuser."""
        return asyncio.run(self.backdoor.value(sql, *args))

    def tenant(self) -> UUID:
        """The body that is visited."""
        return UUID(str(self.value("SELECT id FROM app.tenant WHERE slug = $1", SLUG)))

    def month(self) -> UUID:
        """A month of the body that is visited, with tasks for everybody of its cell."""
        sql = "SELECT id FROM app.monthly_rating_cycle WHERE tenant_id = $1 AND period_start = '2026-06-01'"
        return UUID(str(self.value(sql, self.tenant())))

    def editable(self, count: int) -> list[tuple[str, int]]:
        """(id, version) of people to edit, one for each connection."""
        found = asyncio.run(self.backdoor.fetch(
            "SELECT id, version FROM app.person WHERE tenant_id = $1 AND code LIKE 'bench-%' ORDER BY code LIMIT $2",
            self.tenant(), count))  # fmt: skip
        return [(str(line["id"]), line["version"]) for line in found]

    def execute_past_trail(self, sql: str) -> None:
        """The same without an entry for each row; the trail stands again afterwards."""
        self.execute(WITHOUT_TRAIL + sql + WITH_TRAIL)

    def copy(self, name: str) -> "Place":
        """The same again, to be changed."""
        Place(self.postgres, "postgres").execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        made = Place(self.postgres, name)
        made.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        made.execute(f'GRANT CONNECT ON DATABASE "{name}" TO app_rt, app_owner, app_backup')
        return made


@contextmanager
def place(people: int) -> Iterator[Place]:
    """A fresh instance with `people` more in the body that is visited; gone afterwards."""
    folder = temporary_folder()
    postgres = EmbeddedPostgres(folder)
    postgres.start()
    try:
        compose()
        asyncio.run(instance.prepare(InstanceSettings(data=folder), lambda _line: None))
        made = Place(postgres, instance.DATABASE)
        made.execute(MORE_PEOPLE.format(people=people, slug=SLUG))
        yield made
    finally:
        postgres.stop()
        leftovers.clear_leftovers(folder / "postgres", folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ours(where: Place, workers: int) -> Iterator[Serving]:
    """Our application over the database."""
    data = temporary_folder()
    shutil.copy(where.postgres.folder / "instance.key", data / "instance.key")
    serving = Serving(data, where.postgres.dsn("app_rt", where.name), ("--workers", str(workers))).start()
    try:
        yield serving
    finally:
        serving.stop()
        shutil.rmtree(data, ignore_errors=True)


BARE = """
import sys
from pathlib import Path
from platform_core.operations import server
from platform_core.settings import InstanceSettings
if __name__ == "__main__":
    sys.exit(server.run(InstanceSettings.from_environment(), None, app_factory="bare:create_app"))
"""


@contextmanager
def bare(where: Place, workers: int, frame: tuple[str, str] = ("", "")) -> Iterator[Serving]:
    """The bare handlers behind the very same web server; `frame` is what stands before and after the rows of a page."""
    data = temporary_folder()
    shutil.copy(where.postgres.folder / "instance.key", data / "instance.key")
    account = where.value("SELECT id FROM auth.account WHERE login = $1", LOGIN)
    (data / "frame.json").write_text(json.dumps(frame))
    environment = {
        "BENCH_FRAME": str(data / "frame.json"),
        "BENCH_TENANT": str(where.tenant()), "BENCH_ACCOUNT": str(account), "THIDUA_PORT": "0",
        "THIDUA_WORKERS": str(workers), "PYTHONPATH": ":".join([str(HERE), *sys.path]),
    }  # fmt: skip
    script = data / "serve_bare.py"
    script.write_text(BARE)
    serving = Bare(data, where.postgres.dsn("app_rt", where.name), (str(script),), environment).start()
    try:
        yield serving
    finally:
        serving.stop()
        shutil.rmtree(data, ignore_errors=True)


class Bare(Serving):
    """A server that is started from a script instead of the command."""

    def command(self) -> list[str]:
        return [sys.executable, *self.arguments]


def run_load(description: str) -> str:
    """One measurement by the load generator."""
    done = subprocess.run(
        [sys.executable, HERE / "load.py"], input=description, capture_output=True, text=True, check=True
    )
    return done.stdout
