"""The layout is as the map says: top-level folders are no packages, names unique, files small, nothing foreign in."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("platform", "tenants", "plugins", "tests")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MOST_LINES = 300
MOST_LINES_OF_A_TEST = 400
LONG_FOR_A_REASON = {
    "tests/tenancy/test_blueprint_faults.py": "one table: every fault a blueprint can have",
}
# Spelt with brackets, so that this file does not hold what it looks for.
FOREIGN = {
    "the host of a package index": r"p[y]pi\.(?:org|python)|python[h]osted\.org|npm[j]s\.(?:org|com)|yarn[p]kg\.com",
    "an absolute path of a machine": r"(?<![\w.])/(?:ro[o]t|wo[r]k)/",
    "a word about who wrote it": r"(?i)\ban[t]hropic\b|\bcl[a]ude\b|\bchat[g]pt\b|\bAI as[s]istant\b",
}


def tracked() -> list[Path]:
    """Every file of the project that is, or would be, under version control."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """(name, text) of every tracked file that is text."""
    found = []
    for file in tracked():
        content = file.read_bytes()
        if b"\0" not in content:
            found.append((file.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")))
    return found


def sources() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py"]


def foreign(name: str, text: str) -> list[str]:
    """What should not be in a file."""
    return [f"{name}: {what}: {found[0]}" for what, pattern in FOREIGN.items()
            if (found := re.search(pattern, text)) is not None]


def hosts_of_this_machine() -> set[str]:
    """The package indexes this machine is set up with, by host name."""
    settings = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    settings += " ".join(value for name, value in os.environ.items() if "INDEX" in name or "REGISTRY" in name.upper())
    return set(re.findall(r"https?://(?:[^@/\s]+@)?([\w.-]+\.\w+)", settings))


def test_top_level_folders_are_no_packages():
    assert [folder for folder in FOLDERS if (ROOT / folder / "__init__.py").exists()] == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_pythons_own_platform_is_found_from_the_root():
    told = subprocess.run([sys.executable, "-c", "import platform; print(platform.python_version())"], cwd=ROOT,
                          capture_output=True, text=True)
    assert told.returncode == 0 and told.stdout.strip(), told.stderr


def test_a_package_of_that_name_would_shadow_pythons_own(tmp_path):
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()
    told = subprocess.run([sys.executable, "-c", "import platform; print(platform.python_version())"], cwd=tmp_path,
                          capture_output=True, text=True)
    assert told.returncode != 0


def test_python_dash_m_pytest_starts_at_the_root():
    told = subprocess.run([sys.executable, "-m", "pytest", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def project_modules() -> list[str]:
    return sorted(file.parent.name for file in (ROOT / "plugins").glob("*/__init__.py"))


@pytest.mark.parametrize("module", project_modules())
def test_every_module_is_announced_packed_and_guarded(module):
    imports = PROJECT["tool"]["importlinter"]
    contracts = {contract["id"]: contract for contract in imports["contracts"]}
    assert module in PROJECT["project"]["entry-points"]["thidua.plugins"]
    assert f"plugins/{module}" in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert module in imports["root_packages"]
    assert module in contracts["layers"]["layers"][0].split(" | ")
    for guarded in ("database", "policies", "hooks", "web"):
        assert module in contracts[guarded]["source_modules"], guarded
    assert contracts[f"subjects_{module}"]["containers"] == [module]
    assert f"{module}.rules" in contracts["rules"]["source_modules"]


def test_names_of_test_files_are_unique():
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_names_and_ids_of_migrations_are_unique():
    files = sorted((ROOT / "migrations").glob("*/*.py"))
    names = Counter(file.name for file in files)
    numbers = Counter(re.findall(r'^ID = "(.+)"', "\n".join(file.read_text() for file in files), re.MULTILINE))
    assert sum(numbers.values()) == len(files)
    assert [one for one, times in (names + numbers).items() if times > 1] == []
    assert [file.name for file in files if not file.name.startswith(f"{file.parent.name}_")] == []


def too_long(name: str, text: str) -> bool:
    """Whether a file tires its reader; tests, which are lists of promises, may be longer."""
    most = MOST_LINES_OF_A_TEST if name.startswith("tests/") else MOST_LINES
    return len(text.splitlines()) > most and name not in LONG_FOR_A_REASON


def test_files_stay_small():
    assert [name for name, text in texts() if name.endswith(".py") and too_long(name, text)] == []


def test_a_long_file_is_found():
    assert too_long("plugins/a.py", "x = 1\n" * 301)
    assert not too_long("tests/test_a.py", "x = 1\n" * 301)
    assert not too_long(next(iter(LONG_FOR_A_REASON)), "x = 1\n" * 500)


def test_every_reason_still_stands():
    long = {name for name, text in texts() if len(text.splitlines()) > MOST_LINES_OF_A_TEST}
    assert LONG_FOR_A_REASON.keys() - long == set()


def test_no_test_is_skipped_and_none_asserts_nothing():
    found = []
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            empty = isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
            if empty or called in ("pytest.skip", "pytest.xfail", "pytest.importorskip", "pytest.mark.skip",
                                   "pytest.mark.skipif", "pytest.mark.xfail"):
                found.append(f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")
    assert found == []


def test_nothing_foreign_is_in_a_file():
    here = hosts_of_this_machine()
    found = [fault for name, text in texts() for fault in foreign(name, text)]
    found += [f"{name}: the index of this machine" for name, text in texts() for host in here if host in text]
    assert found == []


@pytest.mark.parametrize("planted", ["https://py" + "pi.org/simple", "see /wo" + "rk/main/run.py", "by Cl" + "aude"])
def test_something_foreign_is_found(planted):
    assert len(foreign("a.md", planted)) == 1


def test_nothing_that_is_made_is_kept():
    made = ("static/vendor/", "node_modules/", ".venv/", "documents/fonts/")
    assert [str(file) for file in tracked() if any(part in file.as_posix() for part in made)] == []
