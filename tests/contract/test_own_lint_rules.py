"""Each of the project's own lint rules finds its bad sample, line by line, and lets its good one pass."""

from pathlib import Path

import pytest

LINT = Path(__file__).resolve().parents[2] / "deploy" / "lint"
NAMES = sorted({file.stem.rpartition("_")[0].replace("_", "-") for file in (LINT / "samples").glob("*.py")})


@pytest.fixture(scope="module")
def reading(lint):
    return lint("reading")


@pytest.fixture(scope="module")
def rules(lint):
    return lint("rules")


def sample(reading, rule: str, verdict: str):
    text = (LINT / "samples" / f"{rule.replace('-', '_')}_{verdict}.py").read_text(encoding="utf-8")
    return reading.Source(f"plugins/sample/rules/{verdict}.py", text)


@pytest.mark.parametrize("rule", NAMES)
def test_a_bad_sample_is_found_line_by_line(reading, rules, rule):
    source = sample(reading, rule, "bad")
    marked = {number for number, line in enumerate(source.text.splitlines(), 1) if line.endswith("# bad")}
    assert marked
    assert {found.line for found in rules.findings(source, [rule])} == marked


@pytest.mark.parametrize("rule", NAMES)
def test_a_good_sample_passes(reading, rules, rule):
    assert rules.findings(sample(reading, rule, "good"), [rule]) == []


def test_every_rule_has_its_samples(rules):
    assert set(rules.RULES) == set(NAMES)


def test_an_allowance_without_a_reason_allows_nothing(reading, rules):
    line = "print('x')  # lint: allow(print-in-package):"
    assert rules.findings(reading.Source("plugins/a.py", line), ["print-in-package"])
    assert not rules.findings(reading.Source("plugins/a.py", line + " a sample"), ["print-in-package"])


def test_an_allowance_speaks_of_its_own_rule_only(reading, rules):
    line = "print('x')  # lint: allow(naive-now): a sample"
    assert rules.findings(reading.Source("plugins/a.py", line), ["print-in-package"])
