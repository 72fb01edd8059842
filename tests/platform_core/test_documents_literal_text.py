"""What people typed reaches the paper unchanged: every Vietnamese letter, and every mark some language would obey."""

import unicodedata
from functools import cache
from io import BytesIO

import pymupdf
import pytest
import typst
from docx import Document
from docxtpl import DocxTemplate

from platform_core.documents.docx_renderer import DocxRenderer
from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from plugin_api.papers import Annex, Band, Bullets, Column, Heading, Paper, Paragraph, Run, Signature, Table

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SMALL = ["đ", *(unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES)]
LETTERS = "".join(letter + letter.upper() for letter in SMALL if not letter.isascii())
INJECTIONS = (
    "#panic()", "#sys.inputs", "*đậm*", "_nghiêng_", "$x^2$", "@nguồn", "<nhãn>", "\\u{41}", "= Mục", "- gạch",
    "// ghi chú",
    "`mã`", "[ô]", "--- ... ~", "\"ngoặc\" 'đơn'", "{{ 7 * 7 }}", "{% raw %}", "{# mất #}", "{_{ 7 }_}", "{_% if %_}",
    "&lt;b&gt; & <w:p/>", "]]>", "${7}", "=1+1",
)  # fmt: skip


def paper_saying(words: str) -> Paper:
    """The words at every place that takes text."""
    return Paper(
        layout="state",
        issuer="Viện kiểm sát",
        title="Báo cáo",
        summary=words,
        addressees=(words,),
        body=(
            Paragraph((words, Run(words, bold=True))),
            Heading(words),
            Bullets((words,)),
            Table((Column(words), Column("Hai", group=words)), (Band(words), (words, words))),
        ),
        signatures=(Signature("Viện trưởng", words),),
        recipients=(words, words),
        annexes=(Annex("Danh sách", (Paragraph(words),), note=words),),
    )


def pdf_text(content: bytes) -> str:
    pages = pymupdf.open("pdf", content)
    return "".join("".join(str(page.get_text()) for page in pages).split())


def docx_text(content: bytes) -> str:
    """All words of the body in order, spaces left out, as for the PDF."""
    texts = Document(BytesIO(content)).element.body.xpath(".//w:t")
    return "".join("".join(text.text or "" for text in texts).split())


typst_renderer, docx_renderer = cache(TypstRenderer), cache(DocxRenderer)
PRESSES = {
    "pdf": lambda paper: pdf_text(typst_renderer().pdf(tree_of(paper))),
    "docx": lambda paper: docx_text(docx_renderer().docx(tree_of(paper))),
}


@pytest.mark.parametrize("form", PRESSES)
def test_all_134_vietnamese_letters_survive_in_every_weight_and_slope(form: str) -> None:
    assert len(LETTERS) == 134
    styles = (Run(LETTERS), Run(LETTERS, bold=True), Run(LETTERS, italic=True), Run(LETTERS, bold=True, italic=True))
    paper = Paper(layout="party", issuer="Chi bộ", title="Thông báo", body=tuple(Paragraph((run,)) for run in styles))
    assert PRESSES[form](paper).count(LETTERS) == 4


@pytest.mark.parametrize("form", PRESSES)
def test_letters_typed_in_two_halves_are_printed_as_one(form: str) -> None:
    halves = unicodedata.normalize("NFD", LETTERS)
    assert halves != LETTERS
    paper = Paper(layout="state", issuer="Viện", title="Báo cáo", body=(Paragraph(halves),))
    assert LETTERS in PRESSES[form](paper)


def glyphs_of(content: bytes) -> dict[str, tuple[int, str]]:
    """For each letter of the first page the glyph that draws it and the font the glyph is from."""
    spans = pymupdf.open("pdf", content)[0].get_texttrace()
    return {chr(code): (glyph, span["font"]) for span in spans for code, glyph, *_ in span["chars"]}


def assert_drawn_in_tinos(content: bytes) -> None:
    glyphs = glyphs_of(content)
    assert all(letter in glyphs and glyphs[letter][0] != 0 and "Tinos" in glyphs[letter][1] for letter in LETTERS)


def test_every_letter_is_drawn_by_a_glyph_of_the_papers_own_font() -> None:
    paper = Paper(layout="state", issuer="Viện", title="Báo cáo", body=(Paragraph(LETTERS),))
    assert_drawn_in_tinos(typst_renderer().pdf(tree_of(paper)))


def test_a_font_that_lacks_the_letters_would_be_noticed() -> None:
    source = f'#set text(font: "DejaVu Sans Mono")\n#"{LETTERS}"'.encode()
    other = typst.compile(source, format="pdf", ignore_system_fonts=True)
    assert isinstance(other, bytes)
    with pytest.raises(AssertionError):
        assert_drawn_in_tinos(other)


@pytest.mark.parametrize("form", PRESSES)
@pytest.mark.parametrize("few", [INJECTIONS[start::4] for start in range(4)])
def test_marks_of_other_languages_come_out_as_they_were_typed(form: str, few: tuple[str, ...]) -> None:
    printed = PRESSES[form](paper_saying(" ¦ ".join(few)))
    assert [words for words in few if printed.count("".join(words.split())) < 11] == []


def test_docxtpl_alone_would_change_or_obey_such_marks() -> None:
    template = DocxTemplate(_one_field())
    template.render({"field": "{_{ 7 }_}"}, autoescape=True)
    assert template.docx is not None
    assert template.docx.element.body.xpath("string(.)") != "{_{ 7 }_}"


def test_typst_would_obey_such_marks_were_they_read_as_markup() -> None:
    obeyed = typst.compile(b'#eval("*a* #(1 + 1)", mode: "markup")', format="pdf", ignore_system_fonts=True)
    assert isinstance(obeyed, bytes)
    assert pdf_text(obeyed) == "a2"


def _one_field() -> BytesIO:
    document, file = Document(), BytesIO()
    document.add_paragraph("{{ field }}")
    document.save(file)
    file.seek(0)
    return file


@pytest.mark.parametrize("form", PRESSES)
def test_marks_no_page_can_show_are_left_out_and_spoil_nothing(form: str) -> None:
    printed = PRESSES[form](paper_saying("Trần\x00 Văn\x1b\u202e Bảo\ud800\ufffe"))
    assert "TrầnVănBảo" in printed


def test_a_word_longer_than_its_line_stays_on_the_page_and_in_its_cell() -> None:
    address = "can.bo.to.chuc.kiem.sat@" + "vien" * 8 + ".example"
    table = Table((Column("TT", 1), Column("Thư", 1), Column("Tên", 3)), (("1", address, "Ánh"),))
    paper = Paper(layout="state", issuer="Viện", title="Báo cáo", body=(Paragraph("x" * 300), table))
    page = pymupdf.open("pdf", typst_renderer().pdf(tree_of(paper)))[0]
    words = page.get_text("words")
    assert max(word[2] for word in words) <= page.rect.width - 15 * 72 / 25.4 + 1
    (third,) = page.search_for("Ánh")
    in_cell = [word for word in words if word[4] in address]
    assert "".join(word[4] for word in in_cell).replace(" ", "").endswith(address)
    assert max(word[2] for word in in_cell if len(word[4]) > 3) < third.x0
    assert "x" * 300 in pdf_text(typst_renderer().pdf(tree_of(paper)))


@pytest.mark.parametrize("form", PRESSES)
def test_lines_typed_into_a_cell_stay_lines(form: str) -> None:
    paper = Paper(
        layout="state", issuer="Viện", title="Báo cáo", body=(Table((Column("Nhiệm vụ"),), (("một\nhai\r\nba",),)),)
    )
    if form == "pdf":
        text = pymupdf.open("pdf", typst_renderer().pdf(tree_of(paper)))[0].get_text()
        assert "một\nhai\nba" in text
    else:
        assert Document(BytesIO(docx_renderer().docx(tree_of(paper)))).tables[1].cell(1, 0).text == "một\nhai\nba"
