"""Sheets: figures that calculate, dates that sort, and texts that never turn into formulas."""

import datetime as dt
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from platform_core.documents.xlsx_renderer import xlsx
from plugin_api.papers import Sheet, SheetColumn, Value

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = (
    "=1+1",
    "+84 903",
    "-5+2",
    "@SUM(A1)",
    "{=1}",
    "https://example.invalid/x",
    "007",
    "1e5",
    "\tx",
    "=cmd|' /C calc'!A0",
)


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def cells_of(*values: Value, **column: Any) -> list[Any]:
    sheet = Sheet(title="Bảng", columns=(SheetColumn("Cột", **column),), rows=tuple((value,) for value in values))
    return [row[0] for row in rows_of(xlsx(sheet))[3:]]


def tab_of(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml"))


def test_texts_that_look_like_formulas_stay_texts() -> None:
    sheet = Sheet(title="Bảng", columns=(SheetColumn("Cột", "number"),), rows=tuple((text,) for text in FORMULAS))
    content = xlsx(sheet)
    assert [row[0] for row in rows_of(content)[3:]] == list(FORMULAS)
    assert not list(tab_of(content).iter(f"{MAIN}f"))
    assert not list(tab_of(content).iter(f"{MAIN}hyperlink"))


def test_the_writer_alone_would_make_formulas_of_them() -> None:
    file = BytesIO()
    with Workbook(file) as workbook:
        workbook.add_worksheet().write(0, 0, "=1+1")
    assert list(tab_of(file.getvalue()).iter(f"{MAIN}f"))


def test_dates_are_dates_and_decimals_are_numbers() -> None:
    assert cells_of(dt.date(2026, 2, 28), kind="date") == [dt.date(2026, 2, 28)]
    assert cells_of(Decimal("96.25"), 7, 0.5, kind="number", decimals=2) == [96.25, 7.0, 0.5]
    assert cells_of(Decimal("0.7"), kind="percent") == [0.7]


def test_moments_are_shown_by_the_clock_of_viet_nam() -> None:
    utc = dt.datetime(2026, 3, 1, 20, 30, tzinfo=dt.UTC)
    assert cells_of(utc, kind="date") == [dt.datetime(2026, 3, 2, 3, 30)]


def test_what_a_spreadsheet_cannot_hold_exactly_is_kept_as_text() -> None:
    odd = (12345678901234567, Decimal("NaN"), float("inf"), dt.date(1890, 5, 19), True)
    assert cells_of(*odd, kind="number") == ["12345678901234567", "NaN", "inf", "19/05/1890", "True"]
    assert cells_of("a" * 40_000)[0] == "a" * 32_766 + "…"


def test_empty_values_are_empty_cells() -> None:
    assert cells_of(None, "x") == ["", "x"]


def test_the_title_stands_above_and_the_headings_stay_in_view_and_in_print() -> None:
    columns = (SheetColumn("Họ và tên"), SheetColumn("Điểm", "number"))
    content = xlsx(Sheet(title="Kết quả", summary="Tháng 3", columns=columns, rows=(("Ánh", 9), ("Ổn", 8))))
    rows, tab = rows_of(content), tab_of(content)
    assert rows[0][0] == "Kết quả"
    assert rows[1][0] == "Tháng 3"
    assert rows[3] == ["Họ và tên", "Điểm"]
    pane, setup = next(tab.iter(f"{MAIN}pane")), next(tab.iter(f"{MAIN}pageSetup"))
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "4")
    assert next(tab.iter(f"{MAIN}autoFilter")).get("ref") == "A4:B6"
    assert (setup.get("orientation"), setup.get("paperSize"), setup.get("fitToHeight")) == ("landscape", "9", "0")
    book = zipfile.ZipFile(BytesIO(content)).read("xl/workbook.xml").decode()
    assert "_xlnm.Print_Titles" in book
    assert "$4:$4" in book


def test_numbers_and_dates_are_written_the_vietnamese_way() -> None:
    columns = (SheetColumn("Ngày", "date"), SheetColumn("Điểm", "number", decimals=2), SheetColumn("Tỷ lệ", "percent"))
    content = xlsx(Sheet(title="Bảng", columns=columns, rows=((dt.date(2026, 3, 1), Decimal("1234.5"), 0.7),)))
    styles = zipfile.ZipFile(BytesIO(content)).read("xl/styles.xml").decode()
    assert "[$-42A]dd/mm/yyyy" in styles
    assert "#,##0.0%" in styles
    assert "#,##0.00" in styles


@pytest.mark.parametrize("title", ["a[b]:c*d?e/f\\g", "'", "History", "", "x" * 60, "Tháng 3/2026\n\x00"])
def test_any_title_gives_a_workbook_that_opens(title: str) -> None:
    content = xlsx(Sheet(title=title, columns=(SheetColumn("A"),), rows=(("1",),)))
    (name,) = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    assert 1 <= len(name) <= 31


def test_a_sheet_with_a_missing_value_is_refused_with_its_row() -> None:
    with pytest.raises(ValueError, match="row 2 has 1 values; give it 2"):
        Sheet(title="Bảng", columns=(SheetColumn("A"), SheetColumn("B")), rows=(("1", "2"), ("3",)))
