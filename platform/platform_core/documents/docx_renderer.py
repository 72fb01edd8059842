"""DOCX through docxtpl: the same tree as the PDF, in Word's own paragraphs, tables, headings and page numbers."""

import datetime as dt
from functools import lru_cache
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from platform_core.documents import editions
from platform_core.documents.typesetting import Tree
from platform_core.documents.word_template import word_template

_TWIPS = 1440 / 25.4
_PAGE = {False: 165, True: 252}

#: Sizes in points and the right column of the head in mm, as in `paper.typ`.
_STATE = {"body": 12, "number": 13, "title": 14}
_PARTY = {"body": 14, "number": 14, "title": 16}
_HEAD_RIGHT = {False: 99, True: 84}
#: Measured lengths in mm of "Độc lập - Tự do - Hạnh phúc" (bold 13) and "ĐẢNG CỘNG SẢN VIỆT NAM" (bold 15).
_NATIONAL_RULE = {False: 56.1, True: 72.9}
#: Mean width in mm of a bold capital at 12 points and of a bold small letter at 14 points.
_CAPITAL, _LETTER = 2.5, 2.5

UNDATED: Final = dt.datetime(1980, 1, 1)
"""The first moment an archive can name: no file says when it was printed, or two prints of one paper would differ."""


class DocxRenderer:
    """Sets trees of papers as DOCX from a template that is built once and read anew for each paper."""

    def __init__(self) -> None:
        self._template = lru_cache(word_template)

    def docx(self, tree: Tree, edition: int = editions.CURRENT) -> bytes:
        """The paper as a Word document; the same tree gives the same bytes."""
        template, page_numbers = self._template(edition)
        word = DocxTemplate(BytesIO(template))
        context = _literal(_measured(tree)) | {"page_numbers": page_numbers}
        word.render(context, Environment(undefined=StrictUndefined), autoescape=True)
        _label(word, tree)
        file = BytesIO()
        word.save(file)
        return _undated(file)


def _undated(file: BytesIO) -> bytes:
    """The same archive, its members without the moment at which they were written."""
    packed = BytesIO()
    with ZipFile(file) as written, ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name in written.namelist():
            member = ZipInfo(name, UNDATED.timetuple()[:6])
            archive.writestr(member, written.read(name), ZIP_DEFLATED)
    return packed.getvalue()


def _literal(value: Any) -> Any:
    """Texts escaped for XML by hand, the low line as well: docxtpl reads "{_{" as a way to write "{{" and would change
    what people typed."""
    if isinstance(value, dict):
        return {key: _literal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_literal(inner) for inner in value]
    return Markup(str(escape(value)).replace("_", "&#95;")) if isinstance(value, str) else value


def _measured(tree: Tree) -> Tree:
    """The tree with what Word must be told in figures: sizes, widths in twips, lengths of rules."""
    party, landscape = tree["layout"] == "party", tree["landscape"]
    right = _HEAD_RIGHT[party]
    left = _PAGE[landscape] - right
    issuer = min(max(map(len, tree["issuer"].split("\n"))) * _CAPITAL, left)
    summary = min(len(tree["summary"]) * _LETTER, 141)
    paper = tree | {
        "blocks": _with_widths(tree["blocks"], landscape),
        "annexes": [one | {"blocks": _with_widths(one["blocks"], one["landscape"])} for one in tree["annexes"]],
    }
    return {
        "paper": paper,
        "party": party,
        "sizes": _PARTY if party else _STATE,
        "head_left": _twips(left),
        "head_right": _twips(right),
        "half": _twips(_PAGE[landscape] / 2),
        "rules": {
            "issuer": _twips((left - 0.4 * issuer) / 2),
            "national": _twips((right - _NATIONAL_RULE[party]) / 2),
            "summary": _twips((_PAGE[landscape] - 0.4 * summary) / 2),
        },
    }


def _with_widths(blocks: list[Tree], landscape: bool) -> list[Tree]:
    return [_table_widths(block, _PAGE[landscape]) if block["kind"] == "table" else block for block in blocks]


def _table_widths(block: Tree, page: float) -> Tree:
    twips = [_twips(share * page) for share in block["shares"]]
    head = [_head_widths(row, twips) for row in block["head"]]
    return block | {"twips": twips, "head": head}


def _head_widths(row: list[Tree], twips: list[int]) -> list[Tree]:
    placed, column = [], 0
    for cell in row:
        placed.append(cell | {"twips": sum(twips[column : column + cell["across"]])})
        column += cell["across"]
    return placed


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS)


def _label(word: DocxTemplate, tree: Tree) -> None:
    """Title and author in the file's properties, which hold 255 characters."""
    assert word.docx is not None  # get_docx() would read the empty template again
    properties = word.docx.core_properties
    properties.title = f"{tree['title']} {tree['summary']}".strip()[:255]
    properties.author = tree["issuer"].replace("\n", " ")[:255]
    day = tree["date"]
    properties.created = properties.modified = dt.datetime(*day) if day else UNDATED
