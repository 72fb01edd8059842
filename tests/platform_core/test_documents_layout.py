"""The page itself: margins of the decree, page numbers, repeated headings, annexes, signatures beside their text."""

import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Length

from platform_core.documents import editions, typst_renderer
from platform_core.documents.docx_renderer import DocxRenderer
from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from plugin_api.papers import Annex, Band, Block, Column, Heading, Layout, PageBreak, Paper, Paragraph, Signature, Table

MM = 72 / 25.4
LAYOUTS: tuple[Layout, ...] = ("state", "party")
LONG = "Kiểm sát việc tuân theo pháp luật trong hoạt động tư pháp của các cơ quan trên địa bàn. " * 3


def paper(*body: Block, layout: Layout = "state", **more: Any) -> Paper:
    fields: dict[str, Any] = {
        "issuer": "Viện kiểm sát nhân dân huyện Kiên Lương",
        "place": "Kiên Lương",
        "title": "Báo cáo",
    } | more
    return Paper(layout=layout, summary="Kết quả công tác", body=body, **fields)


def long_table(rows: int = 120) -> Table:
    columns = (
        Column("TT", 1, "center"),
        Column("Tên gọi", 4, group="Nhóm chung"),
        Column("Ghi chú", 4, group="Nhóm chung"),
    )
    return Table(columns, tuple((str(row), f"Việc {row}", "") for row in range(rows)))


warm_typst, warm_docx = cache(TypstRenderer), cache(DocxRenderer)


def millimetres(length: Length | None) -> float:
    return length.mm if length is not None else 0


def pdf(one: Paper) -> pymupdf.Document:
    return pymupdf.open("pdf", warm_typst().pdf(tree_of(one)))


def text_of(page: pymupdf.Page, upto: float = 10_000) -> str:
    return str(page.get_text(clip=pymupdf.Rect(0, 0, page.rect.width, upto)))


def word(one: Paper) -> WordDocument:
    return Document(BytesIO(warm_docx().docx(tree_of(one))))


def break_layout(monkeypatch: pytest.MonkeyPatch, folder: Path, right: str, wrong: str) -> None:
    """A renderer whose layout has one rule broken, to see that the test would notice."""
    shutil.copytree(editions._LAYOUTS, folder, dirs_exist_ok=True)
    layout = folder / "1" / "paper.typ"
    source = layout.read_text()
    assert right in source
    layout.write_text(source.replace(right, wrong))
    monkeypatch.setattr(editions, "_LAYOUTS", folder)


def assert_margins_of_the_decree(pages: pymupdf.Document) -> None:
    for page in pages:
        words = [pymupdf.Rect(found[:4]) for found in page.get_text("words")]
        body = [box for box in words if box.y1 > 20 * MM] + [drawn["rect"] for drawn in page.get_drawings()]
        left = min(box.x0 for box in body) / MM
        right = (page.rect.width - max(box.x1 for box in body)) / MM
        top = min(box.y1 for box in body) / MM
        bottom = (page.rect.height - max(box.y1 for box in body)) / MM
        assert 29.7 <= left <= 35.3
        assert 14.7 <= right <= 20.3
        assert 20 <= top <= 30
        assert bottom >= 19


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("landscape", [False, True])
def test_margins_lie_within_the_bounds_of_decree_30(layout: Layout, landscape: bool) -> None:
    one = paper(*[Paragraph(LONG)] * 14, long_table(30), layout=layout, landscape=landscape)
    assert_margins_of_the_decree(pdf(one))
    for section in word(one).sections:
        assert 19.9 <= millimetres(section.top_margin) <= 25
        assert 19.9 <= millimetres(section.bottom_margin) <= 25
        assert 29.9 <= millimetres(section.left_margin) <= 35
        assert 14.9 <= millimetres(section.right_margin) <= 20


def test_a_wrong_margin_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fonts = typst_renderer.FONTS
    break_layout(monkeypatch, tmp_path, "left: 30mm", "left: 20mm")
    content = TypstRenderer(fonts).pdf(tree_of(paper(*[Paragraph(LONG)] * 3)))
    with pytest.raises(AssertionError):
        assert_margins_of_the_decree(pymupdf.open("pdf", content))


def assert_headings_on_every_page(pages: pymupdf.Document) -> None:
    assert len(pages) >= 3
    assert all("Tên gọi" in text_of(page) and "Nhóm chung" in text_of(page) for page in pages)


def test_headings_of_a_long_table_stand_on_every_page() -> None:
    one = paper(long_table())
    assert_headings_on_every_page(pdf(one))
    table = word(one).tables[1]
    repeated = [row._tr.xpath("./w:trPr/w:tblHeader") != [] for row in table.rows]
    assert repeated == [True, True] + [False] * 120


def test_headings_that_do_not_repeat_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fonts = typst_renderer.FONTS
    break_layout(monkeypatch, tmp_path, "table.header(..it.head", "table.header(repeat: false, ..it.head")
    content = TypstRenderer(fonts).pdf(tree_of(paper(long_table())))
    with pytest.raises(AssertionError):
        assert_headings_on_every_page(pymupdf.open("pdf", content))


def test_a_member_named_across_a_table_is_never_left_alone_at_the_foot_of_a_page() -> None:
    columns = (Column("TT", 1), Column("Nhiệm vụ", 6))
    for start in range(12):
        rows = tuple(row for one in range(40) for row in (Band(f"Đồng chí số {one}."), ("1", LONG[:60])))
        pages = pdf(paper(*[Paragraph("Dòng.")] * start, Table(columns, rows)))
        for page in pages:
            assert not text_of(page).strip().split("\n")[-1].startswith("Đồng chí số")


def lines_under_the_headings(pages: pymupdf.Document) -> list[list[str]]:
    """The rows of the table on each page that has some."""
    found = [[line for line in text_of(page).split("\n") if line.startswith("Việc số")] for page in pages]
    return [rows for rows in found if rows]


def tables_of_many_sizes() -> Iterator[Paper]:
    """A table begins at every place of a page and its rows are one line high, then two, with and without a band."""
    columns = (Column("TT", 1, "center"), Column("Tên gọi", 5))
    for start in range(12):
        for more in ("", "\nHai dòng.", "\nHai dòng.\nBa dòng."):
            band = (Band("Đồng chí"),) if start % 2 else ()
            rows = tuple((str(row), f"Việc số {row}{more}") for row in range(24))
            yield paper(*[Paragraph("Dòng.")] * start, Table(columns, band + rows), Paragraph("Câu cuối."))


def assert_no_row_stands_alone(papers: Iterable[Paper], typst: TypstRenderer) -> None:
    broken = 0
    for one in papers:
        rows = lines_under_the_headings(pymupdf.open("pdf", typst.pdf(tree_of(one))))
        broken += len(rows) > 1
        assert sum(map(len, rows)) == 24
        assert len(rows[-1]) > 1, [len(page) for page in rows]
    assert broken > 10


def test_the_last_row_of_a_table_never_stands_alone_below_repeated_headings() -> None:
    assert_no_row_stands_alone(tables_of_many_sizes(), warm_typst())


def test_a_last_row_that_stands_alone_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    break_layout(monkeypatch, tmp_path, "breakable: rows == 1", "breakable: true")
    with pytest.raises(AssertionError):
        assert_no_row_stands_alone(tables_of_many_sizes(), TypstRenderer())


def test_word_keeps_the_last_two_rows_of_a_table_together() -> None:
    table = word(paper(long_table(5))).tables[1]
    kept = [row._tr.xpath(".//w:keepNext") != [] for row in table.rows]
    assert kept == [False] * 5 + [True, False]


def test_long_rows_at_the_end_of_a_table_are_cut_rather_than_lost() -> None:
    long = "Nội dung rất dài. " * 250
    pages = pdf(paper(Table((Column("TT", 1), Column("Nội dung", 3)), (("1", long), ("2", long + "HẾT.")))))
    assert "HẾT." in text_of(pages[-1])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pages_are_numbered_in_the_upper_margin_from_the_second_on(layout: Layout) -> None:
    pages = pdf(paper(*[Paragraph(LONG)] * 30, layout=layout))
    assert len(pages) >= 3
    upper = [text_of(page, upto=18 * MM).strip() for page in pages]
    assert upper == ["", *(str(number) for number in range(2, len(pages) + 1))]


def test_the_word_file_numbers_its_pages_with_a_field() -> None:
    section = word(paper(Paragraph("Một."))).sections[0]
    assert section.different_first_page_header_footer
    assert section.header._element.xpath("string(.//w:instrText)").strip() == "PAGE"
    assert section.first_page_header.is_linked_to_previous


def annexed() -> Paper:
    annexes = (Annex("Danh sách", (long_table(60),), landscape=True), Annex("Biểu mẫu", (Paragraph("Mẫu."),)))
    return paper(Paragraph("Một."), PageBreak(), Paragraph("Hai."), annexes=annexes)


def test_each_annex_has_its_own_orientation_and_counts_its_own_pages() -> None:
    pages = pdf(annexed())
    upper = [text_of(page, upto=18 * MM).strip() for page in pages]
    across = [page.rect.width > page.rect.height for page in pages]
    assert upper[:3] == ["", "2", ""]
    assert upper[3] == "2"
    assert upper[-1] == ""
    assert across == [False, False, *[True] * (len(pages) - 3), False]
    assert [section.orientation.name for section in word(annexed()).sections] == ["PORTRAIT", "LANDSCAPE", "PORTRAIT"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_signatures_never_stand_alone_on_a_page(layout: Layout) -> None:
    for lines in range(18, 30):
        body = (*[Paragraph("Một dòng.")] * lines, Paragraph("Câu cuối."))
        pages = pdf(paper(*body, layout=layout, signatures=(Signature("Viện trưởng", "Trần Văn Bảo"),)))
        signed = text_of(pages[-1])
        assert "Trần Văn Bảo" in signed
        assert "VIỆN TRƯỞNG" in signed
        assert "Câu cuối." in signed


def test_headings_number_themselves_anew_below_each_higher_one() -> None:
    body = (
        Heading("A"),
        Heading("B", 2),
        Heading("C", 3),
        Heading("D", 3),
        Heading("E", 2),
        Heading("F"),
        Heading("G", 2),
    )
    one = paper(*body, Heading("H", numbered=False))
    headings = [p for p in word(one).paragraphs if p.style is not None and (p.style.name or "").startswith("Heading")]
    assert [p.text for p in headings] == ["I. A", "1. B", "a) C", "b) D", "2. E", "II. F", "1. G", "H"]
    words = " ".join(text_of(pdf(one)[0]).split())
    assert "I. A 1. B a) C b) D 2. E II. F 1. G H" in words


def test_the_rule_under_the_motto_is_as_long_as_the_motto() -> None:
    page = pdf(paper(Paragraph("Một.")))[0]
    (motto,) = page.search_for("Độc lập - Tự do - Hạnh phúc")
    under = [one["rect"] for one in page.get_drawings() if motto.y1 - 6 < one["rect"].y0 < motto.y1 + 8]
    assert any(abs(rule.width - motto.width) < 1 for rule in under)


def test_an_official_letter_has_its_summary_below_the_number() -> None:
    letter = paper(Paragraph("Một."), title="", number="9", sign="VKS")
    page = pdf(letter)[0]
    (number,), (summary,) = page.search_for("Số: 9/VKS"), page.search_for("Kết quả công tác")
    assert number.y1 <= summary.y0 + 4
    assert summary.x1 < page.rect.width / 2
    assert "Kết quả công tác" in word(letter).tables[0].cell(1, 0).text


def test_word_is_told_that_the_text_is_vietnamese_in_times_new_roman() -> None:
    styles = word(paper(Paragraph("Một."))).styles
    defaults = styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert defaults is not None
    assert defaults.get(qn("w:val")) == "vi-VN"
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        fonts = styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}


def test_a_cell_longer_than_a_page_is_cut_and_not_lost() -> None:
    endless = "Nội dung rất dài. " * 600 + "HẾT."
    pages = pdf(paper(Table((Column("TT", 1), Column("Nội dung", 3)), (("1", endless),))))
    assert len(pages) > 2
    assert "HẾT." in text_of(pages[-1])
