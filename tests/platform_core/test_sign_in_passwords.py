"""Passwords: the first one is for one use, weak ones are refused with a sentence, and the keyboard does not matter."""

import threading
import unicodedata
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from inside import Inside, composed

from platform_core.accounts import passwords
from platform_core.accounts.demo import DEMO_PASSWORD
from plugin_api.errors import Invalid

pytestmark = pytest.mark.anyio
FIRST, GOOD = "mat khau lan dau 1", "bốn con trâu qua sông lớn"


@pytest.fixture
async def inside(tenants, database) -> AsyncIterator[Inside]:
    async with composed(tenants, database) as made:
        yield made


async def newcomer(inside: Inside) -> str:
    """Somebody the administrator has just added; returns the login."""
    login = f"moi-{uuid4().hex[:12]}"
    person = {"code": login, "full_name": "Người Mới Đến", "login": login, "password": FIRST}
    async with inside.visitor("oanh.qt") as admin:
        answer = await admin.post("/api/v1/t/kien-luong/people", json=person)
        assert answer.status_code == 200, answer.text
    return login


async def test_a_first_password_opens_nothing_but_its_own_change(inside: Inside) -> None:
    login = await newcomer(inside)
    async with inside.visitor(login, FIRST) as client:
        assert (await client.get("/api/v1/session")).json()["must_change_password"] is True
        for page in ("/t/kien-luong", "/account", "/bodies", "/t/kien-luong/people"):
            assert (await client.get(page)).headers["location"] == "/change-password", page
        refused = await client.get("/api/v1/t/kien-luong")
        assert refused.status_code == 403
        assert "đổi mật khẩu" in refused.json()["title"]
        assert (await client.get("/change-password")).status_code == 200
        answer = await client.post("/api/v1/session/password", json={"current": FIRST, "new": GOOD})
        assert answer.status_code == 200, answer.text
        assert answer.json()["must_change_password"] is False
        assert (await client.get("/t/kien-luong")).status_code == 200
    async with inside.visitor() as client:
        again = await client.post("/api/v1/session", json={"login": login, "password": FIRST})
        assert again.status_code == 422


async def test_the_form_says_what_is_wrong_beside_each_field_and_changes_nothing(inside: Inside) -> None:
    async with inside.visitor("yen.mh") as client:
        typed = {"current": "sai rồi", "new": "12345678", "repeated": "khác"}
        answer = await client.post("/change-password", data=typed)
        assert answer.status_code == 422
        for sentence in ("Mật khẩu hiện tại không đúng.", "Mật khẩu cần từ 10", "không giống nhau"):
            assert sentence in answer.text
        same = {"current": DEMO_PASSWORD, "new": DEMO_PASSWORD}
        assert (await client.post("/api/v1/session/password", json=same)).status_code == 422
    async with inside.visitor("yen.mh"):
        pass


@pytest.mark.parametrize(
    "weak",
    ["", "ngắn", "1234567890", "aaaaaaaaaaaa", "qwertyuiop12", "password1234", "matkhau2026", "vienkiemsat1",
     "vksnd2026!!", "thidua12345", "kiemsat2025", "truongquocduc", "duc.tq.duc.tq", "x" * 129, "việtnam2026"],
)  # fmt: skip
async def test_what_anybody_would_guess_is_refused_with_a_sentence(weak: str) -> None:
    told = await passwords.weakness(weak, ["duc.tq", "Trương Quốc Đức"])
    assert told
    assert told.endswith(".")


@pytest.mark.parametrize("good", [GOOD, "correct horse battery staple", "Tr0ng-nắng-hồng-vẫy-đò"])
async def test_a_good_one_is_taken(good: str) -> None:
    """Negative control: the check does not simply refuse everything."""
    assert await passwords.weakness(good, ["duc.tq", "Trương Quốc Đức"]) is None


async def test_the_same_password_fits_however_the_keyboard_composed_it(inside: Inside) -> None:
    login = await newcomer(inside)
    async with inside.visitor(login, FIRST) as client:
        new = unicodedata.normalize("NFD", GOOD)
        assert (await client.post("/api/v1/session/password", json={"current": FIRST, "new": new})).status_code == 200
    for form in ("NFC", "NFD", "NFKC"):
        async with inside.visitor(login, unicodedata.normalize(form, GOOD)):  # type: ignore[arg-type]
            pass


MARKS = "a" + "\u0301\u0323" * 5_000
"""Quadratic to normalise, still small enough for a form."""


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, threading.Thread]]:
    """(length, thread) of every normalisation of a text with marks, as it happens."""
    seen: list[tuple[int, threading.Thread]] = []
    real = unicodedata.normalize

    def watched(form: str, text: str) -> str:
        if "\u0323" in text:
            seen.append((len(text), threading.current_thread()))
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", watched)
    return seen


@pytest.mark.parametrize("length", [passwords.MOST_TYPED, passwords.MOST_TYPED + 1, len(MARKS)])
async def test_an_endless_password_is_a_wrong_one_everywhere_and_never_stops_the_loop(
    inside: Inside, normalised: list[tuple[int, threading.Thread]], length: int
) -> None:
    await inside.backdoor.execute("DELETE FROM auth.attempt")
    told: dict[str, list[tuple[int, str]]] = {}
    for typed in (MARKS[:length], "chỉ là sai thôi"):
        account = {"login": "anh.nt", "password": typed}
        change = {"current": typed, "new": GOOD, "repeated": GOOD}
        async with inside.visitor() as nobody, inside.visitor("uoc.tm") as client:
            for way, answer in {
                "form": await nobody.post("/sign-in", data=account),
                "api": await nobody.post("/api/v1/session", json=account),
                "change by form": await client.post("/change-password", data=change),
                "change by api": await client.post("/api/v1/session/password", json=change),
            }.items():
                shown = answer.json()["detail"] if "api" in way else answer.text.count("không đúng.")
                told.setdefault(way, []).append((answer.status_code, str(shown)))
    assert {way: first == second and first[0] == 422 for way, (first, second) in told.items()} == dict.fromkeys(
        told, True
    ), told
    booked = await inside.backdoor.value("SELECT count(*) FROM auth.attempt WHERE key = 'account:anh.nt'")
    assert booked == 4, "each one counts"
    assert all(size <= passwords.MOST_TYPED for size, _thread in normalised)
    assert threading.current_thread() not in {thread for _size, thread in normalised}
    assert bool(normalised) == (length <= passwords.MOST_TYPED), "negative control: the watch sees what is normalised"


async def test_an_endless_password_takes_the_time_of_one_verification(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = passwords._verified

    def watched(password: str, stored: str) -> bool:
        verified.append(password)
        return real(password, stored)

    monkeypatch.setattr(passwords, "_verified", watched)
    stored = await passwords.hashed("")
    assert not await passwords.matches(MARKS, stored), "not taken for the empty one"
    assert verified == [""]


async def test_an_endless_new_password_is_refused_with_the_sentence_for_length(
    inside: Inside, normalised: list[tuple[int, threading.Thread]]
) -> None:
    async with inside.visitor("uoc.tm") as client:
        given = {"current": DEMO_PASSWORD, "new": MARKS}
        told = await client.post("/api/v1/session/password", json=given)
        assert (told.status_code, told.json()["problems"]) == (422, {"new": "Mật khẩu cần từ 10 đến 128 ký tự."})
        given = {"current": DEMO_PASSWORD, "new": MARKS[:900]}
        assert (await client.post("/api/v1/session/password", json=given)).status_code == 422
    with pytest.raises(Invalid):
        await passwords.hashed(MARKS)
    assert {size for size, _thread in normalised} == {900}
    assert threading.current_thread() not in {thread for _size, thread in normalised}


async def test_a_stored_password_is_argon2id_and_never_the_password(inside: Inside) -> None:
    stored = await inside.backdoor.fetch("SELECT password_hash FROM auth.account")
    assert stored
    assert all(line["password_hash"].startswith("$argon2id$") for line in stored)


async def test_no_answer_and_no_page_shows_a_password_again(inside: Inside) -> None:
    async with inside.visitor() as client:
        typed = {"login": "duc.tq", "password": "đây-là-bí-mật"}
        for answer in (await client.post("/sign-in", data=typed), await client.post("/api/v1/session", json=typed)):
            assert "bí-mật" not in httpx.Response(200, content=answer.content).text
