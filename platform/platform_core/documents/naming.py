"""Names of files: one that every disk and mail server takes, one that people read."""

import re
import unicodedata

_LONGEST = 80


def safe_name(words: str) -> str:
    """The words as ASCII in lower case joined by hyphens, 80 at most: "Thông báo số 3" is "thong-bao-so-3"."""
    bare = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    ascii_only = bare.encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return slug[:_LONGEST].rstrip("-") or "van-ban"


def full_name(words: str) -> str:
    """The words as written, without the marks that file systems refuse."""
    return (
        " ".join(re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]+', " ", words).split())[:_LONGEST].strip(" .")
        or "Văn bản"
    )
