"""Odd input is a clear 4xx: whatever is sent, a sentence comes back, never a 5xx and never a trace."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from inside import Route
from serving import Serving

BOUNDARY = b"--cut\r\n"
MULTIPART = "multipart/form-data; boundary=cut"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
FIELDS = ("code", "full_name", "position", "email", "login", "password", "unit", "since", "until", "role", "version",
          "enabled", "current", "new", "repeated", "language", "next")  # fmt: skip
LONG = "x" * 100_000
INTERNALS = re.compile(
    r"Traceback|File \"|site-packages|asyncpg|litestar|msgspec|SELECT .* FROM |INSERT INTO|error in input"
)


def as_json(value: str) -> bytes:
    """Every field of the core with the same value."""
    return ("{" + ",".join(f'"{name}":{value}' for name in FIELDS) + "}").encode()


def as_form(value: bytes) -> bytes:
    """The same as a form."""
    return b"&".join(name.encode() + b"=" + value for name in FIELDS)


ODD: dict[str, tuple[str, bytes]] = {
    "nothing": (JSON, b""),
    "half a document": (JSON, b'{"code": "x'),
    "a list": (JSON, b"[1, 2, 3]"),
    "null": (JSON, b"null"),
    "a text": (JSON, b'"x"'),
    "all null": (JSON, as_json("null")),
    "all lists": (JSON, as_json("[[], {}]")),
    "all true": (JSON, as_json("true")),
    "a NUL in every text": (JSON, as_json('"a\\u0000b"')),
    "half a surrogate": (JSON, as_json('"\\ud800"')),
    "very long texts": (JSON, as_json(f'"{LONG}"')),
    "a huge number": (JSON, as_json("9" * 400)),
    "a number beyond int8": (JSON, as_json("9223372036854775808")),
    "a number beyond int4": (JSON, as_json("2147483648")),
    "a tiny exponent": (JSON, as_json("1e-999999")),
    "a huge exponent": (JSON, as_json("1e999999")),
    "a date that never was": (JSON, as_json('"2026-02-30"')),
    "a date before all others": (JSON, as_json('"0001-01-01"')),
    "a date after all others": (JSON, as_json('"9999-12-31"')),
    "deep lists": (JSON, b"[" * 100_000 + b"]" * 100_000),
    "deep objects": (JSON, b'{"code":' * 20_000 + b"1" + b"}" * 20_000),
    "bytes that are no UTF-8": (JSON, as_json('"').replace(b'"', b'"\xff\xfe', 3)),
    "XML": ("application/xml", b"<a/>"),
    "a kind nobody knows": ("x/y; charset=klingon", b"abc"),
    "no kind": ("", b"abc"),
    "a form to the API": (FORM, as_form(b"x")),
    "a form of NUL": (FORM, as_form(b"a%00b")),
    "a form of broken percents": (FORM, as_form(b"%zz%")),
    "a form of broken UTF-8": (FORM, as_form(b"%ff%fe%ed%a0%80")),
    "a form of long texts": (FORM, as_form(LONG.encode())),
    "a form of huge numbers": (FORM, as_form(b"9" * 400)),
    "a form of deep names": (FORM, b"code" + b".0" * 5_000 + b"=1&full_name.x=1&version.0.0=1"),
    "a form of odd places": (FORM, b"code.%C2%B2=1&full_name." + b"9" * 5_000 + b"=1&unit.-1=1&position.%D9%A1=1"),
    "a form of many fields": (FORM, b"&".join(b"f%d=1" % number for number in range(5_000))),
    "JSON called a form": (FORM, b'{"code": "x"}'),
    "a form called JSON": (JSON, as_form(b"x")),
    "no boundary": ("multipart/form-data", b"abc"),
    "a boundary that never comes": (MULTIPART, b"abc"),
    "a part without end": (MULTIPART, BOUNDARY + b'Content-Disposition: form-data; name="code"\r\n\r\nabc'),
    "a part without name": (MULTIPART, BOUNDARY + b"Content-Disposition: form-data\r\n\r\nabc\r\n--cut--\r\n"),
    "a part without head": (MULTIPART, BOUNDARY + b"\r\nabc\r\n--cut--\r\n"),
    "files for texts": (
        MULTIPART,
        b"".join(
            BOUNDARY + f'Content-Disposition: form-data; name="{name}"; filename="a\\".txt"\r\n'.encode()
            + b"Content-Type: text/plain\r\n\r\n\x00\xff\r\n" for name in FIELDS
        ) + b"--cut--\r\n",
    ),
}  # fmt: skip

NO_SHAME_AS_A_TEXT = {"a date that never was", "a date before all others", "a date after all others"}
"""Odd where a date is wanted; where a text is wanted, a text."""


@pytest.fixture
def client(served: Serving, almighty: str) -> Iterator[httpx.Client]:
    """Somebody whose token is right and who may do everything."""
    cookie, token = served.session(almighty)
    with httpx.Client(
        base_url=served.address, cookies={"thidua": cookie}, headers={"x-csrftoken": token}, timeout=30
    ) as made:
        yield made


@pytest.fixture
def posts(routes: list[Route]) -> list[Route]:
    """What takes a body, without the routes that end the session we ask with."""
    ending = ("/sign-out", "/account/sessions/end", "/api/v1/session/end-others")
    return [one for one in routes if one.method == "POST" and one.path not in ending and one.module in ("", "core")]


def faults_of(answer: httpx.Response, route: Route) -> list[str]:
    """What is wrong with an answer to something odd."""
    found = []
    if answer.status_code >= 500:
        found.append(f"{answer.status_code}")
    if INTERNALS.search(answer.text):
        found.append(f"internals: {answer.text[:300]}")
    if answer.status_code >= 400 and route.api:
        told = answer.json()
        if not (isinstance(told.get("title"), str) and told["title"].strip().endswith(".") and told["detail"]):
            found.append(f"no sentence: {answer.text[:300]}")
    if answer.status_code >= 400 and not route.api and "<h1" not in answer.text:
        found.append(f"no page: {answer.text[:300]}")
    return found


@pytest.mark.parametrize("case", ODD)
def test_an_odd_body_gets_a_sentence(served: Serving, client: httpx.Client, posts: list[Route], case: str) -> None:
    kind, body = ODD[case]
    found = {}
    for route in posts:
        answer = client.post(route.at(), content=body, headers={"content-type": kind} if kind else {})
        found[str(route)] = faults_of(answer, route)
        if route.api and answer.status_code < 400 and case not in NO_SHAME_AS_A_TEXT:
            found[str(route)].append(f"taken: {answer.status_code} {answer.text[:300]}")
    assert {name: faults for name, faults in found.items() if faults} == {}, served.faults()


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ff%fe", f"q={'x' * 5000}", "page=0", "page=-1", "page=1e9", "page=9" * 30, "page=x", "sort=';--",
     "sort=-", "unit=%00", "export=xlsx", "export=%00", "q.0.x=1", "a[b]=c", "until=9999-12-31",
     "since=0001-01-01&until=0001-01-01", "%", "=", "&&&", "demo=%00&next=//evil"],
)  # fmt: skip
def test_an_odd_question_gets_a_sentence(
    served: Serving, client: httpx.Client, routes: list[Route], query: str
) -> None:
    asked = [route for route in routes if route.method == "GET"]
    found = {str(route): faults_of(client.get(f"{route.at()}?{query}"), route) for route in asked}
    assert {name: faults for name, faults in found.items() if faults} == {}, served.faults()


@pytest.mark.parametrize(
    "slug",
    ["%00", "%ff", "..%2f..%2fetc", "x" * 4000, "%F0%9F%98%80", "'; DROP TABLE person --", "%0d%0aset-cookie:a=b"],
)
def test_an_odd_address_gets_a_sentence(client: httpx.Client, slug: str) -> None:
    for path in (f"/t/{slug}", f"/t/{slug}/people", f"/t/kien-luong/people/{slug}", f"/{slug}"):
        answer = client.get(path)
        assert 400 <= answer.status_code < 500, (path, answer.text[:300])
        assert not INTERNALS.search(answer.text)
        assert "a" not in answer.cookies
        told = client.get(f"/api/v1{path}")
        assert 400 <= told.status_code < 500, (path, told.text[:300])
        assert told.json()["title"]


@pytest.mark.parametrize("name", ["%00", "x" * 5000, "a%00b.css", "%ff", "../" * 20 + "etc/passwd", "no-such.css"])
def test_a_static_file_that_no_disk_can_have_is_not_there(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 404, answer.text[:300]
    assert not INTERNALS.search(answer.text)


@pytest.mark.parametrize(
    "header",
    [b"cookie: thidua=" + b"\xe9" * 43, b"cookie: thidua=" + b"a" * 43, b"cookie: ;;;=;thidua",
     b"cookie: thidua_flash=%5B", b"cookie: thidua_language=xx", b"x-csrftoken: \xff\xfe",
     b"idempotency-key: \xff\xfe\xff\xfe\xff\xfe\xff\xfe", b"traceparent: 00-zz", b"user-agent: \xff\x80",
     b"accept-language: \xff", b"content-length: 99", b"referer: http://[", b"origin: http://[",
     b"content-type: ;;;", b"content-type: \xff", b"x-forwarded-for: \xff"],
)  # fmt: skip
@pytest.mark.parametrize("request_line", [b"GET /t/kien-luong", b"POST /sign-in", b"POST /api/v1/session"])
def test_an_odd_header_gets_an_answer(served: Serving, header: bytes, request_line: bytes) -> None:
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:  # type: ignore[arg-type]
        length = b"" if b"content-length" in header else b"content-length: 2\r\n"
        line.sendall(request_line + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + length + header + b"\r\n\r\n{}")
        if not length:
            line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    if b"content-length: 99" not in header:  # a body that never comes has nobody to be answered
        assert answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")), answer[:300]
    assert not INTERNALS.search(answer.decode(errors="replace"))


def test_internals_are_noticed() -> None:
    """Negative control: a trace in an answer would not slip through."""
    trace = 'Traceback (most recent call last):\n  File "/x.py", line 1'
    assert INTERNALS.search(trace)
