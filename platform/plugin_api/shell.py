"""What a module may put into the common screens: navigation, "My work", a person's page, search."""

from datetime import date

from msgspec import Struct


class NavigationItem(Struct, frozen=True):
    """An entry of the menu; `view` is the endpoint's name, `icon` one of the sprite's."""

    title: str
    view: str
    icon: str
    order: int = 100
    group: str = ""


class WorkItem(Struct, frozen=True):
    """Something that waits for the person; `due` None when no day is set."""

    title: str
    detail: str
    link: str
    due: date | None
    module: str


class Card(Struct, frozen=True):
    """A value on "My work" that leads to its evidence."""

    title: str
    value: str
    detail: str
    link: str


class PersonPanel(Struct, frozen=True):
    """Lines of a module on a person's page: (label, value) pairs and a link to more."""

    title: str
    lines: list[tuple[str, str]]
    link: str


class SearchHit(Struct, frozen=True):
    """Something found: what it is, where it is."""

    title: str
    detail: str
    link: str
