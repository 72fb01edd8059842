"""A month of Kiên Lương in a real browser as member, clerk, chair and deputy, from year plan to printed minutes."""

from datetime import date, timedelta
from pathlib import Path

import pymupdf
import pytest
from playwright.sync_api import Browser, Page

MEMBER, CLERK, CHAIR, DEPUTY = "on.dv", "anh.nt", "duc.tq", "ha.pt"
MODULE = "/t/kien-luong/monthly-rating"
TODAY = date.today()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, address: str, login: str, password: str) -> None:
        self.page: Page = browser.new_context(base_url=address, locale="vi-VN").new_page()
        self.page.goto("/sign-in")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", password)
        self.page.click("#sign-in button[type=submit]")
        self.page.wait_for_url("**/t/kien-luong")

    def opens(self, path: str) -> None:
        answer = self.page.goto(path) or self.page.reload()  # a step to an anchor of the same page is no request
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"

    def presses(self, step: str, about: str = "", button: str = "button[type=submit]", **fields: str) -> None:
        """Fill in the form that leads to `step` (and speaks of `about`) and send it; then the next screen is there."""
        about_whom = f":has([name=about_id][value='{about}'])" if about else ""
        form = self.page.locator(f"main form[action$='{step}']{about_whom}").first
        form.evaluate(
            "form => { for (let d = form.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
        )
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']").first
            if field.get_attribute("type") == "radio":
                form.locator(f"[name='{name}'][value='{value}']").check()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with self.page.expect_navigation():
            form.locator(button).first.click()
        assert not self.page.locator("[role=alert]").count(), self.page.locator("[role=alert]").inner_text()

    def sees(self, words: str) -> bool:
        return self.page.get_by_text(words).first.is_visible()

    def takes_away(self, link: str, folder: Path) -> bytes:
        with self.page.expect_download() as taken:
            self.page.locator(f"a[href*='{link}']").first.click()
        path = folder / taken.value.suggested_filename
        taken.value.save_as(path)
        return path.read_bytes()


@pytest.fixture
def four(browser, served, demo_password):
    return [Person(browser, served.address, login, demo_password) for login in (MEMBER, CLERK, CHAIR, DEPUTY)]


def test_a_month_from_plan_to_printed_minutes(four, tmp_path):
    member, clerk, chair, deputy = four

    # The member writes the year plan; the chair approves it.
    member.opens(f"{MODULE}/plans")
    member.presses("/plans/start")
    plan = member.page.url.partition("?")[0]
    due = (TODAY + timedelta(days=1)).isoformat()
    item = {"title": "Kiểm sát 100% tin báo", "due_on": due, "expected_level": "Đúng hạn"}
    member.presses("/save", **{f"items.0.{name}": typed for name, typed in item.items()})
    member.presses("/submit")
    chair.opens(plan)
    chair.presses("/approve")
    assert chair.sees("Đã duyệt kế hoạch.")

    # The clerk opens the month and assigns; the chair issues the notice and prints it.
    clerk.opens(MODULE)
    clerk.presses("/cycles/open")
    cycle = clerk.page.url.partition("?")[0]
    clerk.opens(f"{cycle}/tasks")
    choices = clerk.page.locator("form[action$='/tasks/add'] [name=person_id] option")
    people = choices.evaluate_all("all => all.map(one => one.value).filter(Boolean)")
    assert len(people) == 10
    for person_id in people:
        task = {"title": "Giải quyết đơn đúng hạn", "due_on": TODAY.isoformat(), "required_level": "Không quá hạn"}
        clerk.presses("/tasks/add", person_id=person_id, **task)
    chair.opens(f"{cycle}/notice")
    chair.presses("/notice/issue")
    paper = pymupdf.open(stream=chair.takes_away("/notice/paper", tmp_path))
    words = "".join(page.get_text() for page in paper)
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in words and "Đặng Văn Ổn" in words and "DỰ THẢO" not in words

    # The member works, proves it, and says how it went.
    member.opens("/t/kien-luong")
    member.page.get_by_role("link", name="Giải quyết đơn đúng hạn").first.click()
    member.presses("/report", progress="100", result="12/12 đơn đúng hạn")
    member.page.locator("form[action$='/evidence'] [type=file]").set_input_files(
        {"name": "so-theo-doi.txt", "mimeType": "text/plain", "buffer": "12 đơn".encode()})
    member.presses("/evidence")
    assert member.sees("so-theo-doi.txt")
    member.opens(f"{cycle}/assessment")
    tasks = member.page.locator("form [name$='.task_id']").count()
    said = {f"tasks.{place}.self_level": "met" for place in range(tasks)}
    submit = "button:has-text('Nộp bản tự đánh giá')"
    own = {"proposed_level": "A", "summary": "Đã làm hết việc được giao."}
    member.presses("/assessment/submit", button=submit, **said, **own)
    assert member.sees("Đã nộp")

    # The meeting: roll call, a word on everybody, a class with its reason for everybody, the conclusion.
    chair.opens(cycle)
    chair.presses("/meeting/open", place="Phòng họp", clerk_id="Nguyễn Thị Ánh")
    meeting = f"{cycle}/meeting"
    clerk.opens(meeting)
    clerk.presses("/attendance")
    member.opens(f"{meeting}#everyone")
    member.presses("/comments", text="Tôi làm hết việc được giao.")
    for person_id in people:
        clerk.opens(f"{meeting}#everyone")
        clerk.presses("/comments", about=person_id, text="Nhất trí với tự nhận xét.")
    # Nobody judges himself: the clerk notes it of the chair, the deputy decides the chair's class.
    for waives, how_many in ((chair, len(people) - 2), (clerk, 1)):
        for _waived in range(how_many):
            waives.opens(f"{meeting}#everyone")
            waives.presses("/waive", reason="Đi công tác, báo cáo miệng tại cuộc họp")
    for person_id in people:
        chair.opens(f"{meeting}#person-{person_id}")
        own = not chair.page.locator(f"main form[action$='/people/{person_id}/grade']").count()
        assert own == chair.page.locator(f"#person-{person_id}").get_by_text("không tự quyết định về mình").is_visible()
        decides = deputy if own else chair
        decides.opens(f"{meeting}#person-{person_id}")
        decides.presses(f"/people/{person_id}/grade", level="A", reason="Hoàn thành đúng hạn việc được giao")
    chair.opens(f"{meeting}#minutes")
    chair.presses("/minutes/save", conclusion="Chi bộ nhất trí với các mức xếp loại.")
    chair.page.locator("details.confirm", has_text="Kết thúc cuộc họp").locator("summary").click()
    chair.page.get_by_role("button", name="Kết thúc ngay").click()
    chair.page.wait_for_load_state()
    minutes = pymupdf.open(stream=chair.takes_away("/minutes/paper", tmp_path))
    assert "Nhất trí với tự nhận xét." in "".join(page.get_text() for page in minutes)

    # Nobody but those who decide sees a class before it is published; then everybody does, as the year table does.
    member.opens(meeting)
    assert not member.page.locator("#roster").get_by_text("Hoàn thành tốt nhiệm vụ").count()
    chair.opens(meeting)
    chair.presses("/publish")
    member.opens(f"{cycle}/result")
    assert member.sees("Đặng Văn Ổn")
    member.opens(f"{MODULE}/year")
    member.page.locator("main table a[href*='#period-']").first.click()
    member.page.wait_for_load_state()
    assert member.sees("Giải quyết đơn đúng hạn")
