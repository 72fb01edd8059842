"""Lists in a real browser: dense at a desk, whole on a phone, filtered at once and without a script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Serving, serving_a_copy

CHAIR, CLERK, ADMIN = "duc.tq", "anh.nt", "oanh.qt"
HOME = "/t/kien-luong"
MODULE = f"{HOME}/monthly-rating"
TASKS = 28
LONG = "Kiểm sát việc tiếp nhận, giải quyết tố giác, tin báo về tội phạm và kiến nghị khởi tố của Cơ quan điều tra, đợt"
WORD = "Đ" * 300
LIST_HEIGHT = 1600
"""A month of a cell on about two screens, in pixels at 1280."""


@dataclass(frozen=True)
class Month:
    """A period of a cell with as many tasks as a cell has, all of them with long titles."""

    serving: Serving
    cycle: str
    people: list[dict[str, Any]]

    def send(self, login: str, path: str, method: str = "GET", **content: Any) -> dict[str, Any]:
        """A question or an action through the API."""
        cookie, token = self.serving.session(login)
        headers = {"x-csrftoken": token, "idempotency-key": uuid4().hex, "cookie": f"thidua={cookie}"}
        answer = httpx.request(
            method, f"{self.serving.address}/api/v1{path}", headers=headers, timeout=20, **content
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, login: str, path: str, **data: Any) -> dict[str, Any]:
        """An action."""
        return self.send(login, path, "POST", json=data)


@pytest.fixture(scope="module")
def month(postgres: Any, make_copy: Callable[[str], object]) -> Iterator[Month]:
    """Filled through the API: two periods, one of them issued; a title, a name and a code that are one long word."""
    with serving_a_copy(postgres, make_copy, "dense_lists") as serving:
        empty = Month(serving, "", [])
        page = empty.send(CLERK, MODULE)
        unit = page["open_units"][0][0]
        cycle = empty.do(CLERK, f"{MODULE}/cycles/open", unit_id=unit, on=page["suggested_on"])["cycle_id"]
        people = empty.send(CLERK, f"{MODULE}/cycles/{cycle}/tasks")["people"]
        filled = Month(serving, f"{MODULE}/cycles/{cycle}", people)
        _assign(filled)
        version = filled.send(CHAIR, filled.cycle)["cycle"]["version"]
        filled.do(CHAIR, f"{filled.cycle}/notice/issue", version=version)
        filled.do(ADMIN, f"{HOME}/people", full_name=WORD[:100], code="d" * 40, position=WORD[:100])
        plan = filled.do(CHAIR, f"{MODULE}/plans/start", unit_id=unit, year=int(page["suggested_on"][:4]))["plan_id"]
        item = {"title": WORD, "due_on": page["suggested_on"], "expected_level": WORD}
        filled.do(CHAIR, f"{MODULE}/plans/{plan}/save", version=1, items=[item])
        yield filled


def _assign(month: Month) -> None:
    due = month.send(CLERK, f"{month.cycle}/tasks")["earliest_due"]
    for number in range(TASKS):
        whose = month.people[number % len(month.people)]["person_id"]
        usual = f"{LONG} {number + 1}", "100 % tin báo được giải quyết"
        title, level = (WORD, WORD) if number == TASKS - 1 else usual
        task = {"person_id": whose, "title": title, "due_on": due, "required_level": level, "planned_quantity": "8 ca"}
        month.do(CLERK, f"{month.cycle}/tasks/add", **task)


Sit = Callable[..., Page]


@pytest.fixture(scope="module")
def sit(month: Month, browser: Browser) -> Iterator[Sit]:
    """A browser in which this person has signed in: `sit(CHAIR)`, `sit(ADMIN, script=False)`."""
    seats: list[BrowserContext] = []

    def go(login: str, script: bool = True) -> Page:
        address = month.serving.address
        context = browser.new_context(base_url=address, java_script_enabled=script, locale="vi-VN")
        seats.append(context)
        context.set_default_timeout(8000)
        context.add_cookies([{"name": "thidua", "value": month.serving.session(login)[0], "url": address}])
        return context.new_page()

    yield go
    for context in seats:
        context.close()


ROWS_BEYOND = """(most) => [...document.querySelectorAll("#list tbody tr")].map((row) => {
  const style = getComputedStyle(row.cells[0]);
  const inside = row.offsetHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  return inside / parseFloat(style.lineHeight);
}).filter((lines) => lines > most + 0.3)"""
WIDE = """() => [...document.querySelectorAll("html, .table-responsive:not(:has(.matrix))")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.className || part.tagName)"""


def unfit(page: Page, width: int) -> list[str]:
    """What is pushed off the page, or off its table, at a width."""
    page.set_viewport_size({"width": width, "height": 860})
    return page.evaluate(WIDE)


def test_a_month_of_long_titles_has_two_lines_a_row_and_fits_two_screens(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(f"{month.cycle}/tasks")
    assert page.locator("#list tbody tr").count() == TASKS
    assert page.evaluate(ROWS_BEYOND, 2) == []
    assert page.evaluate("document.querySelector('#list').offsetHeight") <= LIST_HEIGHT


def test_the_measure_sees_a_row_of_three_lines(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{month.cycle}/tasks")
    page.evaluate("document.querySelectorAll('.two-lines').forEach((one) => one.classList.remove('two-lines'))")
    page.evaluate("document.querySelector('.dense').classList.remove('dense')")
    page.set_viewport_size({"width": 1280, "height": 860})
    assert len(page.evaluate(ROWS_BEYOND, 2)) > 0
    assert page.evaluate("document.querySelector('#list').offsetHeight") > LIST_HEIGHT


SCREENS = (
    (CHAIR, MODULE),
    (CHAIR, f"{MODULE}/plans"),
    (CHAIR, f"{MODULE}/year"),
    (CHAIR, f"{MODULE}/mine"),
    (CHAIR, f"{MODULE}/schemes"),
    (CHAIR, "{cycle}"),
    (CHAIR, "{cycle}/tasks"),
    (CHAIR, "{cycle}/notice"),
    (ADMIN, f"{HOME}/people?state=all"),
    (ADMIN, f"{HOME}/trail"),
    (ADMIN, f"{HOME}/search?q=dd"),
    (CHAIR, f"{HOME}/search?q=dd"),
    (CHAIR, HOME),
)


def test_a_word_of_300_letters_pushes_nothing_off_any_list(sit: Sit, month: Month) -> None:
    seats = {login: sit(login) for login in (CHAIR, ADMIN)}
    complaints = []
    for login, path in SCREENS:
        page = seats[login]
        answer = page.goto(path.format(cycle=month.cycle))
        assert answer and answer.status == 200, path
        complaints += [(path, width, found) for width in (360, 1280, 1920) if (found := unfit(page, width))]
    assert complaints == []


def test_the_check_sees_a_word_that_does_not_break(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{month.cycle}/tasks")
    page.evaluate("document.querySelector('.dense').className = 'table'")
    page.evaluate("document.querySelector('#list .card').style.overflowWrap = 'normal'")
    assert unfit(page, 1280)


def test_a_wide_screen_is_used(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{month.cycle}/tasks")
    page.set_viewport_size({"width": 1920, "height": 860})
    assert page.evaluate("document.querySelector('#list table').offsetWidth") > 1500


def test_the_year_of_a_cell_fits_a_desk_with_twelve_months(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(f"{MODULE}/year")
    months = 12 - page.locator(".rating-year thead a").count()
    page.evaluate(
        """(more) => document.querySelectorAll(".rating-year tr").forEach((row) => {
             for (let n = 0; n < more; n++) row.cells[1].after(row.cells[1].cloneNode(true)); })""",
        months,
    )
    assert page.locator(".rating-year thead a").count() == 12
    region = page.locator(".table-responsive")
    assert region.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_filter_asks_at_once_keeps_the_focus_and_can_be_taken_back(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{month.cycle}/tasks?sort=due")
    page.evaluate("window.sameDocument = true")
    person = month.people[0]
    own = len([number for number in range(TASKS) if number % len(month.people) == 0])
    page.locator("#search-person_id").focus()
    page.select_option("#search-person_id", person["person_id"])
    expect(page.locator("#list tbody tr")).to_have_count(own)
    expect(page.locator("#list-count[role=status]")).to_have_text(f"{own} dòng")
    assert page.evaluate("window.sameDocument && document.activeElement.id") == "search-person_id"
    assert f"person_id={person['person_id']}" in page.url and "sort=due" in page.url
    page.locator(".chip", has_text=person["full_name"]).click()
    expect(page.locator("#list tbody tr")).to_have_count(TASKS)
    assert "person_id" not in page.url and "sort=due" in page.url
    assert page.locator(".chip").count() == 0


def test_a_filter_that_is_refused_says_why_and_leaves_the_list(sit: Sit, month: Month) -> None:
    page = sit(ADMIN)
    page.goto(f"{HOME}/trail")
    shown = page.locator("#list li").count()
    page.fill("#search-since", "1001-01-01")
    page.locator("#search-since").press("Tab")
    expect(page.locator("#list-count")).to_contain_text("Từ ngày: hãy ghi một ngày từ năm 1900")
    assert page.locator("#list li").count() == shown > 0
    assert "1001" not in page.url


def test_without_a_script_the_button_filters_and_keeps_the_order(sit: Sit, month: Month) -> None:
    page = sit(ADMIN, script=False)
    page.goto(f"{HOME}/people?sort=-name")
    page.fill("#search-words", "thi")
    page.select_option("#search-state", "all")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.wait_for_url("**sort=-name**")
    assert page.locator("#list tbody tr").count() == 4
    assert page.locator(".chip > span:first-child").all_inner_texts() == ["Tìm: thi", "Trạng thái: Tất cả"]
    page.locator(".chip").first.click()
    assert page.locator("#list tbody tr").count() > 4


def test_a_search_that_finds_more_says_so_and_leads_there(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{HOME}/search?q=tin bao")
    assert page.locator("main .lines li").count() == 10
    expect(page.locator("main [role=status]")).to_contain_text("10 kết quả đầu tiên, còn nữa")
    page.get_by_role("link", name="Còn nữa: xem mọi kết quả").click()
    expect(page.locator("main .lines li")).to_have_count(TASKS - 1)


def test_months_of_a_person_are_folded_and_an_address_unfolds_its_own(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(f"{MODULE}/mine")
    cycle = month.cycle.rpartition("/")[2]
    part = page.locator(f"#period-{cycle}")
    assert part.is_visible(), "the newest is open"
    page.locator(".rating-month > summary").first.click()
    expect(part).to_be_hidden()
    page.goto(f"{MODULE}/mine#period-{cycle}")
    expect(part).to_be_visible()
