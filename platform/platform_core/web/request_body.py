"""Reads the whole body before a connection is taken: a slow sender holds nothing but its own line.

How many bytes an address takes is declared in its `opt["most_bytes"]`; without that it is ACTION_BYTES. The middleware
asks.
"""

from typing import Any, get_args

import msgspec
from litestar.exceptions import HTTPException
from litestar.types import HTTPReceiveMessage, Receive, Scope

from platform_core.web.faults import TooLarge
from plugin_api.forms import Upload
from plugin_api.i18n import gettext as _

ACCOUNT_BYTES = 64 * 1024
"""Sign-in, password, language: anybody may send these."""
ACTION_BYTES = 1024 * 1024
UPLOAD_BYTES = 12 * 1024 * 1024
"""Actions that take a file."""
DRAINED_BYTES = 64 * 1024 * 1024
"""What is read on, and dropped, beyond a limit: a proxy or browser that is still sending would not see the answer."""
MOST_FIELDS = 2000
"""Fields of a form: ten times our largest; parts of an upload the framework counts itself."""


def most_bytes_of(data: type[msgspec.Struct] | None) -> int:
    """The bytes that an action with this data takes: more when a file may be anywhere in it."""
    return UPLOAD_BYTES if data is not None and _holds_upload(data, set()) else ACTION_BYTES


def _holds_upload(kind: Any, seen: set[Any]) -> bool:
    """Whether a value of this type, or anything inside it, can be an Upload."""
    if kind is Upload:
        return True
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
        seen.add(kind)
        return any(_holds_upload(field.type, seen) for field in msgspec.structs.fields(kind))
    return any(_holds_upload(part, seen) for part in get_args(kind))


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """The request's body.

    Raises TooLarge over `most` bytes, none of them kept (before reading when a length beyond DRAINED_BYTES
    is told), HTTPException 413 over MOST_FIELDS, 400 when the sender went away.
    """
    parts: list[bytes] = []
    size, told = 0, _told_length(scope)
    while max(size, told) <= most + DRAINED_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            raise HTTPException(status_code=400, detail=_("Yêu cầu bị ngắt giữa chừng. Hãy gửi lại."))
        size += len(message["body"])
        if max(size, told) <= most:
            parts.append(message["body"])
        else:
            parts.clear()
        if not message["more_body"]:
            break
    if max(size, told) > most:
        raise TooLarge(most)
    return _countable(scope, b"".join(parts))


def _told_length(scope: Scope) -> int:
    """What Content-Length says; 0 without one: then the bytes are counted as they come."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(told) if told.isdigit() else 0


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
