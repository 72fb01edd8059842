"""A sign that papers can't print is named when it is typed, never found as a box on a signed paper."""

import datetime as dt
import unicodedata
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any

import pymupdf
import pytest
from msgspec import Meta, Struct

from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from plugin_api.errors import Invalid
from plugin_api.forms import Upload, parse
from plugin_api.papers import Paper, Paragraph
from tenancy import paper_signs
from tenancy.blueprints import BlueprintError, read
from tenancy.paper_signs import unprintable

ROOT = Path(__file__).resolve().parents[2]
PERSON = """
[blueprint]
name = "Thử"
source = "Tự đặt"
demo = true
[[body]]
slug = "a"
name = "Viện A"
short_name = "A"
kind = "province"
place = "A"
valid_from = 2010-01-01
[[body.person]]
code = "lan"
name = "Nguyễn Thị Lan ☃"
demo = true
"""


class Task(Struct, frozen=True):
    title: Annotated[str, Meta(title="Nhiệm vụ", max_length=300)]
    tags: Annotated[list[str], Meta(title="Nhãn")] = []


class Notice(Struct, frozen=True):
    reason: Annotated[str, Meta(title="Lý do", min_length=3)]
    on: Annotated[dt.date, Meta(title="Ngày")]
    tasks: list[Task] = []
    file: Upload | None = None


def generator() -> Any:
    spec = spec_from_file_location("paper_signs_of_fonts", ROOT / "deploy/assets/paper_signs.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def faults_of(values: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        parse(Notice, values, **more)
    return dict(refused.value.problems)


def test_the_table_of_signs_is_that_of_the_fonts() -> None:
    made = generator()
    assert paper_signs.RANGES.strip() == made.as_text(made.signs_of_fonts())


def test_a_sign_is_named_with_its_code_beside_its_field_and_with_all_other_faults() -> None:
    tasks = [{"title": "Xong ✓"}, {"title": "A", "tags": ["中"]}]
    values = {"reason": "Vì ☃ và 😀 ☃", "on": "31/02/2026", "tasks": tasks}
    faults = faults_of(values)
    assert faults["reason"] == "Lý do: không in được ký tự “☃” (U+2603), “😀” (U+1F600). Hãy bỏ hoặc viết bằng chữ."
    assert "“✓” (U+2713)" in faults["tasks.0.title"] and "“中”" in faults["tasks.1.tags"]
    assert "Ngày" in faults["on"]


def test_what_vietnamese_offices_write_is_taken_however_it_is_composed() -> None:
    said = "Đồng chí Nguyễn Thị Ổn: ≥ 70 % – “tốt”, §5, ½, 5 m², 10 ₫ → № 3 • ‘x’…\u00a0\u200b\ufeff\t\n"
    for form in ("NFC", "NFD"):
        assert unprintable(unicodedata.normalize(form, said)) == []
    assert parse(Notice, {"reason": unicodedata.normalize("NFD", said), "on": "2026-03-31"}).on == dt.date(2026, 3, 31)


def test_names_of_files_and_what_is_searched_for_are_not_printed() -> None:
    taken = parse(Notice, {"reason": "Đủ lý do", "on": "2026-03-31",
                           "file": {"name": "☃.pdf", "media_type": "x", "content": b"x"}})  # fmt: skip
    assert taken.file is not None and taken.file.name == "☃.pdf"
    assert parse(Notice, {"reason": "☃☃☃", "on": "2026-03-31"}, printed=False).reason == "☃☃☃"


def test_the_name_of_a_person_in_a_blueprint_is_asked_too(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(PERSON, encoding="utf-8")
    with pytest.raises(BlueprintError) as refused:
        read(file)
    (fault,) = refused.value.faults
    assert "“☃” (U+2603)" in fault.sentence
    file.write_text(PERSON.replace(" ☃", ""), encoding="utf-8")
    assert read(file).bodies[0].persons[0].name == "Nguyễn Thị Lan"


def missing_letters(text: str) -> int:
    """How many letters of a paper are boxes: the font gives them its glyph number 0."""
    one = Paper(layout="state", issuer="A", title="B", body=(Paragraph(text),))
    pages = pymupdf.open("pdf", TypstRenderer().pdf(tree_of(one)))
    traced = [letter for page in pages for span in page.get_texttrace() for letter in span["chars"]]
    return sum(letter[1] == 0 for letter in traced)


def test_whatever_is_taken_prints_without_a_box_and_what_is_refused_would_be_one() -> None:
    signs = [chr(code) for code in range(0x20, 0x3100) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Mn")]
    assert missing_letters(" ".join(sign for sign in signs if not unprintable(sign))) == 0
    assert missing_letters("☃ 😀 中") > 0
