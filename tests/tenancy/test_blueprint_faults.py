"""A faulty blueprint is refused with every fault, each with its file, line, field and a sentence that says what to do.

`GOOD` is accepted; each case spoils it in one way and marks with `# !` the line on which the fault must be reported.
"""

from pathlib import Path

import pytest

from tenancy.blueprints import BlueprintError, BlueprintFault, read

GOOD = """\
[blueprint]
name = "Thử"
source = "Tự đặt"
demo = true

[[body]]
slug = "tinh-a"
name = "Viện kiểm sát nhân dân tỉnh A"
short_name = "VKSND tỉnh A"
kind = "province"
place = "A"
valid_from = 2010-01-01
predecessors = [{ body = "tinh-b", on = 2025-07-01 }]

[[body]]
slug = "tinh-b"
name = "Viện kiểm sát nhân dân tỉnh B"
short_name = "VKSND tỉnh B"
kind = "province"
place = "B"
valid_from = 2010-01-01
valid_to = 2025-06-30

[[body]]
slug = "huyen-c"
name = "Viện kiểm sát nhân dân huyện C"
short_name = "VKSND huyện C"
kind = "district"
parent = "tinh-b"
place = "C"
valid_from = 2010-01-01

[[body.unit]]
code = "phong-1"
kind = "department"
name = "Phòng 1"
valid_from = 2010-01-01

[[body.unit]]
code = "to-1"
kind = "department"
name = "Tổ 1"
parent = "phong-1"
valid_from = 2010-01-01

[[body.unit]]
code = "chi-bo"
kind = "cell"
name = "Chi bộ"
committee_name = "Chi ủy"
valid_from = 2010-01-01

[[body.unit]]
code = "chi-bo-2"
kind = "cell"
name = "Chi bộ 2"
valid_from = 2010-01-01

[[body.person]]
code = "c-1"
name = "Lê Văn Ước"
login = "uoc.lv"
demo = true
units = [
  { unit = "chi-bo", position = "Bí thư", from = 2018-01-01, to = 2020-12-31 },
  { unit = "chi-bo-2", from = 2021-01-01 },
  { unit = "phong-1", from = 2018-01-01 },
]
roles = [
  { role = "member", unit = "chi-bo", from = 2018-01-01, to = 2020-12-31 },
  { role = "leader", from = 2018-01-01 },
]

[[body.person]]
code = "c-2"
name = "Trần Thị Ổn"
login = "on.tt"
demo = true

[[body.module]]
name = "monthly_rating"
settings = { cycle = "month" }
locked = ["cycle", "scheme"]

[[body]]
slug = "cum-d"
name = "Cụm D"
short_name = "Cụm D"
kind = "cluster"
place = "A"
valid_from = 2020-01-01

[[body.person]]
code = "d-1"
name = "Lê Văn Ước"
login = "uoc.lv"
demo = true
same_account = true

[[body.member]]
year = 2020
body = "tinh-a"
role = "chief"

[[body.member]]
year = 2020
body = "tinh-b"
role = "member"
"""

CELL = '  { unit = "chi-bo", position = "Bí thư", from = 2018-01-01, to = 2020-12-31 },'
CELL_2 = '  { unit = "chi-bo-2", from = 2021-01-01 },'
MEMBER_ROLE = '  { role = "member", unit = "chi-bo", from = 2018-01-01, to = 2020-12-31 },'
LEADER_ROLE = '  { role = "leader", from = 2018-01-01 },'
PREDECESSOR = 'predecessors = [{ body = "tinh-b", on = 2025-07-01 }]'
SECOND_MEMBER = 'body = "tinh-b"\nrole = "member"'
TINH_B_AGAIN = """
[[body]]
slug = "tinh-b" # !
name = "Viện kiểm sát nhân dân tỉnh B"
short_name = "VKSND tỉnh B"
kind = "province"
place = "B"
valid_from = 2010-01-01
"""
BODY_REVERSED = """
[[body]]
slug = "tinh-e"
name = "Viện kiểm sát nhân dân tỉnh E"
short_name = "VKSND tỉnh E"
kind = "province"
place = "E"
valid_from = 2010-01-01
valid_to = 2009-12-31 # !
"""

CASES = {
    # single values
    "unknown key": (
        'place = "C"',
        'place = "C"\nparnt = "x" # !',
        "body.parnt",
        "Không có khóa “parnt” ở đây: sửa thành “parent”",
    ),
    "unknown table": ("[[body.module]]", "[[body.modul]] # !", "body.modul", "sửa thành “module”"),
    "missing key": ('[[body]]\nslug = "huyen-c"\n', "[[body]] # !\n", "body.slug", "Thiếu khóa “slug”"),
    "text not quoted": ('name = "Phòng 1"', "name = 1 # !", "body.unit.name", "Ghi chữ trong dấu nháy"),
    "blank text": ('name = "Phòng 1"', 'name = "  " # !', "body.unit.name", "từ 1 đến 500 ký tự"),
    "control character": ('name = "Phòng 1"', 'name = "Phòng\\u0000" # !', "body.unit.name", "Ghi chữ trong dấu nháy"),
    "number for yes or no": ('on.tt"\ndemo = true', 'on.tt"\ndemo = 1 # !', "body.person.demo", "Ghi true hoặc false"),
    "date in quotes": (
        'name = "Chi bộ 2"\nvalid_from = 2010-01-01',
        'name = "Chi bộ 2"\nvalid_from = "2010-01-01" # !',
        "body.unit.valid_from",
        "Ghi ngày dạng 2025-07-01",
    ),
    "date with hour": ("valid_to = 2025-06-30", "valid_to = 2025-06-30T10:00:00 # !", "body.valid_to", "không có giờ"),
    "day not in the calendar": (
        "valid_to = 2025-06-30",
        "valid_to = 2025-06-31 # !",
        "body.valid_to",
        "không có trong lịch",
    ),
    "table for list": ("[[body.module]]", "[body.module] # !", "body.module", "[[module]]"),
    "list for table": ('settings = { cycle = "month" }', "settings = [] # !", "body.module.settings", "Ghi một bảng"),
    "text for table": ("units = [", 'units = [ "x", # !', "body.person.units", "Ghi một bảng"),
    "unknown kind": ('kind = "district"', 'kind = "commune" # !', "body.kind", "“region”"),
    "unknown role": (LEADER_ROLE, '{ role = "boss", from = 2018-01-01 }, # !', "body.person.roles.role", "“officer”"),
    "slug with capitals": ('slug = "cum-d"\n', 'slug = "Cum_D" # !\n', "body.slug", "chữ thường không dấu"),
    "login with spaces": ('login = "on.tt"', 'login = "on tt" # !', "body.person.login", "“anh.nt”"),
    "e-mail": ('login = "on.tt"', 'login = "on.tt"\nemail = "on" # !', "body.person.email", "thư điện tử"),
    "year": (
        SECOND_MEMBER,
        SECOND_MEMBER + '\n[[body.member]]\nyear = 20 # !\nbody = "tinh-a"',
        "body.member.year",
        "bốn chữ số",
    ),
    # repeated names
    "slug twice": (SECOND_MEMBER, SECOND_MEMBER + TINH_B_AGAIN, "body.slug", "Xem dòng 16."),
    "unit code twice": (
        'code = "to-1"\nkind = "department"\nname = "Tổ 1"\nparent = "phong-1"',
        'code = "phong-1" # !\nkind = "department"\nname = "Tổ 1"',
        "body.unit.code",
        "Xem dòng 34.",
    ),
    "person code twice": ('code = "c-2"', 'code = "c-1" # !', "body.person.code", "Xem dòng 60."),
    "module twice": (
        '[[body.module]]\nname = "monthly_rating"',
        '[[body.module]]\nname = "monthly_rating"\n\n[[body.module]]\nname = "monthly_rating" # !',
        "body.module.name",
        "“monthly_rating” đã được dùng",
    ),
    "locked twice": ('"cycle", "scheme"]', '"cycle", "cycle"] # !', "body.module.locked", "đã có trong danh sách"),
    "login twice in a body": ('login = "on.tt"', 'login = "uoc.lv" # !', "body.person.login", "đặt tên khác"),
    "login in two bodies, not said to be the same": (
        'login = "uoc.lv"\ndemo = true\nsame_account = true',
        'login = "uoc.lv" # !\ndemo = true',
        "body.person.login",
        "same_account = true",
    ),
    "one account, two names": (
        'name = "Lê Văn Ước"\nlogin = "uoc.lv"\ndemo = true\nsame_account = true',
        'name = "Lê Văn Đạt"\nlogin = "uoc.lv" # !\ndemo = true\nsame_account = true',
        "body.person.login",
        "hai họ tên",
    ),
    "same account without a login": (
        'login = "on.tt"\n',
        "same_account = true # !\n",
        "body.person.same_account",
        "Ghi thêm login",
    ),
    # the tree of bodies
    "parent absent": ('parent = "tinh-b"', 'parent = "tinh-x" # !', "body.parent", "Chưa có đơn vị “tinh-x”"),
    "parent is itself": ('parent = "tinh-b"', 'parent = "huyen-c" # !', "body.parent", "huyen-c → huyen-c"),
    "parent of the wrong kind": (
        'parent = "tinh-b"',
        'parent = "cum-d" # !',
        "body.parent",
        "chọn đơn vị loại “province”",
    ),
    "body ends before it begins": (
        SECOND_MEMBER,
        SECOND_MEMBER + BODY_REVERSED,
        "body.valid_to",
        "đứng trước ngày bắt đầu",
    ),
    "predecessor absent": (
        PREDECESSOR,
        'predecessors = [{ body = "tinh-x", on = 2025-07-01 }] # !',
        "body.predecessors.body",
        "“tinh-x”",
    ),
    "own predecessor": (
        PREDECESSOR,
        'predecessors = [{ body = "tinh-a", on = 2025-07-01 }] # !',
        "body.predecessors.body",
        "chính mình",
    ),
    "predecessor twice": (
        PREDECESSOR,
        PREDECESSOR[:-1] + ',\n  { body = "tinh-b", on = 2025-07-01 }] # !',
        "body.predecessors",
        "Xem dòng 13.",
    ),
    "succession after the end": (
        PREDECESSOR,
        PREDECESSOR.replace("07-01", "07-02") + " # !",
        "body.predecessors.on",
        "Ngay trước ngày 02/07/2025",
    ),
    "succession before the beginning": (
        'place = "A"\nvalid_from = 2010-01-01\n' + PREDECESSOR,
        'place = "A"\nvalid_from = 2020-06-01\npredecessors = [{ body = "tinh-b", on = 2020-01-01 }] # !',
        "body.predecessors.on",
        "Ngày 01/01/2020 đơn vị này không hoạt động",
    ),
    # clusters
    "member absent": ('body = "tinh-b"\nrole', 'body = "tinh-x" # !\nrole', "body.member.body", "“tinh-x”"),
    "member twice": (
        '[[body.member]]\nyear = 2020\nbody = "tinh-b"',
        '[[body.member]] # !\nyear = 2020\nbody = "tinh-a"',
        "body.member",
        "Xem dòng",
    ),
    "two chiefs": (SECOND_MEMBER, 'body = "tinh-b"\nrole = "chief" # !', "body.member.role", "đã có cụm trưởng"),
    "cluster in a cluster": (
        'body = "tinh-b"\nrole',
        'body = "cum-d" # !\nrole',
        "body.member.body",
        "Một cụm không thể",
    ),
    "member that has ended": (
        SECOND_MEMBER,
        SECOND_MEMBER + '\n[[body.member]]\nyear = 2026 # !\nbody = "tinh-b"',
        "body.member.year",
        "“tinh-b” không hoạt động",
    ),
    "members outside a cluster": (
        "[[body.module]]",
        '[[body.member]] # !\nyear = 2020\nbody = "tinh-a"\n[[body.module]]',
        "body.member",
        "Chỉ cụm, khối",
    ),
    # units
    "unit's parent absent": ('parent = "phong-1"', 'parent = "phong-9" # !', "body.unit.parent", "“phong-9”"),
    "unit's parent is itself": ('parent = "phong-1"', 'parent = "to-1" # !', "body.unit.parent", "to-1 → to-1"),
    "unit ends before it begins": (
        'parent = "phong-1"',
        'parent = "phong-1"\nvalid_to = 2009-12-31 # !',
        "body.unit.valid_to",
        "đứng trước",
    ),
    "department below a cell": (
        'parent = "phong-1"',
        'parent = "chi-bo" # !',
        "body.unit.parent",
        "hai hệ thống riêng",
    ),
    "committee of a department": (
        'name = "Phòng 1"',
        'name = "Phòng 1"\ncommittee_name = "Chi ủy" # !',
        "body.unit.committee_name",
        "Chỉ chi bộ",
    ),
    "unit older than its body": (
        'name = "Chi bộ 2"\nvalid_from = 2010-01-01',
        'name = "Chi bộ 2"\nvalid_from = 2009-12-31 # !',
        "body.unit.valid_from",
        "ra ngoài thời hạn",
    ),
    # people
    "real person in a demo": (
        'login = "on.tt"\ndemo = true',
        'login = "on.tt"\ndemo = false # !',
        "body.person.demo",
        "không có thật",
    ),
    "appointment in no unit": (
        CELL_2,
        '{ unit = "chi-bo-9", from = 2021-01-01 }, # !',
        "body.person.units.unit",
        "“chi-bo-9”",
    ),
    "appointment reversed": (
        CELL_2,
        '{ unit = "chi-bo-2", from = 2021-01-01, to = 2020-12-31 }, # !',
        "body.person.units.to",
        "đứng trước",
    ),
    "appointment before the unit": (
        '{ unit = "phong-1", from = 2018-01-01 },',
        '{ unit = "phong-1", from = 2001-01-01 }, # !',
        "body.person.units.from",
        "“Phòng 1”",
    ),
    "twice in a unit": (
        CELL_2,
        '{ unit = "chi-bo", from = 2020-12-31 }, # !',
        "body.person.units",
        "đã có tên trong “chi-bo”",
    ),
    "in two cells at once": (
        CELL_2,
        '{ unit = "chi-bo-2", from = 2020-12-31 }, # !',
        "body.person.units",
        "hai chi bộ cùng lúc",
    ),
    "role in no unit": (
        LEADER_ROLE,
        '{ role = "leader", unit = "phong-9", from = 2018-01-01 }, # !',
        "body.person.roles.unit",
        "“phong-9”",
    ),
    "role twice": (
        LEADER_ROLE,
        LEADER_ROLE + '\n{ role = "leader", from = 2019-01-01 }, # !',
        "body.person.roles",
        "đã được giao",
    ),
    "role reversed": (
        LEADER_ROLE,
        '{ role = "leader", from = 2018-01-01, to = 2017-12-31 }, # !',
        "body.person.roles.to",
        "đứng trước",
    ),
    "role before the body": (
        LEADER_ROLE,
        '{ role = "leader", from = 2001-01-01 }, # !',
        "body.person.roles.from",
        "ra ngoài thời hạn",
    ),
    "cell role of somebody who is not in the cell": (
        'on.tt"\ndemo = true',
        'on.tt"\ndemo = true\nroles = [{ role = "clerk", unit = "chi-bo", from = 2019-01-01 }] # !',
        "body.person.roles.unit",
        "mà không có tên trong “chi-bo”",
    ),
    "cell role longer than the membership": (
        MEMBER_ROLE,
        '{ role = "member", unit = "chi-bo", from = 2018-01-01 }, # !',
        "body.person.roles.unit",
        "suốt thời gian đó",
    ),
}


def refusal(folder: Path, text: str, known: tuple[str, ...] = ()) -> tuple[BlueprintFault, ...]:
    file = folder / "thu.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BlueprintError) as caught:
        read(file, known)
    assert {fault.file for fault in caught.value.faults} == {str(file)}
    return caught.value.faults


def marked_line(text: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), start=1) if line.endswith("# !"))


def test_what_has_no_fault_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "thu.toml"
    file.write_text(GOOD, encoding="utf-8")

    assert [body.slug for body in read(file).bodies] == ["tinh-a", "tinh-b", "huyen-c", "cum-d"]


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_once_with_its_line_and_what_to_do(case: str, tmp_path: Path) -> None:
    right, wrong, field, words = CASES[case]
    assert GOOD.count(right) == 1

    text = GOOD.replace(right, wrong)
    faults = refusal(tmp_path, text)

    assert [(fault.line, fault.field) for fault in faults] == [(marked_line(text), field)]
    assert words in faults[0].sentence


def test_all_faults_come_together_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = GOOD
    spoiled = ["unknown key", "unknown kind", "unknown role", "day not in the calendar", "login twice in a body"]
    for right, wrong, _field, _words in (CASES[case] for case in spoiled):
        text = text.replace(right, wrong)

    faults = refusal(tmp_path, text)

    marked = [at for at, line in enumerate(text.splitlines(), start=1) if line.endswith("# !")]
    assert len(marked) == 5
    assert [fault.line for fault in faults] == marked


def test_a_file_with_any_line_missing_is_accepted_or_refused_in_sentences(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    file = tmp_path / "thu.toml"
    refused = 0

    for at in range(len(lines)):
        file.write_text("\n".join(lines[:at] + lines[at + 1 :]), encoding="utf-8")
        try:
            read(file)
        except BlueprintError as refusal:
            refused += 1
            assert all(1 <= fault.line <= len(lines) and fault.sentence for fault in refusal.faults)

    assert refused > len(lines) / 3


def test_loops_through_several_bodies_are_shown_as_a_way(tmp_path: Path) -> None:
    text = GOOD.replace('place = "B"', 'place = "B"\nparent = "huyen-c"')

    sentences = [fault.sentence for fault in refusal(tmp_path, text)]

    assert len(sentences) == 2
    assert "tinh-b → huyen-c → tinh-b" in sentences[0]
    assert "huyen-c → tinh-b → huyen-c" in sentences[1]


def test_outside_a_demo_nobody_is_invented_and_no_body_outlives_its_parent(tmp_path: Path) -> None:
    faults = refusal(tmp_path, GOOD.replace('source = "Tự đặt"\ndemo = true', 'source = "Tự đặt"'))

    assert [fault.field for fault in faults] == ["body.valid_to"] + ["body.person.demo"] * 3
    assert "kết thúc ngày 30/06/2025" in faults[0].sentence


def test_bodies_that_exist_already_may_be_referred_to(tmp_path: Path) -> None:
    text = GOOD.replace('parent = "tinh-b"', 'parent = "tinh-x"')

    assert len(refusal(tmp_path, text, known=("tinh-y",))) == 1
    assert read(tmp_path / "thu.toml", known={"tinh-x"}).bodies[2].parent == "tinh-x"


SYNTAX = {
    "no value": ("name =", "Thiếu giá trị"),
    "no equals sign": ("tên đơn vị", "Thiếu dấu “=”"),
    "open text": ('name = "Thử', "trong chữ"),
    "open list": ("list = [1, 2", "Danh sách chưa đóng"),
    "key twice": ("name = 1\nname = 2", "đã được ghi trước đó"),
    "table twice": ("[a]\n[a]", "đã được mở trước đó"),
    "impossible hour": ("day = 2025-02-30T10:00:00", "không có thật"),
    "two on a line": ("a = 1 b = 2", "chữ thừa"),
    "too deep": ("a = " + "[" * 5000, "lồng nhau"),
    "too long a number": ("a = " + "9" * 5000, "quá dài"),
}


@pytest.mark.parametrize("case", SYNTAX)
def test_text_that_is_not_toml_is_refused_at_its_line(case: str, tmp_path: Path) -> None:
    wrong, words = SYNTAX[case]

    (fault,) = refusal(tmp_path, f"# dòng đầu\n{wrong}\n")

    assert fault.line in (2, 3) if "\n" in wrong else fault.line == 2
    assert words in fault.sentence


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BlueprintError, match="Không đọc được tệp"):
        read(tmp_path / "khong-co.toml")

    (tmp_path / "thu.toml").write_bytes(b"# one\n# \xff\n")
    with pytest.raises(BlueprintError) as caught:
        read(tmp_path / "thu.toml")
    assert caught.value.faults[0].line == 2
    assert "UTF-8" in caught.value.faults[0].sentence


def test_the_error_reads_as_lines_for_people(tmp_path: Path) -> None:
    text = GOOD.replace('code = "phong-1"', 'code = "Phòng"', 1).replace('parent = "phong-1"\n', "")
    text = text.replace('unit = "phong-1"', 'unit = "Phòng"')
    file = tmp_path / "thu.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BlueprintError) as caught:
        read(file)

    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{file}: 34: body.unit.code: Ghi chữ thường không dấu")
