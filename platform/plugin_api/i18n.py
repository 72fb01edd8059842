"""Languages, as modules use them: `gettext` where a sentence is said, `mark` where it is only declared."""

from tenancy.i18n import (
    LANGUAGES,
    current_language,
    either,
    gettext,
    gettext_in,
    install,
    mark,
    ngettext,
    use_language,
)

__all__ = [
    "LANGUAGES",
    "current_language",
    "either",
    "gettext",
    "gettext_in",
    "install",
    "mark",
    "ngettext",
    "use_language",
]
