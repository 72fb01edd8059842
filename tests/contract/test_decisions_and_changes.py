"""Decisions name what holds them, and it exists; fragments of changes have their three lines."""

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "deploy" / "decisions").glob("[0-9]*.md"))
FRAGMENTS = sorted((ROOT / "deploy" / "changes").glob("*/*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
KINDS = ("added", "changed", "fixed", "removed", "security")


def check_steps() -> set[str]:
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        return set(importlib.import_module("check").STEPS)
    finally:
        sys.path.pop(0)


def decision_faults(name: str, text: str, rules: set[str], steps: set[str]) -> list[str]:
    """What a decision lacks; a holder is a file, a rule of ours, a step of the check or import-linter."""
    found = [] if text.startswith(f"# {name[:4]} ") else [f"{name}: begins with its number and title"]
    if re.findall(r"^## (.+)$", text, re.MULTILINE) != SECTIONS:
        return [*found, f"{name}: has other sections than {SECTIONS}"]
    holders = re.findall(r"^- (.+)$", text.partition("## Enforced by")[2], re.MULTILINE)
    for holder in holders:
        named = re.findall(r"`([^`]+)`", holder)
        kinds = {"own rule": rules, "step": steps}
        known = next((names for start, names in kinds.items() if holder.startswith(start)), None)
        there = named[0] in known if known is not None else any((ROOT / one).exists() for one in named)
        found += [] if there else [f"{name}: there is no {holder}"]
    return found if holders else [*found, f"{name}: nothing holds it"]


def fragment_faults(text: str) -> list[str]:
    """What a fragment lacks: kind, an English sentence, a Vietnamese one."""
    lines = text.splitlines()
    if len(lines) != 3:
        return ["has three lines"]
    found = [] if lines[0] in KINDS else ["begins with its kind"]
    found += [] if re.fullmatch(r"[A-Z`].{20,}\.", lines[1]) else ["says it in one English sentence"]
    return found + ([] if re.fullmatch(r"vi: [A-ZĐ`\w].{15,}\.", lines[2]) else ["says it in one Vietnamese sentence"])


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_complete_and_held(lint, file):
    assert decision_faults(file.name, file.read_text(encoding="utf-8"), set(lint("rules").RULES), check_steps()) == []


def test_decisions_are_numbered_without_gaps():
    assert [int(file.name[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_a_decision_that_nothing_holds_is_found():
    text = "# 0099 Planted\n" + "".join(f"## {section}\nx\n" for section in SECTIONS)
    assert decision_faults("0099-planted.md", text, set(), set()) == ["0099-planted.md: nothing holds it"]
    gone = text + "- `tests/gone.py`\n- own rule `gone`\n"
    assert len(decision_faults("0099-planted.md", gone, set(), set())) == 2


@pytest.mark.parametrize("file", FRAGMENTS, ids=lambda file: file.stem)
def test_a_fragment_has_its_three_lines(file):
    assert fragment_faults(file.read_text(encoding="utf-8")) == []
    assert re.fullmatch(r"[a-z0-9-]+", file.stem)


def test_fragments_stand_under_a_version_that_is_or_was():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    versions = {tuple(map(int, file.parent.name.split("."))) for file in FRAGMENTS}
    assert versions
    assert max(versions) <= tuple(map(int, version.split(".")))


@pytest.mark.parametrize("text", [
    "added\nToo short.\nvi: Một câu tiếng Việt đầy đủ.\n", "new\nOne whole sentence in English.\nvi: Một câu đầy đủ.\n",
    "added\nOne whole sentence in English.\n"])
def test_a_poor_fragment_is_found(text):
    assert fragment_faults(text)
