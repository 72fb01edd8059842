"""The papers of one month of a demo cell, as its clerk prints them: each fits its layout and says all it was told."""

import datetime as dt
from functools import cache
from io import BytesIO
from typing import TypedDict

import pymupdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from platform_core.documents.docx_renderer import DocxRenderer
from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from plugin_api.papers import (
    Annex,
    Band,
    Bullets,
    Column,
    Heading,
    Layout,
    PageBreak,
    Paper,
    Paragraph,
    Run,
    Signature,
    Table,
)

MEMBERS = (
    "Nguyễn Thị Ngọc Ánh", "Trần Văn Bảo", "Lê Hoàng Đức", "Phạm Thị Hạ", "Võ Minh Khuê",
    "Huỳnh Thị Lượm", "Danh Sà Mến", "Bùi Quốc Ổn", "Đặng Thị Quỳnh", "Ngô Thế Ước",
)  # fmt: skip


LATE = "Phạm Thị Hạ"
REASON = "Chủ quan: nộp bài phát biểu chậm 03 ngày."
COMMENT = "Hoàn thành 5/5 nhiệm vụ được giao, đúng hạn; cần chủ động hơn khi phối hợp với Cơ quan điều tra."
REPORTS_OF_CRIME = "Kiểm sát việc tiếp nhận, giải quyết tố giác, tin báo về tội phạm; lập đủ hồ sơ kiểm sát"
CIVIL_HEARING = "Nghiên cứu hồ sơ, viết bài phát biểu tại phiên tòa sơ thẩm vụ án dân sự được phân công"


class Letterhead(TypedDict):
    layout: Layout
    upper_issuer: str
    issuer: str
    place: str


CELL: Letterhead = {
    "layout": "party",
    "upper_issuer": "Đảng bộ các cơ quan huyện Kiên Lương",
    "issuer": "Chi bộ Viện kiểm sát nhân dân huyện Kiên Lương",
    "place": "Kiên Lương",
}


def assignment_notice() -> Paper:
    tasks = tuple(
        row
        for number, name in enumerate(MEMBERS, 1)
        for row in (
            Band(f"{number}. Đồng chí {name}"),
            ("1", REPORTS_OF_CRIME, "31/3/2026", "100 % tin báo đúng hạn"),
            ("2", CIVIL_HEARING, "20/3/2026", "Không bị hủy, sửa do lỗi chủ quan"),
        )
    )
    columns = (
        Column("TT", 0.7, "center"),
        Column("Nhiệm vụ", 6),
        Column("Thời hạn", 1.9, "center"),
        Column("Yêu cầu cần đạt", 3.4),
    )
    return Paper(
        **CELL,
        number="05",
        sign="TB/CB",
        date=dt.date(2026, 3, 3),
        title="Thông báo",
        summary="phân công nhiệm vụ đảng viên tháng 3 năm 2026",
        body=(
            Paragraph(
                (
                    "Căn cứ kế hoạch thực hiện nhiệm vụ năm 2026 của từng đảng viên đã được Chi ủy xem xét; "
                    "căn cứ kết quả họp lệ Chi bộ ngày 02 tháng 3 năm 2026, Chi ủy thông báo phân công nhiệm vụ ",
                    Run("tháng 3 năm 2026", bold=True),
                    " đối với từng đảng viên như sau:",
                )
            ),
            Heading("Nhiệm vụ của từng đảng viên"),
            Table(columns, tasks),
            Heading("Tổ chức thực hiện"),
            Bullets(
                (
                    "Từng đảng viên chủ động thực hiện, báo cáo ngay khi có khó khăn, vướng mắc;",
                    "Kết quả thực hiện là căn cứ để tự đánh giá và xếp loại A, B, C tại cuộc họp Chi bộ tháng 4.",
                )
            ),
            Paragraph("Yêu cầu các đồng chí đảng viên nghiêm túc thực hiện Thông báo này./."),
        ),
        signatures=(Signature("Bí thư", MEMBERS[0], "T/M Chi ủy"),),
        recipients=("Các đồng chí đảng viên Chi bộ", "Lưu Chi bộ"),
    )


def meeting_minutes() -> Paper:
    comments = tuple(
        (str(number), name, COMMENT, "A", "A" if name != LATE else "B") for number, name in enumerate(MEMBERS, 1)
    )
    columns = (
        Column("TT", 0.7, "center"),
        Column("Họ và tên", 3),
        Column("Ý kiến góp ý của tập thể", 5),
        Column("Tự xếp loại", 1.3, "center", "Xếp loại"),
        Column("Chi bộ quyết định", 1.5, "center", "Xếp loại"),
    )
    return Paper(
        **CELL,
        number="04",
        sign="BB/CB",
        date=dt.date(2026, 4, 2),
        title="Biên bản",
        summary="họp Chi bộ đánh giá kết quả thực hiện nhiệm vụ tháng 3 năm 2026",
        draft=True,
        body=(
            Heading("Thời gian, địa điểm, thành phần"),
            Paragraph(
                "Vào lúc 08 giờ 00 ngày 02 tháng 4 năm 2026, tại Hội trường Viện kiểm sát nhân dân huyện Kiên Lương."
            ),
            Bullets(
                (
                    (Run("Có mặt: ", bold=True), "10/10 đảng viên; vắng mặt: không."),
                    (Run("Chủ trì: ", bold=True), "đồng chí Nguyễn Thị Ngọc Ánh, Bí thư Chi bộ."),
                    (Run("Thư ký: ", bold=True), "đồng chí Đặng Thị Quỳnh."),
                )
            ),
            Heading("Nội dung"),
            Heading("Đảng viên tự đánh giá và tập thể góp ý", level=2),
            Table(columns, comments),
            Heading("Nhiệm vụ không hoàn thành, nguyên nhân và bài học", level=2),
            Heading("Đồng chí Phạm Thị Hạ", level=3),
            Paragraph(
                (
                    "Một bài phát biểu nộp chậm 03 ngày. ",
                    Run("Nguyên nhân chủ quan: ", italic=True),
                    "chưa sắp xếp thời gian nghiên cứu hồ sơ sớm. ",
                    Run("Bài học: ", italic=True),
                    "báo cáo lãnh đạo ngay khi nhận thấy có khả năng trễ hạn.",
                )
            ),
            Heading("Kết luận"),
            Paragraph(
                "Chi bộ biểu quyết thống nhất 10/10 xếp loại như bảng trên. Cuộc họp kết thúc lúc 10 giờ 30 cùng ngày; "
                "biên bản đã được đọc lại cho mọi người cùng nghe và thống nhất./."
            ),
        ),
        signatures=(Signature("Thư ký", MEMBERS[8]), Signature("Chủ trì", MEMBERS[0])),
    )


def result_table() -> Paper:
    columns = (
        Column("TT", 0.6, "center"),
        Column("Họ và tên", 3.2),
        Column("Được giao", 1.2, "center", "Số nhiệm vụ"),
        Column("Đúng hạn", 1.2, "center", "Số nhiệm vụ"),
        Column("Trễ hạn", 1.2, "center", "Số nhiệm vụ"),
        Column("Tự xếp loại", 1.2, "center"),
        Column("Chi bộ xếp loại", 1.2, "center"),
        Column("Lý do, bài học", 5),
    )
    rows = tuple(
        (str(number), name, "5", *(("5", "0", "A", "A", "") if name != LATE else ("4", "1", "A", "B", REASON)))
        for number, name in enumerate(MEMBERS, 1)
    )
    return Paper(
        **CELL,
        number="",
        sign="TB/CB",
        title="Thông báo",
        summary="kết quả xếp loại đảng viên tháng 3 năm 2026",
        landscape=True,
        body=(
            Paragraph("Chi bộ thông báo kết quả xếp loại mức độ hoàn thành nhiệm vụ tháng 3 năm 2026 như sau:"),
            Table(columns, rows),
            Paragraph("Chi bộ thông báo để các đồng chí đảng viên biết, thực hiện./."),
        ),
        signatures=(Signature("Bí thư", MEMBERS[0], "T/M Chi bộ"),),
        recipients=("Đảng ủy cấp trên (để báo cáo)", "Đảng viên Chi bộ", "Lưu Chi bộ"),
    )


def state_submission() -> Paper:
    columns = (Column("TT", 0.6, "center"), Column("Đơn vị", 4), Column("Danh hiệu đề nghị", 4), Column("Ghi chú", 2))
    return Paper(
        layout="state",
        upper_issuer="Viện kiểm sát nhân dân tỉnh Kiên Giang",
        issuer="Viện kiểm sát nhân dân huyện Kiên Lương",
        number="12",
        sign="TTr-VKS",
        place="Kiên Lương",
        date=dt.date(2026, 11, 5),
        title="Tờ trình",
        summary="Về việc đề nghị xét tặng danh hiệu thi đua năm 2026",
        addressees=(
            "Hội đồng Thi đua - Khen thưởng ngành Kiểm sát nhân dân",
            "Viện trưởng Viện kiểm sát nhân dân tỉnh Kiên Giang",
        ),
        body=(
            Paragraph((Run("Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;", italic=True),)),
            Paragraph(
                "Viện kiểm sát nhân dân huyện Kiên Lương kính trình Hội đồng xem xét, đề nghị tặng danh hiệu thi đua "
                "cho tập thể và cá nhân có tên trong danh sách kèm theo."
            ),
            PageBreak(),
            Paragraph("Kính trình Hội đồng xem xét, quyết định./."),
        ),
        signatures=(Signature("Phó Viện trưởng", "Trần Văn Bảo", "KT. Viện trưởng"),),
        recipients=("Như trên", "Viện trưởng (để báo cáo)", "Lưu: VT"),
        annexes=(
            Annex(
                "Danh sách đề nghị tặng danh hiệu",
                (
                    Table(
                        columns,
                        tuple((str(n), f"Đơn vị số {n}", "Tập thể lao động tiên tiến", "") for n in range(1, 41)),
                    ),
                ),
                note="(Kèm theo Tờ trình số 12/TTr-VKS ngày 05 tháng 11 năm 2026)",
                landscape=True,
            ),
        ),
    )


PAPERS = {
    "assignment_notice": assignment_notice,
    "meeting_minutes": meeting_minutes,
    "result_table": result_table,
    "state_submission": state_submission,
}


typst_renderer, docx_renderer = cache(TypstRenderer), cache(DocxRenderer)


def pdf_of(paper: Paper) -> pymupdf.Document:
    return pymupdf.open("pdf", typst_renderer().pdf(tree_of(paper)))


def flowing(text: str) -> str:
    return " ".join(text.split())


def pdf_words(paper: Paper) -> str:
    return flowing(" ".join(str(page.get_text()) for page in pdf_of(paper)))


def docx_words(paper: Paper) -> str:
    body = Document(BytesIO(docx_renderer().docx(tree_of(paper)))).element.body
    paragraphs = (
        "".join(part.text or "" if part.tag == qn("w:t") else " " for part in paragraph.iter(qn("w:t"), qn("w:br")))
        for paragraph in body.iter(qn("w:p"))
    )
    return flowing(" ".join(paragraphs))


@pytest.mark.parametrize("name", PAPERS)
def test_pdf_and_word_file_of_a_paper_say_the_same_words(name: str) -> None:
    paper = PAPERS[name]()
    in_word = sorted(set(docx_words(paper).split()))
    in_pdf = set(pdf_words(paper).split())
    assert [word for word in in_word if word not in in_pdf] == []
    assert len(in_word) > 50


def test_the_assignment_notice_names_every_member_and_who_signs() -> None:
    words = pdf_words(assignment_notice())
    assert all(f"{number}. Đồng chí {name}" in words for number, name in enumerate(MEMBERS, 1))
    assert "T/M CHI ỦY BÍ THƯ Nguyễn Thị Ngọc Ánh" in words
    assert "Số 05-TB/CB" in words
    assert "Kiên Lương, ngày 03 tháng 3 năm 2026" in words


def test_a_party_paper_stands_under_the_party_and_a_state_paper_under_the_state() -> None:
    party, state = pdf_words(assignment_notice()), pdf_words(state_submission())
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in party
    assert "CỘNG HÒA XÃ HỘI" not in party
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in state
    assert "Độc lập - Tự do - Hạnh phúc" in state
    assert "ĐẢNG CỘNG SẢN" not in state


def test_minutes_carry_both_signatures_side_by_side_on_one_page() -> None:
    last = pdf_of(meeting_minutes())[-1]
    (clerk,), (chair,) = last.search_for("THƯ KÝ"), last.search_for("CHỦ TRÌ")
    assert abs(clerk.y0 - chair.y0) < 1
    assert clerk.x1 < chair.x0


def test_a_draft_says_so_and_an_issued_paper_does_not() -> None:
    for words in (pdf_words, docx_words):
        assert "DỰ THẢO" in words(meeting_minutes())
        assert "DỰ THẢO" not in words(assignment_notice())


def test_a_paper_without_number_and_date_leaves_their_places_open() -> None:
    words = pdf_words(result_table())
    assert "Kiên Lương, ngày .... tháng .... năm 20...." in words
    assert "Số -TB/CB" in words


def test_every_page_of_the_result_table_lies_across() -> None:
    assert all(page.rect.width > page.rect.height for page in pdf_of(result_table()))
    assert not any(page.rect.width > page.rect.height for page in pdf_of(assignment_notice()))
