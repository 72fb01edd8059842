"""The settings of a module in a body: seen with their origin, changed over a version, checked here and below."""

import pytest
from inside import Backdoor

from platform_core.plugin_settings.examination import unfit_settings
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import directory
from tenancy.query import rows
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
PATH = "/modules/monthly_rating/settings"
UPPER = """
INSERT INTO app.person SELECT id, gen_random_uuid(), 'upper', 'Người Cấp Trên', '', '', '', '', false, NULL, 1
  FROM app.tenant WHERE slug = 'kien-giang';
INSERT INTO app.role_assignment SELECT tenant_id, gen_random_uuid(), id, 'admin', NULL, '2020-01-01', NULL, 1
  FROM app.person WHERE code = 'upper';
INSERT INTO auth.account (id, login, password_hash, must_change)
  SELECT p.id, 'upper', (SELECT password_hash FROM auth.account WHERE login = 'oanh.qt'), false
  FROM app.person p WHERE code = 'upper';
INSERT INTO auth.membership SELECT id, tenant_id, id, '2020-01-01', NULL FROM app.person WHERE code = 'upper';
"""


@pytest.fixture
async def backdoor(database) -> Backdoor:
    return Backdoor(database.dsn(database.server.superuser))


@pytest.fixture
async def admin(site, backdoor):
    """The administrator of the body, in which nothing is set, nor above."""
    await backdoor.execute("UPDATE app.setting_patch SET patch = '{}', locked = '[]'")
    return await site.sign_in("oanh.qt")


@pytest.fixture
async def upper(site, backdoor, admin):
    """An administrator of the body above."""
    if not await backdoor.value("SELECT 1 FROM auth.account WHERE login = 'upper'"):
        await backdoor.execute(UPPER)
    return await site.sign_in("upper", "kien-giang")


async def settings(person) -> dict:
    """The settings as the API tells them, by key, and the version."""
    told = await person.asks(PATH)
    return {one["key"]: one for one in told["settings"]} | {"version": told["version"]}


async def sends(person, step="", status=200, **data):
    """A change through the API, over the version that stands."""
    data = {"version": (await settings(person))["version"], **data}
    answer = await person.client.post(f"/api/v1/t/{person.slug}{PATH}{step}", json=data)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_every_setting_is_shown_with_what_it_means_and_where_it_comes_from(admin, said):
    one = (await settings(admin))["opening_day"]
    assert (one["title"], one["value"], one["source"], one["least"], one["most"]) == (
        "Ngày ban hành thông báo phân công", 5, "default", 1, 28)  # fmt: skip
    assert one["description"] and one["default"] == 5
    page = said(await admin.opens(PATH))
    assert "Hạn họp và công bố" in page and "Mặc định" in page
    assert f'{PATH}"' in (await admin.opens("/modules")).text, "linked from the modules"
    assert (await admin.opens("/modules/no_such/settings")).status_code == 404
    assert (await admin.opens("/modules/core/settings")).status_code == 404


async def test_only_administrators_see_and_change_them(site):
    for login in ("duc.tq", "anh.nt", "on.dv"):
        person = await site.sign_in(login)
        assert (await person.opens(PATH)).status_code == 403
        assert (await person.presses(PATH, version=0, **{"values.opening_day": 7})).status_code == 403


async def test_only_what_is_named_changes_and_the_next_request_works_by_it(admin, said):
    await sends(admin, values={"opening_day": 7})
    done = await sends(admin, values={"assessment_days": "4"})
    assert done["changes"][0] | {"title": ""} == {
        "key": "assessment_days", "title": "", "before": "3", "after": "4", "source_before": "default",
        "source_after": "own"}  # fmt: skip
    found = await settings(admin)
    assert [found[key]["value"] for key in ("opening_day", "assessment_days", "decision_days")] == [7, 4, 10]
    pressed = await admin.presses(PATH, version=found["version"], **{"values.comments_named": "false"})
    assert pressed.status_code == 303
    assert "Ghi tên người góp ý: Có → Không" in said(await admin.opens(PATH))
    back = await sends(admin, "/reset", keys=["opening_day"])
    assert back["changes"][0]["after"] == "5" and (await settings(admin))["opening_day"]["source"] == "default"


async def test_what_is_set_already_writes_nothing(admin):
    version = (await sends(admin, values={"opening_day": 7}))["version"]
    again = await sends(admin, values={"opening_day": 7})
    assert (again["version"], again["changes"], again["below"]) == (version, [], [])


async def test_of_two_late_changes_one_wins_and_the_other_is_told(admin):
    version = (await settings(admin))["version"]
    await sends(admin, values={"opening_day": 7})
    late = await sends(admin, status=409, version=version, values={"opening_day": 8})
    assert late["version"] == version + 1 and (await settings(admin))["opening_day"]["value"] == 7


async def test_every_fault_is_told_at_once_in_the_language_of_the_person_and_nothing_is_saved(admin, said):
    wrong = {"opening_day": 90, "comments_named": "maybe", "no_such": 1, "lesson_required": False}
    told = (await sends(admin, status=422, values=wrong))["problems"]
    assert told["values.opening_day"] == "Ngày ban hành thông báo phân công: cần một số từ 1 đến 28."
    assert told.keys() == {"values.opening_day", "values.comments_named", "values.no_such"}
    await sends(admin, "/reset", 422, keys=["no_such"])
    typed = await admin.presses(PATH, version=(await settings(admin))["version"], **{"values.opening_day": "90"})
    assert typed.status_code == 422 and "cần một số từ 1 đến 28." in said(typed)
    assert (await settings(admin))["lesson_required"]["source"] == "default"
    await admin.client.post("/api/v1/session/language", json={"language": "en"})
    english = (await sends(admin, status=422, values={"opening_day": 90}))["problems"]["values.opening_day"]
    await admin.client.post("/api/v1/session/language", json={"language": "vi"})
    assert english.endswith("a number from 1 to 28 is needed.") and "Ngày" not in english


async def test_what_does_not_fit_together_is_refused(admin):
    told = (await sends(admin, status=422, values={"assessment_days": 20}))["problems"]
    assert told == {"values.decision_days": "Hạn họp và công bố phải sau hạn nộp bản tự đánh giá."}
    await sends(admin, values={"assessment_days": 20, "decision_days": 25})


async def test_the_trail_says_which_setting_from_what_to_what(admin):
    await sends(admin, values={"opening_day": 7})
    await sends(admin, values={"opening_day": 9, "comments_named": False})
    await sends(admin, "/lock", keys=["opening_day"])
    lines = (await admin.asks("/trail", table="setting_patch"))["lines"][:2]
    assert [(line["who"], line["subject"]) for line in lines] == [("Quách Thị Oanh", "Xếp loại hằng tháng")] * 2
    assert [line["changes"] for line in lines] == [
        [{"field": "Khóa cho đơn vị dưới", "before": "", "after": "Ngày ban hành thông báo phân công"}],
        [{"field": "Ghi tên người góp ý", "before": "(theo cấp trên)", "after": "Không"},
         {"field": "Ngày ban hành thông báo phân công", "before": "7", "after": "9"}],
    ]  # fmt: skip


async def test_a_preview_says_what_becomes_of_each_body_below_and_writes_nothing(upper, admin):
    await sends(admin, values={"decision_days": 12})
    before = await settings(upper)
    tried = await sends(upper, values={"opening_day": 7, "decision_days": 20}, preview=True)
    assert {(one["slug"], one["key"], one["before"], one["after"], one["outcome"]) for one in tried["below"]} == {
        ("kien-luong", "opening_day", "5", "7", "changed"), ("kien-luong", "decision_days", "12", "12", "kept"),
        ("giang-thanh", "opening_day", "5", "7", "changed"), ("giang-thanh", "decision_days", "10", "20", "changed"),
    }  # fmt: skip
    assert await settings(upper) == before and (await settings(admin))["opening_day"]["value"] == 5
    assert tried["preview"] and tried["version"] == before["version"]


async def test_what_is_set_above_holds_below_and_a_lock_holds_against_the_own_value(upper, admin, said):
    await sends(admin, values={"opening_day": 9})
    await sends(upper, values={"opening_day": 7, "notice_sign": "TB/KG"})
    found = await settings(admin)
    assert (found["opening_day"]["value"], found["opening_day"]["source"]) == (9, "own")
    assert (found["notice_sign"]["value"], found["notice_sign"]["source_body"]) == ("TB/KG", "VKSND tỉnh Kiên Giang")
    locked = await sends(upper, "/lock", keys=["opening_day"])
    assert ("kien-luong", "9", "7", "changed") in {
        (one["slug"], one["before"], one["after"], one["outcome"]) for one in locked["below"]}  # fmt: skip
    found = (await settings(admin))["opening_day"]
    assert (found["value"], found["locked_by"], found["set_here"]) == (7, "VKSND tỉnh Kiên Giang", 9)
    assert "VKSND tỉnh Kiên Giang đã khóa" in said(await admin.opens(PATH))
    refused = await sends(admin, status=409, values={"opening_day": 11})
    assert "Ngày ban hành thông báo phân công (VKSND tỉnh Kiên Giang)" in refused["title"]
    await sends(upper, "/unlock", keys=["opening_day"])
    assert (await settings(admin))["opening_day"]["value"] == 9


async def test_a_change_above_that_a_body_below_could_not_work_with_is_refused_and_names_it(upper, admin):
    await sends(admin, values={"decision_days": 8})
    told = await sends(upper, status=422, values={"assessment_days": 9, "decision_days": 12})
    assert list(told["problems"].values()) == [
        "VKSND huyện Kiên Lương: Hạn họp và công bố phải sau hạn nộp bản tự đánh giá."]  # fmt: skip
    assert (await settings(upper))["assessment_days"]["value"] == 3
    await sends(upper, "/lock", keys=["decision_days"])
    await sends(upper, values={"assessment_days": 9, "decision_days": 12})
    assert (await settings(admin))["decision_days"]["value"] == 12


async def test_settings_below_are_seen_from_above_alone(tenants):
    asked = "SELECT slug FROM auth.settings_below('monthly_rating') b WHERE NOT b.tenant_id = $1"
    seen = {}
    for slug in ("toi-cao", "kien-giang", "an-giang", "kien-luong", "ha-noi"):
        async with tenants.inside(slug):
            seen[slug] = {line["slug"] for line in await rows(asked)}
    assert {"kien-giang", "kien-luong", "ha-noi"} <= seen["toi-cao"]
    assert {"kien-luong", "giang-thanh"} <= seen["kien-giang"] and "ha-noi" not in seen["kien-giang"]
    assert seen["kien-luong"] == seen["ha-noi"] == set()
    assert "kien-luong" not in seen["an-giang"], "a successor reads the past, it sets nothing there"


async def test_a_stored_setting_that_no_longer_fits_is_told_and_takes_nothing_down(site, upper, admin, backdoor, said):
    await sends(upper, values={"opening_day": 7})
    await sends(admin, values={"decision_days": 12})
    await backdoor.execute(
        """UPDATE app.setting_patch SET patch = '{"opening_day": 90, "decision_days": 500, "gone": 1}'"""
    )
    for person in (admin, upper):
        assert (await person.opens("")).status_code == 200
        found = (await settings(person))["opening_day"]
        assert (found["value"], found["set_here"]) == (5, 90)
    chair = await site.sign_in("duc.tq")
    assert [(await chair.opens(path)).status_code for path in ("", "/monthly-rating")] == [200, 200]
    page = said(await admin.opens(PATH))
    assert "Giá trị đã lưu không còn dùng được" in page and "không còn thiết lập “gone”" in page
    async with in_body(TenantContext(OPERATOR_SPACE)):
        assert len(await directory()) > 30
        told = await unfit_settings()
    named = [line.partition(" (")[0] for line in told]
    assert "kien-luong: monthly_rating.opening_day" in named and "kien-giang: monthly_rating.gone" in named
    assert all("cần một số từ" in line or "không có thiết lập" in line for line in told)
    await sends(admin, values={"assessment_days": 4})
    done = await sends(admin, "/reset", keys=["opening_day", "decision_days", "gone"])
    assert {one["key"] for one in done["changes"]} == {"opening_day", "decision_days", "gone"}
