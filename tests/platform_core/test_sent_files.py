"""Files people send: opened before they are kept, by a process that can neither be hung nor crash anybody else."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import zipfile
from io import BytesIO

import docx
import pymupdf
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from plugin_api import file_opening, files
from plugin_api.errors import Invalid, Refused
from plugin_api.file_names import MOST_BYTES, ascii_name, harmless_name, is_hidden, name_fault, plain_name
from plugin_api.forms import Upload
from plugin_api.papers import File

pytestmark = pytest.mark.anyio
LIMIT = 5 * 1024 * 1024


def pdf(**how):
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "Kết quả")
    return document.tobytes(**how)


def picture(form, mode="RGB", size=(40, 30), **how):
    Image.new(mode, size).save(content := BytesIO(), form, **how)
    return content.getvalue()


def document():
    docx.Document().save(content := BytesIO())
    return content.getvalue()


def workbook(*cells):
    with xlsxwriter.Workbook(content := BytesIO()) as book:
        sheet = book.add_worksheet()
        for row, column in cells:
            sheet.write(row, column, "Kết quả")
    return content.getvalue()


def repacked(content, name, text):
    """An office file with one part replaced or added."""
    with zipfile.ZipFile(BytesIO(content)) as old:
        parts = {part: old.read(part) for part in old.namelist()} | {name: text}
    with zipfile.ZipFile(made := BytesIO(), "w", zipfile.ZIP_DEFLATED) as new:
        for part in parts:
            new.writestr(part, parts[part])
    return made.getvalue()


MACROS = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml":
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
}  # fmt: skip


def with_macros(content):
    with zipfile.ZipFile(BytesIO(content)) as package:
        kinds = package.read("[Content_Types].xml")
    plain = next(one for one in MACROS if one in kinds)
    return repacked(content, "[Content_Types].xml", kinds.replace(plain, MACROS[plain]))


def locked_package(content):
    """With the mark of an encrypted part."""
    made = bytearray(content)
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


async def check(name, content):
    return await files.checked(Upload(name, "text/html", content), "Tệp", "file", files.FileLimits(LIMIT))


GOOD = {
    "a.pdf": pdf(), "nen.pdf": pdf(deflate=True, use_objstms=1), "a.docx": document(), "a.xlsx": workbook((0, 0)),
    "nhieu.xlsx": workbook(*((row, column) for row in range(2_000) for column in range(20))),
    "a.png": picture("PNG"), "xam.png": picture("PNG", "I;16"), "trong.png": picture("PNG", "LA"),
    "a.jpg": picture("JPEG"), "in.jpeg": picture("JPEG", "CMYK", progressive=True), "dien-thoai.jpg": picture("MPO"),
    "to.png": picture("PNG", "L", (9_000, 7_000)), "Báo cáo quý 1.TXT": "Kết quả".encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
async def test_a_file_that_is_what_it_says_is_taken_as_it_is(name):
    taken = await check(name, GOOD[name])
    assert (taken.name, taken.content) == (name, GOOD[name])
    assert taken.media_type == files.KINDS[name.rpartition(".")[2].lower()].media_type


DAMAGED, LOCKED, TOO_LARGE = "không mở được như một tệp", "có mật khẩu", "mở ra quá lớn"
BAD = {
    "only the mark of a PDF": ("a.pdf", b"%PDF-1.7\n...", DAMAGED),
    "a web page": ("a.pdf", b"<html><script>alert(1)</script>", DAMAGED),
    "a page before the PDF": ("a.pdf", b"<script>alert(1)</script>" + pdf(), DAMAGED),
    "a PDF with a password": ("a.pdf", pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a", owner_pw="b"), LOCKED),
    "a protected PDF": ("a.pdf", pdf(encryption=pymupdf.PDF_ENCRYPT_RC4_128, owner_pw="b"), LOCKED),
    "only the mark of a PNG": ("a.png", b"\x89PNG\r\n\x1a\n", DAMAGED),
    "half a picture": ("a.jpg", picture("JPEG", size=(400, 300))[:-700], DAMAGED),
    "another picture": ("a.png", picture("JPEG"), DAMAGED),
    "a picture bomb": ("a.png", picture("PNG", "1", (30_000, 30_000)), TOO_LARGE),
    "only the mark of a ZIP": ("a.docx", b"PK\x03\x04", DAMAGED),
    "a workbook called a document": ("a.docx", workbook((0, 0)), DAMAGED),
    "a document called a workbook": ("a.xlsx", document(), DAMAGED),
    "a document with macros": ("a.docx", with_macros(document()), DAMAGED),
    "a workbook with macros": ("a.xlsx", with_macros(workbook((0, 0))), DAMAGED),
    "a document without its text": ("a.docx", repacked(document(), "word/document.xml", "<a"), DAMAGED),
    "an office bomb": ("a.docx", repacked(document(), "bomb", bytes(file_opening.MOST_UNPACKED)), TOO_LARGE),
    "a locked package": ("a.xlsx", locked_package(workbook((0, 0))), LOCKED),
    "an old or locked office file": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), LOCKED),
    "5 kB that end the process that reads them": ("a.xlsx", workbook((0, 0), (1_048_575, 16_383)), TOO_LARGE),
    "bytes called a text": ("a.txt", b"a\0b", "UTF-8"),
    "a text that is no UTF-8": ("a.txt", "ă".encode("utf-16"), "UTF-8"),
    "nothing": ("a.txt", b"", "không có nội dung"),
    "too much": ("a.txt", b"x" * (LIMIT + 1), "lớn hơn 5 MB"),
    "a program": ("a.exe", b"MZ", "chỉ nhận"),
    "no ending": ("pdf", pdf(), "chỉ nhận"),
    "only an ending": (".pdf", pdf(), "chỉ nhận"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
async def test_another_file_is_refused_with_a_sentence(what):
    name, content, sentence = BAD[what]
    with pytest.raises(Invalid) as refused:
        await check(name, content)
    told = refused.value.problems["file"]
    assert told.startswith("Tệp: ") and told.endswith(".") and sentence in told


def test_a_small_file_can_end_who_opens_it():
    """Negative control: opened in this process, it would have ended this process."""
    _name, content, _sentence = BAD["5 kB that end the process that reads them"]
    assert len(content) < 6_000
    assert files.open_apart(content, "xlsx") == -signal.SIGABRT


ACTIONS = {
    "socket.socket()": "OSError", "open(os.devnull)": "OSError", "os.pipe()": "OSError",
    "bytearray(2 << 30).count(1)": "MemoryError",
}  # fmt: skip


def fault_of(action, given_up):
    """The fault that a action ends with in a process that has given up everything, or nothing."""
    code = (f"import os, socket, sys; sys.path.insert(0, {str(files.PROGRAM.parent)!r}); import file_opening\n"
            f"if {given_up}: file_opening.give_up_everything()\n"
            f"try: {action}\nexcept Exception as fault: os.write(1, type(fault).__name__.encode())")  # fmt: skip
    return subprocess.run([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, check=True).stdout.decode()


@pytest.mark.parametrize("action", ACTIONS)
def test_who_opens_files_has_given_up_everything_else(action):
    assert fault_of(action, given_up=True) == ACTIONS[action]
    assert fault_of(action, given_up=False) == "", "negative control"


def test_who_opens_files_is_told_no_secret(monkeypatch, tmp_path):
    told = tmp_path / "told.py"
    told.write_text(f"import os, pathlib; pathlib.Path({str(tmp_path / 'told')!r}).write_text(repr(dict(os.environ)))")
    monkeypatch.setattr(files, "PROGRAM", told)
    for name in ("THIDUA_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "PATH"):
        monkeypatch.setenv(name, f"{name} is secret")
    assert files.open_apart(b"", "pdf") == 0
    assert {name for name in os.environ if f"{name} is secret" in (tmp_path / "told").read_text()} == {"PATH"}


async def test_a_file_that_takes_for_ever_holds_up_nobody(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time; sys.stdin.buffer.read(); time.sleep(600)")
    monkeypatch.setattr(files, "PROGRAM", slow)
    monkeypatch.setattr(files, "OPENING_SECONDS", 1)
    beats = 0

    async def beat():
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    beating = asyncio.create_task(beat())
    with pytest.raises(Invalid, match=TOO_LARGE):
        await check("a.pdf", pdf())
    beating.cancel()
    assert beats > 100, "the event loop went on meanwhile"


async def test_an_end_that_nobody_chose_is_told_to_whoever_runs_the_instance(monkeypatch, tmp_path, caplog):
    (broken := tmp_path / "broken.py").write_text("import a_library_that_is_not_here")
    monkeypatch.setattr(files, "PROGRAM", broken)
    content = pdf()
    with pytest.raises(Invalid, match=DAMAGED):
        await check("a.pdf", content)
    assert [one.getMessage() for one in caplog.records if one.name == files.__name__] == [
        f"who opens files ended with code 1 over a pdf of {len(content)} bytes"
    ]


async def test_only_so_many_wait_and_a_place_is_free_again_when_the_opening_is_over(monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(files, "open_apart", lambda _content, _opener: 0 if goes_on.wait(20) else 1)
    crowd = [asyncio.ensure_future(check("a.pdf", pdf())) for _ in range(files.OPENERS + files.MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Refused):
        await check("a.pdf", pdf())
    goes_on.set()
    assert all(await asyncio.gather(*crowd))
    assert await check("a.pdf", pdf()), "negative control: it was the crowd"


async def test_when_too_many_are_opened_one_is_asked_to_come_later(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time; sys.stdin.buffer.read(); time.sleep(600)")
    monkeypatch.setattr(files, "PROGRAM", slow)
    monkeypatch.setattr(files, "OPENING_SECONDS", 2)
    monkeypatch.setattr(files, "WAITING_SECONDS", 1)
    told = await asyncio.gather(*(check("a.pdf", pdf()) for _ in range(4)), return_exceptions=True)
    assert {type(one) for one in told} == {Refused}


@pytest.mark.parametrize(("sent", "told"), [
    ("Bao cao\u202efdp.exe.pdf", "U+202E"), ("a\u2066b.pdf", "U+2066"), ("a\u200fb.pdf", "U+200F"),
    ("a\u061cb.pdf", "U+061C"), ("a\nb.pdf", "U+000A"), ("a\x00.pdf", "U+0000"), ("a\x7f.pdf", "U+007F"),
    ("a\u0085.pdf", "U+0085"), ("a\u2028.pdf", "U+2028"), ("a\ufeff.pdf", "U+FEFF"), ("a\ud800.pdf", "U+D800"),
    ("x" * 151 + ".pdf", "150 ký tự"), ("ế" * 90 + ".pdf", "240 byte"), ("NUL.pdf", "Windows"),
    ("com1.x.pdf", "Windows"), ("lpt¹ .pdf", "Windows"),
])  # fmt: skip
async def test_a_name_that_hides_or_breaks_something_is_refused_with_what_it_is(sent, told):
    with pytest.raises(Invalid) as refused:
        await check(sent, pdf())
    assert told in refused.value.problems["file"]


@pytest.mark.parametrize(("sent", "kept"), [
    ("C:\\tài liệu\\Báo cáo “quý”.pdf", "Báo cáo “quý”.pdf"), ("../../etc/passwd.pdf", "passwd.pdf"),
    ("Ba\u0301o ca\u0301o.pdf", "Báo cáo.pdf"), ("...a.pdf. ", "a.pdf"), ("a\u00a0\u3000 b.pdf", "a b.pdf"),
])  # fmt: skip
async def test_a_name_is_kept_as_people_read_it(sent, kept):
    assert (await check(sent, pdf())).name == kept


ODD_NAMES = st.lists(st.sampled_from([*'"\\/;%\r\n\0:<>|?*. ', "\u202e", "\u200b", "\ud800", "ế", "e\u0301", "nul", "a",
                                      ".pdf", "😀", "x" * 120]), max_size=9).map("".join)  # fmt: skip


@given(ODD_NAMES)
def test_a_name_that_is_kept_stays_as_it_is(sent):
    name = plain_name(sent)
    if not name_fault(name):
        assert plain_name(name) == name and not any(is_hidden(sign) for sign in name)
        assert not name.startswith(".") and "/" not in name and len(name.encode()) <= MOST_BYTES


@given(ODD_NAMES, ODD_NAMES)
def test_every_stored_name_makes_one_harmless_header(name, full_name):
    sent = File(name, full_name, "application/pdf", b"").disposition
    assert sent.isascii() and sent.isprintable() and sent.count('"') == 2 and "\\" not in sent and sent.count(";") == 2
    for harmless in (harmless_name(full_name), ascii_name(name)):
        assert name_fault(harmless[:150]) == "" and not set(harmless) & set('<>:"/\\|?*') and harmless.strip(" .")
