"""Files people send: checked here before a module keeps them, opened in a limited process, never in this one."""

import asyncio
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, NoReturn

from msgspec import Struct

from plugin_api import file_opening
from plugin_api.errors import Invalid, Refused
from plugin_api.file_names import name_fault, plain_name
from plugin_api.forms import Upload
from plugin_api.i18n import gettext as _

PROGRAM: Final = Path(file_opening.__file__)
OPENING_SECONDS: Final = 10
"""One file may take so long by the clock; twice what it may compute, because machines are busy."""
WAITING_SECONDS: Final = 20
"""So long somebody waits for the turn and the opening together: meanwhile the request holds a connection."""
MOST_WAITING: Final = 3
"""So many files wait for their turn, each with a connection of its request: most connections stay free for others."""
NEEDED: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Of the settings of this process, those without which the other does not start or find its libraries."""
TOLD: Final = (file_opening.OPENED, file_opening.NOT_THIS_KIND, file_opening.LOCKED, file_opening.TOO_LARGE)
OPENERS: Final = 2
_OPENING = ThreadPoolExecutor(OPENERS, thread_name_prefix="file-opening")
_PLACES = BoundedSemaphore(OPENERS + MOST_WAITING)

log = logging.getLogger(__name__)


class Kind(Struct, frozen=True):
    """A kind of file: the media type it is sent back as and what opens it; "" is plain text, which needs no opening."""

    media_type: str
    opener: str


KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("application/pdf", "pdf"),
    "docx": Kind(f"{file_opening.OFFICE}.wordprocessingml.document", "docx"),
    "xlsx": Kind(f"{file_opening.OFFICE}.spreadsheetml.sheet", "xlsx"),
    "png": Kind("image/png", "png"),
    "jpg": Kind("image/jpeg", "jpg"),
    "jpeg": Kind("image/jpeg", "jpg"),
    "txt": Kind("text/plain; charset=utf-8", ""),
}
"""Ending → kind. What the browser said about a file is not believed."""


class CheckedFile(Struct, frozen=True):
    """A file that may be kept: a name every disk takes, the media type of its content, its SHA-256."""

    name: str
    media_type: str
    content: bytes
    sha256: str


class FileLimits(Struct, frozen=True):
    """What a field for a file takes: so many bytes, these endings. Said beside the field (`ui.file_input(limits=…)`),
    asked by the browser before it sends, and by `checked`: one source for all three."""

    most_bytes: int
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def accept(self) -> str:
        """For the attribute of that name in HTML."""
        return ",".join(f".{ending}" for ending in self.kinds)

    @property
    def hint(self) -> str:
        """Both limits in words, before anything is chosen."""
        return _("%(endings)s; không quá %(most)s MB.", endings=self._endings, most=self.most_bytes >> 20)

    @property
    def wrong_kind(self) -> str:
        """What is said of a file with another ending."""
        return _("chỉ nhận %(endings)s.", endings=self._endings)

    @property
    def too_large(self) -> str:
        """What is said of a larger file."""
        return _("lớn hơn %(most)s MB. Hãy giảm dung lượng hoặc tách tệp.", most=self.most_bytes >> 20)

    @property
    def _endings(self) -> str:
        return ", ".join(one for one in self.kinds if one != "jpeg")


async def checked(upload: Upload, label: str, field: str, limits: FileLimits) -> CheckedFile:
    """`upload` as a file that is what its name says. Never blocks the event loop.

    `label` is what the field is called. Raises Invalid for `field`, with a sentence for a name, kind, size or content
    that is not accepted; Refused when too many files are being opened.
    """

    def refuse(why: str) -> NoReturn:
        raise Invalid({field: f"{label}: {why}"})

    name = plain_name(upload.name)
    if fault := name_fault(name):
        refuse(fault)
    stem, _dot, ending = name.rpartition(".")
    kind = KINDS.get(ending.lower()) if stem and ending.lower() in limits.kinds else None
    if kind is None:
        refuse(limits.wrong_kind)
    if not upload.content:
        refuse(_("tệp không có nội dung. Hãy mở lại tệp, lưu rồi chọn lại."))
    if len(upload.content) > limits.most_bytes:
        refuse(limits.too_large)
    if fault := _sentence(await _opened(upload.content, kind.opener), ending.lower()):
        refuse(fault)
    return CheckedFile(name, kind.media_type, upload.content, sha256(upload.content).hexdigest())


def _sentence(code: int, ending: str) -> str:
    if code == file_opening.OPENED:
        return ""
    if code == file_opening.LOCKED:
        return _(
            "tệp có mật khẩu, bị khóa bảo vệ hoặc thuộc dạng Office cũ. Hãy bỏ bảo vệ, lưu lại dạng .%(ending)s "
            "rồi gửi.",
            ending=ending,
        )
    if code == file_opening.TOO_LARGE or code < 0:
        return _("tệp mở ra quá lớn: quá nhiều điểm ảnh, trang, ô hoặc dữ liệu nén. Hãy giảm bớt hoặc tách tệp.")
    if not KINDS[ending].opener:
        return _("không đọc được như văn bản UTF-8. Hãy lưu lại tệp với bảng mã UTF-8 rồi gửi.")
    return _("không mở được như một tệp .%(ending)s. Hãy mở lại tệp, lưu đúng dạng rồi gửi.", ending=ending)


async def _opened(content: bytes, opener: str) -> int:
    """What the program that opens files says of this one, as soon as it is its turn.

    An end it did not choose is logged: it may be the file, or a library that is missing here.
    """
    if not opener:
        return file_opening.OPENED if _is_text(content) else file_opening.NOT_THIS_KIND
    if not _PLACES.acquire(blocking=False):
        raise Refused(_("Hệ thống đang kiểm tra nhiều tệp khác. Hãy gửi lại tệp này sau ít phút."))
    turn = _OPENING.submit(open_apart, content, opener)
    turn.add_done_callback(lambda _turn: _PLACES.release())  # when it is over, not when nobody waits any more
    try:
        code = await asyncio.wait_for(asyncio.wrap_future(turn), WAITING_SECONDS)
    except TimeoutError as late:
        raise Refused(_("Hệ thống đang kiểm tra nhiều tệp khác. Hãy gửi lại tệp này sau ít phút.")) from late
    if code not in TOLD:
        log.warning("who opens files ended with code %s over a %s of %s bytes", code, opener, len(content))
    return code


def open_apart(content: bytes, opener: str) -> int:
    """Run the program over `content`; returns its exit code, a negative one when a limit ended it.

    It gets no setting of this process that could be a secret, and no place to write to.
    """
    try:
        return subprocess.run(
            [sys.executable, "-P", "-B", str(PROGRAM), opener],
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
            timeout=OPENING_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
