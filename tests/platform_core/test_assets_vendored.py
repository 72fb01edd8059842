"""What the pages and papers take from npm: complete, small, from nowhere in particular, and made by the build."""

import hashlib
import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "deploy/assets"
VENDOR = ROOT / "platform/platform_core/web/static/vendor"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The build hook as a module."""
    spec = spec_from_file_location("assets_hook", ASSETS / "assets.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_installed_files_are_those_the_inputs_ask_for(hook: ModuleType) -> None:
    assert hook.is_up_to_date(ROOT, hook.stamp_of_inputs())
    assert not hook.provide_assets(ROOT), "a second build fetches nothing"


def test_a_changed_input_or_a_lost_file_is_noticed(hook: ModuleType, tmp_path: Path) -> None:
    assert not hook.is_up_to_date(ROOT, "the stamp of other inputs")
    assert not hook.is_up_to_date(tmp_path, hook.stamp_of_inputs())


def test_the_manifest_knows_every_file_by_its_content() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    assert {"htmx.min.js", "tabler.min.css", "tabler.min.js", "icons.svg", "fonts.css"} <= set(manifest)
    for name, sha in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest().startswith(sha)


def test_every_icon_of_the_list_is_in_the_sprite_and_every_icon_of_a_page_in_the_list(hook: ModuleType) -> None:
    sprite = re.findall(r'<symbol id="i-([a-z0-9-]+)"', (VENDOR / "icons.svg").read_text())
    assert sprite == hook.ICONS
    pages = [page.read_text() for folder in ("platform", "plugins") for page in (ROOT / folder).rglob("*.html")]
    shown = {name for page in pages for name in re.findall(r"""#i-([a-z0-9-]+)|\bicon\(["']([a-z0-9-]+)""", page)}
    assert {a or b for a, b in shown} <= set(sprite)


def test_the_font_of_the_screens_has_all_cuts_and_their_files() -> None:
    css = (VENDOR / "fonts.css").read_text()
    files = re.findall(r"url\(([^)]+)\)", css)
    assert len(files) == 12
    assert all((VENDOR / file).read_bytes()[:4] == b"wOF2" for file in files)
    assert "U+1EA0-1EF9" in css, "the Vietnamese letters"


def test_no_page_asks_another_machine_and_no_lock_names_one() -> None:
    for name in ("tabler.min.css", "fonts.css"):
        links = re.findall(r"url\(\s*[\"']?([^)\"']+)", (VENDOR / name).read_text())
        assert all(link.startswith(("data:", "fonts/")) for link in links)
    for name in ("htmx.min.js", "tabler.min.js", "tabler.min.css"):
        assert "sourceMappingURL" not in (VENDOR / name).read_text()
    lock = (ASSETS / "package-lock.json").read_text()
    assert "://" not in lock
    packages = [entry for place, entry in json.loads(lock)["packages"].items() if place]
    assert packages and all(entry["integrity"].startswith("sha512-") for entry in packages)
