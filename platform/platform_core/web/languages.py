"""Catalogues of the core and the modules, read from their .po files at start: no compiled copies to forget."""

from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

import platform_core.web


def catalogue(language: str, folders: list[Path]) -> NullTranslations:
    """All `locales/<language>/LC_MESSAGES/*.po` below the folders as one catalogue."""
    merged = Translations()
    for folder in folders:
        for file in sorted((folder / "locales" / language / "LC_MESSAGES").glob("*.po")):
            compiled = BytesIO()
            with file.open("rb") as source:
                write_mo(compiled, read_po(source, locale=language))
            compiled.seek(0)
            merged.merge(Translations(compiled))
    return merged


def folders_of(plugins: dict[str, object]) -> list[Path]:
    """Where catalogues lie: the core's and each module's package."""
    core = Path(platform_core.web.__file__).parent.parent
    return [
        core,
        *(Path(str(getattr(plugin, "__file__", ""))).parent for name, plugin in plugins.items() if name != "core"),
    ]
