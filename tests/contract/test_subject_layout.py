"""A module is cut by subject: each a package with the same few files; a module of one subject needs no package."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {contract["id"]: contract for contract in tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]}
HOOKS = {node.name for node in ast.parse((ROOT / "platform/plugin_api/hookspecs.py").read_text(encoding="utf-8")).body
         if isinstance(node, ast.FunctionDef)}
OF_A_MODULE = {"__init__", "plugin", "config", "permissions", "tables", "facts", "records", "sample", "piccolo_app"}
OF_A_SUBJECT = {"endpoints", "forms", "actions", "pages", "papers", "queries", "rows"}
NO_SUBJECTS = {"rules", "demo", "common"}
"""Packages of a module that are no subjects: decisions, the demonstration year, what all subjects use."""


def modules() -> list[str]:
    return sorted(file.parent.name for file in (ROOT / "plugins").glob("*/__init__.py"))


def subjects(module: Path) -> list[Path]:
    """The subjects of a module that are packages."""
    return sorted(file.parent for file in module.glob("*/__init__.py") if file.parent.name not in NO_SUBJECTS)


def faults(module: Path) -> list[str]:
    """What does not stand where a reader looks for it."""
    root = {file.stem for file in module.glob("*.py")}
    packages = subjects(module)
    found = [f"{name}.py belongs to no subject" for name in sorted(root - OF_A_MODULE - OF_A_SUBJECT)]
    if packages and root & OF_A_SUBJECT:
        found += [f"{name}.py lies beside the subjects" for name in sorted(root & OF_A_SUBJECT)]
    if not packages and "endpoints" not in root:
        found.append("no endpoints")
    return found + [fault for subject in packages for fault in faults_of_subject(subject)]


def faults_of_subject(subject: Path) -> list[str]:
    """A file of a subject is called as every other subject's, or as the hook it answers; many pages are a package."""
    files = {file.stem for file in subject.glob("*.py")} - {"__init__"}
    packages = {file.parent.name for file in subject.glob("*/__init__.py")}
    found = [f"{subject.name}: no endpoints"] if "endpoints" not in files else []
    found += [f"{subject.name}/{name}.py" for name in sorted(files - OF_A_SUBJECT - HOOKS)]
    return found + [f"{subject.name}/{name}/" for name in sorted(packages - {"pages"})]


def planted(folder: Path, *files: str) -> Path:
    """A module of empty files."""
    for name in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return folder


@pytest.mark.parametrize("module", modules())
def test_a_module_is_cut_by_subject(module):
    assert faults(ROOT / "plugins" / module) == []


def test_the_example_of_the_readme_is_one_subject_without_packages(tmp_path):
    told = re.findall(r"^`plugins/good_deeds/([\w./]+)`$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert {"plugin.py", "endpoints.py"} <= set(told)
    assert faults(planted(tmp_path, *told)) == []


@pytest.mark.parametrize(("files", "fault"), [
    (["service/__init__.py", "service/plans.py"], "service/plans.py"),
    (["plans/__init__.py", "plans/endpoints.py", "forms.py"], "forms.py lies beside the subjects"),
    (["plans/__init__.py", "plans/pages.py"], "plans: no endpoints"),
    (["plans/__init__.py", "plans/endpoints.py", "plans/plan_helpers.py"], "plans/plan_helpers.py"),
    (["plans/__init__.py", "plans/endpoints.py", "plans/actions/__init__.py"], "plans/actions/"),
    (["endpoints.py", "service.py"], "service.py belongs to no subject"),
    (["plugin.py"], "no endpoints"),
])
def test_a_module_cut_otherwise_is_found(tmp_path, files, fault):
    assert fault in faults(planted(tmp_path, *files))


def test_subjects_of_a_well_cut_module_are_found_well(tmp_path):
    files = ["plugin.py", "rules/__init__.py", "rules/days.py", "plans/__init__.py", "plans/endpoints.py",
             "plans/pages/__init__.py", "plans/pages/one_plan.py", "plans/work_items.py"]
    assert faults(planted(tmp_path, *files)) == []


@pytest.mark.parametrize("module", modules())
def test_the_arrows_between_subjects_and_within_them_are_guarded(module):
    downwards = CONTRACTS[f"subjects_{module}"]
    named = {name for layer in downwards["layers"] for name in re.findall(r"\w+", layer)}
    packages = {subject.name for subject in subjects(ROOT / "plugins" / module)}
    assert downwards["type"] == "layers" and downwards["containers"] == [module] and downwards["exhaustive"]
    assert packages <= named
    assert {f"{module}.{name}" for name in packages} <= set(CONTRACTS["files"]["containers"])
