"""Names of files people send: what is refused because it hides or deceives, and what every disk takes."""

import re
import unicodedata
from typing import Final

from plugin_api.i18n import gettext as _
from plugin_api.names import search_fold

MOST_CHARACTERS: Final = 150
MOST_BYTES: Final = 240
"""Of the name in UTF-8: file systems take 255 bytes, and a browser that already has the file adds " (1)"."""
RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³")]
)
"""Names of devices on Windows, whatever ending follows."""
REFUSED_BY_DISKS: Final = frozenset('<>:"/\\|?*')
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories nobody sees: control, format (turning the reading direction, zero width), half a pair, private,
line and paragraph ends."""


def is_hidden(sign: str) -> bool:
    """Whether a character shows nothing itself and may change how the others are read: U+202E turns "gpj.exe" round."""
    return unicodedata.category(sign) in HIDDEN


def plain_name(sent: str) -> str:
    """The name without the folders some browsers send along, composed (NFC), without dots and spaces at its ends."""
    last = unicodedata.normalize("NFC", sent.replace("\\", "/").rpartition("/")[2])
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in last)
    return re.sub(" +", " ", spaced).strip(" .")


def name_fault(name: str) -> str:
    """Why a plain name can't be kept, as the end of a sentence in the person's language; empty when it can."""
    hidden = next((sign for sign in name if is_hidden(sign)), None)
    if hidden is not None:
        return _(
            "tên tệp có ký tự ẩn hoặc ký tự đảo chiều chữ (U+%(code)s). Hãy đổi tên tệp rồi gửi lại.",
            code=f"{ord(hidden):04X}",
        )
    if len(name) > MOST_CHARACTERS or len(name.encode()) > MOST_BYTES:
        return _(
            "tên tệp dài quá %(most)s ký tự hoặc %(bytes)s byte. Hãy đặt tên ngắn hơn rồi gửi lại.",
            most=MOST_CHARACTERS,
            bytes=MOST_BYTES,
        )
    if _is_reserved(name):
        return _("“%(name)s” là tên dành riêng của Windows. Hãy đổi tên tệp rồi gửi lại.", name=name)
    return ""


def harmless_name(name: str) -> str:
    """Any name as one that shows what it is and that every disk takes: hidden characters fall out, marks that file
    systems refuse become hyphens, at most 240 bytes, the ending kept. "tep" when nothing is left."""
    seen = "".join(sign for sign in unicodedata.normalize("NFC", name) if not is_hidden(sign))
    plain = "".join("-" if sign in REFUSED_BY_DISKS else sign for sign in seen).strip(" .") or "tep"
    plain = f"tep-{plain}" if _is_reserved(plain) else plain
    stem, dot, ending = plain.rpartition(".")
    tail = (dot + ending) if stem and len(ending) <= 10 else ""
    head = plain.removesuffix(tail) if tail else plain
    return _first_bytes(head, MOST_BYTES - len(tail.encode())) + tail


def ascii_name(name: str) -> str:
    """Any name in ASCII letters, digits, dots, hyphens and underscores: "Báo cáo.pdf" is "bao-cao.pdf"."""
    folded = search_fold(harmless_name(name))
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-_") else "-" for sign in folded)
    plain = kept.strip("-.") or "tep"
    return f"tep-{plain}" if _is_reserved(plain) else plain


def _is_reserved(name: str) -> bool:
    return name.partition(".")[0].strip().lower() in RESERVED


def _first_bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").rstrip(" .")
