"""The shell in a real browser: usable by all, by keyboard, on a phone, without a script, under the content policy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright


def load_samples() -> ModuleType:
    """The rendered samples beside this file; test files are no package, so they are loaded by path."""
    path = Path(__file__).with_name("test_web_shell_samples.py")
    spec = importlib.util.spec_from_file_location("web_shell_samples", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


samples = load_samples()
NAMES = [*samples.pages.PAGES, *samples.pages.FORMS, "pieces"]
STATIC = samples.TEMPLATES.parent / "static"
LIST = "/t/kien-luong/people"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
UNLABELLED = '<!DOCTYPE html><html lang="vi"><title>x</title><main><h1>x</h1><input name="q"></main></html>'


class Desk(ThreadingHTTPServer):
    """Serves `/NAME` as the sample of that name under the product's content policy and notes what is asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Clerk)
        self.seen: list[tuple[str, str]] = []


class Clerk(BaseHTTPRequestHandler):
    server: Desk  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.seen.append(("GET", self.path))
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self.answer(200, file.read_bytes(), KINDS[file.suffix])
        elif path == LIST:
            self.answer(200, samples.render("people_none_found").encode())
        else:
            name = path.strip("/")
            self.answer(200, (samples.render(name) if name in NAMES else UNLABELLED).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append(("POST", body))
        self.answer(204, b"")

    def answer(self, status: int, content: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store" if kind.startswith("text/html") else "max-age=600")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what was asked is in `seen`."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    server = Desk()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, desk: Desk) -> Iterator[Open]:
    """Opens a sample: `visit("dashboard", width=360, script=False)`; all of it is closed after the test."""
    contexts = []

    def go(name: str, width: int = 1280, script: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 760}, java_script_enabled=script)
        contexts.append(context)
        page = context.new_page()
        desk.seen.clear()
        page.goto(f"http://127.0.0.1:{desk.server_port}/{name}")
        return page

    yield go
    for context in contexts:
        context.close()


def grave_findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]


def posts(desk: Desk) -> list[str]:
    return [body for method, body in desk.seen if method == "POST"]


ONE_OF_EACH = {template: name for name, (template, _) in samples.pages.PAGES.items()}.values()
LOOKED_AT_WIDE_TOO = {"people", "permissions", "form_again_stale"}


def test_every_page_is_usable_by_all_and_fits_desk_and_phone(browser: Browser, desk: Desk) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in NAMES:
        page.goto(f"http://127.0.0.1:{desk.server_port}/{name}")
        for width, checked in ((1280, LOOKED_AT_WIDE_TOO), (360, ONE_OF_EACH)):
            page.set_viewport_size({"width": width, "height": 760})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                complaints.append(f"{name} is wider than {width}")
            if name in checked:
                complaints += [f"{name} at {width}: {finding}" for finding in grave_findings(page)]
    page.close()
    assert complaints == []


def test_the_usability_check_sees_a_nameless_input(visit: Open) -> None:
    assert grave_findings(visit("unlabelled"))


def test_the_keyboard_reaches_the_content_at_once_and_the_focus_is_seen(visit: Open) -> None:
    page = visit("people")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_a_menu_opens_and_closes_by_keyboard_and_gives_the_focus_back(visit: Open) -> None:
    page = visit("dashboard")
    page.locator(".person-menu summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Đăng xuất").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Đăng xuất").is_visible()
    assert page.evaluate("document.activeElement.parentElement.classList.contains('person-menu')")


def test_without_a_script_bodies_navigation_and_confirmation_still_work(visit: Open, desk: Desk) -> None:
    page = visit("modules", width=360, script=False)
    page.locator(".body-switcher summary").click()
    assert page.get_by_role("link", name="Cụm thi đua số 11").is_visible()
    page.locator(".body-switcher summary").click()
    page.get_by_text("Các mục công việc").click()
    assert page.get_by_role("link", name="Kế hoạch năm").is_visible()
    page.locator("summary", has_text="Tắt mô-đun").click()
    page.get_by_role("button", name="Tắt mô-đun").click()
    assert ["enabled=0" in body and "version=2" in body for body in posts(desk)] == [True]


@pytest.mark.parametrize(("guarded", "sent"), [(True, 1), (False, 2)])
def test_a_double_press_sends_once(browser: Browser, desk: Desk, guarded: bool, sent: int) -> None:
    """Without the script both presses go out (that is the control): then the idempotency key holds."""
    page = browser.new_page()
    if not guarded:
        page.route("**/thidua.js*", lambda route: route.abort())
    desk.seen.clear()
    page.goto(f"http://127.0.0.1:{desk.server_port}/change_password")
    for name in ("current", "new", "repeated"):
        page.fill(f"#f-{name}", "câu dễ nhớ của tôi")
    for _ in range(2):
        page.get_by_role("button", name="Đổi mật khẩu").click(force=True)
        page.wait_for_timeout(200)
    page.close()
    assert len(posts(desk)) == sent


def test_typed_text_is_not_lost_by_a_careless_click(visit: Open) -> None:
    page = visit("form_again")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.fill("#f-title", "Việc mới sửa")
    page.get_by_role("link", name="Kế hoạch năm").click()
    assert (asked, page.input_value("#f-title")) == (["beforeunload"], "Việc mới sửa")
    page.get_by_role("button", name="Lưu nhiệm vụ").click()
    page.wait_for_timeout(200)
    page.get_by_role("link", name="Kế hoạch năm").click()
    page.wait_for_url("**/target")
    assert asked == ["beforeunload"], "once sent, the page may be left"


def test_a_page_where_nothing_was_typed_is_left_without_a_question(visit: Open) -> None:
    page = visit("person")
    page.get_by_text("Trao thêm vai trò").click()
    page.get_by_role("link", name="Kế hoạch năm").click()
    page.wait_for_url("**/target")


def test_what_could_not_be_saved_is_read_first_and_leads_to_its_field(visit: Open) -> None:
    page = visit("form_again")
    assert "Chưa lưu được" in page.evaluate("document.activeElement.innerText")
    page.get_by_role("alert").get_by_role("link", name="Hạn").click()
    assert page.evaluate("document.activeElement.id") == "f-due"


def test_a_chosen_day_is_spelled_out_because_browsers_draw_it_their_own_way(visit: Open) -> None:
    page = visit("pieces")
    page.fill("#f-day", "2026-03-04")
    assert page.locator("output[for=f-day]").inner_text() == "Thứ Tư, 04/03/2026"
    page.evaluate("document.documentElement.lang = 'en'")
    page.fill("#f-day", "2026-03-05")
    spelled_out = page.locator("output[for=f-day]").inner_text()
    assert spelled_out.startswith("Thursday") and spelled_out.endswith("05/03/2026")


def test_a_changed_filter_asks_at_once_and_swaps_only_the_list(visit: Open, desk: Desk) -> None:
    page = visit("people")
    assert page.get_by_role("table").is_visible()
    page.evaluate("window.sameDocument = true")
    page.select_option("#search-unit", "chi-bo")
    page.get_by_text("Không tìm thấy người nào").wait_for()
    assert page.evaluate("window.sameDocument && document.querySelectorAll('#list, h1').length") == 2
    assert page.url.endswith("/t/kien-luong/people?sort=name&q=anh&unit=chi-bo&state=all")


def test_paper_carries_the_content_and_nothing_to_press(visit: Open) -> None:
    page = visit("people")
    page.emulate_media(media="print")
    assert page.get_by_role("table").is_visible()
    pressable = page.locator(".topbar, .sidebar, .search, .exports, .page-actions, .btn, .demo-strip")
    assert pressable.count() > 5 and not any(it.is_visible() for it in pressable.all())
