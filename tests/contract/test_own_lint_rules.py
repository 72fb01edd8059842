"""Each of the house's own lint rules finds its bad sample, line by line, and lets its good one pass."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LINT = Path(__file__).resolve().parents[2] / "deploy" / "lint"


def load(name: str) -> ModuleType:
    """A module of `deploy/lint`, which is a folder of scripts and no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, LINT / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


reading, sql_text, rules = load("reading"), load("sql_text"), load("rules")


def sample(rule: str, verdict: str):
    text = (LINT / "samples" / f"{rule.replace('-', '_')}_{verdict}.py").read_text(encoding="utf-8")
    return reading.Source(f"plugins/sample/rules/{verdict}.py", text)


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_bad_sample_is_found_line_by_line(rule):
    source = sample(rule, "bad")
    marked = {number for number, line in enumerate(source.text.splitlines(), 1) if line.endswith("# bad")}
    assert marked
    assert {found.line for found in rules.findings(source, [rule])} == marked


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_good_sample_passes(rule):
    assert rules.findings(sample(rule, "good"), [rule]) == []


def test_every_sample_belongs_to_a_rule():
    named = {file.stem.rpartition("_")[0].replace("_", "-") for file in (LINT / "samples").glob("*.py")}
    assert named == set(rules.RULES)


def test_an_allowance_without_a_reason_allows_nothing():
    line = "print('x')  # lint: allow(print-in-package):"
    assert rules.findings(reading.Source("plugins/a.py", line), ["print-in-package"])
    assert not rules.findings(reading.Source("plugins/a.py", line + " a sample"), ["print-in-package"])


def test_an_allowance_speaks_of_its_own_rule_only():
    line = "print('x')  # lint: allow(naive-now): a sample"
    assert rules.findings(reading.Source("plugins/a.py", line), ["print-in-package"])
