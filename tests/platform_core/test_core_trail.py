"""The page "Nhật ký": who changed what and when, in words, for those who may read it and no more than they may."""

from io import BytesIO
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from platform_core.audit.records import RECORDS
from platform_core.audit.wording import KeptRow, Wording
from platform_core.permissions import Permission
from plugin_api.actor import Actor, Body, Held

pytestmark = pytest.mark.anyio


async def edited(admin, page, **fields):
    """Correct a person's particulars."""
    person = await admin.asks(page)
    kept = {"full_name": person["name"], "position": person["position"], "version": person["version"]}
    assert (await admin.presses(f"{page}/edit", **kept | fields)).status_code == 303


async def test_a_change_is_told_with_who_when_and_from_what_to_what(site, said):
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("trinh minh uoc")
    await edited(admin, page, position="Kiểm sát viên trung cấp")
    line = (await admin.asks("/trail"))["lines"][0]
    assert (line["who"], line["operation"], line["record"], line["subject"]) == (
        "Quách Thị Oanh", "Sửa", "Người", "Trịnh Minh Ước")  # fmt: skip
    assert line["changes"] == [
        {"field": "Chức danh", "before": "Kiểm sát viên sơ cấp", "after": "Kiểm sát viên trung cấp"}
    ]
    shown = said(await admin.opens("/trail"))
    assert "Kiểm sát viên sơ cấp" in shown and "name_key" not in shown


async def test_ids_and_keys_are_told_in_words(site):
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("vo thanh dat")
    today = (await admin.asks(page))["today"]
    assert (await admin.presses(f"{page}/roles", role="clerk", unit="dan-su", since=today)).status_code == 303
    line = (await admin.asks("/trail"))["lines"][0]
    assert (line["operation"], line["record"]) == ("Đề nghị", "Đề nghị trao vai trò")
    assert line["subject"] == "Võ Thành Đạt – Thư ký – Bộ phận Án dân sự, hành chính"
    assert line["place"] == {"view": "core.person", "ids": {"person_id": page.rpartition("/")[2]}}
    told = {change["field"]: change["after"] for change in line["changes"]}
    assert told["Vai trò"] == "Thư ký"
    assert told["Trong bộ phận, chi bộ"] == "Bộ phận Án dân sự, hành chính"
    assert told["Từ ngày"] == "/".join(reversed(today.split("-")))


async def test_it_is_found_by_who_did_it_whom_it_concerns_what_and_when(site):
    admin = await site.sign_in("oanh.qt")
    await edited(admin, await admin.page_of("mai hoang yen"), position="Kiểm sát viên cao cấp")

    async def count(**query):
        return (await admin.asks("/trail", **query))["page"]["total"]

    everything = await count()
    by_her = await admin.asks("/trail", q="quach thi oanh")
    assert ("Quách Thị Oanh", "Mai Hoàng Yến") in {(line["who"], line["subject"]) for line in by_her["lines"]}
    about = await admin.asks("/trail", q="hoang yen")
    assert about["lines"][0]["changes"][0]["after"] == "Kiểm sát viên cao cấp"
    assert 0 < about["page"]["total"] < everything
    assert {line["record"] for line in (await admin.asks("/trail", table="unit"))["lines"]} == {"Bộ phận, chi bộ"}
    assert await count(since="2000-01-01", until="2100-01-01") == everything
    assert await count(until="2000-01-01") == await count(since="2100-01-01") == await count(q="khong co ai") == 0


async def test_its_pages_hold_every_change_once(site):
    admin = await site.sign_in("oanh.qt")
    first = (await admin.asks("/trail"))["page"]
    pages = [(await admin.asks("/trail", page=number))["lines"] for number in range(1, first["pages"] + 1)]
    numbers = [line["seq"] for lines in pages for line in lines]
    assert len(pages) > 1 and numbers == list(range(first["total"], 0, -1))


async def test_steps_are_told_by_their_verbs_and_lead_to_their_page(site):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("mai hoang yen")
    today = (await admin.asks(page))["today"]
    assert (await admin.presses(f"{page}/roles", role="clerk", unit="dan-su", since=today)).status_code == 303
    asked = next(line for line in (await leader.asks(page))["requests"] if line["state"] == "requested")
    decision = {"version": asked["version"], "reason": "Bộ phận đã có thư ký"}
    assert (await leader.presses(f"{page}/role-requests/{asked['id']}/refuse", **decision)).status_code == 303
    assert (await admin.presses(f"{page}/roles", role="officer", since=today)).status_code == 303
    lines = (await admin.asks("/trail", q="mai hoang yen"))["lines"]
    told = {(line["operation"], line["record"], line["subject"]) for line in lines}
    about = "Mai Hoàng Yến – Thư ký – Bộ phận Án dân sự, hành chính"
    assert {("Đề nghị", "Đề nghị trao vai trò", about), ("Từ chối", "Đề nghị trao vai trò", about)} <= told
    assert {line["place"]["view"] for line in lines} == {"core.person"}
    link = f'<a href="/t/kien-luong{page}">Mở trang của mục này</a>'
    assert (await admin.opens("/trail", q="mai hoang yen")).text.count(link) == len(lines)


async def test_every_row_of_the_core_says_whose_it_is(site):
    admin = await site.sign_in("oanh.qt")
    lines = (await admin.asks("/trail", export="xlsx"))["lines"]
    core = [line for line in lines if line["record"] in {record.title for record in RECORDS}]
    assert len({line["record"] for line in core}) > 5
    assert all(line["subject"] and line["place"] for line in core)
    told = {(line["operation"], line["record"], line["subject"]) for line in core}
    assert ("Bật", "Mô-đun", "Xếp loại hằng tháng") in told


async def test_what_a_reader_may_not_open_stays_closed_in_the_trail(site, said):
    """The chief's deputy leads, but switches no modules: what was switched is not told, nor is there a way to it."""
    leader = await site.sign_in("ha.pt")
    closed = [line for line in (await leader.asks("/trail", export="xlsx"))["lines"] if line["closed"]]
    assert {line["record"] for line in closed} == {"Mô-đun"}
    assert all(not change["before"] and not change["after"] for line in closed for change in line["changes"])
    assert {(line["subject"], line["person_id"], line["place"], line["operation"]) for line in closed} == {
        ("", None, None, "Thêm")
    }


def test_an_undeclared_table_is_called_after_its_module():
    told = reader(Held(None, frozenset({Permission.TRAIL_READ})))
    assert told.title("monthly_rating_something") == "Xếp loại hằng tháng"


def reader(*held):
    """Somebody who reads the trail with these roles."""
    body = Body(UUID(int=1), "kien-luong", "", "", "district", "", True)
    return Wording(Actor(UUID(int=2), UUID(int=3), "", body, held))


@pytest.mark.parametrize("unit_id", [None, UUID(int=7)])
def test_values_are_told_only_to_whoever_holds_their_permission_in_the_whole_body(app, unit_id):
    row = {"id": str(UUID(int=9)), "full_name": "Trịnh Minh Ước", "position": "Kiểm sát viên"}
    told = reader(Held(unit_id, frozenset({Permission.TRAIL_READ, Permission.PEOPLE_READ})))
    changes = told.changes(KeptRow("person", before=row | {"position": ""}, after=row))
    assert [change.field for change in changes] == ["Chức danh"], "that it changed is told in any case"
    if unit_id is None:
        assert (changes[0].after, told.subject(KeptRow("person", after=row))) == ("Kiểm sát viên", "Trịnh Minh Ước")
    else:
        assert (changes[0].after, told.subject(KeptRow("person", after=row))) == ("", "")


def test_reading_the_trail_alone_opens_nothing():
    told = reader(Held(None, frozenset({Permission.TRAIL_READ})))
    row = {"id": str(UUID(int=9)), "full_name": "Trịnh Minh Ước", "position": "Kiểm sát viên"}
    assert told.subject(KeptRow("person", after=row)) == "" and told.concerned() == {}
    assert {change.after for change in told.changes(KeptRow("person", "INSERT", after=row))} == {""}


async def test_a_body_reads_its_own_trail_only(site, said):
    admin, neighbour = await site.sign_in("oanh.qt"), await site.sign_in("y.lc", "giang-thanh")
    await edited(admin, await admin.page_of("danh thi an"), position="Kế toán trưởng")
    assert "Kế toán trưởng" in said(await admin.opens("/trail"))
    assert "Kế toán trưởng" not in said(await neighbour.opens("/trail"))
    assert (await neighbour.client.get("/t/kien-luong/trail")).status_code == 404


async def test_it_is_taken_away_as_a_sheet(site):
    admin = await site.sign_in("oanh.qt")
    sheet = await admin.opens("/trail", export="xlsx", table="person")
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert ["Lúc", "Ai", "Việc", "Mục", "Về", "Trường", "Trước", "Sau"] in rows
    assert any("Trương Quốc Đức" in row for row in rows)
