"""Reads the whole body before a connection is taken: a slow sender holds nothing but its own line."""

from litestar.exceptions import HTTPException
from litestar.types import HTTPReceiveMessage, Receive, Scope

from plugin_api.i18n import gettext as _

MOST_BYTES = 12 * 1024 * 1024
MOST_FIELDS = 2000
"""Fields of a form: ten times our largest; parts of an upload the framework counts itself."""


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The request's body. Raises HTTPException 413 over MOST_BYTES or MOST_FIELDS, 400 when the sender went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise HTTPException(status_code=400, detail=_("Yêu cầu bị ngắt giữa chừng. Hãy gửi lại."))
        parts.append(message["body"])
        size += len(message["body"])
        if size > MOST_BYTES:
            raise HTTPException(status_code=413, detail=_("Nội dung gửi lên lớn quá 12 MB. Hãy gửi tệp nhỏ hơn."))
        if not message["more_body"]:
            return _countable(scope, b"".join(parts))


def _countable(scope: Scope, body: bytes) -> bytes:
    """The body, if it is no form of more than MOST_FIELDS fields."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if kind.startswith(b"application/x-www-form-urlencoded") and body.count(b"&") >= MOST_FIELDS:
        raise HTTPException(status_code=413, detail=_("Biểu mẫu có quá nhiều ô. Hãy gửi từng phần."))
    return body


def replay(body: bytes) -> Receive:
    """A `receive` that gives the body that was read, once."""
    messages: list[HTTPReceiveMessage] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> HTTPReceiveMessage:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
