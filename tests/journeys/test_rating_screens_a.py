"""Plans, periods, notice, tasks and self-assessment in a real browser: usable by all, on a phone, without a script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Serving, serving_a_copy

CHAIR, CLERK, MEMBER, COLLEAGUE = "duc.tq", "anh.nt", "on.dv", "ha.ht"
MODULE = "/t/kien-luong/monthly-rating"


@dataclass(frozen=True)
class Desk:
    """The module through its API, as anybody who may."""

    serving: Serving

    def ask(self, login: str, path: str = "", **query: Any) -> dict[str, Any]:
        """What a screen knows."""
        return self._send("GET", login, path, params=query)

    def do(self, login: str, path: str, **data: Any) -> dict[str, Any]:
        """An action."""
        return self._send("POST", login, path, json=data)

    def _send(self, method: str, login: str, path: str, **content: Any) -> dict[str, Any]:
        cookie, token = self.serving.session(login)
        headers = {"x-csrftoken": token, "idempotency-key": uuid4().hex, "cookie": f"thidua={cookie}"}
        address = f"{self.serving.address}/api/v1{MODULE}{path}"
        answer = httpx.request(method, address, headers=headers, timeout=20, **content)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def desk(postgres: Any, make_copy: Callable[[str], object]) -> Iterator[Desk]:
    """`thidua serve` over a database of this file."""
    with serving_a_copy(postgres, make_copy, "rating_screens_a") as serving:
        yield Desk(serving)


TASK = {
    "title": "Trực nghiệp vụ theo lịch phân công",
    "required_level": "Đúng lịch",
    "planned_quantity": "8 ca",
}


@dataclass(frozen=True)
class Month:
    """What the screens show: a plan of each kind, a period under way, one being drafted, a task of the member."""

    plan: str
    waiting_plan: str
    draft_plan: str
    running: str
    drafted: str
    task: str
    drafted_task: str

    def path(self, name: str) -> str:
        """An address like `/cycles/{running}/tasks`, filled in."""
        return MODULE + name.format(**self.__dict__)


@pytest.fixture(scope="module")
def month(desk: Desk) -> Month:
    """Lived through the API, so that the browser only has to look."""
    page = desk.ask(CLERK)
    unit, first = page["open_units"][0][0], date.fromisoformat(page["suggested_on"])
    plans = [_plan(desk, login, unit, first) for login in (MEMBER, COLLEAGUE, CLERK)]
    for plan, login in zip(plans[:2], (MEMBER, COLLEAGUE), strict=True):
        desk.do(login, f"/plans/{plan}/submit", version=desk.ask(login, f"/plans/{plan}")["version"])
    desk.do(CHAIR, f"/plans/{plans[0]}/approve", version=desk.ask(CHAIR, f"/plans/{plans[0]}")["version"])
    running, drafted = (_period(desk, unit, day) for day in (first - timedelta(days=1), first))
    _issue(desk, running)
    own = next(one["person_id"] for one in desk.ask(MEMBER, f"/cycles/{running}")["members"] if one["is_me"])
    tasks = [_task(desk, CHAIR, cycle, own) for cycle in (running, drafted)]
    return Month(plans[0], plans[1], plans[2], running, drafted, tasks[0], tasks[1])


def _plan(desk: Desk, login: str, unit: str, first: date) -> str:
    plan: str = desk.do(login, "/plans/start", unit_id=unit, year=first.year)["plan_id"]
    items = [{"title": f"Kiểm sát việc giải quyết án hình sự, đợt {number}", "due_on": first.isoformat(),
              "expected_level": "100 %, không quá hạn luật định"} for number in (1, 2, 3)]  # fmt: skip
    desk.do(login, f"/plans/{plan}/save", version=1, items=items)
    return plan


def _period(desk: Desk, unit: str, day: date) -> str:
    """A period in which everybody has a task, due on its first day."""
    cycle: str = desk.do(CLERK, "/cycles/open", unit_id=unit, on=day.isoformat())["cycle_id"]
    found = desk.ask(CLERK, f"/cycles/{cycle}/tasks")
    for one in found["people"]:
        desk.do(CLERK, f"/cycles/{cycle}/tasks/add", person_id=one["person_id"], due_on=found["earliest_due"], **TASK)
    return cycle


def _issue(desk: Desk, cycle: str) -> None:
    version = desk.ask(CHAIR, f"/cycles/{cycle}")["cycle"]["version"]
    desk.do(CHAIR, f"/cycles/{cycle}/notice/issue", version=version)


def _task(desk: Desk, login: str, cycle: str, person_id: str) -> str:
    return desk.ask(login, f"/cycles/{cycle}/tasks", person_id=person_id)["tasks"][0]["task"]["task_id"]


Sit = Callable[..., Page]


@pytest.fixture(scope="module")
def sit(desk: Desk, browser: Browser) -> Iterator[Sit]:
    """A browser in which this person has signed in: `sit(CHAIR)`, `sit(MEMBER, script=False)`; one page for each."""
    seats: dict[tuple[str, bool], tuple[BrowserContext, Page]] = {}

    def go(login: str, script: bool = True) -> Page:
        if (login, script) not in seats:
            address = desk.serving.address
            context = browser.new_context(base_url=address, java_script_enabled=script, locale="vi-VN")
            context.set_default_timeout(8000)
            context.add_cookies([{"name": "thidua", "value": desk.serving.session(login)[0], "url": address}])
            seats[login, script] = context, context.new_page()
        return seats[login, script][1]

    yield go
    for context, _page in seats.values():
        context.close()


AXE = """axe.run({resultTypes: ["violations"]}).then((found) => found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""


def unfit(page: Page, name: str, widths: tuple[int, ...] = (1280, 360)) -> list[str]:
    """What keeps people from using the page: wider than the window, serious findings of axe. `name` is told with it."""
    complaints: list[str] = []
    page.evaluate(AXE_SCRIPT)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 760})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            complaints.append(f"{name} is wider than {width}")
        complaints += [f"{name} at {width}: {finding}" for finding in page.evaluate(AXE)]
    return complaints


SCREENS = (
    (CHAIR, "/plans"),
    (CHAIR, "/plans/{waiting_plan}"),
    (CLERK, "/plans/{draft_plan}"),
    (CHAIR, ""),
    (CLERK, "/cycles/{drafted}"),
    (CHAIR, "/cycles/{running}"),
    (CLERK, "/cycles/{drafted}/tasks"),
    (CHAIR, "/cycles/{running}/tasks"),
    (CLERK, "/tasks/{drafted_task}"),
    (MEMBER, "/tasks/{task}"),
    (CHAIR, "/cycles/{drafted}/notice"),
    (CHAIR, "/cycles/{running}/notice"),
    (MEMBER, "/cycles/{running}/assessment"),
)


def test_every_screen_is_usable_by_all_and_fits_desk_and_phone(sit: Sit, month: Month) -> None:
    complaints: list[str] = []
    for login in (CHAIR, CLERK, MEMBER):
        sit(login).on("console", lambda message: complaints.append(message.text))
        sit(login).on("pageerror", lambda fault: complaints.append(str(fault)))
    for login, name in SCREENS:
        page = sit(login)
        answer = page.goto(month.path(name))
        assert answer and answer.status == 200, name
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        complaints += unfit(page, name)
    assert complaints == []


def test_the_check_sees_what_is_too_wide_and_what_has_no_name(sit: Sit, month: Month) -> None:
    page = sit(MEMBER)
    page.goto(month.path("/plans"))
    page.evaluate("document.querySelector('main').innerHTML = '<input name=q><p class=btn>' + 'đ'.repeat(900)")
    seen = {complaint.partition(":")[0] for complaint in unfit(page, "spoilt", (360,))}
    assert seen == {"spoilt is wider than 360", "spoilt at 360"}


BUTTONS = (
    ("/plans", "Xem kế hoạch đang chờ", {CHAIR}),
    ("/plans/{plan}", "Mở lại kế hoạch đã duyệt", {CHAIR}),
    ("", "Mở kỳ khác", {CHAIR, CLERK}),
    ("/cycles/{drafted}", "Xem lại và ban hành", {CHAIR}),
    ("/cycles/{running}", "Mở cuộc họp", {CHAIR}),
    ("/cycles/{running}", "Tự đánh giá", {CHAIR, CLERK, MEMBER}),
    ("/cycles/{running}", "Ghi nhận người không xếp loại, không nộp bản tự đánh giá", {CHAIR, CLERK}),
    ("/cycles/{drafted}/tasks", "Thêm nhiệm vụ", {CHAIR, CLERK}),
    ("/cycles/{running}/notice", "Soạn thông báo sửa đổi", {CHAIR}),
    ("/cycles/{running}/notice", "In thông báo (PDF)", {CHAIR, CLERK, MEMBER}),
    ("/tasks/{task}", "Ghi tiến độ", {MEMBER}),
)


@pytest.mark.parametrize(("name", "words", "owners"), BUTTONS, ids=[words for _name, words, _owners in BUTTONS])
def test_a_step_is_offered_to_whose_it_is_and_to_nobody_else(
    sit: Sit, month: Month, name: str, words: str, owners: set[str]
) -> None:
    offered = set()
    for login in (CHAIR, CLERK, MEMBER):
        page = sit(login)
        page.goto(month.path(name))
        if page.locator("main").locator("a.btn, button, summary").get_by_text(words, exact=True).count():
            offered.add(login)
    assert offered == owners


def test_a_draft_shows_a_member_neither_tasks_nor_notice(sit: Sit, month: Month) -> None:
    page = sit(MEMBER)
    page.goto(month.path("/cycles/{drafted}"))
    assert page.get_by_role("link", name="Thông báo phân công").count() == 0
    assert "Cấp ủy đang soạn" in page.inner_text("main")
    page.goto(month.path("/cycles/{drafted}/tasks"))
    assert "Trực nghiệp vụ" not in page.inner_text("main")


def test_what_is_missing_is_said_before_the_next_step(sit: Sit, month: Month) -> None:
    page = sit(MEMBER)
    page.goto(month.path("/cycles/{running}/assessment"))
    page.get_by_label("Không đạt", exact=True).first.check()
    page.get_by_role("button", name="Nộp bản tự đánh giá").click()
    unsaid = "document.querySelector('main :invalid:not(fieldset):not(form)').name"
    assert page.evaluate(unsaid) == "tasks.0.miss_reason"
    page.get_by_role("button", name="Lưu, chưa nộp").click()
    expect(page.locator("#flashes")).to_contain_text("Đã lưu, chưa nộp")
    expect(page.get_by_label("Không đạt", exact=True).first).to_be_checked()


def test_without_a_script_a_member_reports_and_proves_a_task(sit: Sit, month: Month) -> None:
    page = sit(MEMBER, script=False)
    page.goto(month.path("/tasks/{task}"))
    page.fill("[name=progress]", "60")
    page.fill("[name=note]", "Đã trực 5 ca")
    page.get_by_role("button", name="Ghi tiến độ").click()
    proof = {"name": "bien ban.txt", "mimeType": "text/plain", "buffer": "Biên bản".encode()}
    page.set_input_files("[name=file]", proof)  # type: ignore[arg-type]  # a literal dict is a FilePayload
    page.get_by_role("button", name="Gửi tệp").click()
    assert page.locator("progress").count() == 0 and page.input_value("[name=progress]") == "60"
    assert page.get_by_role("link", name="bien ban.txt").count() == 1
    page.locator("summary", has_text="Rút tệp").click()
    page.locator("details[open] [name=reason]").fill("Nhầm tệp")
    page.locator("details[open] button").first.click()
    assert page.get_by_text("Đã rút", exact=True).count() == 1


def test_the_notice_is_issued_by_keyboard_alone(sit: Sit, month: Month) -> None:
    page = sit(CHAIR)
    page.goto(month.path("/cycles/{drafted}/notice"))
    page.locator("summary", has_text="Ban hành thông báo").focus()
    page.keyboard.press("Enter")
    page.locator("[name=issued_on]").press("Enter")
    expect(page.locator("#flashes")).to_contain_text("Đã ban hành thông báo phân công")
    assert "Sửa đổi thông báo" in page.inner_text("main")


def rows_of(page: Page) -> tuple[Any, Any]:
    """The titles and the dates of the plan's rows."""
    return page.locator("textarea[name$='.title']"), page.locator("input[name$='.due_on']")


@pytest.mark.parametrize("script", [True, False])
def test_a_mistake_in_one_of_ten_rows_costs_nobody_a_word(sit: Sit, month: Month, desk: Desk, script: bool) -> None:
    page, path = sit(CLERK, script), month.path("/plans/{draft_plan}")
    page.goto(path)
    titles, days = rows_of(page)
    day, first = days.nth(0).input_value(), titles.count()
    words = [f"Việc thứ {place}, {script}" for place in range(first)]
    for place, text in enumerate(words):
        titles.nth(place).fill(text)
        days.nth(place).fill(day)
    days.nth(4).fill("")
    titles.nth(5).fill("ư" * 5000)
    if script:
        page.evaluate("window.sameDocument = true")
        expect(page.locator("output[data-state=over]").first).to_contain_text("5000 / 300")
    page.get_by_role("button", name="Lưu kế hoạch").click()
    expect(page.locator("[data-focus]")).to_be_visible()
    assert page.locator("main [aria-invalid=true]").count() >= 1
    assert [titles.nth(place).input_value() for place in range(5)] == words[:5]
    assert titles.nth(5).input_value() == "ư" * 5000, "refused, not cut"
    if script:
        assert page.evaluate("window.sameDocument && document.activeElement.matches('[data-focus]')")
        assert page.url.endswith(path), "the address stays"
    page.locator("[data-focus] a").first.click()
    assert not script or page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    titles.nth(5).fill(words[5])
    days.nth(4).fill(day)
    page.get_by_role("button", name="Lưu kế hoạch").click()
    expect(page.get_by_text("Đã lưu kế hoạch.")).to_be_visible()
    assert page.url.endswith(path)
    stored = [item["title"] for item in desk.ask(CLERK, path.removeprefix(MODULE))["items"]]
    assert sorted(stored) == sorted(words)


def test_what_was_typed_stays_when_the_system_can_not_be_reached(sit: Sit, month: Month) -> None:
    page = sit(MEMBER)
    page.goto(month.path("/tasks/{task}"))
    page.get_by_label("Diễn biến").fill("Đang chờ kết quả giám định")
    page.route("**/report", lambda route: route.abort())
    page.get_by_role("button", name="Ghi tiến độ").click()
    expect(page.get_by_role("alert")).to_contain_text("chưa kết nối được")
    page.unroute("**/report")
    busy = "<main><h1>Bận.</h1></main>"
    page.route("**/report", lambda route: route.fulfill(status=503, content_type="text/html", body=busy))
    page.get_by_role("button", name="Ghi tiến độ").click()
    expect(page.get_by_role("alert")).to_contain_text("Bận.")
    page.unroute("**/report")
    assert page.get_by_label("Diễn biến").input_value() == "Đang chờ kết quả giám định"
    page.get_by_role("button", name="Ghi tiến độ").click()
    expect(page.get_by_text("Đang chờ kết quả giám định").first).to_be_visible()
