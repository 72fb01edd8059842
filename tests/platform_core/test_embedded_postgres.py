"""The embedded server: what was acknowledged is there after every crash, and it starts again whatever a crash left."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from platform_core.embedded import EmbeddedPostgres, StartupError, Watchdog, leftovers
from platform_core.embedded.account import choose_account
from platform_core.embedded.socket_folder import SOCKET

# Stands for the product: prints each number once it is stored; given "early", already before it is.
PRODUCT = """
import asyncio, sys
from pathlib import Path
import asyncpg
from platform_core.embedded import EmbeddedPostgres

async def write(dsn, early):
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP TABLE IF EXISTS written; CREATE TABLE written (n int)")
    for n in range(100_000):
        if early:
            print(n, flush=True)
            await asyncio.sleep(0.01)
        await connection.execute("INSERT INTO written VALUES ($1)", n)
        if not early:
            print(n, flush=True)

postgres = EmbeddedPostgres(Path(sys.argv[1]))
postgres.start()
asyncio.run(write(postgres.dsn("postgres", "postgres"), "early" in sys.argv))
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One data folder for all tests here, below /tmp because root's server must be able to walk there."""
    made = Path(tempfile.mkdtemp(prefix="thidua-test-", dir="/tmp"))
    with EmbeddedPostgres(made):
        pass
    yield made
    shutil.rmtree(made)


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """The server over it, not started; whatever a test leaves running is stopped."""
    server = EmbeddedPostgres(folder)
    yield server
    server.stop()
    leftovers.clear_leftovers(server.cluster, server.cluster)


@pytest.fixture
def product(postgres: EmbeddedPostgres) -> Iterator[subprocess.Popen[str]]:
    """The product as a process of its own that writes without end."""
    process = start_product(postgres.folder)
    yield process
    process.kill()
    process.communicate()


def start_product(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PRODUCT, folder, *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": ":".join(sys.path)})


def acknowledged_until_killed(process: subprocess.Popen[str], rows: int) -> set[int]:
    """Reads `rows` acknowledgements, kills without warning, and returns all that had been given."""
    assert process.stdout
    heard = [process.stdout.readline() for _ in range(rows)]
    process.kill()
    return {int(line) for line in [*heard, *process.communicate()[0].splitlines()]}


def ask(server: EmbeddedPostgres, query: str) -> list[object]:
    """First column of a query as the superuser."""
    async def fetch() -> list[object]:
        connection = await asyncpg.connect(server.dsn("postgres", "postgres"))
        try:
            return [row[0] for row in await connection.fetch(query)]
        finally:
            await connection.close()
    return asyncio.run(fetch())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def server_pid(server: EmbeddedPostgres) -> int:
    pid = leftovers.recorded_pid(server.cluster / "postmaster.pid")
    assert pid
    return pid


def test_what_was_acknowledged_survives_the_death_of_the_product_and_of_the_server(
        postgres: EmbeddedPostgres, product: subprocess.Popen[str]) -> None:
    acknowledged = acknowledged_until_killed(product, rows=300)
    assert psutil.pid_exists(server_pid(postgres)), "the server outlives its product, as after a real kill -9"

    postgres.start()
    assert acknowledged <= set(ask(postgres, "SELECT n FROM written"))

    os.kill(server_pid(postgres), signal.SIGKILL)
    postgres.wait()
    postgres.start()
    assert acknowledged <= set(ask(postgres, "SELECT n FROM written"))


def test_the_check_above_sees_a_product_that_answers_before_it_stores(postgres: EmbeddedPostgres) -> None:
    acknowledged = acknowledged_until_killed(start_product(postgres.folder, "early"), rows=20)
    postgres.start()
    assert acknowledged - set(ask(postgres, "SELECT n FROM written"))


def test_a_second_product_on_the_same_folder_is_told_who_has_it(
        postgres: EmbeddedPostgres, product: subprocess.Popen[str]) -> None:
    assert product.stdout
    product.stdout.readline()
    with pytest.raises(StartupError, match=rf"{postgres.folder} .*{product.pid}.*--data"):
        postgres.start()
    product.kill()
    product.wait()
    postgres.start()
    assert postgres.alive()



def run_as_server(server: EmbeddedPostgres, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, **choose_account(server.cluster).process_options())


@pytest.mark.parametrize("left", ["gone", "stranger", "zombie", "empty", "torn"])
def test_it_starts_whatever_pid_a_crash_left(postgres: EmbeddedPostgres, left: str) -> None:
    with left_behind(postgres, left):
        postgres.start()
        assert ask(postgres, "SELECT 1") == [1]


@pytest.mark.parametrize("left", ["stranger", "zombie", "empty", "torn"])
def test_without_clearing_these_pids_postgresql_refuses(
        postgres: EmbeddedPostgres, left: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform_core.embedded.runner.clear_leftovers", lambda *_: None)
    with left_behind(postgres, left), pytest.raises(StartupError, match="lock file"):
        postgres.start()


class left_behind:
    """The pid files of a crash whose pid is now: gone, a stranger's, a zombie's, or not even a number."""

    def __init__(self, server: EmbeddedPostgres, left: str) -> None:
        self.server, self.left = server, left

    def __enter__(self) -> None:
        self.process = run_as_server(self.server, *(("sleep", "60") if self.left == "stranger" else ("true",)))
        if self.left == "gone":
            self.process.wait()
        if self.left == "zombie":
            wait_until(lambda: psutil.Process(self.process.pid).status() == psutil.STATUS_ZOMBIE)
        first_line = {"empty": "", "torn": "\0\0\0\n"}.get(self.left, f"{self.process.pid}\n")
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            file = self.server.cluster / name
            file.write_text(f"{first_line}{self.server.cluster}\n1\n5432\n" if first_line else "")
            choose_account(self.server.cluster).give(file)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def test_a_busy_process_that_lost_its_server_does_not_keep_the_next_one_out(
        postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.start()
    # A busy query never looks whether the server still lives.
    client = subprocess.Popen([sys.executable, "-c", BUSY, postgres.dsn("postgres", "postgres")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_until(lambda: "generate_series" in str(ask(postgres, "SELECT string_agg(query, '') FROM pg_stat_activity "
                                                              "WHERE pid <> pg_backend_pid()")))
    os.kill(server_pid(postgres), signal.SIGKILL)
    postgres.wait()
    with monkeypatch.context() as control, pytest.raises(StartupError, match="shared memory"):
        control.setattr(leftovers, "_processes_of", lambda _cluster: [])
        postgres.start()
    postgres.start()
    assert ask(postgres, "SELECT 1") == [1]
    client.communicate()


BUSY = """
import asyncio, sys, asyncpg
async def busy():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b")
asyncio.run(busy())
"""


def test_a_watched_server_comes_back_by_itself(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    watch = Watchdog(postgres)
    watch.start()
    first = server_pid(postgres)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: postgres.alive() and server_pid(postgres) != first)
    assert ask(postgres, "SELECT 1") == [1]
    watch.stop()
    postgres.stop()
    assert not postgres.alive()


def test_an_existing_folder_serves_within_a_second_and_a_half(postgres: EmbeddedPostgres) -> None:
    started = time.monotonic()
    postgres.start()
    assert time.monotonic() - started < 1.5


def test_it_listens_on_no_port_and_keeps_what_it_stores(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert not psutil.Process(server_pid(postgres)).net_connections("inet")
    names = "fsync full_page_writes data_checksums"
    assert ask(postgres, f"SELECT current_setting(n) FROM unnest(string_to_array('{names}', ' ')) n") == ["on"] * 3
    assert ask(postgres, "SELECT datlocprovider::text || datlocale FROM pg_database") == ["bC.UTF-8"] * 3


@pytest.mark.parametrize("name", ["thi đua 100%", "rất-dài-" * 12])
def test_any_name_of_the_folder_will_do(postgres: EmbeddedPostgres, name: str) -> None:
    elsewhere = EmbeddedPostgres(postgres.folder / f"postgres-{name}")
    elsewhere.folder.mkdir()
    postgres.cluster.rename(elsewhere.cluster)
    try:
        with elsewhere:
            assert ask(elsewhere, "SELECT 1") == [1]
        assert not list(Path("/tmp").glob(f"thidua-*/{SOCKET}"))
    finally:
        elsewhere.cluster.rename(postgres.cluster)
        shutil.rmtree(elsewhere.folder)


def test_a_first_start_that_was_cut_off_is_begun_again() -> None:
    with tempfile.TemporaryDirectory(prefix="thidua-test-", dir="/tmp") as folder:
        cut_off = Path(folder) / "postgres-unfinished"
        cut_off.mkdir()
        (cut_off / "PG_VERSION").write_text("18\n")
        with EmbeddedPostgres(Path(folder)) as server:
            assert ask(server, "SELECT 1") == [1]


def test_data_of_another_major_version_is_not_touched(postgres: EmbeddedPostgres) -> None:
    version = postgres.cluster / "PG_VERSION"
    present = version.read_text()
    version.write_text("9\n")
    with pytest.raises(StartupError, match=f" 9,.* {present.strip()}:.*pg_upgrade"):
        postgres.start()
    version.write_text(present)


def test_a_server_that_refuses_says_why(postgres: EmbeddedPostgres) -> None:
    settings = postgres.cluster / "postgresql.auto.conf"
    settings.write_text("shared_buffers = 'nonsense'\n")
    with pytest.raises(StartupError, match=r"configuration .* contains errors .*postgres\.log"):
        postgres.start()
    settings.write_text("")
