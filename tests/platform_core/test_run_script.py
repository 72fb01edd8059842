"""`run.py` on a small project of the same shape: prepared once, repaired when broken, and clear when it can't."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).resolve().parents[2] / "run.py"
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# Packs the smallest wheel with a `thidua` command, without any tool from outside.
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    files = {"thidua_stub.py": "import sys\\ndef main(): print('thidua', *sys.argv[1:])\\n",
             "thidua-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: thidua\\nVersion: 1\\n",
             "thidua-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
             "thidua-1.dist-info/entry_points.txt": "[console_scripts]\\nthidua = thidua_stub:main\\n"}
    files["thidua-1.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in files)
    with zipfile.ZipFile(f"{folder}/thidua-1-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "thidua-1-py3-none-any.whl"

build_wheel = build_editable
"""
LAYOUT = {
    "pyproject.toml": PYPROJECT, "backend.py": BACKEND, "requirements.lock": "", "requirements-test.lock": "",
    "deploy/assets/package.json": "{}", "platform/platform_core/web/static/vendor/manifest.json": "{}",
    "tests/check.py": "import os, sys\nprint('checked')\nsys.exit(int(os.environ.get('CHECK_CODE', 0)))\n",
}
UNREACHABLE = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0",
               "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
LOCKED = "no-such-package-of-thidua==1 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the small project, prepared by its first `serve`."""
    root = tmp_path_factory.mktemp("checkout")
    lay_out(root)
    first = run(root, "serve", "--port", "0")
    assert first.stdout.splitlines()[-1] == "thidua serve --port 0", first.stderr
    return root


def lay_out(root: Path) -> None:
    for name, text in LAYOUT.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copy(RUN, root / "run.py")


def run(root: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, root / "run.py", *arguments], capture_output=True, text=True,
                          env=os.environ | {"LC_ALL": "en_US.UTF-8"} | dict(settings or {}))


def run_changed(root: Path, change: str) -> subprocess.CompletedProcess[str]:
    """`run.py serve` in an interpreter that was changed first."""
    program = f"import sys, runpy; {change}; sys.argv[1:] = ['serve']; runpy.run_path('run.py', run_name='__main__')"
    return subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True,
                          env=os.environ | {"LC_ALL": "en_US.UTF-8"})


def test_a_second_start_does_nothing_but_start(project: Path) -> None:
    assert run(project, "serve", "again").stdout == "thidua serve again\n"


def test_a_changed_project_is_installed_anew_and_only_then(project: Path) -> None:
    (project / "deploy/assets/package.json").write_text('{"changed": true}')
    assert "Installing" in run(project, "serve").stdout
    assert "Installing" not in run(project, "serve").stdout


def test_what_the_tests_need_serves_too(project: Path) -> None:
    assert "Installing" in run(project, "check").stdout
    assert run(project, "serve").stdout == "thidua serve\n"


def test_an_interrupted_or_broken_environment_is_made_anew(project: Path) -> None:
    (project / ".venv/thidua-installing").touch()
    (project / ".venv/bin/python").unlink()
    mended = run(project, "serve").stdout
    assert "Making .venv" in mended
    assert mended.endswith("thidua serve\n")
    assert run(project, "serve").stdout == "thidua serve\n"


def test_two_starts_at_once_prepare_one_after_the_other(project: Path) -> None:
    for stamp in (project / ".venv").glob("*.stamp"):
        stamp.unlink()
    command = [sys.executable, project / "run.py", "serve"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"LC_ALL": "en_US.UTF-8"})
            for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("Installing" in text for text in said) == [False, True]


def test_the_first_failing_code_is_the_answer(project: Path) -> None:
    failed = run(project, "test", settings={"CHECK_CODE": "7", "CHROMIUM": "/nowhere"})
    assert (failed.returncode, failed.stdout.splitlines()[-1]) == (7, "checked")


@pytest.mark.parametrize("variable", ["CHROMIUM", "HAPROXY"])
def test_the_tests_never_run_without_a_program_they_were_promised(project: Path, variable: str) -> None:
    promised = {"CHROMIUM": "/bin/true", "HAPROXY": "/bin/true"} | {variable: "/nowhere"}
    refused = run(project, "test", settings=promised)
    assert (refused.returncode, refused.stderr) == (1, f"{variable}=/nowhere does not start: correct or unset it.\n")


def test_a_program_that_can_not_be_had_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of that name anywhere, and nothing that installs it: as for somebody who is not root."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    run_py = run_script()
    run_py.INSTALL_LOG = tmp_path / "log"
    for program in run_py.PROGRAMS:
        monkeypatch.delenv(program.variable, raising=False)
        nowhere = program._replace(names=("no-such-program-of-thidua",), by_playwright=False)
        with pytest.raises(SystemExit, match=f"apt-get install {program.package}, or set {program.variable}"):
            run_py.find_or_install(nowhere)


def test_an_unreachable_index_is_one_sentence_and_the_next_start_tries_again(project: Path) -> None:
    lock = project / "requirements.lock"
    lock.write_text(LOCKED)
    refused = run(project, "serve", settings=UNREACHABLE)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The package index can't be reached") and refused.stderr.count("\n") == 1
    lock.write_text("")
    assert run(project, "serve").stdout.endswith("thidua serve\n")


def test_a_package_with_another_hash_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "no_such_package_of_thidua-1-py3-none-any.whl").write_bytes(b"not what was locked")
    lock = project / "requirements.lock"
    lock.write_text(LOCKED)
    refused = run(project, "serve", settings=UNREACHABLE | {"PIP_FIND_LINKS": str(tmp_path), "PIP_NO_INDEX": "1"})
    lock.write_text("")
    assert "does not match its hash" in refused.stderr


def test_an_older_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    lay_out(tmp_path)
    ast.parse(RUN.read_text(), feature_version=(3, 7))
    refused = run_changed(tmp_path, "sys.version_info = (3, 8, 1, 'final', 0); sys.version = '3.8.1 (old)'")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("Python 3.11 or newer is needed, this is 3.8.1")


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    lay_out(tmp_path)
    refused = run_changed(tmp_path, "sys.modules['ensurepip'] = None")
    assert refused.returncode == 1
    assert refused.stderr.startswith("This Python lacks the venv module: install it (apt-get install python3")


def test_a_full_disk_and_a_closed_folder_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    explained = run_script().explained
    assert "đĩa" in explained("OSError: [Errno 28] No space left on device", "log")
    assert "Không ghi được" in explained("PermissionError: [Errno 13] Permission denied: '/x'", "log")
    assert explained("pip went\nout of its mind\n\n", "the log") == (
        "Chuẩn bị không xong: out of its mind (xem the log)")


def test_a_browser_that_is_only_a_stub_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in (("chromium", 1), ("google-chrome", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    run_py = run_script()
    assert run_py.find(run_py.PROGRAMS[0]) == str(tmp_path / "google-chrome")


def run_script() -> ModuleType:
    """`run.py` as a module."""
    module = ModuleType("run_script")
    module.__file__ = str(RUN)
    exec(compile(RUN.read_text(), RUN, "exec"), module.__dict__)
    return module
