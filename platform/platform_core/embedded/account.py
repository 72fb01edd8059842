"""Which operating-system account PostgreSQL runs as: it refuses root, so root hands it to one that owns nothing."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from platform_core.embedded.faults import StartupError
from plugin_api.i18n import gettext as _

# The first that exists. `postgres` before `nobody`: strangers' processes run as nobody, too.
UNPRIVILEGED = ("postgres", "nobody")


class ProcessOptions(TypedDict, total=False):
    """The part of `subprocess.Popen`'s arguments that decides as whom and where a program runs."""

    cwd: str
    stdin: int
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerAccount:
    """The account of the server process; `dropped` when it is not the one that runs the product."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def process_options(self) -> ProcessOptions:
        """Keyword arguments for `subprocess`: this account, no further groups, none of our environment."""
        options = ProcessOptions(cwd="/", stdin=subprocess.DEVNULL, env={"PATH": os.defpath, "LC_ALL": "C"})
        if self.dropped:
            options.update(user=self.uid, group=self.gid, extra_groups=[])
        return options

    def give(self, *paths: Path) -> None:
        """Make the account the owner of files that the product wrote for it."""
        if self.dropped:
            for path in paths:
                os.chown(path, self.uid, self.gid)


def own_name() -> str:
    """Name of the account that runs the product. Raises StartupError for a uid without a name (odd containers)."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as fault:
        raise StartupError(_("Tài khoản số %(uid)s không có tên trong hệ thống: hãy thêm vào /etc/passwd "
                             "hoặc chạy bằng tài khoản khác.", uid=os.geteuid())) from fault


def choose_account(cluster: Path) -> ServerAccount:
    """The account for the server of `cluster`: ours, or for root the present owner of the files, else an idle one.

    Raises:
        StartupError: root, and the machine has none of the accounts of UNPRIVILEGED.
    """
    if os.geteuid() != 0:
        return ServerAccount(own_name(), os.geteuid(), os.getegid(), dropped=False)
    owner = cluster.stat().st_uid if cluster.exists() else 0
    for entry in (*_entry_of_uid(owner), *_entries_of_names()):
        return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=True)
    raise StartupError(_("PostgreSQL không chạy bằng root và máy này không có tài khoản %(names)s: hãy tạo một "
                         "tài khoản (useradd --system postgres) rồi chạy lại.", names=" / ".join(UNPRIVILEGED)))


def _entry_of_uid(uid: int) -> list[pwd.struct_passwd]:
    return [entry for entry in pwd.getpwall() if entry.pw_uid == uid != 0]


def _entries_of_names() -> list[pwd.struct_passwd]:
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    return [entries[name] for name in UNPRIVILEGED if name in entries]


def first_closed_folder(folder: Path, account: ServerAccount) -> Path | None:
    """The outermost of `folder` and its parents that `account` can't enter; the kernel is asked, so ACLs count."""
    chain = [*reversed(folder.parents), folder]
    script = 'for place; do cd -- "$place" 2>/dev/null || { printf %s "$place"; exit 0; }; done'
    answer = subprocess.run(["/bin/sh", "-c", script, "sh", *map(str, chain)], stdout=subprocess.PIPE, check=True,
                            **account.process_options())
    return Path(os.fsdecode(answer.stdout)) if answer.stdout else None
