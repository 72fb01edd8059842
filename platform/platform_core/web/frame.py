"""The frame around every page, rendered once for a session in a body: what stays the same all day is text with slots.

A frame is kept under what the database said when the request was opened, so whatever changes there makes a new one.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from jinja2 import Environment
from markupsafe import Markup, escape

SLOT = "\ue000"
"""A sign of the private use area: no text of ours holds it. It stands before and after the name of a slot."""
PATH, KEY = "path", "key"
MOST_KEPT = 2000

Slotted = tuple[list[str], list[str]]
"""Texts and the names of the slots between them."""


class Frames:
    """The frames of one process."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._kept: dict[Any, tuple[Slotted, Slotted]] = {}

    def of(self, shell: Any) -> "Frame":
        """The frame of this request; kept unless `shell.frame_key` is None."""
        parts = self._kept.get(shell.frame_key) if shell.frame_key is not None else None
        if parts is None:
            parts = self._slotted("topbar", shell), self._slotted("menu", shell)
            if shell.frame_key is not None:
                if len(self._kept) >= MOST_KEPT:
                    self._kept.clear()
                self._kept[shell.frame_key] = parts
        return Frame(parts, shell.path)

    def _slotted(self, name: str, shell: Any) -> Slotted:
        slots = {"path_slot": _slot(PATH), "key_slot": _slot(KEY), "current_slot": _slot}
        pieces = self._env.get_template(f"frame/{name}.html").render(shell=shell, **slots).split(SLOT)
        return pieces[::2], pieces[1::2]


class Frame:
    """The frame of one page: the address is filled in, and at most one entry of the menu is marked as the current."""

    def __init__(self, parts: tuple[Slotted, Slotted], path: str) -> None:
        self._topbar, self._menu = parts
        self._path = path

    @property
    def topbar(self) -> Markup:
        """What stands in the head of the page; each of its buttons with a key of its own."""
        address = str(escape(self._path))
        return _filled(self._topbar, lambda name: address if name == PATH else uuid4().hex)

    @property
    def menu(self) -> Markup:
        """The entries of the modules; empty outside a body."""
        current = current_entry(self._menu[1], self._path.partition("?")[0])
        return _filled(self._menu, lambda url: ' aria-current="page"' if url == current else "")


def current_entry(urls: list[str], path: str) -> str | None:
    """Where the reader is: the longest address that the path begins with.

    A body's first page is only itself: every other page begins with its address.
    """
    leading = [url for url in urls if path == url or (url.count("/") > 2 and path.startswith(url + "/"))]
    return max(leading, key=len, default=None)


def _slot(name: str) -> Markup:
    return Markup(f"{SLOT}{name}{SLOT}")


def _filled(slotted: Slotted, fill: Callable[[str], str]) -> Markup:
    texts, names = slotted
    found = [texts[0]]
    for name, text in zip(names, texts[1:], strict=True):
        found += (fill(name), text)
    return Markup("".join(found))
