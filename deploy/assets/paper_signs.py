"""Which signs the fonts of the papers have, as `tenancy/paper_signs.py` keeps them.

Run `python deploy/assets/paper_signs.py` after a new version of the fonts; a test compares.
"""

from collections.abc import Iterable
from pathlib import Path

import pymupdf

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "platform/platform_core/documents/fonts"
KEPT = ROOT / "tenants/tenancy/paper_signs.py"
BEGIN, END = 'RANGES: Final = """\n', '\n"""\n'


def signs_of_fonts() -> set[int]:
    """The code points that every style of the font has."""
    styles = [set(pymupdf.Font(fontfile=str(file)).valid_codepoints()) for file in sorted(FONTS.glob("*.ttf"))]
    return set.intersection(*styles)


def as_text(signs: Iterable[int]) -> str:
    """Ranges in hexadecimal, wrapped into lines."""
    ranges: list[list[int]] = []
    for sign in sorted(signs):
        if ranges and ranges[-1][1] == sign - 1:
            ranges[-1][1] = sign
        else:
            ranges.append([sign, sign])
    words = [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges]
    return "\n".join(" ".join(words[place : place + 10]) for place in range(0, len(words), 10))


def main() -> None:
    """Write the ranges into the module that keeps them."""
    source = KEPT.read_text(encoding="utf-8")
    before, _begin, rest = source.partition(BEGIN)
    KEPT.write_text(before + BEGIN + as_text(signs_of_fonts()) + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
