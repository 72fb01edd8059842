"""A file that is not TOML: the parser's English answer as a line and a sentence. It names only the first fault."""

import re

from tenancy.blueprints.faults import BlueprintFault
from tenancy.i18n import gettext as _
from tenancy.i18n import mark

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_SENTENCES = {
    "Invalid date or datetime": mark("Ngày hoặc giờ này không có thật: ghi dạng 2025-07-01."),
    "Cannot overwrite": mark("Khóa này đã được ghi trước đó trong cùng bảng: xóa một trong hai."),
    "Cannot declare": mark(
        "Bảng này đã được mở trước đó: dùng hai ngoặc vuông [[…]] cho danh sách, hoặc gộp hai bảng."
    ),
    "Unterminated string": mark("Chuỗi chữ chưa đóng: thêm dấu nháy ở cuối."),
    "Illegal character": mark(
        "Có ký tự không được phép (xuống dòng hoặc ký tự điều khiển) trong chữ: xóa ký tự đó, hoặc đóng dấu nháy."
    ),
    "Expected '='": mark("Thiếu dấu “=” sau khóa; khóa chỉ gồm chữ không dấu, chữ số, “_” và “-”."),
    "Invalid value": mark("Thiếu giá trị hoặc giá trị sai: chữ để trong dấu nháy, ngày dạng 2025-07-01."),
    "Expected newline": mark("Sau giá trị còn chữ thừa: mỗi khóa ghi trên một dòng."),
    "Unclosed array": mark("Danh sách chưa đóng: thêm dấu “]”, và dấu phẩy giữa các mục."),
    "Unclosed inline table": mark("Bảng trên một dòng chưa đóng: thêm dấu phẩy giữa các khóa và “}” ở cuối."),
    "Expected ']": mark("Tên bảng chưa đóng: thêm dấu “]” cho đủ cặp."),
    "maximum recursion": mark("Có quá nhiều dấu ngoặc lồng nhau: bỏ bớt."),
    "Exceeds the limit": mark("Có một số quá dài: ghi lại số đó."),
}


def fault_of_syntax(file: str, text: str, refusal: Exception) -> BlueprintFault:
    """Where and why the parser stopped. An answer without a place means the last line that is not empty."""
    said = str(refusal)
    sentence = next((_(ours) for theirs, ours in _SENTENCES.items() if said.startswith(theirs)), "")
    sentence = sentence or _("Dòng này sai cú pháp TOML: xem lại khóa, dấu “=”, dấu nháy và dấu ngoặc.")
    place = _PLACE.search(said)
    if place is None:
        return BlueprintFault(file, text.rstrip().count("\n") + 1, "", sentence)
    return BlueprintFault(
        file, int(place[1]), "", _("{sentence} (cột {column})").format(sentence=sentence, column=place[2])
    )
