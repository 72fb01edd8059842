"""Where a visitor came from, if that was a page of ours: the way back from an answer that is no page itself."""

from typing import Any

from litestar import Request


def came_from(request: Request[Any, Any, Any]) -> str:
    """The path and query of the page that led here; the front page for strangers' links."""
    host = request.headers.get("host", "")
    _scheme, _sep, rest = request.headers.get("referer", "").partition("://")
    return "/" + rest.partition("/")[2] if host and rest.startswith(host + "/") else "/"
