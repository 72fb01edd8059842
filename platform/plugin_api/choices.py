"""What a form or a filter offers to choose from."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from plugin_api.i18n import gettext as _

Choices = list[tuple[str, str]]
"""(value, words) for a select."""


class Person(Struct, frozen=True):
    """A person to choose or to name."""

    person_id: UUID
    full_name: str

    @property
    def choice(self) -> tuple[UUID, str]:
        """The person as one of a select's options."""
        return self.person_id, self.full_name


def choices(words: Mapping[str, str]) -> Choices:
    """A mapping of marked words as choices in the person's language."""
    return [(key, _(word)) for key, word in words.items()]
