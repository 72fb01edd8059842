"""The web server around the app: one port, one or more workers, and PostgreSQL kept alive behind them."""

import ctypes
import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from types import FrameType
from typing import NoReturn

import click
from uvicorn import Config, Server
from uvicorn._types import ASGIApplication
from uvicorn.config import STARTUP_FAILURE
from uvicorn.importer import import_from_string
from uvicorn.supervisors.multiprocess import Multiprocess

from platform_core.embedded import EmbeddedPostgres, StartupError, Watchdog
from platform_core.operations.faults import FAULTS, sentence_of
from platform_core.operations.language import speak
from platform_core.settings import InstanceSettings
from platform_core.web.http_protocol import TimedHttpProtocol
from plugin_api.i18n import gettext as _

HOST = "127.0.0.1"
DRAIN_SECONDS = 20
HUNG_WORKER_SECONDS = 60  # a worker that draws a large paper may be silent for a while
APP_FACTORY = "platform_core.app:create_app"
WORKER_APP_FACTORY = "platform_core.operations.server:create_worker_app"
FACTORY_VARIABLE = "THIDUA_APP_FACTORY"
PR_SET_PDEATHSIG = 1

log = logging.getLogger("thidua.server")


def announce(address: str) -> None:
    """The one line that scripts and people wait for."""
    click.echo(f"ready {address}")


def run(settings: InstanceSettings, postgres: EmbeddedPostgres | None = None,
        on_ready: Callable[[str], None] = announce, app_factory: str = APP_FACTORY) -> int:
    """Serve until SIGINT or SIGTERM: drain the requests, then stop PostgreSQL cleanly.

    Args:
        settings: port 0 takes a free one.
        postgres: the started embedded server; it is watched, and stopped at the end. None with a server of one's own.
        on_ready: called once, with the address, when the port really answers.
        app_factory: `module:function` that makes the ASGI app, in every worker.

    Returns:
        Exit code: 0, or 3 when the app could not be made (its log says why).

    Raises:
        StartupError: the port is taken or not allowed.
    """
    watchdog = Watchdog(postgres) if postgres else None
    try:
        with _listening_socket(settings.port) as listener, _stop_signals():
            # Worker processes start from nothing: the environment is what they get.
            os.environ.update(settings.to_environment() | {FACTORY_VARIABLE: app_factory})
            if watchdog:
                watchdog.start()
            with _announced(listener.getsockname()[1], on_ready):
                return _serve(listener, max(settings.workers, 1))
    finally:
        if watchdog and postgres:
            watchdog.stop()
            postgres.stop()


def create_worker_app() -> ASGIApplication:
    """The app of one process. A fault is logged once and ends `serve`: every new worker would meet it again."""
    die_with_parent()
    speak()
    try:
        return import_from_string(os.environ[FACTORY_VARIABLE])()
    except FAULTS as fault:
        click.echo(f"thidua: {sentence_of(fault)}", err=True)
        sys.exit(STARTUP_FAILURE)
    except Exception:
        log.exception("the app could not be made")
        sys.exit(STARTUP_FAILURE)


def die_with_parent() -> None:
    """A worker must not outlive `serve`, not even its kill -9: it would hold the port with an app nobody manages."""
    parent = multiprocessing.parent_process()
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # died before the kernel was asked
        os._exit(1)


def _serve(listener: socket.socket, workers: int) -> int:
    config = Config(
        WORKER_APP_FACTORY, factory=True, workers=workers, http=TimedHttpProtocol, ws="none", lifespan="on",
        proxy_headers=False, server_header=False, access_log=False, log_config=None,
        timeout_graceful_shutdown=DRAIN_SECONDS, timeout_worker_healthcheck=HUNG_WORKER_SECONDS)
    try:
        if workers == 1:
            Server(config).run(sockets=[listener])
            return 0
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
        return STARTUP_FAILURE if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes) else 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0


@contextmanager
def _listening_socket(port: int) -> Iterator[socket.socket]:
    """Bound here, before any worker exists: a taken port is one sentence, not a trace from each."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                sentence = _("Cổng %(port)s đã có chương trình khác dùng: hãy chọn cổng khác bằng --port.", port=port)
            else:
                sentence = _("Không mở được cổng %(port)s (%(reason)s): hãy chọn cổng khác bằng --port.",
                             port=port, reason=fault.strerror)
            raise StartupError(sentence) from fault
        yield listener


@contextmanager
def _stop_signals() -> Iterator[None]:
    """A stop signal unwinds `run`, so that PostgreSQL is stopped, too; the ones after the first change nothing."""

    def leave(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(0)

    kinds = (signal.SIGINT, signal.SIGTERM)
    for kind in kinds:
        signal.signal(kind, leave)
    try:
        yield
    finally:
        for kind in kinds:
            signal.signal(kind, signal.SIG_IGN)


@contextmanager
def _announced(port: int, on_ready: Callable[[str], None]) -> Iterator[None]:
    """Ask the port from a thread until it answers, then say so."""
    ended = threading.Event()

    def wait_for_an_answer() -> None:
        while not ended.is_set():
            if _answers(port):
                on_ready(f"http://{HOST}:{port}")
                return
            ended.wait(0.05)

    threading.Thread(target=wait_for_an_answer, name="announce-ready", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _answers(port: int) -> bool:
    """True when the app itself answers, be it that it does not know the page."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
