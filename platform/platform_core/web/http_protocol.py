"""HTTP with time limits for the sender: a half-sent request does not stay open.

uvicorn limits neither the time nor the size of headers nor the time of a body. Here a sender has the seconds of
InstanceSettings.request_seconds for all headers and between two pieces of a body; a body may take twice these seconds
plus what its bytes need at LEAST_BYTES_PER_SECOND. Who is slower reads 408 and is disconnected.
"""

import asyncio
from functools import cache
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from platform_core.settings import InstanceSettings
from plugin_api.i18n import gettext as _

LEAST_BYTES_PER_SECOND = 8 * 1024
MOST_HEADER_BYTES = 64 * 1024


class TimedHttpProtocol(HttpToolsProtocol):
    """One connection. At most one timer runs: while headers or a body are awaited from the sender."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._seconds = _request_seconds()
        self._timer: asyncio.TimerHandle | None = None
        self._in_body = False
        self._body_began = 0.0
        self._body_bytes = 0
        self._header_bytes = 0  # since the last request, headers or piece of a body that was complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The headers of the first request are awaited."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._start_timer(self._seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what is not yet complete. Headers that do not end are refused."""
        self._header_bytes += len(data)
        super().data_received(data)
        if self._header_bytes > MOST_HEADER_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _("Phần đầu của yêu cầu quá lớn."))

    def on_headers_complete(self) -> None:
        """The body is awaited, be it an empty one."""
        super().on_headers_complete()
        self._header_bytes = self._body_bytes = 0
        self._in_body, self._body_began = True, self.loop.time()
        self._start_timer(self._seconds)

    def on_body(self, body: bytes) -> None:
        """A piece of the body moves the deadline, never beyond what all bytes so far allow."""
        super().on_body(body)
        self._header_bytes = 0
        self._body_bytes += len(body)
        latest = self._body_began + 2 * self._seconds + self._body_bytes / LEAST_BYTES_PER_SECOND
        self._start_timer(min(self._seconds, latest - self.loop.time()))

    def on_message_complete(self) -> None:
        """The request is here; its answer may take as long as it takes."""
        super().on_message_complete()
        self._header_bytes = 0
        self._in_body = False
        self._stop_timer()
        self._await_next_request()

    def on_response_complete(self) -> None:
        """The next request is awaited, unless one is being sent or worked on."""
        super().on_response_complete()
        self._await_next_request()

    def _await_next_request(self) -> None:
        if not self._in_body and self.cycle.response_complete:
            self._start_timer(self._seconds)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(max(seconds, 0), self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        if self._in_body and self.flow.read_paused:  # it is we who do not read
            self._start_timer(self._seconds)
        elif self._in_body or self._header_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, _("Yêu cầu gửi quá chậm nên đã bị ngắt. Hãy gửi lại."))
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Say why, unless an answer is under way or given, and hang up."""
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self._may_answer():
            text = sentence.encode()
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            head += f"content-length: {len(text)}\r\nconnection: close\r\n\r\n"
            self.transport.write(head.encode() + text)
        self.transport.close()

    def _may_answer(self) -> bool:
        if self.cycle is None or self.cycle.response_complete:
            return not self._in_body
        return self._in_body and not self.cycle.response_started and not self.pipeline


@cache
def _request_seconds() -> float:
    return InstanceSettings.from_environment().request_seconds
