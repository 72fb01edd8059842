"""Where the server's socket lies: inside the cluster, which only its account can enter."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from platform_core.embedded.account import ServerAccount
from platform_core.embedded.faults import StartupError
from plugin_api.i18n import gettext as _

SOCKET = ".s.PGSQL.5432"
LONGEST_PATH = 100  # the kernel ends at 107 bytes, the lock file beside the socket is longer than the socket's name
SHORT_PLACE = Path("/tmp")


def socket_folder_of(cluster: Path) -> Path:
    """The cluster itself; below /tmp, under a name made from the path, when the kernel could not take the path."""
    if len(os.fsencode(cluster / SOCKET)) <= LONGEST_PATH:
        return cluster
    return SHORT_PLACE / f"thidua-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"


def prepare_socket_folder(folder: Path, account: ServerAccount) -> None:
    """Make a folder outside the cluster and be sure that it is nobody else's. Raises StartupError."""
    if folder.parent != SHORT_PLACE:
        return
    if not os.path.lexists(folder):
        folder.mkdir(mode=0o700)
        account.give(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise StartupError(_("%(folder)s thuộc người khác: hãy xóa nó hoặc chọn thư mục dữ liệu có đường dẫn "
                             "ngắn hơn bằng --data.", folder=folder))


def remove_socket_folder(folder: Path) -> None:
    """Take a folder outside the cluster away after the server, if it is empty."""
    if folder.parent == SHORT_PLACE:
        with contextlib.suppress(OSError):
            folder.rmdir()
