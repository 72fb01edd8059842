"""A form that could not be saved comes back on its own page: status, widgets, text, faults, other forms untouched."""

import re
from dataclasses import replace
from html import escape, unescape
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from page_forms import PageForms, closed_around

from platform_core.plugin_host.running import dispatcher
from platform_core.web.account_pages import account_pages
from platform_core.web.addresses import addresses_of
from platform_core.web.form_again import page_behind
from platform_core.web.rendering import Pages
from platform_core.web.request_context import RequestContext, begin_request
from platform_core.web.sent_form import BoundForm, SentForm
from plugin_api.ports import ports

pytestmark = pytest.mark.anyio
ADMIN = "oanh.qt"


async def fill(person: Any, page: str, action: str, **typed: str) -> Any:
    """The answer to what a browser sends from this form of this page after typing."""
    form = PageForms((await person.opens(page)).text).to(action)
    return await person.client.post(form.action, data=form.values | typed)


async def new_person(admin: Any) -> str:
    """The page of a new person at version 1."""
    body = {"code": f"f-{uuid4().hex[:12]}", "full_name": "Phan Thị Biểu"}
    answer = await admin.client.post("/api/v1/t/kien-luong/people", json=body)
    return f"/people/{answer.json()['person_id']}"


async def test_the_same_page_comes_back_with_the_text_and_the_fault_beside_its_field(site):
    admin = await site.sign_in(ADMIN)
    page = await new_person(admin)
    answer = await fill(admin, page, "/appointments", unit="chi-bo", position="<b>Bí thư", since="mai mốt")
    assert answer.status_code == 422
    assert "<h1>Phan Thị Biểu" in answer.text, "its own page"
    form = PageForms(answer.text).to("/appointments")
    values = form.values
    assert form.faulty == {"since"} and "data-again" in form.attributes
    assert (values["unit"], values["position"], values["since"]) == (["chi-bo"], ["<b>Bí thư"], ["mai mốt"])
    assert escape("<b>Bí thư") in answer.text and "<b>Bí thư" not in answer.text
    assert '<a href="#f-place-since">Từ ngày</a>: cần một ngày, thí dụ 31/03/2026.' in answer.text
    other = PageForms(answer.text).to("/edit")
    assert "data-again" not in other.attributes
    assert other.values["position"] == [""], "a field of the same name in another form"
    assert closed_around(answer.text, "data-again") == 0 < closed_around(answer.text, "Trao thêm vai trò")


async def test_a_second_fault_and_the_way_out_stay_on_that_page(site):
    admin = await site.sign_in(ADMIN)
    page = await new_person(admin)
    answer = await fill(admin, page, "/appointments", unit="chi-bo", position="Bí thư", since="?")
    for _time in range(2):
        form = PageForms(answer.text).to("/appointments")
        answer = await admin.client.post(form.action, data=form.values)
        assert answer.status_code == 422 and "<h1>Phan Thị Biểu" in answer.text
    form = PageForms(answer.text).to("/appointments")
    done = await admin.client.post(form.action, data=form.values | {"since": str(ports().today())})
    assert (done.status_code, done.headers["location"]) == (303, f"/t/kien-luong{page}")


async def test_a_form_of_a_filtered_list_comes_back_on_that_list(site):
    admin = await site.sign_in(ADMIN)
    form = PageForms((await admin.opens("/people", q="ánh", state="all")).text).to("/people")
    answer = await admin.client.post(form.action, data=form.values | {"full_name": "X", "code": "ký tự lạ!"})
    assert answer.status_code == 422
    assert re.search(r'name="q" value="ánh"', answer.text), "the filter of the page"
    assert PageForms(answer.text).to("/people").values["code"] == ["ký tự lạ!"]


async def test_a_refusal_comes_back_on_the_page_with_the_text_kept(site):
    admin = await site.sign_in(ADMIN)
    taken = (await admin.asks("/people"))["people"][0]["code"]
    answer = await fill(admin, "/people", "/people", full_name="Người Trùng Mã", code=taken)
    assert answer.status_code in (409, 422)
    assert PageForms(answer.text).to("/people").values["full_name"] == ["Người Trùng Mã"]


async def test_a_password_is_not_sent_back(site):
    admin = await site.sign_in(ADMIN)
    answer = await fill(admin, "/people", "/people", full_name="X", code="!", login="a.b", password="bí mật lắm")
    assert answer.status_code == 422 and "bí mật lắm" not in answer.text
    assert "mật khẩu không được gửi trả về trang" in answer.text


async def test_a_fault_keeps_the_version_that_was_seen(site):
    """Otherwise who mends a date saves over what somebody else saved meanwhile, without having seen it."""
    admin = await site.sign_in(ADMIN)
    page = await new_person(admin)
    form = PageForms((await admin.opens(page)).text).to("/edit")
    await admin.presses(f"{page}/edit", full_name="Bản của người khác", version="1")
    answer = await admin.client.post(form.action, data=form.values | {"full_name": "x"})
    assert (answer.status_code, PageForms(answer.text).to("/edit").values["version"]) == (422, ["1"])


async def test_a_stale_edit_shows_both_versions_and_carries_the_newer_one(site):
    admin = await site.sign_in(ADMIN)
    page = await new_person(admin)
    form = PageForms((await admin.opens(page)).text).to("/edit")
    await admin.presses(f"{page}/edit", full_name="Bản của người khác", version="1")
    answer = await admin.client.post(form.action, data=form.values | {"full_name": "Bản của tôi"})
    assert answer.status_code == 409 and "đã lưu một bản mới hơn lúc" in answer.text
    again = PageForms(answer.text).to("/edit")
    assert (again.values["full_name"], again.values["version"]) == (["Bản của tôi"], ["2"])
    assert re.findall(r'Đang lưu: <span class="stored-value">([^<]*)', answer.text) == ["Bản của người khác"]
    done = await admin.client.post(again.action, data=again.values)
    assert done.status_code == 303 and "Bản của tôi" in (await admin.opens(page)).text


@pytest.mark.parametrize("page", ["", "//evil.example", "/t/giang-thanh/people", "/t/kien-luong/nowhere", "/account",
                                  "/t/kien-luong/people/not-an-id", "/t/kien-luong/people?state=" + "x" * 500])
async def test_where_no_page_of_ours_is_behind_it_the_text_is_shown_all_the_same(site, page):
    admin = await site.sign_in(ADMIN)
    answer = await admin.presses("/people", full_name="Chữ đã gõ", code="!", password="bí mật lắm", form_page=page)
    assert answer.status_code == 422
    assert "Chữ đã gõ" in answer.text and "bí mật lắm" not in answer.text
    assert "evil" not in answer.text and "<h1>Chưa lưu được</h1>" in unescape(answer.text)


async def test_a_page_that_the_person_may_not_see_is_not_shown_behind_a_form(site):
    member = await site.sign_in("on.dv")
    answer = await member.presses("/monthly-rating/plans/start", year="x", form_page="/t/kien-luong/trail")
    assert answer.status_code == 422 and "<h1>Chưa lưu được</h1>" in answer.text


@pytest.mark.parametrize(("login", "page", "shown"), [
    (ADMIN, "/t/kien-luong/trail", True), ("on.dv", "/t/kien-luong/trail", False),
    (ADMIN, "/t/giang-thanh/trail", False), ("duc.tq", "/t/kien-luong/monthly-rating/plans", False)])
async def test_the_page_behind_a_form_asks_for_body_module_and_permission(tenants, login, page, shown):
    pages = Pages(dispatcher(), addresses_of(dispatcher().registry))
    account_pages(pages, False, False)
    async with tenants.inside("kien-luong"):
        actor = replace(await tenants.actor(login), modules=frozenset())
        begin_request(RequestContext(page, actor=actor))
        assert (await page_behind(pages, actor, SentForm("", page, None, {}, {})) is not None) == shown


async def test_htmx_is_led_on_by_the_browser_and_gets_faults_as_pages(site):
    admin = await site.sign_in(ADMIN)
    page = await new_person(admin)
    headers = {"hx-request": "true"}
    path = f"/t/kien-luong{page}/edit"
    done = await admin.client.post(path, data={"full_name": "Tên Mới", "version": "1"}, headers=headers)
    assert (done.status_code, done.headers["hx-redirect"]) == (200, f"/t/kien-luong{page}")
    assert "location" not in done.headers and "thidua_flash" in done.headers["set-cookie"]
    late = await admin.client.post(path, data={"full_name": "Tên Khác", "version": "1"}, headers=headers)
    assert late.status_code == 409


async def test_limits_and_what_is_required_come_from_the_struct_of_the_action(site):
    page = (await (await site.sign_in(ADMIN)).opens("/people")).text
    assert re.search(r'name="full_name" value="" id="f-full_name" required=""', page)
    assert '<output class="form-count" for="f-full_name" data-most="100">' in page
    assert "maxlength" not in re.search(r'<form method="post".*?</form>', page, re.DOTALL)[0]


async def test_a_row_keeps_its_item_whatever_was_added_or_taken_away_meanwhile():
    typed = {"items.0.id": ["b"], "items.0.title": ["B"], "items.3.id": [""], "items.3.title": ["mới"],
             "items.4.id": ["gone"]}
    stored = [SimpleNamespace(id="new"), SimpleNamespace(id="b")]
    form = BoundForm("/a", sent=SentForm("/a", "/p", None, typed, {}))
    found = [(row.place, row.item and row.item.id) for row in form.rows("items", stored, "id", blank=2)]
    assert found == [(0, "b"), (3, None), (4, None), (5, "new")]
    fresh = [(row.place, row.item and row.item.id) for row in BoundForm("/a").rows("items", stored, "id", blank=1)]
    assert fresh == [(0, "new"), (1, "b"), (2, None)]
