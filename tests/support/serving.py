"""A real `thidua serve` for tests: started, visited, killed, by pid."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.embedded import EmbeddedPostgres, leftovers

START_SECONDS = 40.0
READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)
SERVE = "from platform_core.cli import main; main()"


@dataclass
class Serving:
    """A running `thidua serve` over a data folder, or over a database of its own when `database_url` is given."""

    data: Path
    database_url: str | None = None
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: subprocess.Popen[bytes] | None = None
    _signed_in: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Everything the process said."""
        return self.data / "serve.log"

    def command(self) -> list[str]:
        """What is started."""
        return [sys.executable, "-c", SERVE, "serve", "--port", "0", *self.arguments]

    def faults(self) -> str:
        """The last faults the process logged, for the message of a failed test."""
        said = [line for line in self.log.read_text(errors="replace").splitlines() if '"level": "error"' in line]
        return "\n".join(said[-3:]).replace("\\n", "\n")

    def start(self) -> "Serving":
        """Start and wait until it answers; the port is a free one."""
        given = {"THIDUA_DATA": str(self.data), "PYTHONPATH": ":".join(filter(None, sys.path))} | self.environment
        if self.database_url:
            given["DATABASE_URL"] = self.database_url
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                self.command(), env=os.environ | given, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while (ready := READY.search(self.log.read_text(errors="replace"))) is None:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.02)
        self.address = ready[1]
        return self

    def stop(self) -> None:
        """Ask it to end, by its pid; kill what does not."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """kill -9: no chance to say good-bye."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def kill_postgres(self) -> int:
        """kill -9 of the postmaster behind this folder; returns its pid."""
        postmaster = leftovers.recorded_pid(self.data / "postgres" / "postmaster.pid")
        assert postmaster, "no embedded server runs here"
        os.kill(postmaster, signal.SIGKILL)
        return postmaster

    def session(self, login: str) -> tuple[str, str]:
        """(cookie, CSRF token) of a demo account, signed in once."""
        if login not in self._signed_in:
            answer = httpx.post(
                f"{self.address}/api/v1/session", json={"login": login, "password": DEMO_PASSWORD}, timeout=20
            )
            assert answer.status_code == 201, answer.text
            self._signed_in[login] = (answer.cookies["thidua"], answer.json()["csrf_token"])
        return self._signed_in[login]

    def visitor(self, login: str | None = None, **options: object) -> httpx.AsyncClient:
        """A browser of this person, or of nobody; it follows no redirect."""
        options.setdefault("timeout", 30)
        options.setdefault("limits", httpx.Limits(max_connections=None))
        if login is None:
            return httpx.AsyncClient(base_url=self.address, **options)  # type: ignore[arg-type]
        cookie, token = self.session(login)
        headers = {"x-csrftoken": token}
        return httpx.AsyncClient(base_url=self.address, cookies={"thidua": cookie}, headers=headers, **options)  # type: ignore[arg-type]


def temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="thidua-promise-", dir="/tmp" if os.name == "posix" else None))
    folder.chmod(0o755)
    return folder


@contextmanager
def serving_a_copy(
    postgres: EmbeddedPostgres, make_copy: Callable[[str], object], name: str, environment: dict[str, str] | None = None
) -> Iterator[Serving]:
    """A server over a copy of the template in the test run's own PostgreSQL."""
    folder = temporary_folder()
    shutil.copy(postgres.folder / "instance.key", folder / "instance.key")
    make_copy(name)
    serving = Serving(folder, postgres.dsn("app_rt", name), environment=environment or {}).start()
    try:
        yield serving
    finally:
        serving.stop()
        shutil.rmtree(folder, ignore_errors=True)
