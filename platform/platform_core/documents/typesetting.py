"""From a `Paper` to the plain tree both layouts set: words ready to print, headings numbered, lists spelled out.

Both formats read the same tree, so that the PDF and the Word file of a paper can't say different things.
"""

import math
import re
from itertools import groupby
from typing import Any

from platform_core.documents.wording import (
    HeadingCounter,
    capitals,
    letterhead,
    listed,
    number_line,
    place_and_date,
    printable,
)
from plugin_api.papers import Annex, Band, Block, Bullets, Column, Heading, Paper, Paragraph, Signature, Table, Text

Tree = dict[str, Any]

#: Longest estimated height, in mm, of a table row that is moved whole to the next page instead of being cut.
_WHOLE_ROW = 60
#: A word that may not fit the line of a narrow column; Vietnamese words have 7 letters at most.
_LONG_WORD = re.compile(r"\S{17}")
_WIDTHS = {False: 165, True: 252}


def tree_of(paper: Paper) -> Tree:
    """The whole paper as dicts, lists, texts and numbers."""
    several = len(paper.addressees) > 1
    blocks = _blocks(paper.body, paper.landscape)
    if blocks and blocks[-1]["kind"] == "paragraph":
        blocks[-1]["sticky"] = True
    tree = {
        "layout": paper.layout,
        "draft": paper.draft,
        "upper_issuer": letterhead(paper.upper_issuer),
        "issuer": letterhead(paper.issuer),
        "number": number_line(paper),
        "date": [paper.date.year, paper.date.month, paper.date.day] if paper.date else None,
        "place_date": place_and_date(paper.place, paper.date),
        "title": capitals(paper.title),
        "summary": printable(paper.summary),
        "addressee": "" if several or not paper.addressees else printable(paper.addressees[0]),
        "addressees": listed(paper.addressees, paper.layout) if several else [],
        "landscape": paper.landscape,
        "blocks": blocks,
        "signatures": [_signature(signature) for signature in paper.signatures],
        "recipients": listed(paper.recipients, paper.layout),
        "annexes": [_annex(annex) for annex in paper.annexes],
    }
    return tree | {"long_words": _has_long_word(tree)}


def _has_long_word(value: Any) -> bool:
    if isinstance(value, str):
        return _LONG_WORD.search(value) is not None
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_long_word, inner))


def _annex(annex: Annex) -> Tree:
    return {
        "label": printable(annex.label),
        "title": capitals(annex.title),
        "note": printable(annex.note),
        "landscape": annex.landscape,
        "blocks": _blocks(annex.body, annex.landscape),
    }


def _signature(signature: Signature) -> Tree:
    return {
        "role": capitals(signature.role),
        "position": capitals(signature.position),
        "name": printable(signature.name),
    }


def _blocks(body: tuple[Block, ...], landscape: bool) -> list[Tree]:
    counter = HeadingCounter()
    return [tree for block in body for tree in _block(block, counter, _WIDTHS[landscape])]


def _block(block: Block, counter: HeadingCounter, width: float) -> list[Tree]:
    match block:
        case Paragraph(text, align, indent):
            return [_paragraph(_runs(text), align, indent)]
        case Heading(text, level, numbered):
            number = counter.next(level) if numbered else ""
            return [{"kind": "heading", "level": level, "text": number + printable(text)}]
        case Bullets(items):
            return [_paragraph([_run("- "), *_runs(item)], "justify", True) for item in items]
        case Table():
            return [_table(block, width)]
        case _:
            return [{"kind": "break"}]


def _paragraph(runs: list[Tree], align: str, indent: bool) -> Tree:
    """`sticky` keeps a paragraph on the page of what follows it."""
    indented = indent and align in ("justify", "left")
    return {"kind": "paragraph", "runs": runs, "align": align, "indent": indented, "sticky": False}


def _runs(text: Text) -> list[Tree]:
    parts = (text,) if isinstance(text, str) else text
    return [_run(part) if isinstance(part, str) else _run(part.text, part.bold, part.italic) for part in parts]


def _run(text: str, bold: bool = False, italic: bool = False) -> Tree:
    return {"text": printable(text), "bold": bold, "italic": italic}


def _table(table: Table, width: float) -> Tree:
    total = sum(column.width for column in table.columns)
    shares = [column.width / total for column in table.columns]
    return {
        "kind": "table",
        "shares": shares,
        "aligns": [column.align for column in table.columns],
        "head": _head(table.columns),
        "rows": _last_two_together([_row(row, [share * width for share in shares]) for row in table.rows]),
    }


def _last_two_together(rows: list[Tree]) -> list[Tree]:
    """Marks the last row but one to stay with the last: no row stands alone below headings that are repeated.

    Rows that may be cut, and those next to a band (which stays with its row by itself), are left alone.
    """
    if len(rows) > 1 and not any(row["band"] or not row["whole"] for row in rows[-2:]):
        rows[-2]["with_next"] = rows[-1]["follows"] = True
    return rows


def _row(row: tuple[str, ...] | Band, widths: list[float]) -> Tree:
    if isinstance(row, Band):
        return {"band": True, "whole": True, "with_next": False, "follows": False, "cells": [printable(row.text)]}
    cells = [printable(cell) for cell in row]
    height = max(_height(cell, width) for cell, width in zip(cells, widths, strict=True))
    return {"band": False, "whole": height <= _WHOLE_ROW, "with_next": False, "follows": False, "cells": cells}


def _height(cell: str, width: float) -> float:
    """Estimated height in mm of a cell `width` mm wide: 12-point letters of about 2.3 mm on lines of 5.5 mm."""
    letters = max(1.0, (width - 4) / 2.3)
    return 5.5 * sum(max(1, math.ceil(len(line) / letters)) for line in cell.split("\n"))


def _head(columns: tuple[Column, ...]) -> list[list[Tree]]:
    """One row of headings, or two when columns stand in groups: the common heading above, its columns below.

    A column without a group reaches over both rows; below, its place is kept by a cell marked `merged`.
    """
    if not any(column.group for column in columns):
        return [[_heading_cell(column.title) for column in columns]]
    upper: list[Tree] = []
    for group, members in groupby(columns, key=lambda column: column.group):
        inside = list(members)
        upper += (
            [_heading_cell(group, across=len(inside))] if group else [_heading_cell(c.title, down=2) for c in inside]
        )
    return [upper, [_heading_cell(column.title, merged=not column.group) for column in columns]]


def _heading_cell(text: str, across: int = 1, down: int = 1, merged: bool = False) -> Tree:
    return {"text": printable(text), "across": across, "down": down, "merged": merged}
