"""`run.py check`: every step runs and tells its verdict; one that finds something shows it and fails the whole."""

import importlib.util
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).resolve().parents[1] / "check.py"


@pytest.fixture
def check(monkeypatch):
    """`tests/check.py` with two steps that cost nothing."""
    spec = importlib.util.spec_from_file_location("project_check", CHECK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    steps = {"well": "pass", "ill": "import sys; print('line 7: a fault'); sys.exit(3)", "last": "pass"}
    monkeypatch.setattr(module, "STEPS", {name: [sys.executable, "-c", code] for name, code in steps.items()})
    return module


def test_all_steps_run_and_a_fault_fails_the_whole(check, capsys):
    assert check.main([]) == 1
    told = capsys.readouterr().out
    assert [line.split()[:2] for line in told.splitlines() if " s" in line] == [
        ["well", "ok"], ["ill", "FAILED"], ["last", "ok"]]
    assert "line 7: a fault" in told


def test_one_step_can_be_asked_for(check, capsys):
    assert check.main(["well"]) == 0
    assert "ill" not in capsys.readouterr().out


def test_a_step_that_is_not_there_is_told(check, capsys):
    assert check.main(["fly"]) == 2
    assert "no such step: fly" in capsys.readouterr().err
