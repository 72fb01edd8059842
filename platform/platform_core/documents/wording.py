"""The fixed wording of official papers: lines that the layouts share and that no module should have to spell.

Sources: decree 30/2020/NĐ-CP, annex I (State); guideline 36-HD/VPTW of 2018, annex 3 (Party).
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from plugin_api.papers import Layout, Paper, designation

_BLANK = "\N{NO-BREAK SPACE}" * 7
_LETTERS = "abcdđeghiklmnopqrstuvxy"
_HEAD_LINE = 26
_PLACE = re.compile(" (?:TỈNH|HUYỆN|QUẬN|THÀNH PHỐ|THỊ XÃ|KHU VỰC|CẤP CAO|TỐI CAO) ?")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """The same words as precomposed letters, without what no page can show: control marks, reversals of the reading
    direction, halves of characters. Line ends become one newline each."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", lines))


def capitals(text: str) -> str:
    """Printable and in capitals."""
    return printable(text).upper()


def letterhead(name: str) -> str:
    """A body's name in capitals; when it is too long for one line it breaks before its place ("HUYỆN KIÊN LƯƠNG"),
    where a typist would break it."""
    words = capitals(name)
    place = _PLACE.search(words)
    if len(words) <= _HEAD_LINE or place is None or place.start() > _HEAD_LINE:
        return words
    return f"{words[: place.start()]}\n{words[place.start() + 1 :]}"


def number_line(paper: Paper) -> str:
    """ "Số: 12/TB-VKS" for the State, "Số 12-TB/CB" for the Party; blank where the clerk will write the number."""
    if not (paper.number or paper.sign):
        return ""
    number = printable(paper.number) or _BLANK
    return ("Số: " if paper.layout == "state" else "Số ") + designation(paper.layout, number, printable(paper.sign))


def place_and_date(place: str, date: dt.date | None) -> str:
    """ "Kiên Lương, ngày 03 tháng 02 năm 2026": a zero before days under 10 and before months 1 and 2 only."""
    if date is None:
        day = "ngày .... tháng .... năm 20...."
    else:
        month = f"{date.month:02d}" if date.month < 3 else str(date.month)
        day = f"ngày {date.day:02d} tháng {month} năm {date.year}"
    return f"{printable(place)}, {day}" if place else day.capitalize()


def listed(lines: Iterable[str], layout: Layout) -> list[str]:
    """Lines of "Nơi nhận" or "Kính gửi": a dash before each, a semicolon (Party: a comma) after, a stop at the end."""
    bare = [printable(line).strip().removeprefix("-").strip().rstrip(" ;,.") for line in lines]
    joint = ";" if layout == "state" else ","
    return [f"- {line}{'.' if place == len(bare) else joint}" for place, line in enumerate(bare, 1)]


class HeadingCounter:
    """Numbers the headings of one body of text: I, II / 1, 2 / a, b, each level anew below a higher one."""

    def __init__(self) -> None:
        self._counts = [0, 0, 0]

    def next(self, level: int) -> str:
        """The number of the next heading of this level, with the mark that follows it."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (3 - level)
        count = self._counts[level - 1]
        if level == 1:
            return f"{_roman(count)}. "
        return f"{count}. " if level == 2 else f"{_letter(count)}) "


def _roman(count: int) -> str:
    numeral = ""
    for value, sign in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        times, count = divmod(count, value)
        numeral += sign * times
    return numeral


def _letter(count: int) -> str:
    rounds, place = divmod(count - 1, len(_LETTERS))
    return _LETTERS[place] * (rounds + 1)
