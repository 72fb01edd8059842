"""`serve` as its operator sees it: ready means ready, stop means drained, kill -9 leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from platform_core.embedded import EmbeddedPostgres, StartupError, leftovers
from platform_core.operations import server
from platform_core.settings import InstanceSettings

# /slow answers after a second; every other page answers with the pid of its worker.
APP = """
import asyncio, os, time

def create_app():
    time.sleep(0.3)
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                await send({"type": kind + ".complete"})
                if kind == "lifespan.shutdown":
                    return
        if scope["path"] == "/slow":
            await asyncio.sleep(1)
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
    return app

def broken():
    raise RuntimeError("no app today")
"""
SERVE = """
import sys
from pathlib import Path
from platform_core.operations import server
from platform_core.embedded import EmbeddedPostgres
from platform_core.settings import InstanceSettings

if __name__ == "__main__":
    folder, workers, app, database = sys.argv[1:]
    settings = InstanceSettings(data=Path(folder), port=0, workers=int(workers))
    postgres = EmbeddedPostgres(Path(folder)) if database == "embedded" else None
    if postgres:
        postgres.start()
    sys.exit(server.run(settings, postgres, app_factory=app))
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder with the app of these tests beside it."""
    made = Path(tempfile.mkdtemp(prefix="thidua-serve-", dir="/tmp"))
    made.chmod(0o755)
    (made / "app_of_this_test.py").write_text(APP)
    (made / "serve_of_this_test.py").write_text(SERVE)
    yield made
    leftovers.clear_leftovers(made / "data/postgres", made / "data/postgres")
    shutil.rmtree(made)


class Serving:
    """A running `serve`: its process, the port of its ready line, and questions to it."""

    def __init__(self, folder: Path, workers: int = 1, app: str = "create_app", database: str = "none") -> None:
        command = [sys.executable, folder / "serve_of_this_test.py", folder / "data", str(workers),
                   f"app_of_this_test:{app}", database]
        environment = os.environ | {"PYTHONPATH": ":".join([str(folder), *sys.path])}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=environment)

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:  # not read to its end: a worker that outlives its parent would never close it
                stream.close()

    def wait_until_ready(self) -> "Serving":
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), line or self.process.communicate()
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def ask(self, page: str = "/") -> tuple[int, str, dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@pytest.mark.parametrize("workers", [1, 2])
def test_ready_is_said_once_the_port_answers_and_the_answer_names_no_server(folder: Path, workers: int) -> None:
    with Serving(folder, workers).wait_until_ready() as serving:
        status, _, headers = serving.ask()
        assert status == 200
        assert "server" not in headers


def test_a_stop_signal_lets_requests_end_and_stops_postgresql(folder: Path) -> None:
    with Serving(folder, workers=2, database="embedded").wait_until_ready() as serving:
        cluster = folder / "data/postgres"
        postgres = leftovers.recorded_pid(cluster / "postmaster.pid")
        assert postgres
        connection = HTTPConnection("127.0.0.1", serving.port, timeout=10)
        connection.request("GET", "/slow")
        time.sleep(0.3)
        serving.process.send_signal(signal.SIGTERM)
        assert connection.getresponse().status == 200
        assert serving.process.wait(20) == 0
        assert not psutil.pid_exists(postgres)
        assert not (cluster / "postmaster.pid").exists(), "a clean stop, nothing to recover"


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_one_process_also_ends_without_a_trace(folder: Path, kind: signal.Signals) -> None:
    with Serving(folder).wait_until_ready() as serving:
        serving.process.send_signal(kind)
        assert serving.process.wait(20) == 0
        assert "Traceback" not in serving.process.communicate()[1]


def test_no_worker_outlives_a_killed_serve(folder: Path) -> None:
    with Serving(folder, workers=2).wait_until_ready() as serving:
        children = psutil.Process(serving.process.pid).children(recursive=True)
        assert int(serving.ask()[1]) in {child.pid for child in children}
        serving.process.kill()
        outliving = psutil.wait_procs(children, timeout=5)[1]
        for process in outliving:
            process.kill()
        assert not outliving
        assert is_free(serving.port)


def test_postgresql_is_brought_back_while_serving(folder: Path) -> None:
    with Serving(folder, database="embedded").wait_until_ready() as serving:
        file = folder / "data/postgres/postmaster.pid"
        first = leftovers.recorded_pid(file)
        assert first
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: leftovers.recorded_pid(file) not in (None, first) and "ready" in file.read_text())
        assert serving.ask()[0] == 200
        serving.process.terminate()
        assert serving.process.wait(20) == 0
        assert not file.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_app_that_cannot_be_made_ends_serve_and_says_why_once_per_worker(folder: Path, workers: int) -> None:
    with Serving(folder, workers, app="broken") as serving:
        said, why = serving.process.communicate(timeout=30)
        assert serving.process.returncode == 3
        assert "no app today" in why
        assert not said, "never ready"


def test_a_taken_port_is_one_sentence_that_names_the_option(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartupError, match=rf"{port}.*--port"):
            server.run(InstanceSettings(data=folder, port=port))


def test_a_taken_port_stops_the_database_it_was_given(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / "data")
    postgres.start()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartupError):
        server.run(InstanceSettings(data=folder, port=taken.getsockname()[1]), postgres)
    assert not postgres.alive()
