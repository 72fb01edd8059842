"""The import contracts hold, and a planted import against each of them is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
FOLDERS = ("platform", "tenants", "plugins")
AGAINST = {
    "core | each module -> contract -> tenancy":
        ("platform/platform_core/dashboard/service.py", "import monthly_rating.config"),
    "only tenancy speaks to PostgreSQL; who connects as owner or superuser is named":
        ("plugins/monthly_rating/facts.py", "import asyncpg"),
    "only access knows casbin": ("platform/platform_core/dashboard/service.py", "import casbin"),
    "only the host and the hooks know pluggy": ("plugins/monthly_rating/facts.py", "import pluggy"),
    "modules and services know nothing of the web framework":
        ("platform/platform_core/people/service.py", "import litestar"),
    "main -> commands -> what they share":
        ("platform/platform_core/cli/common.py", "import platform_core.cli.main"),
    "layers of the core": ("platform/platform_core/people/tables.py", "import platform_core.web.request_middleware"),
    "subjects of monthly_rating use each other downwards":
        ("plugins/monthly_rating/plans/pages.py", "import monthly_rating.cycles.queries"),
    "a subject: endpoints -> actions | pages -> papers -> queries -> rows -> forms":
        ("plugins/monthly_rating/tasks/queries.py", "import monthly_rating.tasks.actions"),
    "rules are pure: no database, no files, no chance, no web":
        ("plugins/monthly_rating/rules/tasks.py", "import tenancy.query"),
}


def verdicts(root: Path) -> dict[str, str]:
    """Contract → KEPT or BROKEN, by import-linter over the packages below `root`."""
    folders = os.pathsep.join(str(root / folder) for folder in FOLDERS)
    told = subprocess.run([LINT_IMPORTS, "--no-cache", "--config", str(root / "pyproject.toml")], cwd=root, text=True,
                          capture_output=True, env=os.environ | {"PYTHONPATH": folders, "NO_COLOR": "1"}).stdout
    lines = [line.partition(" (")[0].rpartition(" ") for line in told.splitlines()]
    return {name: verdict for name, _space, verdict in lines if verdict in ("KEPT", "BROKEN")}


def test_the_import_contracts_hold():
    assert verdicts(ROOT) == dict.fromkeys(AGAINST, "KEPT")


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    """A copy of the packages with one import against every contract."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=lambda _path, names: [
            name for name in names if name == "__pycache__" or ("." in name and not name.endswith(".py"))])
    for file, line in AGAINST.values():
        text = (copy / file).read_text(encoding="utf-8")
        (copy / file).write_text(f"{text}\n{line}\n", encoding="utf-8")
    return copy


def test_an_import_against_a_contract_is_found(planted):
    assert verdicts(planted) == dict.fromkeys(AGAINST, "BROKEN")
