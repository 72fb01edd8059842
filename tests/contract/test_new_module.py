"""`thidua plugin new`: what it writes passes our checks and its own tests, as an installed distribution of its own."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from platform_core.cli import main

TITLE = "Sổ tay đơn vị"
SHORT, LONGEST = "zoo", "a" + "_long_name" * 4


def write(folder: Path, name: str, *words: str) -> Path:
    """A new module in a folder of its own, as the command leaves it."""
    done = CliRunner().invoke(main, ["plugin", "new", name, "--folder", str(folder / name), *words])
    assert done.exit_code == 0, done.output
    return folder / name


def install(module: Path) -> str:
    """What an installation leaves of it, on the path: its sources, and the entry points of its pyproject.toml."""
    project = tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    announced = module / "src" / f"{project['name']}-{project['version']}.dist-info"
    announced.mkdir()
    entries = [f"{name} = {place}" for name, place in project["entry-points"]["thidua.plugins"].items()]
    (announced / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n")
    (announced / "entry_points.txt").write_text("[thidua.plugins]\n" + "\n".join(entries) + "\n")
    return os.pathsep.join([str(module / "src"), *filter(None, sys.path)])


def own_tests(module: Path, path: str) -> subprocess.CompletedProcess[str]:
    """The tests of the module, run where it lies."""
    return subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short"], cwd=module,
                          text=True, capture_output=True, env=os.environ | {"PYTHONPATH": path}, timeout=240)


@pytest.mark.parametrize(("name", "title"), [(SHORT, TITLE), (LONGEST, "")])
def test_a_new_module_passes_the_static_checks(tmp_path, lint, name, title):
    module = write(tmp_path, name, "--title", title)
    told = subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", "."], cwd=module,
                          capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
    package, words = module / "src" / name, lint("words")
    catalogue = package / "locales" / "en" / "LC_MESSAGES" / f"{name}.po"
    assert lint("rules").check([module / "src"], module) == []
    assert list(words.template_faults(package, module)) == []
    assert list(words.catalogue_faults(words.Domain(name, catalogue, (package,)), module)) == []


def test_its_own_tests_pass_until_it_is_broken(tmp_path):
    module = write(tmp_path, "unit_notes", "--title", TITLE)
    path = install(module)
    done = own_tests(module, path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    for file, before, after in (
        ("pages.py", "WHERE e.tenant_id = $1 AND e.id = $2", "WHERE e.tenant_id = $1 AND $2::uuid IS NOT NULL LIMIT 1"),
        ("rules/days.py", "done_on > today", "done_on < today"),
        ("actions.py", "settings_of(actor).most_days_back", "365"),
        ("records.py", "unit_notes.entries", "unit_notes.entry.paper"),
    ):
        source = module / "src" / "unit_notes" / file
        text = source.read_text(encoding="utf-8")
        assert before in text
        source.write_text(text.replace(before, after), encoding="utf-8")
    failed = {line.split("::")[1].partition(" ")[0].partition("[")[0]
              for line in own_tests(module, path).stdout.splitlines() if line.startswith("FAILED")}
    assert {"test_a_day_may_be_recorded_once_it_has_come_and_not_for_ever", "test_the_module_conforms",
            "test_a_body_sets_how_far_back_may_be_recorded"} <= failed


@pytest.mark.parametrize(("words", "why"), [
    (["monthly_rating"], "đã có gói Python khác dùng"), (["json"], "đã có gói Python khác dùng"),
    (["core"], "đã có gói Python khác dùng"), (["Good-Deeds"], "không đặt tên cho mô-đun được"),
    (["class"], "không đặt tên cho mô-đun được"), (["../up"], "không đặt tên cho mô-đun được"),
    (["my_notes", "--title", 'Sổ "tay"'], "không có dấu nháy"), (["my_notes", "--folder", "."], "đã có"),
])  # fmt: skip
def test_what_can_not_be_is_refused_in_one_sentence_and_nothing_is_written(tmp_path, monkeypatch, words, why):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["--lang", "vi", "plugin", "new", *words])
    assert done.exit_code == 1 and why in done.output and len(done.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
