"""The database files: made once, entered over a socket only, and only by the account that runs the product."""

import os
import shutil
import subprocess
from pathlib import Path

from platform_core.embedded.account import ServerAccount, own_name
from platform_core.embedded.binaries import OVERRIDE, Binaries
from platform_core.embedded.faults import StartupError, disk_sentence
from plugin_api.i18n import gettext as _

SUPERUSER = "postgres"
# Defaults of a new cluster; an operator may change them with ALTER SYSTEM.
NEW_CLUSTER_SETTINGS = {"shared_buffers": "128MB", "max_connections": "60", "timezone": "UTC", "log_timezone": "UTC"}
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# The kernel says who is at the other end of the socket: nobody else on the machine gets in, whatever the modes are.
ACCESS = "local all all peer map=thidua\n"


def prepare_cluster(cluster: Path, binaries: Binaries, account: ServerAccount) -> None:
    """Make the files if there are none, and write who may enter. Raises StartupError."""
    try:
        if not cluster.exists():
            _make(cluster, binaries, account)
        _refuse_other_major(cluster, binaries)
        _take_over_from_root(cluster, account)
        _write(cluster / "pg_hba.conf", ACCESS, account)
        _write(cluster / "pg_ident.conf", f'thidua "{own_name()}" all\n', account)
    except OSError as fault:
        raise disk_sentence(fault, cluster) from fault


def _make(cluster: Path, binaries: Binaries, account: ServerAccount) -> None:
    """initdb into a folder of another name: one that was cut off half-way is never taken for a cluster."""
    unfinished = cluster.with_name(f"{cluster.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.give(unfinished)
    settings = [f"--set={name}={value}" for name, value in NEW_CLUSTER_SETTINGS.items()]
    result = subprocess.run(
        [binaries / "initdb", "-D", unfinished, "-U", SUPERUSER, "--auth=peer", "--data-checksums", *LOCALE, *settings],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **account.process_options())
    if result.returncode:
        raise StartupError(_("Không tạo được cơ sở dữ liệu trong %(folder)s: %(reason)s", folder=cluster.parent,
                             reason=_last_words(result.stderr)))
    unfinished.rename(cluster)
    _make_durable(cluster.parent)


def _last_words(errors: str) -> str:
    lines = [line for line in errors.splitlines() if "error:" in line or "FATAL" in line or "could not" in line]
    return lines[-1] if lines else errors.strip()


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_other_major(cluster: Path, binaries: Binaries) -> None:
    present = (cluster / "PG_VERSION").read_text().strip()
    if present != binaries.major:
        raise StartupError(
            _("Dữ liệu trong %(folder)s thuộc PostgreSQL %(present)s, chương trình là bản %(major)s: hãy nâng cấp bằng "
              "pg_upgrade hoặc đặt %(variable)s là bản %(present)s.", folder=cluster, present=present,
              major=binaries.major, variable=OVERRIDE))


def _take_over_from_root(cluster: Path, account: ServerAccount) -> None:
    """Files restored by root (tar, cp) go back to the server's account."""
    if account.dropped and cluster.stat().st_uid == 0:
        for folder, _folders, files in os.walk(cluster):
            account.give(Path(folder), *(Path(folder) / name for name in files))


def _write(file: Path, text: str, account: ServerAccount) -> None:
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
        file.chmod(0o600)
        account.give(file)
