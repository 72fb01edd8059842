"""Editions of the layout: a paper that was issued is laid out for ever as on its day.

Each edition is a folder of `layouts/`. What changes how an edition looks is a new folder, never a change to an old one;
a test knows the print of every edition.
"""

from pathlib import Path
from typing import Final

CURRENT: Final = 1
"""The edition of drafts and of what is issued today."""
_LAYOUTS = Path(__file__).parent / "layouts"


def layout(edition: int, name: str) -> Path:
    """One file of an edition, `paper.typ` or `paper.xml`."""
    return _LAYOUTS / str(edition) / name
