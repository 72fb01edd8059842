"""Modules from outside the project: `doctor` sees what waits; a broken one is one sentence that names it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from inside import Backdoor
from outside import outside_distribution

THIDUA = "from platform_core.cli import main; main()"
BROKEN = {
    "can't be imported": ({"plugin_head": "import no_such_library"}, "no_such_library"),
    "ends the process": ({"plugin_head": "raise SystemExit('no licence')"}, "no licence"),
    "is refused by the registry": ({"role": "emperor"}, "grants to a role nobody has: emperor"),
    "fails when it starts": ({"started": "raise RuntimeError('no service today')"}, "no service today"),
}
BROKEN_TABLES = {
    "tables can't be imported": ({"tables_head": "import no_such_library"}, "no_such_library"),
    "migration fails": ({"broken": 'await execute("SELECT 1 / 0")'}, "division by zero"),
    "migration is no Python": ({"broken": "1 +"}, "SyntaxError"),
}
PAGE = """
from msgspec import Struct
from plugin_api.endpoints import View

class Page(Struct): pass

async def load(actor): return Page()

PAGES = [View(name="outside_notes.page", path="", permission="outside_notes.note.read", load=load,
              template="nowhere.html")]
"""


@pytest.fixture
def own(make_copy, postgres, tmp_path):
    """A database of its own with the tables of this project, for `thidua` with the distributions in `tmp_path`."""
    name = "of_outside_modules"
    copy = make_copy(name)
    yield copy
    asyncio.run(Backdoor(postgres.dsn(postgres.superuser, "postgres")).execute(f"DROP DATABASE {name} WITH (FORCE)"))


def call(own, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`thidua` with the distributions in `folder` installed."""
    environment = os.environ | {
        "DATABASE_URL": own.dsn(), "DATABASE_OWNER_URL": own.dsn("app_owner"), "THIDUA_DATA": str(own.server.folder),
        "PYTHONPATH": ":".join([str(folder), *filter(None, sys.path)]),
    }
    return subprocess.run([sys.executable, "-c", THIDUA, *words], env=environment, capture_output=True, text=True,
                          timeout=60)


def verdicts(own, folder: Path) -> dict[str, dict[str, object]]:
    told = call(own, folder, "doctor", "--json")
    assert "Traceback" not in told.stderr, told.stderr
    return {one["check"]: one for one in json.loads(told.stdout)}


def has_table(own, name: str) -> bool:
    found = Backdoor(own.dsn(own.server.superuser)).value("SELECT to_regclass($1) IS NOT NULL", f"app.{name}_note")
    return bool(asyncio.run(found))


def told_in_one_sentence(done: subprocess.CompletedProcess[str], name: str, why: str) -> bool:
    lines = done.stderr.strip().splitlines()
    return done.returncode == 1 and len(lines) == 1 and name in lines[0] and why in lines[0]


def test_doctor_names_the_migration_of_an_outside_module_until_migrate_has_run_it(own, tmp_path):
    outside_distribution(tmp_path, "outside_notes")
    waiting = verdicts(own, tmp_path)["migrations are complete"]
    assert not waiting["well"] and waiting["detail"] == "outside_notes 2026-12-01T08:00:00:000001"
    assert call(own, tmp_path, "migrate").stdout.split() == ["2026-12-01T08:00:00:000001"]
    assert [one for one in verdicts(own, tmp_path).values() if not one["well"]] == []
    assert has_table(own, "outside_notes")


@pytest.mark.parametrize("how", BROKEN)
def test_a_module_that_is_not_fit_is_named_in_one_sentence_and_makes_no_tables(own, tmp_path, how):
    changes, why = BROKEN[how]
    outside_distribution(tmp_path, "outside_notes", **changes)
    for words in (("migrate",), ("tenants", "list"), ("openapi",), ("routes",), ("serve", "--port", "0")):
        done = call(own, tmp_path, *words)
        assert told_in_one_sentence(done, "outside_notes", why), (words, done.stderr)
    assert not has_table(own, "outside_notes")
    modules = verdicts(own, tmp_path)["modules fit together"]
    assert not modules["well"] and "outside_notes" in str(modules["detail"]) and why in str(modules["detail"])


@pytest.mark.parametrize("how", BROKEN_TABLES)
def test_tables_and_migrations_that_break_are_named_in_one_sentence(own, tmp_path, how):
    changes, why = BROKEN_TABLES[how]
    outside_distribution(tmp_path, "outside_notes", **changes)
    for words in (("migrate",), ("serve", "--port", "0")):
        done = call(own, tmp_path, *words)
        assert told_in_one_sentence(done, "outside_notes", why), (words, done.stderr)
    assert not has_table(own, "outside_notes")
    assert [one for one in verdicts(own, tmp_path).values() if not one["well"] and "outside_notes" in str(one)]


def test_a_template_that_is_missing_ends_serve_with_a_sentence(own, tmp_path):
    outside_distribution(tmp_path, "outside_notes", plugin_head=PAGE, endpoints="PAGES")
    done = call(own, tmp_path, "serve", "--port", "0")
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "outside_notes.page: there is no template nowhere.html" in done.stderr.strip().splitlines()[-1]


def test_all_of_a_fault_is_shown_to_who_asks_for_it(own, tmp_path):
    outside_distribution(tmp_path, "outside_notes", started="raise RuntimeError('no service today')")
    told = call(own, tmp_path, "--traceback", "tenants", "list").stderr
    assert "Traceback" in told and "plugin_started" in told and "RuntimeError: no service today" in told


def test_what_was_committed_before_another_module_broke_is_expected(own, tmp_path):
    """One broken module must not leave an instance that refuses to start without it."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    outside_distribution(good, "outside_first")
    outside_distribution(bad, "outside_second", broken='await execute("SELECT 1 / 0")')
    both = tmp_path / "both"
    both.mkdir()
    for part in (*good.iterdir(), *bad.iterdir()):
        (both / part.name).symlink_to(part)
    assert call(own, both, "migrate").returncode == 1
    assert has_table(own, "outside_first") and not has_table(own, "outside_second")
    assert [one for one in verdicts(own, good).values() if not one["well"]] == []
