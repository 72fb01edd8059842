"""The core's own screens over the real application: people, roles, modules, language, and how they say no."""

import re
from io import BytesIO

import httpx
import pytest
from python_calamine import CalamineWorkbook

from platform_core.people.service import store_person
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import directory
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio

BY_GIVEN_NAME = [
    "Nguyễn Thị Ánh", "Danh Thị Ân", "Võ Thành Đạt", "Trương Quốc Đức", "Phạm Thúy Hà", "Huỳnh Thị Hạ",
    "Lâm Hồng Hạnh", "Quách Thị Oanh", "Đặng Văn Ổn", "Trịnh Minh Ước", "Mai Hoàng Yến",
]  # fmt: skip


def names_on(answer: httpx.Response) -> list[str]:
    """The people in the rows of the list, in their order."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', answer.text)


def entries_of(answer: httpx.Response) -> list[str]:
    """The names of the menu's entries."""
    menu = answer.text.partition('class="sidebar"')[2].partition("</nav>")[0]
    return re.findall(r"</svg><span>([^<]*)</span>", menu)


async def give(admin, page, role, unit=""):
    """Give a role from today on."""
    today = (await admin.asks(page))["today"]
    return await admin.presses(f"{page}/roles", role=role, unit=unit, since=today)


async def confirmed(leader, page):
    """The second person says yes to what waits on the page."""
    asked = (await leader.asks(page))["requests"][0]
    path = f"{page}/role-requests/{asked['id']}/confirm"
    assert (await leader.presses(path, version=asked["version"])).status_code == 303


async def withdraw(admin, page, role):
    """Take the role back that the person holds."""
    held = next(one for one in await admin.roles_of(page) if one["role"] == role)
    return await admin.presses(f"{page}/roles/{held['id']}/withdraw", version=held["version"])


async def test_a_person_is_found_without_diacritics_and_signs_of_like_find_nobody(site):
    admin = await site.sign_in("oanh.qt")
    assert names_on(await admin.opens("/people", q="nguyen thi anh")) == ["Nguyễn Thị Ánh"]
    assert names_on(await admin.opens("/people", q="Minh Ước")) == ["Trịnh Minh Ước"]
    for nobody in ("nguyen van anh", "%", "_"):
        assert names_on(await admin.opens("/people", q=nobody)) == []


async def test_the_list_is_sorted_by_given_name_and_turned_by_its_heading(site):
    admin = await site.sign_in("oanh.qt")
    page = await admin.opens("/people")
    assert names_on(page) == BY_GIVEN_NAME
    turned = re.search(r'aria-sort="ascending"><a class="sort sort-asc" href="([^"]*)">Họ và tên', page.text)
    assert turned
    assert names_on(await admin.client.get(turned[1])) == BY_GIVEN_NAME[::-1]


async def test_a_unit_narrows_the_list_and_stays_while_the_list_is_sorted(site):
    admin = await site.sign_in("oanh.qt")
    page = await admin.opens("/people", unit="dan-su", q="thi")
    assert names_on(page) == ["Danh Thị Ân"]
    assert "unit=dan-su" in re.findall(r'class="sort[^"]*" href="([^"]*)"', page.text)[1]


async def test_a_long_list_comes_in_pages_and_is_exported_whole(site):
    admin = await site.sign_in("y.lc", "giang-thanh")
    async with in_body(TenantContext(OPERATOR_SPACE)):
        body = next(line["id"] for line in await directory() if line["slug"] == "giang-thanh")
    async with in_body(TenantContext(body)):
        for number in range(60):
            await store_person(f"dong-{number:02}", f"Trần Đông {number:02}", "Chuyên viên", "", demo=True)
    first, second = [await admin.opens("/people", q="dong", page=page) for page in (1, 2)]
    assert (len(names_on(first)), len(names_on(second))) == (50, 10)
    assert not set(names_on(first)) & set(names_on(second))
    assert "Dòng 51–60 trong 60" in second.text and 'rel="prev"' in second.text and 'rel="next"' not in second.text
    export = re.search(r'href="([^"]*export=xlsx[^"]*)"', second.text)
    assert export
    sheet = await admin.client.get(export[1].replace("&amp;", "&"))
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert sum("Trần Đông" in str(row[0]) for row in rows) == 60


async def test_a_role_counts_from_the_next_request_and_is_gone_at_the_next_request(site):
    admin, member = await site.sign_in("oanh.qt"), await site.sign_in("on.dv")
    page = await admin.page_of("dang van on")
    assert (await member.opens("/people")).status_code == 403
    assert "Người của đơn vị" not in entries_of(await member.opens())
    assert (await give(admin, page, "officer")).status_code == 303
    assert (await member.opens("/people")).status_code == 403, "it waits for a second person"
    await confirmed(await site.sign_in("duc.tq"), page)
    assert (await member.opens("/people")).status_code == 200
    assert "Người của đơn vị" in entries_of(await member.opens())
    assert (await withdraw(admin, page, "officer")).status_code == 303
    assert (await member.opens("/people")).status_code == 403


async def test_the_last_administrator_stays_until_there_is_another(site, said):
    admin = await site.sign_in("oanh.qt")
    own, other = await admin.page_of("quach thi oanh"), await admin.page_of("danh thi an")
    version = (await admin.asks(own))["version"]
    for refused in (await withdraw(admin, own, "admin"), await admin.presses(f"{own}/leave", version=version)):
        assert refused.status_code == 409
        assert "người quản trị cuối cùng" in said(refused)
    assert [role["role"] for role in await admin.roles_of(own)] == ["admin"]
    assert (await give(admin, other, "admin")).status_code == 303
    assert (await withdraw(admin, own, "admin")).status_code == 409, "one who waits for confirmation is none yet"
    await confirmed(await site.sign_in("duc.tq"), other)
    assert (await withdraw(admin, other, "admin")).status_code == 303, "with another one left it is allowed"


async def test_a_role_of_a_unit_asks_for_the_unit_and_offers_those_there_are(site, said):
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("vo thanh dat")
    nowhere = await give(admin, page, "clerk")
    assert nowhere.status_code == 422 and "hãy chọn nơi đó" in said(nowhere)
    assert '<option value="hinh-su">Bộ phận Án hình sự</option>' in nowhere.text
    assert '<option value="clerk" selected>Thư ký</option>' in nowhere.text
    somewhere = await give(admin, page, "admin", unit="hinh-su")
    assert somewhere.status_code == 422, "an administrator of one department would rule the whole body"
    assert (await give(admin, page, "clerk", unit="hinh-su")).status_code == 303
    assert (await give(admin, page, "clerk", unit="hinh-su")).status_code == 409


async def test_a_person_is_added_once_and_must_change_the_first_password(site, said):
    admin = await site.sign_in("oanh.qt")
    fields = {"full_name": "Ngô Thị Ổi", "code": "kl-77", "login": "oi.nt", "password": "mưa rào mùa hạ"}
    key = {"idempotency_key": "pressed-twice-0001"}
    pressed = [await admin.presses("/people", **fields, **key) for _ in range(2)]
    assert [answer.status_code for answer in pressed] == [303, 303]
    assert pressed[0].headers["location"] == pressed[1].headers["location"]
    assert names_on(await admin.opens("/people", q="ngo thi oi")) == ["Ngô Thị Ổi"]
    new = await site.sign_in("oi.nt", password="mưa rào mùa hạ")
    assert (await new.opens()).headers["location"] == "/change-password"


async def test_a_refused_form_comes_back_with_all_but_the_password(site, said):
    admin = await site.sign_in("oanh.qt")
    fields = {
        "full_name": "Ngô Văn Ối",
        "code": "có dấu",
        "position": "Kế toán",
        "login": "x",
        "password": "bí mật 123",
    }
    again = await admin.presses("/people", **fields, form_page="/t/kien-luong/people")
    assert again.status_code == 422 and "chỉ dùng chữ không dấu" in said(again)
    assert set(re.findall(r'name="(full_name|code|position|login|password)"', again.text)) == set(fields)
    assert 'value="Ngô Văn Ối"' in again.text and "bí mật 123" not in again.text
    assert names_on(await admin.opens("/people", q="ngo van oi")) == []


async def test_a_late_edit_sees_both_versions_and_keeps_what_was_typed(site, said):
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("mai hoang yen")
    seen = (await admin.asks(page))["version"]
    first = {"full_name": "Mai Hoàng Yến", "position": "Kiểm sát viên sơ cấp", "version": seen}
    assert (await admin.presses(f"{page}/edit", **first)).status_code == 303
    late = await admin.presses(f"{page}/edit", **first | {"position": "Kiểm sát viên trung cấp"})
    assert late.status_code == 409
    assert "Quách Thị Oanh đã lưu một bản mới hơn" in said(late)
    assert 'value="Kiểm sát viên trung cấp"' in late.text and "Kiểm sát viên sơ cấp</span></p>" in late.text
    assert f'name="version" value="{seen + 1}"' in late.text
    assert (await admin.asks(page))["position"] == "Kiểm sát viên sơ cấp"


async def test_who_leaves_loses_places_and_roles_and_stays_findable(site):
    admin = await site.sign_in("oanh.qt")
    page, leaver = await admin.page_of("huynh thi ha"), await site.sign_in("ha.ht")
    before = await admin.asks(page)
    assert (await leaver.opens()).status_code == 200
    gone = await admin.presses(f"{page}/leave", version=before["version"], until="2026-01-31")
    assert gone.status_code == 303
    after = await admin.asks(page)
    assert after["left_on"] == "2026-01-31"
    assert {line["until"] for line in after["appointments"] + after["roles"]} == {"2026-01-31"}
    assert (await leaver.opens()).status_code == 404
    assert "Huỳnh Thị Hạ" not in names_on(await admin.opens("/people"))
    assert names_on(await admin.opens("/people", state="left")) == ["Huỳnh Thị Hạ"]
    assert (await give(admin, page, "officer")).status_code == 409


async def test_a_place_of_another_person_is_not_ended_by_a_made_up_address(site):
    admin = await site.sign_in("oanh.qt")
    hers, his = await admin.page_of("pham thuy ha"), await admin.page_of("truong quoc duc")
    place = (await admin.asks(hers))["appointments"][0]
    crossed = await admin.presses(f"{his}/appointments/{place['id']}/end", version=place["version"])
    assert crossed.status_code == 404
    assert (await admin.presses(f"{hers}/appointments/{place['id']}/end", version=place["version"])).status_code == 303
    again = await admin.presses(f"{hers}/appointments/{place['id']}/end", version=place["version"] + 1)
    assert again.status_code == 409, "what has ended is not ended anew"


async def test_a_module_that_is_off_is_nowhere_and_comes_back_as_it_was(site):
    admin, leader = await site.sign_in("y.lc", "giang-thanh"), await site.sign_in("an.pv", "giang-thanh")

    async def switch(enabled: str) -> None:
        line = next(one for one in (await admin.asks("/modules"))["modules"] if one["name"] == "monthly_rating")
        pressed = await admin.presses("/modules/monthly_rating", enabled=enabled, version=line["version"])
        assert pressed.status_code == 303, pressed.text

    entries = entries_of(await leader.opens())
    assert (await leader.opens("/monthly-rating")).status_code == 200
    await switch("0")
    assert (await leader.opens("/monthly-rating")).status_code == 404
    assert set(entries_of(await leader.opens())) < set(entries)
    await switch("1")
    assert (await leader.opens("/monthly-rating")).status_code == 200
    assert entries_of(await leader.opens()) == entries


async def test_a_member_is_told_what_is_missing_and_whom_to_ask(site, said):
    member = await site.sign_in("on.dv")
    for path in ("/people", "/modules", "/permissions", "/trail"):
        refused = await member.opens(path)
        assert refused.status_code == 403
        assert "không được phân quyền" in said(refused) and "báo người quản trị" in said(refused)
    assert (await member.presses("/people", full_name="Kẻ Lạ", code="x")).status_code == 403
    absent = await member.opens("/nowhere")
    assert absent.status_code == 404 and "Không tìm thấy" in said(absent)


async def test_the_language_is_kept_with_the_account(site):
    member = await site.sign_in("uoc.tm")
    assert '<html lang="vi">' in (await member.opens()).text
    switched = await member.client.post("/language", data={"language": "en", "next": "/t/kien-luong"})
    assert switched.headers["location"] == "/t/kien-luong"
    assert '<html lang="en">' in (await (await site.sign_in("uoc.tm")).opens()).text
    await member.client.post("/language", data={"language": "vi"})
    assert '<html lang="vi">' in (await member.opens()).text


@pytest.mark.parametrize(
    ("path", "entry"), [("", "Việc của tôi"), ("/people?q=a", "Người của đơn vị"), ("/trail", "Nhật ký")]
)
async def test_the_menu_marks_only_where_the_reader_is(site, path, entry):
    page = await (await site.sign_in("oanh.qt")).opens(path)
    menu = page.text.partition('class="sidebar"')[2].partition("</nav>")[0]
    assert re.findall(r'aria-current="page">.*?<span>([^<]*)</span>', menu) == [entry]


async def test_the_menu_marks_nothing_on_a_page_that_it_does_not_lead_to(site):
    refused = await (await site.sign_in("on.dv")).opens("/people")
    assert "Việc của tôi" in entries_of(refused)
    assert 'aria-current="page"' not in refused.text


async def test_the_matrix_counts_who_holds_each_role(site):
    admin = await site.sign_in("oanh.qt")
    matrix = await admin.asks("/permissions")
    people = {role["key"]: role["people"] for role in matrix["roles"]}
    assert people["admin"] == 1 and people["chair"] == 1
    columns = [role["key"] for role in matrix["roles"]]
    switching = next(
        line for group in matrix["groups"] for line in group["permissions"] if line["key"] == "core.modules.switch"
    )
    assert [key for key, cell in zip(columns, switching["cells"], strict=True) if cell["state"] == "held"] == ["admin"]


async def test_other_places_are_signed_out_and_this_one_stays(site, said):
    here, there = await site.sign_in("dat.vt"), await site.sign_in("dat.vt")
    assert said(await here.client.get("/account")).count("đăng nhập") >= 2
    assert (await here.client.post("/account/sessions/end")).status_code == 303
    assert (await there.opens()).status_code == 303, "to the sign-in page"
    assert (await here.opens()).status_code == 200


async def test_who_works_in_two_bodies_chooses_and_who_works_in_one_is_led_there(site):
    both, one = await site.sign_in("hanh.lh"), await site.sign_in("oanh.qt")
    assert (await both.client.get("/")).headers["location"] == "/bodies"
    chosen = re.findall(r'<li class="card"><a href="([^"]*)">', (await both.client.get("/bodies")).text)
    assert chosen == ["/t/giang-thanh", "/t/kien-luong"]
    assert (await one.client.get("/")).headers["location"] == "/t/kien-luong"
