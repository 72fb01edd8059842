"""The Word document every paper starts from: styles in Times New Roman, Vietnamese as its language, page numbers above.

Its body is the Jinja text of `paper.xml` in the edition of the layout; docxtpl fills it. Built once in memory, no
binary file is kept.
"""

from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from platform_core.documents import editions

_FONT = "Times New Roman"


def word_template(edition: int) -> tuple[bytes, str]:
    """The template as DOCX bytes, and the relation by which its sections find the page numbers."""
    document = Document()
    _speak_vietnamese(document)
    _set_styles(document)
    page_numbers = _number_pages(document)
    _take_layout(document, edition)
    _forget_origin(document)
    file = BytesIO()
    document.save(file)
    return file.getvalue(), page_numbers


def _speak_vietnamese(document: WordDocument) -> None:
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    assert defaults is not None
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    defaults.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/>'))


def _set_styles(document: WordDocument) -> None:
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _letters(normal, 14)
    _spacing(normal)
    body = _style(document, "PaperBody", WD_ALIGN_PARAGRAPH.JUSTIFY, after=6, line=1.1)
    body.paragraph_format.first_line_indent = Mm(10)
    body.paragraph_format.widow_control = True
    _style(document, "PaperLine", WD_ALIGN_PARAGRAPH.CENTER)
    _style(document, "PaperTitle", WD_ALIGN_PARAGRAPH.CENTER, before=12)
    _style(document, "PaperName", WD_ALIGN_PARAGRAPH.CENTER, before=78)
    _style(document, "PaperRecipient", WD_ALIGN_PARAGRAPH.LEFT)
    _style(document, "PaperCell", WD_ALIGN_PARAGRAPH.LEFT, before=2, after=2)
    _letters(_style(document, "PaperGap", WD_ALIGN_PARAGRAPH.LEFT), 4)
    _rule(_style(document, "PaperRule", WD_ALIGN_PARAGRAPH.CENTER, before=4))
    for level in (1, 2, 3):
        _heading(document, level)


def _style(
    document: WordDocument, name: str, side: WD_ALIGN_PARAGRAPH, before: float = 0, after: float = 0, line: float = 1.0
) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = document.styles["Normal"]
    style.paragraph_format.alignment = side
    _spacing(style, before, after, line)
    return style


def _spacing(style: ParagraphStyle, before: float = 0, after: float = 0, line: float = 1.0) -> None:
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.line_spacing = line


def _letters(style: ParagraphStyle, size: float) -> None:
    """Times New Roman for every script; a theme's own letters would win over it, so they go."""
    style.font.name = _FONT
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[theme]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), _FONT)


def _heading(document: WordDocument, level: int) -> None:
    style = document.styles[f"Heading {level}"]
    assert isinstance(style, ParagraphStyle)
    _letters(style, 14)
    _spacing(style, before=4, after=6, line=1.1)
    style.font.bold, style.font.italic = level < 3, level == 3
    style.paragraph_format.first_line_indent = Mm(10)
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    style.paragraph_format.keep_with_next = True


def _rule(style: ParagraphStyle) -> None:
    """A paragraph that is only its upper border: the decree wants a drawn line, not underlined words."""
    _letters(style, 2)
    border = parse_xml(f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>')
    style.element.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def _number_pages(document: WordDocument) -> str:
    """A real PAGE field in the middle of the upper margin; sections hide it on their first page."""
    section = document.sections[0]
    section.header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.style = "PaperLine"
    _page_field(paragraph)
    return section._sectPr.headerReference_lst[0].rId


def _page_field(paragraph: Paragraph) -> None:
    for content in (
        '<w:fldChar {} w:fldCharType="begin"/>',
        '<w:instrText {} xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar {} w:fldCharType="separate"/>',
        "<w:t {}>2</w:t>",
        '<w:fldChar {} w:fldCharType="end"/>',
    ):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        run._r.append(parse_xml(content.format(nsdecls("w"))))


def _take_layout(document: WordDocument, edition: int) -> None:
    layout = parse_xml(editions.layout(edition, "paper.xml").read_bytes())
    body = document.element.body
    for child in list(body):
        body.remove(child)
    body.text = layout.text
    for child in list(layout):
        body.append(child)


def _forget_origin(document: WordDocument) -> None:
    properties = document.core_properties
    properties.author = properties.comments = properties.last_modified_by = ""
    properties.language = "vi-VN"
