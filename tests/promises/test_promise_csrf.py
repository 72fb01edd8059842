"""CSRF closed: nothing that changes anything works without the token of its own session, or from another site."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from inside import Backdoor, Route
from serving import Serving

SENTENCE = "Hãy tải lại trang rồi gửi lại"
TRAIL = """SELECT (SELECT count(*) FROM audit.log) + (SELECT count(*) FROM auth.session)
           + (SELECT sum(seq) FROM audit.head)"""
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def unsafe(routes: list[Route]) -> list[Route]:
    """Every route that may change something."""
    found = [route for route in routes if route.method not in ("GET", "HEAD")]
    assert len(found) > 40
    return found


@contextmanager
def browser(serving: Serving, login: str | None) -> Iterator[httpx.Client]:
    """Cookies as a browser sends them by itself; no token."""
    cookies = {"thidua": serving.session(login)[0]} if login else {}
    with httpx.Client(base_url=serving.address, cookies=cookies, timeout=30) as client:
        yield client


def press(client: httpx.Client, route: Route, **headers: str) -> httpx.Response:
    """The emptiest request of the kind that the route takes."""
    kind = JSON if route.api else FORM
    return client.request(route.method, route.at(), headers=kind | headers, content=b"{}" if route.api else b"")


WITHOUT_TOKEN: dict[str, dict[str, str]] = {
    "no token": {},
    "an empty token": {"x-csrftoken": ""},
    "a guessed token": {"x-csrftoken": "0" * 64},
    "a token that is no text": {"x-csrftoken": "mã-thông-báo-€"},
}
FROM_ELSEWHERE: dict[str, dict[str, str]] = {
    "another origin": {"origin": "https://evil.example"},
    "no origin at all": {"origin": "null"},
    "the same host in another port": {"origin": "http://127.0.0.1:1"},
    "another site": {"sec-fetch-site": "cross-site"},
    "a sister site": {"sec-fetch-site": "same-site"},
}


def refused(answers: dict[str, httpx.Response]) -> dict[str, Any]:
    """Routes that did not answer 403 with the sentence about the page."""
    return {
        name: (answer.status_code, answer.text[:200])
        for name, answer in answers.items()
        if answer.status_code != 403 or SENTENCE not in answer.text
    }


@pytest.mark.parametrize("case", [*WITHOUT_TOKEN, "the token of somebody else"])
def test_every_unsafe_route_wants_the_token_of_its_session(
    served: Serving, backdoor: Backdoor, almighty: str, unsafe: list[Route], case: str
) -> None:
    headers = WITHOUT_TOKEN.get(case, {"x-csrftoken": served.session("oanh.qt")[1]})
    served.session(almighty)
    before = _trail(backdoor)
    with browser(served, almighty) as client:
        encoded = {name: value.encode() for name, value in headers.items()}
        answers = {str(route): press(client, route, **encoded) for route in unsafe}  # type: ignore[arg-type]
        assert refused(answers) == {}
        assert client.get("/api/v1/session").status_code == 200, "nobody was signed out either"
    assert _trail(backdoor) == before


@pytest.mark.parametrize("case", FROM_ELSEWHERE)
def test_no_unsafe_route_works_from_another_site_even_with_the_token(
    served: Serving, backdoor: Backdoor, almighty: str, unsafe: list[Route], case: str
) -> None:
    token = served.session(almighty)[1]
    before = _trail(backdoor)
    with browser(served, almighty) as client:
        headers = {"x-csrftoken": token} | FROM_ELSEWHERE[case]
        assert refused({str(route): press(client, route, **headers) for route in unsafe}) == {}
    assert _trail(backdoor) == before


def test_another_site_can_not_sign_anybody_in(served: Serving, unsafe: list[Route]) -> None:
    """Nobody is signed in yet, so there is no token to ask for; the site still counts."""
    public = [route for route in unsafe if route.permission == "public"]
    assert {route.path for route in public} >= {"/sign-in", "/api/v1/session"}
    with browser(served, None) as client:
        for headers in FROM_ELSEWHERE.values():
            assert refused({str(route): press(client, route, **headers) for route in public}) == {}


def test_with_the_token_of_its_session_the_middleware_lets_a_request_through(
    served: Serving, almighty: str, unsafe: list[Route]
) -> None:
    """Negative control: the same requests with the token are judged by what they ask for, none by its token."""
    token = served.session(almighty)[1]
    with browser(served, almighty) as client:
        for route in unsafe:
            if route.in_a_body:
                answer = press(client, route, **{"x-csrftoken": token})
                assert SENTENCE not in answer.text, str(route)
                assert answer.status_code < 500, (str(route), answer.text[:500])


def _trail(backdoor: Backdoor) -> object:
    return asyncio.run(backdoor.value(TRAIL))
