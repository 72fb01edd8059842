"""A session that ends costs nobody a word: what was typed goes through sign-in and is saved, checked as ever."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from inside import Inside, composed

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.web.kept_form import MOST_BYTES, KeptForm, unpacked
from platform_core.web.request_body import ACTION_BYTES

pytestmark = pytest.mark.anyio
ADMIN, OTHER, MEMBER = "oanh.qt", "anh.nt", "on.dv"
PEOPLE = "/t/kien-luong/people"
TYPED = {"code": "kl-90", "full_name": "Lê Thị Bưởi", "position": "Kiểm sát viên\nsơ cấp", "password": "tàu-đêm-về-ga"}
HERE = {"sec-fetch-site": "same-origin", "referer": f"http://thidua.test{PEOPLE}?q=b"}
STILL_THERE = "nội dung vừa nhập vẫn còn"
FORM = {"content-type": "application/x-www-form-urlencoded"}
OF_A_FILE = "/t/kien-luong/monthly-rating/tasks/00000000-0000-0000-0000-000000000000/evidence"


@pytest.fixture
async def inside(tenants: Any, database: Any) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        yield made


def fields_of(answer: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form to `action`, as a browser sends them."""
    form = answer.text.partition(f'action="{action}"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found}


async def end_sessions(inside: Inside) -> None:
    await inside.backdoor.execute("UPDATE auth.session SET seen_at = now() - interval '3 hours'")


async def type_over_the_end(inside: Inside, client: httpx.AsyncClient, code: str, **more: str) -> httpx.Response:
    """Somebody types for long, then presses the button."""
    token = client.headers.pop("x-csrftoken")
    await end_sessions(inside)
    return await client.post(PEOPLE, data=TYPED | {"code": code, "csrf_token": token} | more, headers=HERE)


async def sign_in_again(client: httpx.AsyncClient, page: httpx.Response, login: str) -> httpx.Response:
    """The form of the page that came, filled in."""
    parts = fields_of(page, "/sign-in") | {"login": login, "password": DEMO_PASSWORD}
    return await client.post("/sign-in", files={name: (None, value) for name, value in parts.items()}, headers=HERE)


async def stored(inside: Inside, code: str) -> object:
    return await inside.backdoor.value("SELECT full_name || ': ' || position FROM app.person WHERE code = $1", code)


async def test_what_was_typed_is_saved_after_signing_in_again_and_a_sentence_says_so(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-90")
        assert (asked.status_code, asked.headers["x-whole-page"]) == (401, "1")
        assert "Phiên làm việc đã kết thúc" in asked.text
        assert await stored(inside, "kl-90") is None
        again = await sign_in_again(client, asked, ADMIN)
        assert again.status_code == 200
        assert STILL_THERE in again.text
        assert "data-send-now" in again.text, "a script sends it at once"
        assert f'href="{PEOPLE}?q=b"' in again.text, "the way back without saving"
        sent = fields_of(again, PEOPLE)
        assert sent.items() >= {"code": "kl-90", "full_name": "Lê Thị Bưởi"}.items()
        saved = await client.post(PEOPLE, data=sent, headers=HERE)
        assert saved.status_code == 303, saved.text
        assert "trước khi đăng nhập lại đã được lưu" in (await client.get(saved.headers["location"])).text
    assert await stored(inside, "kl-90") == "Lê Thị Bưởi: Kiểm sát viên\nsơ cấp"


async def test_passwords_and_old_tokens_do_not_come_along(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-91", idempotency_key="0" * 32)
    assert TYPED["password"] not in asked.text
    kept = unpacked(fields_of(asked, "/sign-in")["kept"])
    assert kept is not None
    assert {name for name, _value in kept.fields} == {"code", "full_name", "position"}


@pytest.mark.parametrize("known", [True, False])
async def test_what_another_account_typed_is_never_saved_by_itself(inside: Inside, known: bool) -> None:
    async with inside.visitor(ADMIN) as client:
        token = client.headers.pop("x-csrftoken")
        await end_sessions(inside)
        if not known:
            await inside.backdoor.execute("DELETE FROM auth.session")
        asked = await client.post(PEOPLE, data=TYPED | {"csrf_token": token}, headers=HERE)
        again = await sign_in_again(client, asked, OTHER if known else ADMIN)
    assert STILL_THERE in again.text
    assert "data-send-now" not in again.text
    assert ("tài khoản khác" in again.text) == known


async def test_rights_are_asked_of_whoever_sends_it(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-92")
        again = await sign_in_again(client, asked, MEMBER)
        refused = await client.post(PEOPLE, data=fields_of(again, PEOPLE), headers=HERE)
    assert refused.status_code == 403
    assert await stored(inside, "kl-92") is None


async def test_a_wrong_password_keeps_it_too(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-93")
        parts = fields_of(asked, "/sign-in") | {"login": ADMIN, "password": "sai"}
        wrong = await client.post("/sign-in", data=parts, headers=HERE)
        assert wrong.status_code == 422
        assert STILL_THERE in (await sign_in_again(client, wrong, ADMIN)).text


async def test_a_page_of_an_earlier_session_keeps_its_text_behind_a_button(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        client.headers["x-csrftoken"] = "0" * 64
        old = await client.post(PEOPLE, data=TYPED | {"code": "kl-94"}, headers=HERE)
        assert (old.status_code, old.headers["x-whole-page"]) == (403, "1")
        assert "data-send-now" not in old.text
        del client.headers["x-csrftoken"]
        saved = await client.post(PEOPLE, data=fields_of(old, PEOPLE), headers=HERE)
    assert saved.status_code == 303
    assert await stored(inside, "kl-94") is not None


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "none"}, {"origin": "https://evil.example"}])
async def test_only_a_page_of_ours_is_offered_a_new_token(inside: Inside, headers: dict[str, str]) -> None:
    async with inside.visitor(ADMIN) as client:
        client.headers["x-csrftoken"] = "0" * 64
        answer = await client.post(PEOPLE, data=TYPED, headers=headers)
    assert answer.status_code == 403
    assert "Bưởi" not in answer.text


async def test_another_site_gets_no_page_with_its_text_from_nobody_either(inside: Inside) -> None:
    async with inside.visitor() as nobody:
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await nobody.post(PEOPLE, data=TYPED, headers=headers)
            assert answer.status_code == 403
            assert "Bưởi" not in answer.text


async def test_who_has_to_change_the_password_first_keeps_the_text(inside: Inside) -> None:
    must_change = "UPDATE auth.account SET must_change = {} WHERE login = 'oanh.qt'"
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-95")
        await inside.backdoor.execute(must_change.format("true"))
        try:
            again = await sign_in_again(client, asked, ADMIN)
            assert "data-send-now" not in again.text
            pressed = await client.post(PEOPLE, data=fields_of(again, PEOPLE), headers=HERE)
            assert pressed.status_code == 403
            assert 'href="/change-password"' in pressed.text
        finally:
            await inside.backdoor.execute(must_change.format("false"))
        saved = await client.post(PEOPLE, data=fields_of(pressed, PEOPLE), headers=HERE)
    assert saved.status_code == 303


async def test_a_text_too_long_for_sign_in_is_sent_again_from_the_page_itself(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        asked = await type_over_the_end(inside, client, "kl-96", note="ý kiến " * 9000)
        assert asked.status_code == 401
        assert "kept" not in fields_of(asked, "/sign-in")
        await client.post("/sign-in", data={"login": ADMIN, "password": DEMO_PASSWORD})  # in another tab
        old = await client.post(PEOPLE, data=fields_of(asked, PEOPLE), headers=HERE)
        saved = await client.post(PEOPLE, data=fields_of(old, PEOPLE), headers=HERE)
    assert saved.status_code == 303
    assert await stored(inside, "kl-96") is not None


async def test_an_htmx_request_gets_the_whole_sign_in_page(inside: Inside) -> None:
    async with inside.visitor() as nobody:
        asked = await nobody.get(f"{PEOPLE}?q=an", headers={"hx-request": "true"})
    assert asked.status_code == 401
    assert fields_of(asked, "/sign-in")["next"] == f"{PEOPLE}?q=an"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"address":"https://evil.example","page":"/","fields":[],"files":[]}',
     '{"address":"/t/a","page":"//evil.example","fields":[],"files":[]}'],
)  # fmt: skip
async def test_nonsense_in_place_of_a_kept_form_is_nothing(inside: Inside, text: str) -> None:
    async with inside.visitor() as nobody:
        answer = await nobody.post("/sign-in", data={"login": ADMIN, "password": DEMO_PASSWORD, "kept": text})
    assert answer.status_code == 303, "a sign-in as ever"


def test_a_kept_form_that_fits_goes_there_and_back() -> None:
    kept = KeptForm("/t/a/b", "/t/a", [("a", 'x"\n')], ["tệp.pdf"])
    assert unpacked(kept.packed) == kept
    assert not kept.too_long
    assert KeptForm("/t/a/b", "/t/a", [("a", "x" * MOST_BYTES)], []).too_long


async def test_a_body_too_large_is_refused_on_a_page_with_the_menu_that_says_what_to_do(inside: Inside) -> None:
    async with inside.visitor(ADMIN) as client:
        content = urlencode({"full_name": "a" * ACTION_BYTES}).encode()
        answer = await client.post(PEOPLE, content=content, headers=FORM | HERE)
    assert answer.status_code == 413
    assert 'class="sidebar"' in answer.text
    assert f'href="{PEOPLE}"' in answer.text, "with the entries that the person may open"
    assert "chọn tệp nhỏ hơn" in answer.text


async def test_a_file_over_the_end_of_a_session_asks_to_sign_in(inside: Inside) -> None:
    async with inside.visitor() as nobody:
        answer = await nobody.post(OF_A_FILE, content=b"a" * (2 * ACTION_BYTES), headers=FORM | HERE)
    assert answer.status_code == 413
    assert "đăng nhập lại ở một thẻ khác" in answer.text
