"""An answer that waits for its transaction, and that can be kept to be told again."""

from typing import Any, cast

import msgspec
from litestar.types import Message


class HeldAnswer:
    """An answer held back until its transaction is committed."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Stands in for ASGI `send`."""
        self.messages.append(message)

    @property
    def status(self) -> int:
        """The status the handler chose; 500 if it said nothing."""
        return (
            self.messages[0]["status"] if self.messages and self.messages[0]["type"] == "http.response.start" else 500
        )

    def packed(self) -> bytes:
        """The answer as bytes, to be told again."""
        start, *rest = cast(list[Any], self.messages)
        body = b"".join(part.get("body", b"") for part in rest if part["type"] == "http.response.body")
        return msgspec.msgpack.encode((start["status"], list(start["headers"]), body))

    @classmethod
    def of(cls, packed: bytes) -> "HeldAnswer":
        """The answer that `packed` holds."""
        status, headers, body = msgspec.msgpack.decode(packed, type=tuple[int, list[tuple[bytes, bytes]], bytes])
        answer = cls()
        answer.messages = [
            {"type": "http.response.start", "status": status, "headers": headers},
            {"type": "http.response.body", "body": body, "more_body": False},
        ]
        return answer
