"""The reference for authors of modules is what the docstrings say today, and leaves nothing of the contract out."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from plugin_api import hookspecs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The script, which is no package."""
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "deploy" / "reference" / "write.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(reference):
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "python deploy/reference/write.py"


def test_each_hook_and_each_module_of_the_contract_is_in_it(reference):
    text = reference.page()
    hooks = [name for name, spec in vars(hookspecs).items() if hasattr(spec, f"{hookspecs.PROJECT}_spec")]
    modules = {file.stem for file in reference.CONTRACT.glob("*.py")} - {"__init__", *reference.PROGRAMS}
    assert len(hooks) > 10 and [name for name in hooks if f"### `{name}`" not in text] == []
    assert [name for name in modules if f"### `plugin_api.{name}`" not in text] == []


def test_a_new_name_and_a_new_docstring_change_it(reference):
    told = list(reference.names(ast.parse('async def ask(words: str) -> int:\n    """Ask. Then wait."""')))
    assert told == ["- `async ask(words: str) -> int` – Ask."]
    assert list(reference.names(ast.parse('MOST = 3\n"""The most."""\n_LEAST = 1\n"""No."""\nPLAIN = 2'))) == [
        "- `MOST` – The most."]
    told = list(reference.names(ast.parse('class A:\n    """What."""\n    def b(self): "Does."\n    def _c(self): 1')))
    assert told == ["- `class A` – What.", "  - `b(self)` – Does."]


def test_each_name_that_templates_know_is_described_and_no_other_is(reference, pages):
    standard = {"range", "dict", "lipsum", "cycler", "joiner", "namespace", "gettext", "pgettext", "npgettext"}
    known = set(pages.env.globals) - standard | {"pairs"}
    assert "pairs" in pages.env.filters
    assert known == set(reference.TEMPLATE_NAMES)


def test_each_macro_that_pages_import_is_in_it(reference):
    offered = re.findall(r"\{% set (\w+) = ", (reference.WEB / "templates" / "macros.html").read_text(encoding="utf-8"))
    text = reference.page()
    assert len(offered) > 20 and [name for name in offered if f"#### `ui.{name}(" not in text] == []
