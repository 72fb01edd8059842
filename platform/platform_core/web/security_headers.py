"""The outermost middleware: security headers for every answer, a trace id and an access log line for every request."""

import re
import time
from secrets import token_hex
from typing import Any

import structlog
from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send

from platform_core.observability.access_log import AccessLog, Served
from platform_core.web.htmx import lead_on

TRACEPARENT = re.compile(rb"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
NO_STORE = (b"cache-control", b"no-store")


class SecurityHeadersMiddleware:
    """Wraps Litestar, so that its own error answers pass too: security headers, trace id, access log.

    `litestar` is the application inside.
    """

    def __init__(self, litestar: Litestar, secure: bool) -> None:
        self.litestar = litestar
        self.access_log = AccessLog()
        self.headers = [*HEADERS, STRICT_TRANSPORT] if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.litestar(scope, receive, send)
            self.access_log.flush()  # the application has ended
            return
        trace = _trace_of(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace=trace)
        scope.setdefault("state", {})["trace"] = trace
        began, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                lead_on(scope, message)
                status = message["status"]
                message["headers"] = self._with_security(list(message["headers"]))
            await send(message)

        try:
            await self.litestar(scope, receive, send_with_headers)
        finally:
            took = time.perf_counter() - began
            self.access_log.add(Served(time.time(), trace, scope["method"], scope["path"], status, took))

    def _with_security(self, headers: list[Any]) -> list[Any]:
        if not any(name.lower() == b"cache-control" for name, _value in headers):
            headers.append(NO_STORE)
        return headers + self.headers


def _trace_of(scope: Any) -> str:
    """The caller's trace number (W3C trace context) or a new one."""
    given = next((TRACEPARENT.match(value) for name, value in scope["headers"] if name == b"traceparent"), None)
    return given[1].decode() if given else token_hex(16)
