"""What the README and the runbook tell people to type exists; what they point at is there."""

import re
import shlex
from pathlib import Path

import click
import pytest

import platform_core.cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.vi.md", ROOT / "deploy" / "runbook.md", ROOT / "tests" / "README.md"]
VIETNAMESE = ("## Năm phút đầu tiên", "## Trên PostgreSQL của đơn vị")
ENGLISH = ("## Five minutes", "## On your own PostgreSQL")
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
SETTING = re.compile(r"\b((?:THIDUA|DATABASE)_[A-Z_]+)\b")


def commands(text: str) -> list[list[str]]:
    """The lines of the shell blocks, as words, without the settings in front."""
    lines = [line for block in SHELL.findall(text) for line in block.splitlines() if line and not line.startswith("#")]
    words = [shlex.split(line, comments=True) for line in lines]
    return [[word for place, word in enumerate(line) if place or "=" not in word] for line in words]


def faults(words: list[str]) -> list[str]:
    """What is wrong with one command: no such command, no such option, no such file."""
    if "run.py" in words:
        known = re.findall(r'^COMMANDS = \{(.+)\}', (ROOT / "run.py").read_text(), re.MULTILINE)[0]
        return [] if f'"{words[words.index("run.py") + 1]}"' in known else [f"run.py {words[2]}"]
    if words and words[0].endswith("thidua"):
        return command_faults(platform_core.cli.main, words[1:])
    scripts = [word for word in words if "/" in word and word.endswith((".py", ".sql")) and "://" not in word]
    return [f"no file {word}" for word in scripts if not (ROOT / word).exists()]


def command_faults(command: click.Command, words: list[str]) -> list[str]:
    """Follow a command line down its groups; options must be the last command's or a group's on the way."""
    options = {option for parameter in command.params for option in parameter.opts}
    while words and isinstance(command, click.Group):
        if words[0].startswith("-"):
            if words[0] not in options:
                return [f"no option {words[0]}"]
            words = words[2:]
            continue
        below = command.commands.get(words[0])
        if below is None:
            return [f"no command {words[0]}"]
        command, words = below, words[1:]
        options = {option for parameter in command.params for option in parameter.opts}
    return [f"no option {word}" for word in words if word.startswith("--") and word not in options]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_exist(page):
    text = page.read_text(encoding="utf-8")
    assert [fault for words in commands(text) for fault in faults(words)] == []


@pytest.mark.parametrize(("line", "expected"), [
    ("python3 run.py fly", "run.py fly"), (".venv/bin/thidua tenants burn", "no command burn"),
    ("thidua serve --prot 1", "no option --prot"), ("python tests/gone.py", "no file tests/gone.py")])
def test_a_command_that_is_not_there_is_found(line, expected):
    found = commands(f"```sh\n{line}\n```\n")
    assert faults(found[0]) == [expected]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_settings_are_read_by_the_code():
    code = "\n".join(file.read_text() for file in (ROOT / "platform" / "platform_core").rglob("*.py"))
    named = {setting for page in PAGES for setting in SETTING.findall(page.read_text(encoding="utf-8"))}
    assert [setting for setting in sorted(named) if f'"{setting}"' not in code] == []


def test_folders_on_the_map_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Map of the project")[2].partition("\n## ")[0]
    places = [place for place in re.findall(r"^\| `([\w/<>]+)`", section, re.MULTILINE) if "<" not in place]
    assert len(places) > 5
    assert [place for place in places if not (ROOT / place).is_dir()] == []


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next of its height."""
    found = (ROOT / page).read_text(encoding="utf-8").partition(f"{heading}\n")[2]
    assert found, (page, heading)
    return found.partition("\n## ")[0]


@pytest.mark.parametrize(("vietnamese", "english"), list(zip(VIETNAMESE, ENGLISH, strict=True)))
def test_the_vietnamese_page_tells_the_same_commands_and_settings(vietnamese, english):
    ours, theirs = section("README.vi.md", vietnamese), section("README.md", english)
    assert SHELL.findall(ours) == SHELL.findall(theirs) != []
    assert re.findall(r"^\| `(\w+)`", ours, re.MULTILINE) == re.findall(r"^\| `(\w+)`", theirs, re.MULTILINE)
    assert re.findall(r"\(`([\w.-]+)`\)", ours) == re.findall(r"\(`([\w.-]+)`\)", theirs)


def test_the_pages_lead_to_each_other():
    for page, other in (("README.md", "README.vi.md"), ("README.vi.md", "README.md")):
        assert f"]({other})" in (ROOT / page).read_text(encoding="utf-8")
