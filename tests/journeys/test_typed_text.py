"""What is typed is not lost: a session that ends, drafts, files; in a real browser over the running product."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from inside import Backdoor
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Serving, serving_a_copy

from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.testing.loops import settled

CHAIR, CLERK, MEMBER = "duc.tq", "anh.nt", "on.dv"
HOME = "/t/kien-luong"
MODULE = f"{HOME}/monthly-rating"
DATABASE = "typed_text"
TASK = {"title": "Trực nghiệp vụ theo lịch phân công", "required_level": "Đúng lịch"}
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 256 * 1024}
PDF = b"%PDF-1.4 " + bytes(1024 * 1024)
"""Begins like one and is none: what the server refuses after it was sent."""


@dataclass
class Desk:
    """The product, its database from behind, a task of the member, and browsers that are closed at the end."""

    serving: Serving
    backdoor: Backdoor
    browser: Browser
    folder: Path
    task: str = ""
    contexts: list[BrowserContext] = field(default_factory=list)

    def api(self, method: str, login: str, path: str, **content: Any) -> dict[str, Any]:
        """As a program of this person."""
        cookie, token = self.serving.session(login)
        headers = {"x-csrftoken": token, "idempotency-key": uuid4().hex, "cookie": f"thidua={cookie}"}
        answer = httpx.request(method, f"{self.serving.address}/api/v1{path}", headers=headers, timeout=20, **content)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def context(self, login: str, **options: Any) -> BrowserContext:
        """A browser in which this person has just signed in."""
        context = self.browser.new_context(base_url=self.serving.address, locale="vi-VN", **options)
        context.set_default_timeout(8000)
        self.contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        sign_in(page, login)
        page.wait_for_url(f"**{HOME}")
        page.close()
        return context

    def on_task(self, context: BrowserContext) -> Page:
        """The page of the task, with its three forms."""
        page = context.new_page()
        page.goto(self.task)
        return page

    def stored(self, sql: str, *args: object) -> Any:
        """The first value, from behind."""
        return settled(self.backdoor.value(sql, *args))

    def drafts(self) -> int:
        """How many there are."""
        return self.stored("SELECT count(*) FROM app.form_draft")

    def end_sessions(self) -> None:
        """Three hours without a click."""
        settled(self.backdoor.execute("UPDATE auth.session SET seen_at = now() - interval '3 hours'"))


def sign_in(page: Page, login: str) -> None:
    page.fill("[name=login]", login)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("#sign-in button[type=submit]")


@pytest.fixture(scope="module")
def whole(
    postgres: Any, make_copy: Callable[[str], object], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """One start for all of them; a month in which the member has a task."""
    with serving_a_copy(postgres, make_copy, DATABASE) as serving:
        backdoor = Backdoor(postgres.dsn(postgres.superuser, DATABASE))
        desk = Desk(serving, backdoor, browser, tmp_path_factory.mktemp("sent"))
        desk.task = own_task(desk)
        yield desk


def own_task(desk: Desk) -> str:
    start = desk.api("GET", CLERK, MODULE)
    unit, day = start["open_units"][0][0], date.fromisoformat(start["suggested_on"])
    cycle = desk.api("POST", CLERK, f"{MODULE}/cycles/open", json={"unit_id": unit, "on": str(day)})["cycle_id"]
    tasks = f"{MODULE}/cycles/{cycle}/tasks"
    found = desk.api("GET", CLERK, tasks)
    for one in found["people"]:
        task = TASK | {"person_id": one["person_id"], "due_on": found["earliest_due"]}
        desk.api("POST", CLERK, f"{tasks}/add", json=task)
    version = desk.api("GET", CHAIR, f"{MODULE}/cycles/{cycle}")["cycle"]["version"]
    desk.api("POST", CHAIR, f"{MODULE}/cycles/{cycle}/notice/issue", json={"version": version})
    members = desk.api("GET", MEMBER, f"{MODULE}/cycles/{cycle}")["members"]
    own = next(one["person_id"] for one in members if one["is_me"])
    task = desk.api("GET", MEMBER, tasks, params={"person_id": own})["tasks"][0]["task"]["task_id"]
    return f"{MODULE}/tasks/{task}"


@pytest.fixture
def desk(whole: Desk) -> Iterator[Desk]:
    yield whole
    for context in whole.contexts:
        context.close()
    whole.contexts.clear()
    settled(whole.backdoor.execute("DELETE FROM app.form_draft"))


def report(page: Page, note: str, progress: str = "40") -> None:
    page.get_by_role("textbox", name="Tiến độ").fill(progress)
    page.get_by_role("textbox", name="Diễn biến").fill(note)


def send_report(page: Page) -> None:
    page.get_by_role("button", name="Ghi tiến độ").click()


def notes(desk: Desk, note: str) -> int:
    return desk.stored("SELECT count(*) FROM app.monthly_rating_task_progress WHERE note = $1", note)


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_when_the_session_ended_is_saved_after_signing_in_again(desk: Desk, script: bool) -> None:
    note = f"Đã gặp ba hộ dân,\nhẹn tuần sau {script}"
    page = desk.on_task(desk.context(MEMBER, java_script_enabled=script))
    report(page, note)
    desk.end_sessions()
    send_report(page)
    expect(page.get_by_text("Phiên làm việc đã kết thúc nên chưa lưu được")).to_be_visible()
    expect(page.locator(".sidebar")).to_have_count(0)  # the whole page, though htmx asked for a piece of one
    assert notes(desk, note) == 0
    sign_in(page, MEMBER)
    if not script:
        title = "Đồng chí đã đăng nhập lại; nội dung vừa nhập vẫn còn"
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.get_by_role("button", name="Lưu nội dung vừa nhập").click()
    expect(page.get_by_text("Nội dung nhập trước khi đăng nhập lại đã được lưu.")).to_be_visible()
    assert page.url.endswith(desk.task)
    assert notes(desk, note) == 1


def test_somebody_else_at_the_same_machine_saves_nothing_unasked(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    report(page, "của người khác")
    desk.end_sessions()
    send_report(page)
    sign_in(page, CLERK)
    expect(page.get_by_text("do một tài khoản khác nhập")).to_be_visible()
    page.get_by_role("link", name="Về trang đó, không lưu").click()
    page.wait_for_url(f"**{desk.task}")
    assert notes(desk, "của người khác") == 0


def test_a_list_filtered_after_the_session_ended_leads_to_sign_in_and_back(desk: Desk) -> None:
    page = desk.context("oanh.qt").new_page()
    page.goto(f"{HOME}/people")
    desk.end_sessions()
    page.get_by_role("searchbox").first.fill("on")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in")).to_be_visible()
    sign_in(page, "oanh.qt")
    page.wait_for_url("**/people?*q=on*")


def saves_a_draft(page: Page) -> Any:
    return page.expect_response(lambda answer: answer.url.endswith("/drafts") and answer.request.method == "POST")


def test_a_draft_saves_itself_is_offered_and_goes_when_the_form_is_saved(desk: Desk) -> None:
    context = desk.context(MEMBER)
    page = desk.on_task(context)
    with saves_a_draft(page):
        report(page, "nháp thứ nhất", "55")
    expect(page.get_by_text("Đã lưu nháp lúc")).to_be_visible()
    page.close(run_before_unload=False)
    page = desk.on_task(context)
    offer = page.locator("[data-draft-offer]:visible")
    expect(offer).to_contain_text("Có bản nháp lúc")
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("")
    page.get_by_role("textbox", name="Diễn biến").fill("thứ hai")
    expect(page.get_by_text("Chưa lưu nháp: hãy chọn")).to_be_visible()
    offer.get_by_role("button", name="Dùng lại").click()
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("nháp thứ nhất")
    expect(page.get_by_role("textbox", name="Tiến độ")).to_have_value("55")
    assert desk.drafts() == 1
    send_report(page)
    expect(page.locator("#flashes .notice")).to_be_visible()
    assert (notes(desk, "nháp thứ nhất"), desk.drafts()) == (1, 0)


def test_a_form_that_is_refused_stands_with_its_text_and_its_draft_until_it_is_saved(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    with saves_a_draft(page):
        report(page, "quá một trăm", "140")
    send_report(page)
    expect(page.get_by_text("Chưa lưu được")).to_be_visible()
    expect(page.get_by_text("Đã lưu nháp lúc")).to_be_visible()
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("quá một trăm")
    assert (page.locator("[data-draft-offer]:visible").count(), desk.drafts()) == (0, 1)
    report(page, "quá một trăm", "60")
    send_report(page)
    expect(page.locator("#flashes .notice")).to_be_visible()
    assert (notes(desk, "quá một trăm"), desk.drafts()) == (1, 0)


def test_a_draft_over_an_older_version_says_so_and_can_be_dropped(desk: Desk) -> None:
    context = desk.context(MEMBER)
    page = desk.on_task(context)
    with saves_a_draft(page):
        report(page, "trên bản cũ")
    settled(desk.backdoor.execute("UPDATE app.form_draft SET row_version = row_version - 1"))
    page = desk.on_task(context)
    offer = page.locator("[data-draft-offer]:visible")
    expect(offer).to_contain_text("viết trên bản cũ hơn")
    with page.expect_response(lambda answer: "/discard" in answer.url):
        offer.get_by_role("button", name="Bỏ").click()
    assert desk.drafts() == 0
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("")


def test_leaving_the_page_saves_the_draft_at_once(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    page.on("dialog", lambda dialog: dialog.accept())
    report(page, "đi ngay")
    page.goto(HOME)
    deadline = time.monotonic() + 8
    while not desk.drafts() and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    assert "đi ngay" in desk.stored("SELECT content::text FROM app.form_draft")


def test_two_tabs_the_last_one_wins_and_both_are_told(desk: Desk) -> None:
    context = desk.context(MEMBER)
    one, other = desk.on_task(context), desk.on_task(context)
    with saves_a_draft(one):
        report(one, "thẻ một")
    expect(other.get_by_text("vừa được lưu từ một thẻ khác")).to_be_visible()
    with saves_a_draft(other):
        report(other, "thẻ hai")
    expect(other.get_by_text("đã được thay bằng bản này")).to_be_visible()
    expect(one.get_by_text("vừa được lưu từ một thẻ khác")).to_be_visible()
    assert "thẻ hai" in desk.stored("SELECT content::text FROM app.form_draft")


def sent_by(page: Page) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.method == "POST" else None)
    return found


def choose(desk: Desk, page: Page, name: str, content: bytes) -> None:
    """Through a file on the disk, as people do: a buffer would go through the driver."""
    file = desk.folder / name
    file.write_bytes(content)
    page.get_by_label("Tệp minh chứng").set_input_files(file)


def test_a_file_that_would_be_refused_is_refused_before_it_is_sent(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    expect(page.get_by_text("pdf, docx, xlsx, png, jpg, txt; không quá 5 MB.")).to_be_visible()
    sent = sent_by(page)
    for name, content, sentence in (
        ("chạy.exe", b"MZ", "chỉ nhận pdf, docx"),
        ("lớn.pdf", bytes(5 * 1024 * 1024 + 1), "lớn hơn 5 MB"),
    ):
        choose(desk, page, name, content)
        expect(page.locator("#f-file-error")).to_contain_text(sentence)
        page.get_by_role("button", name="Gửi tệp").click()
    assert sent == []
    choose(desk, page, "ghi chú.txt", "Đã họp.".encode())
    expect(page.locator("#f-file-error")).to_be_hidden()
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_text("Đã nhận tệp minh chứng.")).to_be_visible()
    expect(page.get_by_role("link", name="ghi chú.txt")).to_be_visible()
    assert page.url.endswith(desk.task)
    assert len(sent) == 1


def test_sending_shows_how_far_it_is_and_can_be_cancelled(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    report(page, "viết bên cạnh")
    choose(desk, page, "biên bản.pdf", PDF)
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_text("Đang gửi:")).to_be_visible()
    expect(page.locator("[data-upload-words]")).to_have_text(re.compile("Đang gửi: [1-9]"))
    page.get_by_role("button", name="Hủy gửi").click()
    expect(page.get_by_text("Đã hủy. Chưa có gì được gửi.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("viết bên cạnh")
    assert desk.stored("SELECT count(*) FROM app.monthly_rating_evidence WHERE file_name = 'biên bản.pdf'") == 0


def test_a_file_that_the_server_refuses_leaves_the_page_and_what_is_typed(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    report(page, "vẫn còn đây")
    page.eval_on_selector("#f-file", "input => { input.dataset.mostBytes = 1e9; }")
    choose(desk, page, "lớn.pdf", bytes(13 * 1024 * 1024))
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.locator("[data-upload-fault]")).to_contain_text("chọn tệp nhỏ hơn")
    expect(page.get_by_role("textbox", name="Diễn biến")).to_have_value("vẫn còn đây")
    choose(desk, page, "ghi chú hai.txt", "Đã họp.".encode())
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_role("link", name="ghi chú hai.txt")).to_be_visible()


def test_a_file_that_can_not_be_opened_is_to_be_chosen_again(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    choose(desk, page, "biên bản.pdf", PDF)
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_text("không mở được như một tệp .pdf").first).to_be_visible()
    expect(page.get_by_text("Hãy chọn lại tệp").first).to_be_visible()


def test_a_file_sent_after_the_session_ended_leads_through_sign_in(desk: Desk) -> None:
    page = desk.on_task(desk.context(MEMBER))
    choose(desk, page, "ghi chú ba.txt", "Đã họp.".encode())
    desk.end_sessions()
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_text("Tệp đã chọn không giữ được (ghi chú ba.txt)")).to_be_visible()
    sign_in(page, MEMBER)
    page.get_by_role("button", name="Lưu nội dung vừa nhập").click()
    expect(page.locator("input[type=file]")).to_be_visible()
