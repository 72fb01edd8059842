"""The referring page, and where to go next: only ever a path of this site, whatever a link or another site says."""

from typing import Any
from urllib.parse import unquote, urlsplit

from litestar import Request

LONGEST = 2000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def referring_page(request: Request[Any, Any, Any]) -> str:
    """The path and query of the page that led here; the front page for strangers' links."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if page.scheme not in ("http", "https") or page.netloc != request.headers.get("host"):
        return "/"
    return own_path(page.path + (f"?{page.query}" if page.query else "")) or "/"


def page_at_hand(request: Request[Any, Any, Any]) -> str:
    """The address of the page at hand; a form that comes back stands at the page it was sent from."""
    if request.method not in SAFE_METHODS:
        return referring_page(request)
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def own_path(address: str) -> str:
    """`address` if it is one plain path of ours, its query and anchor with it; otherwise nothing.

    Browsers read `//evil.example`, `/\\evil.example`, `/<tab>/evil.example` and `https:evil.example` as another site;
    what any reader on the way could read so is refused too: doubled slashes, dot segments, percent-encoded or not.
    """
    if not (address.startswith("/") and address.isascii() and address.isprintable() and len(address) < LONGEST):
        return ""
    path = unquote(address.partition("#")[0].partition("?")[0])
    stranger = " " in address or "\\" in address or "\\" in path or "//" in path or not path.isprintable()
    return "" if stranger or {".", ".."} & set(path.split("/")) else address
