"""A request that is never finished holds nothing for long, and one that is far too large stops nobody else."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from serving import Serving, serving_a_copy

from platform_core.embedded import EmbeddedPostgres

SECONDS = 1.5
MANY = 250
AT_MOST = 60.0
"""A safety net only: what hangs fails instead of hanging the run."""
HALF_HEADERS = b"POST /sign-in HTTP/1.1\r\nhost: x\r\nx-slow: "
HALF_BODY = b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nlogin="
BODY_UNREAD = b"GET /health/live HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
WHOLE = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture(scope="module")
def hasty(postgres: EmbeddedPostgres, make_copy: Callable[[str], object]) -> Iterator[Serving]:
    """A server that waits a second or two where others wait fifteen."""
    with serving_a_copy(postgres, make_copy, "half_sent", {"THIDUA_REQUEST_SECONDS": str(SECONDS)}) as serving:
        yield serving


def line_to(serving: Serving) -> socket.socket:
    """A bare connection."""
    place = urlsplit(serving.address)
    assert place.hostname and place.port
    return socket.create_connection((place.hostname, place.port), timeout=AT_MOST)


def rest_of(line: socket.socket) -> bytes:
    """All that still comes until the other side hangs up."""
    received = b""
    try:
        while piece := line.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def trickle_until_closed(line: socket.socket, piece: bytes, pause: float) -> bytes:
    """Send a piece again and again with pauses far below the limit, until the other side hangs up; what it said."""
    line.settimeout(pause)
    deadline, received = time.monotonic() + AT_MOST, b""
    while time.monotonic() < deadline:
        try:
            line.sendall(piece)
            got = line.recv(65536)
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return received
        if not got:
            return received
        received += got
    raise AssertionError("the line was never closed")


def answers(serving: Serving) -> bool:
    """Whether somebody else is served, page and database."""
    return httpx.get(f"{serving.address}/sign-in", timeout=AT_MOST).status_code == 200


@pytest.mark.parametrize("half", [HALF_HEADERS, HALF_BODY], ids=["headers", "body"])
def test_hundreds_of_half_sent_requests_are_told_and_closed_while_others_are_served(
    hasty: Serving, half: bytes
) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(line_to(hasty)) for _ in range(MANY)]
        for line in lines:
            line.sendall(half)
        assert answers(hasty)
        told = [rest_of(line) for line in lines]
    assert all(one.startswith(b"HTTP/1.1 408 ") for one in told), {one[:60] for one in told}
    assert "gửi quá chậm".encode() in told[0]
    assert answers(hasty)


def test_a_connection_that_says_nothing_is_closed(hasty: Serving) -> None:
    with line_to(hasty) as line:
        assert rest_of(line) == b""


@pytest.mark.parametrize(
    ("start", "piece"),
    [(HALF_HEADERS, b"x"), (HALF_BODY, b"x"), (WHOLE + HALF_HEADERS, b"x"), (BODY_UNREAD, b"x"), (b"", b"\r\n")],
    ids=["headers", "body", "headers of a second request", "body nobody reads", "empty lines"],
)
def test_who_sends_byte_by_byte_is_closed_too(hasty: Serving, start: bytes, piece: bytes) -> None:
    with line_to(hasty) as line:
        line.sendall(start)
        told = trickle_until_closed(line, piece, SECONDS / 10)
    assert told.count(b"HTTP/1.1 200 ") == (1 if b"/health/live" in start else 0), told


def test_headers_without_end_are_refused(hasty: Serving) -> None:
    with line_to(hasty) as line:
        line.sendall(HALF_HEADERS)
        assert b"HTTP/1.1 431 " in trickle_until_closed(line, b"x" * 16384, 0.01)


def test_who_sends_steadily_has_the_time_its_bytes_need(hasty: Serving) -> None:
    """Negative control: longer than every limit for silence, yet not slow."""
    size, pieces = 60_000, 30
    with line_to(hasty) as line:
        line.sendall(b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\n")
        line.sendall(b"content-length: %d\r\n\r\n" % size)
        began = time.monotonic()
        for number in range(pieces):
            until = began + number * 2.2 * SECONDS / (pieces - 1)
            while (left := until - time.monotonic()) > 0:
                time.sleep(left)
            line.sendall(b"x" * (size // pieces))
        assert time.monotonic() - began > 2 * SECONDS
        assert rest_of(line).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 422 "))


def test_a_whole_request_is_not_hurried(hasty: Serving) -> None:
    """Negative control: one connection, several requests, each answered."""
    with httpx.Client(base_url=hasty.address, timeout=AT_MOST) as client:
        assert [client.get("/health/ready").status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/session"])
def test_a_password_of_four_megabytes_stops_nobody(hasty: Serving, path: str) -> None:
    marks = "a" + "\u0301\u0323" * 1_000_000
    body = {"login": "duc.tq", "password": marks}
    given = {"json": body} if path.startswith("/api/") else {"data": body}
    told = httpx.post(f"{hasty.address}{path}", timeout=AT_MOST, **given)  # type: ignore[arg-type]
    assert told.status_code == 413 and "64 KB" in told.text
    assert answers(hasty)
