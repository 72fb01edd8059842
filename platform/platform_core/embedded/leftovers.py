"""What a crash left in the cluster: a server without its product, processes without a server, a pid of a stranger."""

import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil

PATIENCE_WITH_SERVER = 60.0
PATIENCE_WITH_PROCESS = 3.0


def clear_leftovers(cluster: Path, socket_folder: Path) -> None:
    """Stop what still runs on `cluster`, then drop pid files that would make PostgreSQL refuse to start.

    The caller holds the lock of the data folder, so whatever runs here has lost its product. A pid file whose process
    is simply gone stays: PostgreSQL clears that itself, after looking for shared memory still in use.
    """
    pid_files = (cluster / "postmaster.pid", socket_folder / ".s.PGSQL.5432.lock")
    _stop(_processes_of(cluster), recorded_pid(pid_files[0]))
    for file in pid_files:
        if file.exists() and not _is_gone(recorded_pid(file)):
            file.unlink()


def recorded_pid(pid_file: Path) -> int | None:
    """The pid in a pid file of PostgreSQL; None when the file is gone, empty or torn."""
    try:
        return abs(int(pid_file.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None


def _is_gone(pid: int | None) -> bool:
    """False for a live process, a zombie, and a pid that can't be read: each of them blocks PostgreSQL."""
    return pid is not None and not psutil.pid_exists(pid)


def _processes_of(cluster: Path) -> list[psutil.Process]:
    """Every live PostgreSQL process that stands in the cluster: they all enter it first thing and never leave."""
    return [process for process in psutil.process_iter() if _stands_in(process, cluster)]


def _stands_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name().startswith("postgres") and process.cwd() == str(cluster)
    except psutil.Error:  # gone, a zombie, or somebody else's
        return False


def _stop(processes: Sequence[psutil.Process], server: int | None) -> None:
    """Fast shutdown of the server, which takes its processes along; those that lost their server just leave."""
    for process in processes:
        if process.pid == server:
            _send(process, signal.SIGINT)
            psutil.wait_procs(processes, timeout=PATIENCE_WITH_SERVER)
    for insistence in (signal.SIGQUIT, signal.SIGKILL):
        remaining = [process for process in processes if process.is_running()]
        for process in remaining:
            _send(process, insistence)
        psutil.wait_procs(remaining, timeout=PATIENCE_WITH_PROCESS)


def _send(process: psutil.Process, kind: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(kind)
