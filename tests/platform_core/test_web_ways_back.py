"""Ways back and on lead to a page of ours and nowhere else, whatever a referrer, a link or a form says."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.web.referrer import own_path

STRANGERS = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "/%09/evil.example", "/%0a/evil", "/%2fevil.example", "/%5cevil.example", "http:evil.example",
    "https://evil.example/", "javascript:alert(1)", "evil.example", "/t/../..//evil.example", "/t/%2e%2e/x", "/t/./x",
    "/t//x", "/\u2028/evil", " //evil.example", "/ /evil.example", "/\x00", "/" + "x" * 3000, "?q=1", "#top",
]  # fmt: skip
OWN = ["/", "/t/kien-luong", "/t/kien-luong/people?q=%C4%91%E1%BB%A9c&page=2", "/t/a/b?next=//evil#people", "/account"]


def host_a_browser_sees(address: str) -> str:
    """Where the URL standard would go from a page of ours: "" for ours."""
    text = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        return text
    place = re.split(r"[?#]", text)[0].replace("\\", "/")
    return place if place.startswith("//") else ""


@pytest.mark.parametrize("address", STRANGERS)
def test_an_address_that_some_reader_could_take_for_another_site_is_refused(address):
    assert own_path(address) == ""


@pytest.mark.parametrize("address", OWN)
def test_a_plain_path_of_ours_is_kept_as_it_is(address):
    assert own_path(address) == address


PARTS = ["/", "\\", "//", ".", "..", ":", "?", "#", "%2f", "%5C", "%09", "%2e", "\t", "\n", "\r", "\x00", " ", "@",
         "http", "evil.example", "t", "ă", "\u2028"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_no_address_leads_a_browser_away(address):
    kept = own_path(address)
    assert kept in ("", address)
    assert not kept or host_a_browser_sees(kept) == ""


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example/"])
def test_the_browser_of_this_test_would_be_led_away(address):
    """Negative control: without `own_path` these do lead away."""
    assert host_a_browser_sees(address) != ""


@pytest.mark.anyio
@pytest.mark.parametrize(("referrer", "back"), [
    ("http://thidua.test//evil.example", "/"), ("http://thidua.test/\\evil.example", "/"),
    ("http://thidua.test.evil.example/t", "/"), ("http://thidua.test@evil.example/t", "/"), ("http://[", "/"),
    ("ftp://thidua.test/t/kien-luong", "/"), ("http://evil.example/t/kien-luong", "/"), ("", "/"),
    ("http://thidua.test/t/kien-luong/people?q=an", "/t/kien-luong/people?q=an"),
])  # fmt: skip
async def test_the_way_back_of_an_error_page_stays_with_us(site, referrer, back):
    person = await site.sign_in("oanh.qt")
    answer = await person.client.get("/t/kien-luong/khong-co", headers={"referer": referrer})
    assert answer.status_code == 404
    assert re.search(r'<a class="btn btn-primary" href="([^"]*)"', answer.text)[1] == back


@pytest.mark.anyio
async def test_the_choice_of_language_and_sign_in_lead_on_to_us_alone(site):
    person = await site.sign_in("oanh.qt")
    for wanted in STRANGERS:
        answer = await person.client.post("/language", data={"language": "vi", "next": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), wanted
        asked = await person.client.get("/sign-in", params={"next": wanted})
        ways = re.findall(r'name="next"[^>]* value="([^"]*)"', asked.text)
        assert ways and all(host_a_browser_sees(unescape(way)) == "" for way in ways), wanted
    known = {"login": "oanh.qt", "password": DEMO_PASSWORD, "next": "/%5cevil.example"}
    answer = await person.client.post("/sign-in", data=known)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
