"""A browser and a running product for the journeys."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from serving import Serving, serving_a_copy

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as `run.py test` found or installed it; closed after each file, because it keeps an event loop busy."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_password() -> str:
    """The password of every demo account."""
    return DEMO_PASSWORD


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, make_copy: Callable[[str], object]) -> Iterator[Serving]:
    """The product over a database of the journeys."""
    with serving_a_copy(postgres, make_copy, "journeys") as serving:
        yield serving
