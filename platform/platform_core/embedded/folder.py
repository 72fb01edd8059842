"""The data folder: where it lies, that one product at a time has it, and who may pass through it."""

import fcntl
import os
from pathlib import Path

from platform_core.embedded.faults import StartupError, disk_sentence
from plugin_api.i18n import gettext as _

SYSTEM_FOLDER = Path("/var/lib/thidua")
CLOSED, ENTERABLE = 0o700, 0o711
OUR_NAMES = ("lock", "postgres", "binaries-", "instance.")


def default_data_folder() -> Path:
    """`/var/lib/thidua` for root; for everyone else `thidua` below `$XDG_DATA_HOME` or `~/.local/share`."""
    if os.geteuid() == 0:
        return SYSTEM_FOLDER
    # The XDG specification wants a relative value ignored.
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local/share") / "thidua"


class FolderLock:
    """A kernel lock on the data folder: a second product is refused, and kill -9 of the first frees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """True between `take` and `release`."""
        return self._file is not None

    def take(self) -> None:
        """Make the folder if need be and lock it. Raises StartupError when another process has it."""
        if self.held:
            return
        try:
            self.folder.mkdir(mode=CLOSED, parents=True, exist_ok=True)
            file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise disk_sentence(fault, self.folder) from fault
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            holder = os.pread(file, 20, 0).decode(errors="replace").strip() or "?"
            os.close(file)
            raise StartupError(
                _("Thư mục dữ liệu %(folder)s đang được tiến trình %(pid)s dùng: hãy dừng tiến trình đó "
                  "hoặc chọn thư mục khác bằng --data.", folder=self.folder, pid=holder)) from fault
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let the next one in."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def let_others_pass(folder: Path) -> None:
    """Let the server's account pass through a data folder on the way to its cluster, without seeing what is in it.

    Left alone when the folder holds anything but our own files: somebody's private folder stays private.
    Raises StartupError.
    """
    try:
        if all(entry.name.startswith(OUR_NAMES) for entry in folder.iterdir()):
            folder.chmod(ENTERABLE)
    except OSError as fault:
        raise disk_sentence(fault, folder) from fault
