"""XLSX through xlsxwriter: one table with its title, ready to filter, calculate and print across A4."""

import datetime as dt
import math
import re
from decimal import Decimal
from io import BytesIO
from itertools import islice

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from platform_core.documents.wording import printable
from plugin_api.papers import Sheet, SheetColumn, Value

#: What a worksheet can hold: characters of a cell, characters of a tab's name, digits a number keeps.
_CELL, _TAB, _DIGITS = 32_767, 31, 15
#: Heights in points: a line of text, the tallest row.
_LINE, _TALLEST_ROW = 16, 409
_FIRST_DAY = dt.datetime(1900, 3, 1)
_VIET_NAM = dt.timezone(dt.timedelta(hours=7))
_DAY, _MOMENT = "[$-42A]dd/mm/yyyy", "[$-42A]dd/mm/yyyy hh:mm"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
}


def xlsx(sheet: Sheet) -> bytes:
    """The sheet as a workbook of one tab."""
    file = BytesIO()
    with Workbook(file, _OPTIONS) as workbook:
        workbook.set_properties({"title": printable(sheet.title)[:255]})
        _Writing(workbook, sheet).write()
    return file.getvalue()


class _Writing:
    """One sheet on its way into a workbook."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        self._sheet = sheet
        self._workbook = workbook
        self._tab: Worksheet = workbook.add_worksheet(_tab_name(sheet.title))
        self._heading_row = 3 if sheet.summary else 2
        self._widths = [column.width or _fitting_width(sheet, place) for place, column in enumerate(sheet.columns)]
        self._formats: dict[tuple[str, str], Format] = {}

    def write(self) -> None:
        self._write_title()
        for place, column in enumerate(self._sheet.columns):
            self._tab.set_column(place, place, self._widths[place])
            self._tab.write_string(self._heading_row, place, _cell_text(column.title), self._format("heading"))
        self._set_height(self._heading_row, [column.title for column in self._sheet.columns])
        for row, values in enumerate(self._sheet.rows, self._heading_row + 1):
            for place, value in enumerate(values):
                self._write_value(row, place, value, self._sheet.columns[place])
            self._set_height(row, [value if isinstance(value, str) else "" for value in values])
        self._prepare_reading_and_print()

    def _set_height(self, row: int, texts: list[str]) -> None:
        """Height for texts that wrap: not every program works it out on opening."""
        lines = max(_lines(text, width) for text, width in zip(texts, self._widths, strict=True))
        if lines > 1:
            self._tab.set_row(row, min(lines * _LINE, _TALLEST_ROW))

    def _write_title(self) -> None:
        self._tab.write_string(
            0, 0, _cell_text(self._sheet.title), self._workbook.add_format({"bold": True, "font_size": 14})
        )
        if self._sheet.summary:
            self._tab.write_string(1, 0, _cell_text(self._sheet.summary), self._workbook.add_format({"italic": True}))

    def _write_value(self, row: int, place: int, value: Value, column: SheetColumn) -> None:
        match value:
            case None:
                self._tab.write_blank(row, place, None, self._format("text"))
            case dt.date() if _local(value) >= _FIRST_DAY:
                kind = "moment" if isinstance(value, dt.datetime) else "date"
                self._tab.write_datetime(row, place, _local(value), self._format(kind))
            case int() | float() | Decimal() if _keeps_its_value(value):
                self._tab.write_number(row, place, float(value), self._format("number", _number_format(column)))
            case _:
                self._tab.write_string(row, place, _cell_text(_spelled(value)), self._format("text"))

    def _format(self, kind: str, number_format: str = "General") -> Format:
        """One format per kind and number format: a workbook keeps each only once."""
        wanted: dict[str, object] = {"border": 1, "valign": "vcenter", "text_wrap": kind in ("text", "heading")}
        match kind:
            case "heading":
                wanted |= {"bold": True, "align": "center", "bg_color": "#E7E6E6"}
            case "text":
                number_format = "@"
            case "date":
                number_format = _DAY
            case "moment":
                number_format = _MOMENT
        key = (kind, number_format)
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(wanted | {"num_format": number_format})
        return self._formats[key]

    def _prepare_reading_and_print(self) -> None:
        last_row, last_column = self._heading_row + len(self._sheet.rows), len(self._sheet.columns) - 1
        self._tab.freeze_panes(self._heading_row + 1, 0)
        self._tab.autofilter(self._heading_row, 0, last_row, last_column)
        self._tab.repeat_rows(self._heading_row)
        self._tab.print_area(0, 0, last_row, last_column)
        self._tab.set_landscape()
        self._tab.set_paper(9)
        self._tab.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
        self._tab.fit_to_pages(1, 0)
        self._tab.set_footer("&C&P/&N")


def _tab_name(title: str) -> str:
    bare = re.sub(r"[\[\]:*?/\\\n\t]", " ", printable(title)).strip(" '")[:_TAB].strip(" '")
    return bare if bare and bare.lower() != "history" else "Bảng"


def _cell_text(text: str) -> str:
    words = printable(text)
    return words if len(words) <= _CELL else words[: _CELL - 1] + "…"


def _fitting_width(sheet: Sheet, place: int) -> float:
    lengths = [len(_spelled(row[place])) for row in islice(sheet.rows, 200)]
    title = max((len(word) for word in sheet.columns[place].title.split()), default=0)
    return min(60, max([8, title + 4, *(length + 2 for length in lengths)]))


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(len(line) * 1.1 / width)) for line in text.split("\n"))


def _number_format(column: SheetColumn) -> str:
    decimals = 1 if column.kind == "percent" and column.decimals is None else column.decimals
    if decimals is None:
        return "General"
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return digits + "%" if column.kind == "percent" else digits


def _local(value: dt.date) -> dt.datetime:
    """The moment by the clock of Viet Nam; a day begins at midnight."""
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value if value.tzinfo is None else value.astimezone(_VIET_NAM).replace(tzinfo=None)


def _keeps_its_value(number: float | Decimal) -> bool:
    """Whether a spreadsheet's 15 digits hold the number exactly; case numbers and the like would lose their end."""
    if isinstance(number, bool) or not math.isfinite(number):
        return False
    return isinstance(number, float) or len(Decimal(number).normalize().as_tuple().digits) <= _DIGITS


def _spelled(value: Value) -> str:
    match value:
        case None:
            return ""
        case dt.datetime():
            return f"{_local(value):%d/%m/%Y %H:%M}"
        case dt.date():
            return f"{value:%d/%m/%Y}"
        case Decimal() | float():
            return f"{value}".replace(".", ",")
        case _:
            return str(value)
