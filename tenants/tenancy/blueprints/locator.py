"""On which line each key of a TOML text stands. Python's own parser gives values without places; this gives the places.

Works on text that `tomllib` accepts, so it need not judge: anything between a key and the end of its value is skipped.
Grammar: TOML 1.0.0.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tenancy.blueprints.faults import Place

_TOKEN = re.compile(
    r'''(?P<comment>\#[^\n]*)
      | (?P<string>"""(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?\'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<bare>[A-Za-z0-9_+:-]+)
      | (?P<newline>\n)
      | (?P<space>[^\S\n]+)
      | (?P<mark>.)''',
    re.VERBOSE | re.DOTALL,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_END_OF_SCALAR = {"\n", ",", "]", "}", ""}


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def without_impossible_days(text: str) -> str:
    """The same text with 0001-01-01 for days like 2025-02-30, at which the parser would stop and hide all other faults.

    Lines and columns stay. `shaping` reports every 0001-01-01 as a day that does not exist.
    """
    return "".join("0001-01-01" if _is_impossible_day(token) else token.text for token in _tokens(text))


def lines_of(text: str) -> dict[Place, int]:
    """The line (from 1) of every key, table and array item of a valid TOML text."""
    return _Scan(text).lines


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        yield _Token(match.lastgroup or "mark", match.group(), line)
        line += match.group().count("\n")


def _is_impossible_day(token: _Token) -> bool:
    if token.kind != "bare" or not _DAY.fullmatch(token.text):
        return False
    try:
        date.fromisoformat(token.text)
    except ValueError:
        return True
    return False


class _Scan:
    """One pass over the text; `lines` is complete when it is built."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._rest = [token for token in _tokens(text) if token.kind not in ("comment", "space")]
        self._at = 0
        self._repeated: dict[Place, int] = {}
        table: Place = ()
        while self._peek().text:
            if self._peek().text == "\n":
                self._take()
            elif self._peek().text == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> _Token:
        return self._rest[self._at] if self._at < len(self._rest) else _Token("mark", "", 0)

    def _take(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _header(self) -> Place:
        line = self._take().line
        is_item = self._peek().text == "["
        if is_item:
            self._take()
        place = self._table_place(self._key(), is_item)
        self._mark(place, line)
        while self._peek().text == "]":
            self._take()
        return place

    def _table_place(self, key: list[str], is_item: bool) -> Place:
        place: Place = ()
        for depth, part in enumerate(key, start=1):
            place += (part,)
            if is_item and depth == len(key):
                self._repeated[place] = self._repeated.get(place, 0) + 1
            if place in self._repeated:
                place += (self._repeated[place] - 1,)
        return place

    def _pair(self, table: Place) -> None:
        line = self._peek().line
        place = table + tuple(self._key())
        self._take()  # "="
        self._mark(place, line)
        self._value(place)

    def _key(self) -> list[str]:
        parts = [self._key_part()]
        while self._peek().text == ".":
            self._take()
            parts.append(self._key_part())
        return parts

    def _key_part(self) -> str:
        token = self._take()
        return tomllib.loads(f"key = {token.text}")["key"] if token.kind == "string" else token.text

    def _value(self, place: Place) -> None:
        if self._peek().text == "[":
            self._array(place)
        elif self._peek().text == "{":
            self._inline_table(place)
        else:
            while self._peek().text not in _END_OF_SCALAR:
                self._take()

    def _array(self, place: Place) -> None:
        self._take()
        position = 0
        while self._peek().text != "]":
            if self._peek().text in (",", "\n"):
                self._take()
                continue
            self._mark((*place, position), self._peek().line)
            self._value((*place, position))
            position += 1
        self._take()

    def _inline_table(self, place: Place) -> None:
        self._take()
        while self._peek().text != "}":
            if self._peek().text == ",":
                self._take()
            else:
                self._pair(place)
        self._take()

    def _mark(self, place: Place, line: int) -> None:
        for depth in range(1, len(place) + 1):
            self.lines.setdefault(place[:depth], line)
