"""Every hook says when it is called, what to return and what its failure means; and the host really calls it."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from plugin_api import hookspecs

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("When:", "Return:", "If it fails:")
CALLERS = ("collect", "gather", "demand", "demand_now", "_call", "everywhere", "subset_hook_caller")


def hooks() -> dict[str, object]:
    """Name → specification."""
    return {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, f"{hookspecs.PROJECT}_spec")}


def undocumented(documentation: str | None) -> list[str]:
    """The parts that a docstring lacks or leaves empty, in their order."""
    text = inspect.cleandoc(documentation or "")
    pattern = r"\n".join(rf"{re.escape(part)} (?P<part{place}>.+?)" for place, part in enumerate(PARTS))
    return [] if re.fullmatch(pattern, text, re.DOTALL) else [part for part in PARTS if part not in text] or ["order"]


def called_names(source: str) -> set[str]:
    """Hooks whose name is an argument of a dispatcher call, or that are called as attributes."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(node.func.attr)
            if node.func.attr in CALLERS:
                found |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    return found


@pytest.mark.parametrize("name", hooks())
def test_a_hook_says_when_what_and_what_if(name):
    assert undocumented(inspect.getdoc(hooks()[name])) == []


@pytest.mark.parametrize("name", hooks())
def test_a_hook_is_fully_typed(name):
    signature = inspect.signature(hooks()[name])  # pyright: ignore[reportArgumentType]
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())


def test_a_gap_in_the_documentation_is_found():
    assert undocumented("When: always.\nReturn: nothing.") == ["If it fails:"]
    assert undocumented("Return: nothing.\nWhen: always.\nIf it fails: nothing.") == ["order"]


def test_hooks_are_called_by_the_host():
    core = ROOT / "platform" / "platform_core"
    called = {one for file in core.rglob("*.py") for one in called_names(file.read_text())}
    assert hooks().keys() - called == set()


def test_a_call_is_seen():
    assert "tenant_moved" in called_names("await dispatcher().gather('tenant_moved', actor)")
    assert "tenant_moved" not in called_names("'tenant_moved'")
