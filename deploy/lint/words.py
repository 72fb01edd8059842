"""Every word that people read is in the catalogues: `python deploy/lint/words.py [--templates | --catalogues]`.

Vietnamese is the source. A sentence in a template outside gettext, or one without its English, is a finding. `--write`
puts new sentences with an empty translation into the English catalogues and drops those that nobody says any more.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, TemplateSyntaxError, nodes

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.loopcontrols", "newstyle_gettext": "true"}}
SHOWN_ATTRIBUTES = ("title", "placeholder", "aria-label", "aria-description", "alt", "label", "data-confirm")
SAME_EVERYWHERE = frozenset({"Tiếng Việt", "English", "PDF", "DOCX", "XLSX", "CSV", "API", "vi", "en"})
LETTERS = re.compile(r"[^\W\d_]{2,}")
MARKUP = re.compile(r'.*="|-?[a-z]+(?:-[a-z]+)*-?"?$')
"""Attributes and class names that a block or macro puts into a tag; Vietnamese words of one piece carry a capital."""
FILLED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
FILLED_IN = "\ufffc"


@dataclass(frozen=True)
class Domain:
    """A package with its own catalogue, and the folders whose words it holds."""

    name: str
    catalogue: Path
    folders: tuple[Path, ...]


def domains(root: Path = ROOT) -> list[Domain]:
    """The core, which also holds the words of the contract and of tenancy, and each module, also those from outside."""
    core = root / "platform" / "platform_core"
    below = (root / "platform" / "plugin_api", root / "tenants" / "tenancy")
    packages = {file.parent for file in (root / "plugins").glob("*/__init__.py")} | set(installed_packages())
    return [
        Domain("core", _english(core, "thidua"), (core, *below)),
        *(Domain(package.name, _english(package, package.name), (package,)) for package in sorted(packages)),
    ]


def installed_packages() -> Iterator[Path]:
    """The folders of the modules that installed distributions announce; a module is not run for it."""
    for entry in entry_points(group="thidua.plugins"):
        found = find_spec(entry.module.partition(".")[0])
        yield from (Path(folder).resolve() for folder in (found and found.submodule_search_locations) or ())


def shown_path(file: Path, root: Path) -> str:
    """Within the project from its top; the whole path of what lies outside."""
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def _english(package: Path, name: str) -> Path:
    return package / "locales" / "en" / "LC_MESSAGES" / f"{name}.po"


class Shown(HTMLParser):
    """Collects what a reader sees of a template's own text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes are words, too."""
        self._silent += tag in ("script", "style")
        self.texts += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        """The end of what is not shown."""
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._silent:
            self.texts += data.split(FILLED_IN)


def template_faults(folder: Path, root: Path = ROOT) -> Iterator[str]:
    """Templates that do not parse, and words in them that gettext does not know."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"])
    for file in sorted(folder.rglob("templates/**/*.html")):
        name = shown_path(file, root)
        try:
            tree = environment.parse(file.read_text(encoding="utf-8"))
        except TemplateSyntaxError as fault:
            yield f"{name}:{fault.lineno}: {fault.message}"
            continue
        for text in own_words(tree):
            yield f"{name}: “{text}” is not in gettext: {{{{ _(\"…\") }}}}"


def own_words(tree: nodes.Template) -> Iterator[str]:
    """The words a template says itself."""
    shown = Shown()
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            shown.feed(part.data if isinstance(part, nodes.TemplateData) else FILLED_IN)
    shown.close()
    for text in shown.texts:
        words = " ".join(text.replace(FILLED_IN, " ").split())
        if LETTERS.search(words) and words not in SAME_EVERYWHERE and not MARKUP.match(words):
            yield words


def said(domain: Domain, root: Path = ROOT) -> Catalog:
    """Every sentence of a translation domain, with where it is said."""
    found = Catalog(locale="en", project="thidua", fuzzy=False)
    for folder in domain.folders:
        said_here = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS, ["reason:"])
        for file, line, message, comments, context in said_here:
            where = shown_path(folder / file, root)
            found.add(message, None, [(where, line)], auto_comments=comments, context=context)
    return found


def known(domain: Domain) -> Catalog:
    """The English catalogue as it is; empty when there is none yet."""
    if not domain.catalogue.exists():
        return Catalog(locale="en")
    with domain.catalogue.open("rb") as file:
        return read_po(file, locale="en")


def catalogue_faults(domain: Domain, root: Path = ROOT) -> Iterator[str]:
    """Sentences without their English, with other values to fill in, or that nobody says any more."""
    wanted, there = said(domain, root), known(domain)
    for message in wanted:
        if not message.id:
            continue
        english = there.get(message.id)
        where = ":".join(map(str, message.locations[0]))
        if english is None or not english.string or not all(_texts(english.string)):
            yield f"{where}: no English for “{_texts(message.id)[0]}”"
        elif english.fuzzy:
            yield f"{where}: the English of “{_texts(message.id)[0]}” is marked fuzzy: read it and unmark it"
        elif any(_filled(text) - _filled(*_texts(message.id)) for text in _texts(english.string)):
            yield f"{where}: the English of “{_texts(message.id)[0]}” fills in other values"
    for message in there:
        if message.id and wanted.get(message.id) is None:
            yield f"{shown_path(domain.catalogue, root)}: nobody says “{_texts(message.id)[0]}” any more"


def _texts(message: str | list[str] | tuple[str, ...]) -> list[str]:
    return [message] if isinstance(message, str) else list(message)


def _filled(*texts: str) -> set[str]:
    return {name for text in texts for found in FILLED.findall(text) for name in found if name}


def write(domain: Domain, root: Path = ROOT) -> None:
    """Bring a translation domain's English catalogue up to what is said, keeping every translation."""
    wanted, there = said(domain, root), known(domain)
    for message in wanted:
        english = there.get(message.id)
        if english is not None and message.id:
            message.string, message.flags = english.string, english.flags
    domain.catalogue.parent.mkdir(parents=True, exist_ok=True)
    with domain.catalogue.open("wb") as file:
        write_po(file, wanted, width=120, omit_header=False, sort_by_file=True)


def main(arguments: list[str]) -> int:
    """Print every finding; exit code 1 when there is one."""
    if "--write" in arguments:
        for domain in domains():
            write(domain)
    found: list[str] = []
    if "--catalogues" not in arguments:
        found += [fault for domain in domains() for folder in domain.folders for fault in template_faults(folder)]
    if "--templates" not in arguments:
        found += [fault for domain in domains() for fault in catalogue_faults(domain)]
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
