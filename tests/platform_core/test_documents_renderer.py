"""The renderer as modules meet it: files with names that travel, many at once, and an event loop that stays free."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pymupdf
import pytest

from platform_core.documents import Renderer
from platform_core.documents.typst_renderer import FontsMissing, TypstRenderer
from platform_core.documents.wording import letterhead, listed, number_line, place_and_date
from plugin_api.papers import (
    Column,
    DocumentRenderer,
    Layout,
    Paper,
    Paragraph,
    Sheet,
    SheetColumn,
    Signature,
    Table,
)


@pytest.fixture
def renderer() -> Iterator[DocumentRenderer]:
    made = Renderer()
    yield made
    made.close()


def notice(number: int) -> Paper:
    rows = tuple((str(row), f"Việc {row} của thông báo {number}") for row in range(30))
    return Paper(
        layout="party",
        issuer="Chi bộ",
        title="Thông báo",
        summary=f"Phân công nhiệm vụ số {number}",
        body=(Table((Column("TT", 1), Column("Nhiệm vụ", 5)), rows), Paragraph(f"Hết thông báo {number}.")),
    )


def test_names_of_files_are_safe_everywhere_and_keep_the_words(renderer: DocumentRenderer) -> None:
    file = asyncio.run(renderer.print(notice(3), "pdf"))
    assert file.name == "thong-bao-phan-cong-nhiem-vu-so-3.pdf"
    assert file.full_name == "Thông báo Phân công nhiệm vụ số 3.pdf"
    assert file.media_type == "application/pdf"
    assert file.content.startswith(b"%PDF")
    plain, extended = file.disposition.removeprefix("attachment; filename=").split("; filename*=UTF-8''")
    assert plain == '"thong-bao-phan-cong-nhiem-vu-so-3.pdf"'
    assert unquote(extended) == file.full_name
    assert file.disposition.isascii()


@pytest.mark.parametrize("title", ['../..\\a"b\r\nSet-Cookie: x', "Đặng/Đ:*?", "x" * 300, "", "中文", "..."])
def test_no_title_can_spoil_a_name_or_a_header(renderer: DocumentRenderer, title: str) -> None:
    sheet = Sheet(title=title, columns=(SheetColumn("A"),), rows=())
    file = asyncio.run(renderer.sheet(sheet))
    assert file.name.isascii()
    assert 5 < len(file.name) <= 85
    assert not set(file.name) & set('/\\:*?"<>| \r\n')
    assert not set(file.full_name) & set('/\\:*?"<>|\r\n')
    assert not set(file.disposition) & {"\r", "\n"}


def test_papers_printed_at_once_do_not_mix(renderer: DocumentRenderer) -> None:
    async def all_of_them() -> list[bytes]:
        files = await asyncio.gather(*(renderer.print(notice(number), "pdf") for number in range(24)))
        return [file.content for file in files]

    for number, content in enumerate(asyncio.run(all_of_them())):
        text = "".join(str(page.get_text()) for page in pymupdf.open("pdf", content))
        assert f"Hết thông báo {number}." in text
        assert text.count("của thông báo") == text.count(f"của thông báo {number}\n") == 30


def test_the_event_loop_stays_free_while_a_long_paper_is_set(renderer: DocumentRenderer) -> None:
    rows = tuple((str(row), f"Việc {row}") for row in range(3000))
    long = Paper(layout="state", issuer="Viện", title="Báo cáo", body=(Table((Column("TT"), Column("Việc")), rows),))

    async def beats_while_printing() -> tuple[int, float]:
        task, beats, begin = asyncio.create_task(renderer.print(long, "pdf")), 0, time.perf_counter()
        while not task.done():
            await asyncio.sleep(0.005)
            beats += 1
        return beats, time.perf_counter() - begin

    beats, seconds = asyncio.run(beats_while_printing())
    assert seconds > 0.1
    assert beats > seconds / 0.005 * 0.2


def test_missing_letters_are_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match="install the project again"):
        TypstRenderer(tmp_path)


def test_fixed_wording_follows_the_rules_of_each_layout() -> None:
    def numbered(layout: Layout, number: str, sign: str) -> str:
        return number_line(Paper(layout=layout, issuer="", title="", number=number, sign=sign))

    blank = "\N{NO-BREAK SPACE}" * 7
    assert numbered("state", "12", "TB-VKS") == "Số: 12/TB-VKS"
    assert numbered("party", "12", "TB/CB") == "Số 12-TB/CB"
    assert numbered("state", "", "TB-VKS") == f"Số: {blank}/TB-VKS"
    assert numbered("party", "", "") == ""
    assert place_and_date("Huế", dt.date(2026, 2, 9)) == "Huế, ngày 09 tháng 02 năm 2026"
    assert place_and_date("Huế", dt.date(2026, 3, 10)) == "Huế, ngày 10 tháng 3 năm 2026"
    assert listed(["Như trên;", "- Lưu: VT"], "state") == ["- Như trên;", "- Lưu: VT."]
    assert listed(["Như trên", "Lưu Chi bộ"], "party") == ["- Như trên,", "- Lưu Chi bộ."]
    assert letterhead("Viện kiểm sát nhân dân huyện Kiên Lương") == "VIỆN KIỂM SÁT NHÂN DÂN\nHUYỆN KIÊN LƯƠNG"
    assert letterhead("Chi bộ Viện kiểm sát") == "CHI BỘ VIỆN KIỂM SÁT"


def test_faulty_papers_are_refused_with_what_to_mend() -> None:
    with pytest.raises(ValueError, match="row 1 has 1 cells; give it 2"):
        Table((Column("A"), Column("B")), (("một",),))
    with pytest.raises(ValueError, match="width above 0"):
        Table((Column("A", 0),), ())
    with pytest.raises(ValueError, match="room for two signatures"):
        Paper(layout="state", issuer="", title="", signatures=(Signature("A"),) * 3)
