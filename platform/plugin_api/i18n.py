"""Languages. Vietnamese is the source of every sentence; English is a complete catalogue."""

from collections.abc import Mapping
from contextvars import ContextVar
from gettext import NullTranslations

LANGUAGES = ("vi", "en")

_language: ContextVar[str] = ContextVar("language", default="vi")
# lint: allow(module-state): read from files at start, the same in every process
_catalogues: dict[str, NullTranslations] = {}


def install(catalogues: Mapping[str, NullTranslations]) -> None:
    """Set the catalogues of this process, language → translations. Called once by the composition root."""
    _catalogues.clear()
    _catalogues.update(catalogues)


def use_language(language: str) -> None:
    """Speak `language` ("vi" or "en") for the rest of this request; anything else is Vietnamese."""
    _language.set(language if language in LANGUAGES else "vi")


def current_language() -> str:
    """The language of this request."""
    return _language.get()


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the language of this request, with `%(name)s` filled from `values`."""
    text = gettext_in(_language.get(), sentence)
    return text % values if values else text


def gettext_in(language: str, sentence: str) -> str:
    """The sentence in a language, its places for values still empty."""
    catalogue = _catalogues.get(language)
    return catalogue.gettext(sentence) if catalogue else sentence


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The singular or plural sentence for `count`, which is also `%(num)s`."""
    catalogue = _catalogues.get(_language.get())
    text = catalogue.ngettext(one, many, count) if catalogue else (one if count == 1 else many)
    return text % ({"num": count} | values)


def mark(sentence: str) -> str:
    """Mark a sentence for the catalogue where it is declared; it is translated where it is shown."""
    return sentence
