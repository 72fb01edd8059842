"""What several contracts look at: the project's own lint, the composed application, its pages."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from litestar import Litestar

from platform_core.app import create_app
from platform_core.plugin_host.running import dispatcher
from platform_core.settings import InstanceSettings
from platform_core.web.account_pages import account_pages
from platform_core.web.addresses import addresses_of
from platform_core.web.rendering import Pages

LINT = Path(__file__).resolve().parents[2] / "deploy" / "lint"


def load(name: str) -> ModuleType:
    """A module of `deploy/lint`, which is a folder of scripts and no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, LINT / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def lint() -> Callable[[str], ModuleType]:
    """Loads a script of `deploy/lint` by its name."""
    for helper in ("reading", "sql_text"):
        load(helper)
    return load


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application as `serve` composes it; nothing is connected yet."""
    return create_app(InstanceSettings(data=tmp_path_factory.mktemp("instance"), demo=False)).litestar


@pytest.fixture(scope="session")
def pages(application: Litestar) -> Pages:
    """The templates and addresses of that application."""
    made = Pages(dispatcher(), addresses_of(dispatcher().registry))
    account_pages(made, False, False)
    return made
