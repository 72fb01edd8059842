#!/usr/bin/env python3
"""The one command of a fresh machine: `python3 run.py serve | test | check`, further arguments are passed on.

Makes `.venv` beside this file, installs exactly what the lock files name by hash, then the project, and hands over. A
second start finds its stamp and does nothing. Standard library only, and old Pythons can read it far enough to be told
which one is needed.
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


def tell(vietnamese: str, english: str) -> str:
    """The sentence for this terminal: English where the locale asks for it, Vietnamese everywhere else."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return english if locale.startswith("en") else vietnamese


if sys.version_info < (3, 11):
    sys.exit(tell("Cần Python 3.11 trở lên, đây là %s: hãy cài rồi chạy lại, ví dụ python3.11 run.py.",
                  "Python 3.11 or newer is needed, this is %s: install it and run again, e.g. python3.11 run.py.")
             % sys.version.split()[0])

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / "bin"
PYTHON = BIN / "python"
INTERRUPTED = ENVIRONMENT / "thidua-installing"
INSTALL_LOG = ENVIRONMENT / "thidua-install.log"
LOCKS = {"serve": "requirements.lock", "test": "requirements-test.lock"}  # the second holds the first
OUTCOME = (PYTHON, BIN / "thidua", ROOT / "platform/platform_core/web/static/vendor/manifest.json")
COMMANDS = {"serve": "serve", "test": "test", "check": "test"}
PLAYWRIGHT_PATH = "import playwright.sync_api as a\nwith a.sync_playwright() as p: print(p.chromium.executable_path)"
Command = list[str | Path]


class Program(NamedTuple):
    """A program that the tests need: the variable that may name it, its file names, its package in Debian."""

    variable: str
    names: tuple[str, ...]
    package: str
    version: str
    by_playwright: bool = False


PROGRAMS = (
    Program("CHROMIUM", ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), "chromium",
            "--version", by_playwright=True),
    Program("HAPROXY", ("haproxy",), "haproxy", "-v"),
)

# What pip and npm print, and what to do about it; the first that fits is told.
CAUSES = (
    (r"No space left on device|Disk quota exceeded|ENOSPC",
     "Hết chỗ trên đĩa: hãy giải phóng dung lượng rồi chạy lại.",
     "The disk is full: free some space and run again."),
    (r"THESE PACKAGES DO NOT MATCH THE HASHES|EINTEGRITY",
     "Một gói tải về không khớp mã băm trong tệp khóa, đã từ chối: hãy kiểm tra kho gói rồi chạy lại.",
     "A downloaded package does not match its hash in the lock file and was refused: check the package index."),
    (r"Permission denied|EACCES|Read-only file system",
     f"Không ghi được vào {ROOT}: hãy chạy bằng tài khoản sở hữu thư mục này hoặc chép nó sang nơi của bạn.",
     f"{ROOT} can't be written: run as the account that owns it, or copy it to a folder of your own."),
    (r"NewConnectionError|Temporary failure|Name or service|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|"
     r"No matching distribution|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|npm could not fetch",
     "Không tới được kho gói: hãy kiểm tra mạng, proxy và cấu hình pip, npm rồi chạy lại.",
     "The package index can't be reached: check the network, the proxy and the pip and npm settings, then run again."),
)


def main(arguments: list[str]) -> int:
    """Returns the exit code; `serve` and the tests take this process over instead."""
    if not arguments or arguments[0] not in COMMANDS:
        print(tell("Cách dùng: python3 run.py serve | test | check [tham số…]",
                   "Usage: python3 run.py serve | test | check [arguments…]"), file=sys.stderr)
        return 2
    command, rest = arguments[0], arguments[1:]
    try:
        with one_at_a_time():
            prepare(COMMANDS[command])
    except OSError as fault:
        sys.exit(explained(f"{fault.strerror} {errno.errorcode.get(fault.errno or 0, '')}", str(fault)))
    return {"serve": serve, "test": test, "check": check}[command](rest)


def serve(rest: list[str]) -> int:
    """Becomes `thidua serve`."""
    return become([BIN / "thidua", "serve", *rest])


def check(rest: list[str]) -> int:
    """Runs the static checks."""
    return subprocess.call([PYTHON, ROOT / "tests/check.py", *rest], cwd=ROOT)


def test(rest: list[str]) -> int:
    """Static checks first, they are quick; then becomes pytest, with each program of the tests in its variable."""
    code = check([])
    if code:
        return code
    os.environ.update({program.variable: find_or_install(program) for program in PROGRAMS})
    os.chdir(ROOT)
    # One worker for each core, each with a PostgreSQL of its own; the tests of one file stay together.
    return become([PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadfile", *rest])


def become(command: Command) -> int:
    """Replaces this process: signals and the exit code are the program's own."""
    sys.stdout.flush()
    os.execv(command[0], [str(part) for part in command])


# ---- the environment


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two starts at once: the second waits. The lock is the kernel's, on the folder itself: nothing is left behind."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(tell("Đang chờ một run.py khác chuẩn bị xong…", "Waiting for another run.py to finish preparing…"),
                  flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def prepare(mode: str) -> None:
    """Brings `.venv` to what the files want; the environment of the tests serves, too."""
    if is_prepared(mode):
        return
    for known in LOCKS:
        stamp_file(known).unlink(missing_ok=True)
    if not is_sound():
        make_environment()
    INTERRUPTED.touch()
    install(tell(f"Cài các gói của {LOCKS[mode]}", f"Installing the packages of {LOCKS[mode]}"),
            # Wheels only: building one from source would fetch its build tools unchecked.
            "--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(ROOT / LOCKS[mode]))
    install(tell("Cài thidua, lấy phần giao diện", "Installing thidua, fetching what the pages need"),
            "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    INTERRUPTED.unlink()
    stamp_file(mode).write_text(stamp_of(mode))


def is_prepared(mode: str) -> bool:
    """True when a start before this one did all the work and nothing it made has gone since."""
    if not all(map(os.path.exists, OUTCOME)):
        return False
    return any(stamp_file(known).exists() and stamp_file(known).read_text() == stamp_of(known)
               for known in {mode, "test"})


def stamp_file(mode: str) -> Path:
    """Remembers what was installed for a mode."""
    return ENVIRONMENT / f"thidua-{mode}.stamp"


def stamp_of(mode: str) -> str:
    """One hash over the files that decide what is installed, and over the place: scripts hold its path."""
    assets = sorted(file for file in (ROOT / "deploy/assets").iterdir() if file.is_file())
    locks = LOCKS.values() if mode == "test" else [LOCKS[mode]]
    files = [ROOT / "pyproject.toml", *(ROOT / lock for lock in locks), *assets]
    return hashlib.sha256(b"\0".join([os.fsencode(ROOT), *(file.read_bytes() for file in files)])).hexdigest()


def is_sound() -> bool:
    """False for an environment that is missing, half made, moved, or whose Python has gone."""
    # os.path.exists, not Path.exists: a link into another account's home counts as missing, not as a fault.
    if os.path.exists(INTERRUPTED) or not os.path.exists(PYTHON) or not is_at_home():
        return False
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.call([PYTHON, "-I", "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def is_at_home() -> bool:
    """False when the checkout was moved or copied together with its environment."""
    pip = BIN / "pip"
    return pip.exists() and os.fsencode(BIN) in pip.read_bytes()[:500]


def make_environment() -> None:
    """A new, empty `.venv`."""
    try:
        import ensurepip  # noqa: F401 - Debian ships it in a package of its own, without it there is no pip
        import venv
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        sys.exit(tell(f"Python này thiếu mô-đun venv: hãy cài (apt-get install {version}) rồi chạy lại.",
                      f"This Python lacks the venv module: install it (apt-get install {version}) and run again."))
    with step(tell("Tạo .venv", "Making .venv")):
        try:
            venv.create(ENVIRONMENT, with_pip=True, clear=True, symlinks=True)
        except subprocess.CalledProcessError as fault:
            sys.exit(explained((fault.output or b"").decode(errors="replace"), str(fault)))


def install(what: str, *arguments: str) -> None:
    """One run of pip, in words of one line; its own go to the log. Isolated from the caller's PYTHON settings."""
    command: Command = [PYTHON, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"PIP_USER": "0"}
    with step(what), INSTALL_LOG.open("w+") as log:
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=settings, cwd=ROOT)
        if code:
            log.seek(0)
            INTERRUPTED.unlink(missing_ok=code > 0)  # pip cleans up after its own failures, not after a kill
            sys.exit(explained(log.read(), str(INSTALL_LOG)))


# ---- the programs of the tests


def find_or_install(program: Program) -> str:
    """One that starts: the one named in its variable, the system's, Playwright's, or one installed now."""
    name = program.variable
    named = os.environ.get(name)
    if named:
        return named if starts(program, named) else sys.exit(
            tell(f"{name}={named} không chạy được: hãy sửa hoặc bỏ biến này.",
                 f"{name}={named} does not start: correct or unset it."))
    package = program.package
    return find(program) or install_program(program) or sys.exit(
        tell(f"Không có {package} và không cài được: hãy cài (apt-get install {package}) hoặc đặt biến {name}.",
             f"There is no {package} and none could be installed: apt-get install {package}, or set {name}."))


def find(program: Program) -> str | None:
    """The first that starts: on PATH, among the system's servers, else where Playwright keeps its own."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
    for path in filter(None, (shutil.which(name, path=places) for name in program.names)):
        if starts(program, path):
            return path
    if not program.by_playwright:
        return None
    own = subprocess.run([PYTHON, "-I", "-c", PLAYWRIGHT_PATH], capture_output=True, text=True).stdout.strip()
    return own if own and starts(program, own) else None


def starts(program: Program, path: str) -> bool:
    """A file of that name is not enough: some systems ship a stub that only tells how to install it."""
    try:
        return subprocess.run([path, program.version], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_program(program: Program) -> str | None:
    """From the system when root, else from Playwright if that has it; whether it worked is seen by looking again."""
    commands: list[Command] = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        commands = [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", program.package]]
    elif program.by_playwright:
        commands = [[PYTHON, "-m", "playwright", "install", program.package]]
    settings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with step(tell(f"Cài {program.package}", f"Installing {program.package}")), INSTALL_LOG.open("w") as log:
        for command in commands:
            subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=settings)
    return find(program)


# ---- words


@contextmanager
def step(what: str) -> Iterator[None]:
    """One line for a long step: what it is, then how long it took."""
    started = time.monotonic()
    print(f"{what} …", end=" ", flush=True)
    try:
        yield
    finally:
        print(f"{time.monotonic() - started:.1f} s", flush=True)


def explained(output: str, where: str) -> str:
    """The sentence for what went wrong; without a known cause, the last line of the output and where the rest is."""
    for pattern, vietnamese, english in CAUSES:
        if re.search(pattern, output):
            return tell(vietnamese, english)
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "?").strip()
    return tell(f"Chuẩn bị không xong: {last} (xem {where})", f"Preparation failed: {last} (see {where})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
