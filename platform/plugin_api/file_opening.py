"""A program of its own: opens one file from its standard input with the library of its kind and answers by exit code.

`plugin_api.files` runs it for every file somebody sends. What is sent may be made to hang, crash or overwhelm whoever
opens it, so the program gives up all it can before it looks at the first byte: time, memory, every further file and
socket. It imports nothing of ours and says nothing but a number: nothing in a file can speak to the caller.
"""

import codecs
import contextlib
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

OPENED, NOT_THIS_KIND, LOCKED, TOO_LARGE = 0, 3, 4, 5
"""What the exit codes say; a fault nobody foresaw, a limit or a crash is any other one."""

MOST_SECONDS: Final = 5
"""Of computing. A scan of 5 MB opens in a fraction of it."""
MOST_MEMORY: Final = 768 * 1024 * 1024
"""Of address space: a picture of 64 million pixels takes 256 MiB."""
MOST_PIXELS: Final = 64_000_000
"""A picture of 300 dots an inch on A2 has 35 million."""
MOST_UNPACKED: Final = 128 * 1024 * 1024
"""All parts of an office file, unpacked."""
MOST_PARTS: Final = 5_000
MOST_PAGES: Final = 5_000
PIECE: Final = 1024 * 1024
ENCODINGS: Final = ("ascii", "charmap", "cp437", "cp1252", "latin-1", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")
"""Of names and texts inside files."""
OFFICE: Final = "application/vnd.openxmlformats-officedocument"


class Refused(Exception):
    """The file is not taken; carries the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def pdf_opener() -> Callable[[bytes], None]:
    """Opens a PDF and looks at every page."""
    import pypdf
    import pypdf.errors

    load_whole(pypdf)

    def open_pdf(content: bytes) -> None:
        _refuse(not content.startswith(b"%PDF-"), NOT_THIS_KIND)
        try:
            reader = pypdf.PdfReader(BytesIO(content))
        except pypdf.errors.DependencyError as locked:  # by a cipher that nobody here has to know
            raise Refused(LOCKED) from locked
        _refuse(reader.is_encrypted, LOCKED)
        _refuse(len(reader.pages) > MOST_PAGES, TOO_LARGE)
        sizes = [page.mediabox.width * page.mediabox.height for page in reader.pages]
        _refuse(not sizes or min(sizes) <= 0, NOT_THIS_KIND)

    return open_pdf


def picture_opener(kind: str) -> Callable[[bytes], None]:
    """Opens a picture of this Pillow format and decodes every pixel of it."""
    from PIL import Image

    Image.preinit()
    import_module("PIL.MpoImagePlugin")  # photographs of some telephones
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit

    def open_picture(content: bytes) -> None:
        for look in ("verify", "load"):
            with Image.open(BytesIO(content), formats=[kind]) as picture:
                _refuse(picture.width * picture.height > MOST_PIXELS, TOO_LARGE)
                getattr(picture, look)()

    return open_picture


def document_opener() -> Callable[[bytes], None]:
    """Opens a Word document."""
    import docx

    load_whole(docx)

    def open_document(content: bytes) -> None:
        open_package(content, f"{OFFICE}.wordprocessingml.document.main+xml")
        docx.Document(BytesIO(content))

    return open_document


def workbook_opener() -> Callable[[bytes], None]:
    """Opens an Excel workbook and reads every sheet."""
    import python_calamine

    def open_workbook(content: bytes) -> None:
        open_package(content, f"{OFFICE}.spreadsheetml.sheet.main+xml")
        workbook = python_calamine.load_workbook(BytesIO(content))
        for place in range(len(workbook.sheet_names)):
            workbook.get_sheet_by_index(place)

    return open_workbook


def open_package(content: bytes, main_part: str) -> None:
    """Unpacks every part of an office file, counting, and looks for the content type of its main part: a document
    with macros has another one. Raises Refused."""
    # The old formats and locked files of today's are both OLE containers.
    _refuse(content.startswith(b"\xd0\xcf\x11\xe0"), LOCKED)
    _refuse(not content.startswith(b"PK\x03\x04"), NOT_THIS_KIND)
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = package.infolist()
        _refuse(any(part.flag_bits & 1 for part in parts), LOCKED)
        _refuse(len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED, TOO_LARGE)
        for part in parts:
            with package.open(part) as unpacked:
                while unpacked.read(PIECE):
                    pass
        _refuse(f'"{main_part}"'.encode() not in package.read("[Content_Types].xml"), NOT_THIS_KIND)


OPENERS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "pdf": pdf_opener,
    "docx": document_opener,
    "xlsx": workbook_opener,
    "png": lambda: picture_opener("PNG"),
    "jpg": lambda: picture_opener("JPEG"),
}
"""Kind → makes what opens it, with its library loaded."""


def load_whole(library: ModuleType) -> None:
    """Import every part of a library now: later there is no file to read it from."""
    for part in walk_packages(library.__path__, f"{library.__name__}."):
        with contextlib.suppress(ImportError):  # parts for what is not installed here
            import_module(part.name)


def give_up_everything() -> None:
    """No more than so much time and memory, nothing written, no process, no further file or socket."""
    if sys.platform == "win32":
        return  # there the caller's patience is the only limit
    import resource

    limits = {
        resource.RLIMIT_CPU: MOST_SECONDS,
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a system without this limit, or a lower one already in force
            resource.setrlimit(limit, (most, most))


def main(kind: str) -> int:
    """Open standard input as `kind`; returns the exit code."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    opener = OPENERS[kind]()
    give_up_everything()
    try:
        opener(sys.stdin.buffer.read())
    except Refused as refused:
        return refused.code
    except MemoryError:
        return TOO_LARGE
    except Exception:  # lint: allow(swallowed-fault): whatever the library finds, the file is not one of its kind
        return NOT_THIS_KIND
    return OPENED


def _refuse(fault: bool, code: int) -> None:
    if fault:
        raise Refused(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
