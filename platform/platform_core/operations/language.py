"""Which language the command line speaks: `--lang`, else the locale."""

import os

from plugin_api.i18n import LANGUAGES
from tenancy.i18n import install, use_language_of_process

VARIABLE = "THIDUA_LANG"
"""Hands the choice on to worker processes and the daily maintenance."""


def speak(chosen: str | None = None) -> None:
    """Speak the chosen language, else that of the locale, in this process and those it starts."""
    language = chosen or _of_environment()
    os.environ[VARIABLE] = language
    use_language_of_process(language)
    if language != "vi":
        from platform_core.web.languages import catalogue, folders_of

        install({language: catalogue(language, folders_of({}))})


def _of_environment() -> str:
    """English where the locale asks for it (POSIX order: LC_ALL, LC_MESSAGES, LANG), Vietnamese everywhere else."""
    handed_on = os.environ.get(VARIABLE)
    if handed_on in LANGUAGES:
        return handed_on
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "vi"
