"""The embedded server as the product sees it: start, stop, where to connect."""

import signal
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from platform_core.embedded.account import ServerAccount, choose_account, first_closed_folder
from platform_core.embedded.binaries import find_binaries
from platform_core.embedded.cluster import SUPERUSER, prepare_cluster
from platform_core.embedded.faults import StartupError
from platform_core.embedded.folder import SYSTEM_FOLDER, FolderLock, let_others_pass
from platform_core.embedded.leftovers import clear_leftovers
from platform_core.embedded.log import ServerLog
from platform_core.embedded.socket_folder import prepare_socket_folder, remove_socket_folder, socket_folder_of
from plugin_api.i18n import gettext as _

RECOVERY_SECONDS = 600.0  # replaying the log after a crash takes as long as it takes; this only ends a hang
STOP_SECONDS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
# On the command line, where no configuration file can undo them.
FIRM_SETTINGS = ("listen_addresses=", "port=5432", "unix_socket_permissions=0777", "fsync=on", "full_page_writes=on",
                 "logging_collector=off", "log_destination=stderr", "cluster_name=thidua")


class EmbeddedPostgres:
    """One PostgreSQL over one data folder, a child of this process. All methods may be called from any thread."""

    superuser = SUPERUSER

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.cluster = self.folder / "postgres"
        self.log = ServerLog(self.folder / "postgres.log")
        self._socket_folder = socket_folder_of(self.cluster)
        self._lock = FolderLock(self.folder)
        self._turn = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Take the folder and bring the server up; returns once it takes connections. Nothing to do if it runs.

        Raises:
            StartupError: the folder is in use, can't be written or entered, or the server refuses it.
        """
        with self._turn:
            self._lock.take()
            try:
                self._bring_up()
            except BaseException:
                self.stop()
                raise

    def restart(self) -> None:
        """Bring a server that died up again; does nothing when it was stopped on purpose. Raises StartupError."""
        with self._turn:
            if self._lock.held:
                self._bring_up()

    def stop(self) -> None:
        """Fast, clean shutdown (open transactions are rolled back), then let the folder go."""
        with self._turn:
            process, self._process = self._process, None
            if process:
                _end(process)
                remove_socket_folder(self._socket_folder)
            self._lock.release()

    def wait(self) -> None:
        """Block until the server process ends; returns at once when there is none."""
        process = self._process
        if process:
            process.wait()

    def alive(self) -> bool:
        """True while the server runs and takes connections."""
        process = self._process
        return process is not None and process.poll() is None and self._says_ready(process.pid)

    def dsn(self, role: str, database: str = "thidua") -> str:
        """Address of a database over the server's socket, as asyncpg and libpq take it. Known before `start`."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._socket_folder))}&port=5432"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    def _bring_up(self) -> None:
        if self.alive():
            return
        account = choose_account(self.cluster)
        self._open_folder_to(account)
        binaries = find_binaries(account, self.folder)
        prepare_cluster(self.cluster, binaries, account)
        prepare_socket_folder(self._socket_folder, account)
        clear_leftovers(self.cluster, self._socket_folder)
        settings = [part for setting in FIRM_SETTINGS for part in ("-c", setting)]
        with self.log.opened() as output:
            # A session of its own: Ctrl-C in the terminal reaches the product, which drains before it stops the server.
            process = subprocess.Popen(
                [binaries / "postgres", "-D", self.cluster, "-k", self._socket_folder, *settings],
                stdout=output, stderr=output, start_new_session=True, **account.process_options())
        self._process = process
        self._wait_until_ready(process)

    def _open_folder_to(self, account: ServerAccount) -> None:
        if not account.dropped:
            return
        let_others_pass(self.folder)
        closed = first_closed_folder(self.folder, account)
        if closed:
            raise StartupError(
                _("PostgreSQL chạy bằng tài khoản %(account)s, tài khoản này không vào được %(closed)s: hãy chọn thư "
                  "mục dữ liệu khác, ví dụ --data %(works)s.", account=account.name, closed=closed,
                  works=SYSTEM_FOLDER))

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not self._says_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise StartupError(_("PostgreSQL không khởi động được: %(reason)s (nhật ký: %(log)s)",
                                     reason=self.log.last_fatal(), log=self.log.file))
            time.sleep(0.01)

    def _says_ready(self, pid: int) -> bool:
        """The server writes its state in the last line of its pid file; `pg_ctl --wait` reads the same."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return len(lines) > 7 and (lines[0].strip(), lines[7].strip()) == (str(pid), "ready")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then ever firmer; each is safe for what was committed."""
    for kind, seconds in STOP_SECONDS:
        process.send_signal(kind)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
