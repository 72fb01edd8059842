"""Languages. Vietnamese is the source of every sentence; English is a complete catalogue.

Here at the bottom because every package speaks; modules import it as `plugin_api.i18n`.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from gettext import NullTranslations

LANGUAGES = ("vi", "en")

_language: ContextVar[str | None] = ContextVar("language", default=None)
# lint: allow(module-state): chosen by the operator at start, for what is said outside every request
_of_process = ["vi"]
# lint: allow(module-state): read from files at start, the same in every process
_catalogues: dict[str, NullTranslations] = {}


def install(catalogues: Mapping[str, NullTranslations]) -> None:
    """Set the catalogues of this process, language → translations. Called once by the composition root."""
    _catalogues.clear()
    _catalogues.update(catalogues)


def use_language_of_process(language: str) -> None:
    """Speak `language` wherever no request has chosen one: commands, start-up. Called once by the command line."""
    _of_process[:] = [language]


def use_language(language: str) -> None:
    """Speak `language` ("vi" or "en") for the rest of this request; anything else is Vietnamese."""
    _language.set(language if language in LANGUAGES else "vi")


def current_language() -> str:
    """The language of this request; outside every request that of the process."""
    return _language.get() or _of_process[0]


def gettext(sentence: str, **values: object) -> str:
    """The sentence in the language of this request, with `%(name)s` filled from `values`."""
    text = gettext_in(current_language(), sentence)
    return text % values if values else text


def gettext_in(language: str, sentence: str) -> str:
    """The sentence in a language, its places for values still empty."""
    catalogue = _catalogues.get(language)
    return catalogue.gettext(sentence) if catalogue else sentence


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The singular or plural sentence for `count`, which is also `%(num)s`."""
    catalogue = _catalogues.get(current_language())
    text = catalogue.ngettext(one, many, count) if catalogue else (one if count == 1 else many)
    return text % ({"num": count} | values)


def either(vietnamese: str, english: str) -> str:
    """The one in the language of this request, of a row that holds both; Vietnamese where there is no English."""
    return english if english and current_language() == "en" else vietnamese


def mark(sentence: str) -> str:
    """Mark a sentence for the catalogue where it is declared; it is translated where it is shown."""
    return sentence
