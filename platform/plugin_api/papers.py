"""What a module says when it wants a paper: content in the words of the office, never layout.

A module fills a `Paper` (one official document) or a `Sheet` (one table to calculate with); a `View` returns it as a
`Printout` and the platform prints it. What is issued goes through `ports().papers`, which numbers and freezes it.
Fonts, margins, headings, page numbers and signature places are its business:
State papers follow decree 30/2020/NĐ-CP, Party papers guideline 36-HD/VPTW. Every text is literal: nothing a person
typed is ever read as markup, formula or template.
"""

import datetime as dt
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias
from urllib.parse import quote
from uuid import UUID

from msgspec import Struct

from plugin_api.file_names import ascii_name, harmless_name

Layout = Literal["state", "party"]
Form = Literal["pdf", "docx"]
Align = Literal["left", "center", "right", "justify"]
CellKind = Literal["text", "number", "date", "percent"]


def number_text(number: int | None) -> str:
    """A number as papers write it, with a zero before a single digit; empty while there is none."""
    return f"{number:02}" if number else ""


def designation(layout: Layout, number: str, sign: str) -> str:
    """Number and sign as screens and papers say them: "12/TB-VKS" for the State, "01-TB/CB" for the Party."""
    joint = "/" if layout == "state" else "-"
    return f"{number}{joint}{sign}" if sign else number


class Run(Struct, frozen=True):
    """A stretch of words set apart from its paragraph by weight or slope."""

    text: str
    bold: bool = False
    italic: bool = False


Text: TypeAlias = str | tuple[str | Run, ...]


class Paragraph(Struct, frozen=True, tag=True):
    """A paragraph of the body; `indent` moves its first line in, as running text in official papers has it."""

    text: Text
    align: Align = "justify"
    indent: bool = True


class Heading(Struct, frozen=True, tag=True):
    """A heading that numbers itself: level 1 is I, II, III; level 2 is 1, 2, 3; level 3 is a, b, c.

    Counting starts anew below each higher heading and in each annex. An unnumbered heading leaves the count alone.
    """

    text: str
    level: Literal[1, 2, 3] = 1
    numbered: bool = True


class Bullets(Struct, frozen=True, tag=True):
    """A list whose items begin with a dash."""

    items: tuple[Text, ...]


class PageBreak(Struct, frozen=True, tag=True):
    """What follows begins on a new page."""


class Column(Struct, frozen=True):
    """One column of a `Table`; `width` is its share of the page beside the other columns.

    Neighbours with the same non-empty `group` stand under one common heading.
    """

    title: str
    width: float = 1
    align: Align = "left"
    group: str = ""


class Band(Struct, frozen=True):
    """A row of a `Table` that spans all columns in bold, to name the rows below it."""

    text: str


class Table(Struct, frozen=True, tag=True):
    """A ruled table; its headings repeat on every page it runs over.

    `about` says row by row whom it is about (None: nobody), for a copy that shows each reader only the own row; it is
    never printed. Raises ValueError when a row has another number of cells than the table has columns, `about` another
    number than there are rows, or a width is not positive.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...] | Band, ...]
    about: tuple[UUID | None, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns or any(column.width <= 0 for column in self.columns):
            raise ValueError("a table needs at least one column, each with a width above 0")
        if self.about and len(self.about) != len(self.rows):
            raise ValueError("`about` names whom each row is about, one per row")
        for place, row in enumerate(self.rows, 1):
            if not isinstance(row, Band) and len(row) != len(self.columns):
                raise ValueError(f"row {place} has {len(row)} cells; give it {len(self.columns)}, one per column")


Block: TypeAlias = Paragraph | Heading | Bullets | Table | PageBreak


class Signature(Struct, frozen=True):
    """Who signs: on whose behalf (`role`, such as "T/M CHI ỦY" or "KT. VIỆN TRƯỞNG"), as what, and the name."""

    position: str
    name: str = ""
    role: str = ""


class Annex(Struct, frozen=True):
    """An annex after the signatures, on pages of its own with page numbers of its own."""

    title: str
    body: tuple[Block, ...]
    label: str = "Phụ lục"
    note: str = ""
    landscape: bool = False


class Paper(Struct, frozen=True, kw_only=True):
    """One official paper, State or Party.

    `issuer` and `upper_issuer` (the body above it; for a cell its upper committee) are written as in a sentence; the
    layout sets capitals. `number` may be empty until the clerk gives one: its place stays blank before `sign`
    ("TB-VKS", "TB/CB"). Without `date` the place for day, month and year is dotted. An empty `title` makes an official
    letter (công văn), whose summary stands below the number. At most two `signatures`: one stands at the right beside
    the recipients, two stand side by side. End the body with a sentence, not a table: it stays on the page of the
    signatures, which may never stand alone. `draft` shows "DỰ THẢO" until the paper is issued.
    Raises ValueError for more than two signatures.
    """

    layout: Layout
    issuer: str
    title: str
    upper_issuer: str = ""
    number: str = ""
    sign: str = ""
    place: str = ""
    date: dt.date | None = None
    summary: str = ""
    addressees: tuple[str, ...] = ()
    body: tuple[Block, ...] = ()
    signatures: tuple[Signature, ...] = ()
    recipients: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    landscape: bool = False
    draft: bool = False

    def __post_init__(self) -> None:
        if len(self.signatures) > 2:
            raise ValueError("a paper has room for two signatures; put further ones into the body as a table")


class SheetColumn(Struct, frozen=True):
    """One column of a `Sheet`.

    `width` is in characters (None: fitted to the title and the first rows). `decimals` fixes the digits after the comma
    of number and percent columns (None: as many as the value has; one for percent). A percent is a share: 0.7 reads
    70,0%.
    """

    title: str
    kind: CellKind = "text"
    width: float | None = None
    decimals: int | None = None


Value: TypeAlias = str | int | float | Decimal | dt.date | dt.datetime | None


class Sheet(Struct, frozen=True, kw_only=True):
    """A table for a spreadsheet; texts stay texts, dates are dates, figures are figures.

    Moments with a time zone are shown in Viet Nam time. Raises ValueError when a row has another number of values than
    the sheet has columns, or when there are more rows than a worksheet holds.
    """

    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    summary: str = ""

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a sheet needs at least one column")
        if len(self.rows) > 1_000_000:
            raise ValueError("a sheet holds a million rows; split it by period or by unit")
        for place, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {place} has {len(row)} values; give it {len(self.columns)}, one per column")


class File(Struct, frozen=True):
    """A finished file: an ASCII `name` safe on every disk, the `full_name` people read, the media type, the bytes."""

    name: str
    full_name: str
    media_type: str
    content: bytes

    @property
    def content_type(self) -> str:
        """The Content-Type of a download: a text says once how it is encoded, UTF-8 unless the media type knows."""
        plain_text = self.media_type.startswith("text/") and "charset" not in self.media_type.lower()
        return f"{self.media_type}; charset=utf-8" if plain_text else self.media_type

    @property
    def disposition(self) -> str:
        """The Content-Disposition of a download: the safe name and, beside it, the full one in UTF-8 (RFC 6266).

        Names that were kept before names were checked are made harmless here too.
        """
        full_name = quote(harmless_name(self.full_name), safe="")
        return f"attachment; filename=\"{ascii_name(self.name)}\"; filename*=UTF-8''{full_name}"


class Printout(Struct, frozen=True):
    """A paper to print: what a `View` loads, so that the host prints it after the transaction has ended.

    `layout_edition` 0 is the layout of today; an issued paper brings that of its day.
    """

    paper: Paper
    form: Form = "pdf"
    layout_edition: int = 0


class DocumentRenderer(Protocol):
    """Prints papers and sheets; the platform provides it, modules only call it. Never blocks the event loop."""

    async def print(self, paper: Paper, form: Form, edition: int = 0) -> File:
        """Lay the paper out as PDF (to sign and keep) or DOCX (to edit in Word), in an edition of the layout or (0)
        today's. Takes long: outside a transaction, which a `View` that returns a `Printout` need not see to."""
        ...

    async def sheet(self, sheet: Sheet) -> File:
        """Write the sheet as XLSX, ready to filter, calculate and print across A4."""
        ...
