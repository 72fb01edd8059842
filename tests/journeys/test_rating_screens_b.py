"""Meeting, result, year, a person's page in a real browser: fit for all, and each sees only what is theirs."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState
from serving import Serving, temporary_folder

from monthly_rating.demo.month import CORRECTED, write_period
from monthly_rating.demo.roles import find_roles
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import MeetingCall
from monthly_rating.rules.periods import period_after, period_containing
from platform_core.access.acting import acting
from platform_core.access.bodies import BodyPolicies
from platform_core.accounts.demo import DEMO_PASSWORD
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine_in
from platform_core.testing.loops import settled
from plugin_api.actor import Body
from plugin_api.clock import on_day
from plugin_api.ports import ports
from tenancy.context import Signer
from tenancy.engine import DB
from tenancy.query import row, value

CHAIR, CLERK, MEMBER = "duc.tq", "anh.nt", "on.dv"


@dataclass(frozen=True)
class Months:
    """A published month with a corrected class, and the one after it with its meeting just opened."""

    published: UUID
    in_meeting: UUID
    year: int


async def _live(dsn: str, key: bytes) -> Months:
    await DB.open(dsn, Signer(key), 2)
    try:
        async with machine_in("kien-luong") as machine:
            return await _two_months(machine.body)
    finally:
        await DB.close()


async def _two_months(body: Body) -> Months:
    policies, day = BodyPolicies(dispatcher().registry), date(ports().today().year, 1, 1)
    unit = (await ports().people.units("cell", day))[0]
    people = [one.person_id for one in await ports().people.members(unit.id, day)]
    parts = await find_roles(lambda person_id: acting(policies, body, person_id, day), unit.id, people)
    assert parts is not None
    first = period_containing(day, "month")
    second = period_after(first, "month")
    await write_period(parts, first, CORRECTED, date(day.year, 12, 31))
    await write_period(parts, second, CORRECTED + 1, second.end)
    found = await row(
        "SELECT id, version FROM monthly_rating_cycle WHERE tenant_id = $1 AND period_start = $2", second.start
    )
    assert found is not None
    held_on = second.end + timedelta(days=3)
    with on_day(held_on):
        call = MeetingCall(found["version"], held_on, "Phòng họp tầng 2", parts.clerk.person_id)
        await meeting_actions.open_meeting(parts.chair, found["id"], call)
    published = await value(
        "SELECT id FROM monthly_rating_cycle WHERE tenant_id = $1 AND period_start = $2", first.start
    )
    return Months(published, found["id"], day.year)


@pytest.fixture(scope="module")
def months(database: Any, postgres: Any) -> Months:
    key = bytes.fromhex((postgres.folder / "instance.key").read_text().strip())
    return settled(_live(database.dsn(), key))


@pytest.fixture(scope="module")
def address(database: Any, postgres: Any, months: Months) -> Iterator[str]:
    """A real `thidua serve` over the two months."""
    folder = temporary_folder()
    shutil.copy(postgres.folder / "instance.key", folder / "instance.key")
    serving = Serving(folder, database.dsn()).start()
    yield serving.address
    serving.stop()
    shutil.rmtree(folder, ignore_errors=True)


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str) -> Callable[[str], StorageState]:
    """Signs a person in once for the whole file."""

    @cache
    def sign_in(login: str) -> StorageState:
        context = browser.new_context(base_url=address)
        answer = context.request.post("/api/v1/session", data={"login": login, "password": DEMO_PASSWORD})
        assert answer.status == 201, answer.text()
        state = context.storage_state()
        context.close()
        return state

    return sign_in


@pytest.fixture
def visit(browser: Browser, address: str, signed_in: Callable[[str], StorageState]) -> Iterator[Visit]:
    """`visit(login, path)` opens a page of the module as that person."""
    contexts = []

    def go(login: str, path: str, width: int = 1280, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            base_url=address,
            storage_state=signed_in(login),
        )
        contexts.append(context)
        page = context.new_page()
        open_page(page, path)
        return page

    yield go
    for context in contexts:
        context.close()


def open_page(page: Page, path: str) -> None:
    answer = page.goto(f"/t/kien-luong/monthly-rating{path}")
    assert answer is None or answer.status == 200, f"{path}: {answer.status}"


def grave(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]


def too_wide(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def first_member(page: Page, place: int = 0) -> str:
    """The anchor of a member's part of the meeting."""
    return page.locator(".rating-member").nth(place).get_attribute("id") or ""


def sees(page: Page, words: str) -> bool:
    """Whether a button with these words is in the page, in whatever part."""
    return page.locator(f"main :is(button, summary):has-text('{words}')").count() > 0


def test_every_screen_is_usable_by_all_and_fits_desk_and_phone(visit: Visit, months: Months) -> None:
    page = visit(CHAIR, f"/cycles/{months.in_meeting}/meeting")
    person = first_member(page, 3)
    paths = {
        f"/cycles/{months.in_meeting}/meeting": (360,),
        f"/cycles/{months.in_meeting}/meeting#{person}": (1280, 360),
        f"/cycles/{months.published}/meeting#everyone": (),
        f"/cycles/{months.published}/result": (360,),
        f"/year?year={months.year}": (1280, 360),
        f"/people/{person.removeprefix('person-')}?year={months.year}": (360,),
        "/schemes": (360,),
    }
    found = []
    for path, looked_at in paths.items():
        open_page(page, path)
        for width in (1280, 360):
            found += [f"{path} is wider than {width}"] if too_wide(page, width) else []
            found += [f"{path} at {width}: {finding}" for finding in (grave(page) if width in looked_at else [])]
    assert found == []


def test_the_check_sees_a_nameless_input_and_a_page_that_is_too_wide(visit: Visit, months: Months) -> None:
    page = visit(MEMBER, f"/cycles/{months.published}/result")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert grave(page) and not too_wide(page, 360)
    page.evaluate("document.querySelector('main').lastChild.style.minWidth = '900px'")
    assert too_wide(page, 360)


def test_in_the_meeting_each_finds_the_buttons_of_their_part_and_no_others(visit: Visit, months: Months) -> None:
    path = f"/cycles/{months.in_meeting}/meeting"
    said = ("Lưu điểm danh", "Lưu kết luận", "Ghi ý kiến", "Quyết định mức xếp loại", "Gửi ý kiến", "Kết thúc cuộc họp")
    found = {}
    for login in (CHAIR, CLERK, MEMBER):
        page = visit(login, path)
        found[login] = {words for words in said if sees(page, words)}
    typed = {"Lưu điểm danh", "Lưu kết luận", "Ghi ý kiến"}
    assert found == {CHAIR: typed | {"Quyết định mức xếp loại"}, CLERK: typed, MEMBER: {"Gửi ý kiến"}}


def test_after_publication_only_the_chair_can_correct_and_both_editions_stay_readable(
    visit: Visit, months: Months
) -> None:
    path = f"/cycles/{months.published}/meeting"
    chair, member = visit(CHAIR, path), visit(MEMBER, path)
    assert sees(chair, "Ban hành bản đính chính") and not sees(member, "Ban hành bản đính chính")
    corrected = chair.locator(".rating-member", has_text="Đã thay bằng bản mới")
    assert corrected.count() == 1
    assert corrected.get_by_text("Bản 2").count() == 1 and corrected.get_by_text("Bản 1").count() == 1
    open_page(member, f"/cycles/{months.published}/result")
    assert member.get_by_role("heading", name="Kết quả của đồng chí").count() == 1


@pytest.mark.parametrize("script", [True, False])
def test_one_member_is_shown_at_a_time_by_the_address_alone(visit: Visit, months: Months, script: bool) -> None:
    path = f"/cycles/{months.in_meeting}/meeting"
    page = visit(MEMBER, path, script=script)
    members = page.locator(".rating-member")
    assert members.count() == 10 and not any(one.is_visible() for one in members.all())
    page.click(".rating-next .btn-primary")
    assert [one.is_visible() for one in members.all()].count(True) == 1
    page.click(".rating-following:visible")
    assert [one.is_visible() for one in members.all()] == [False, True, *([False] * 8)]
    page.click("text=Mở phần của tất cả mọi người")
    assert all(one.is_visible() for one in members.all())


def test_the_clerk_types_word_after_word_and_stays_with_the_same_person(visit: Visit, months: Months) -> None:
    path = f"/cycles/{months.in_meeting}/meeting"
    page = visit(CLERK, path)
    anchor = first_member(page, 4)
    open_page(page, f"{path}#{anchor}")
    part = page.locator(f"#{anchor}")
    author = part.locator("select[name=author_id]")
    first = author.input_value()
    part.locator("button:has-text('Ghi ý kiến')").click()
    page.get_by_text("hãy ghi ý kiến, hoặc chọn").first.wait_for()
    part.get_by_label("Không có ý kiến").check()
    part.locator("button:has-text('Ghi ý kiến')").click()
    page.get_by_text("Đã ghi ý kiến").wait_for()
    assert page.url.endswith(f"#{anchor}")
    assert part.get_by_text("không có ý kiến", exact=True).count() == 1
    assert part.is_visible() and author.input_value() != first


def test_who_is_absent_without_a_reason_is_named(visit: Visit, months: Months) -> None:
    page = visit(CLERK, f"/cycles/{months.in_meeting}/meeting")
    row_of = page.locator(".rating-attendance li", has_text="Lâm Hồng Hạnh")
    row_of.get_by_label("Vắng", exact=True).check()
    page.click("text=Lưu điểm danh")
    page.get_by_text("Đồng chí Lâm Hồng Hạnh vắng mặt: hãy ghi lý do.").first.wait_for()
    assert row_of.get_by_label("Vắng", exact=True).is_checked()


def test_of_two_late_decisions_the_second_sees_the_first_and_needs_a_reason(visit: Visit, months: Months) -> None:
    path = f"/cycles/{months.in_meeting}/meeting"
    first, second = visit(CHAIR, path), visit(CHAIR, path)
    anchor = first_member(first, 5)
    for page in (first, second):
        open_page(page, f"{path}#{anchor}")
    for page, level in ((first, "A"), (second, "B")):
        part = page.locator(f"#{anchor} form[action$='/grade']")
        part.locator(f"input[value={level}]").check()
        part.get_by_label("Lý do xếp loại").fill(f"Thấy là {level}")
        part.get_by_role("button").click()
        page.get_by_text("Đã quyết định" if page is first else "đã lưu một bản mới hơn").wait_for()
    again = second.locator("form[data-again]")
    assert again.get_by_label("Lý do xếp loại").input_value() == "Thấy là B"
    assert second.locator(".stored-value", has_text="Thấy là A").is_visible()
    again.get_by_label("Vì sao thay bản trước").fill("Xem lại minh chứng")
    again.get_by_role("button", name="Lưu bản của tôi").click()
    second.get_by_text("Đã quyết định").wait_for()
    assert second.locator(f"#{anchor} .history li").count() == 2
