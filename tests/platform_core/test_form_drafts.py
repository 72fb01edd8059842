"""Drafts: kept for whoever typed them and for nobody else, until the form is saved or a month is over."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from platform_core.drafts.service import KEPT, MOST_BYTES, MOST_DRAFTS
from platform_core.operations.maintenance import maintain
from platform_core.settings import InstanceSettings
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.query import rows, run, value
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
DRAFTS = "/api/v1/t/kien-luong/drafts"
PAGE = "/t/kien-luong/people"
FIELDS = [{"name": "reason", "value": "Đã gặp ba hộ dân"}, {"name": "items.0.title", "value": ""}]


def draft(form: str = "/a", **more: Any) -> dict[str, Any]:
    return {"page": PAGE, "form": form, "fields": FIELDS, "title": "Người của đơn vị"} | more


async def save(person: Any, **more: Any) -> dict[str, Any]:
    answer = await person.client.post(DRAFTS, json=draft(**more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def drafts_of(person: Any, page: str = PAGE) -> list[dict[str, Any]]:
    return (await person.asks("/drafts", page=page))["drafts"]


async def test_a_draft_comes_back_as_it_was_typed(site: Any) -> None:
    person = await site.sign_in("on.dv")
    saved = await save(person, row_version=3)
    (found,) = await drafts_of(person)
    assert found["fields"] == [["reason", "Đã gặp ba hộ dân"], ["items.0.title", ""]]
    assert (found["form"], found["row_version"], found["edition"]) == ("/a", 3, 1)
    assert found["saved_in_words"] == saved["saved_in_words"]
    assert await drafts_of(person, "/t/kien-luong") == []


async def test_nobody_else_sees_or_drops_it_not_even_with_every_role(site: Any) -> None:
    person, admin = await site.sign_in("on.dv"), await site.sign_in("oanh.qt")
    saved = await save(person, form="/secret")
    assert await drafts_of(admin) == []
    assert (await admin.client.post(f"{DRAFTS}/{saved['draft_id']}/discard", json={})).status_code == 404
    assert "/secret" in {one["form"] for one in await drafts_of(person)}
    here, there = await site.sign_in("hanh.lh"), await site.sign_in("hanh.lh", "giang-thanh")
    await save(here, form="/here")
    assert await there.asks("/drafts", page=PAGE) == {"drafts": [], "days": 30}, "one account, another body"


async def test_one_draft_for_each_form_the_last_one_wins_and_the_other_is_told(site: Any) -> None:
    person, there = await site.sign_in("duc.tq"), await site.sign_in("duc.tq")
    first = await save(person)
    assert (await save(person, seen=first["edition"]))["replaced"] == ""
    other = await save(there, seen=0, fields=[{"name": "reason", "value": "khác"}])
    assert other["replaced"], "there was one that this tab did not know of"
    (found,) = await drafts_of(person)
    assert found["fields"] == [["reason", "khác"]]
    assert found["edition"] == 3
    assert (await save(person, seen=2))["replaced"]


async def test_saving_the_form_drops_the_draft_and_a_form_that_fails_keeps_it(site: Any) -> None:
    admin = await site.sign_in("oanh.qt")
    await save(admin)
    mark = {"form_draft": f"{PAGE} /a"}
    failed = await admin.presses("/people", code="?", full_name="Lê Mơ", **mark)
    assert failed.status_code == 422
    assert len(await drafts_of(admin)) == 1
    saved = await admin.presses("/people", code="kl-80", full_name="Lê Mơ", **mark)
    assert saved.status_code == 303, saved.text
    assert await drafts_of(admin) == []


async def test_a_form_that_names_no_draft_asks_the_database_nothing_more(site: Any) -> None:
    """Negative control of the test above: another form's draft stays."""
    admin = await site.sign_in("oanh.qt")
    await save(admin)
    assert (await admin.presses("/people", code="kl-81", full_name="Lê Mận")).status_code == 303
    other = {"form_draft": f"{PAGE} /b"}
    assert (await admin.presses("/people", code="kl-82", full_name="Lê Mít", **other)).status_code == 303
    assert len(await drafts_of(admin)) == 1


async def test_drafts_have_a_page_where_they_can_be_dropped(site: Any, said: Any) -> None:
    person = await site.sign_in("ha.pt")
    saved = await save(person)
    page = await person.opens("/drafts")
    assert page.status_code == 200
    assert "Người của đơn vị" in said(page)
    assert f'href="{PAGE}"' in page.text
    dropped = await person.presses(f"/drafts/{saved['draft_id']}/discard")
    assert dropped.headers["location"] == "/t/kien-luong/drafts"
    assert "Không có bản nháp nào" in said(await person.opens("/drafts"))


async def test_the_form_of_a_page_saves_a_draft_like_the_api(site: Any) -> None:
    person = await site.sign_in("ha.pt")
    fields = {"page": PAGE, "form": "/page", "fields.0.name": "reason", "fields.0.value": "Ý kiến"}
    assert (await person.presses("/drafts", **fields)).status_code == 303
    assert [one["fields"] for one in await drafts_of(person) if one["form"] == "/page"] == [[["reason", "Ý kiến"]]]


@pytest.mark.parametrize(
    "wrong",
    [{"page": "https://evil.example/"}, {"page": "//evil.example"}, {"page": "/t/" + "a" * 300}, {"form": "a" * 501},
     {"fields": [{"name": "a", "value": "x" * MOST_BYTES}]}, {"seen": -1}, {"row_version": 2**31}],
    ids=str,
)  # fmt: skip
async def test_what_is_no_draft_of_ours_or_too_long_is_refused(site: Any, wrong: dict[str, Any]) -> None:
    person = await site.sign_in("on.dv")
    answer = await person.client.post(DRAFTS, json=draft() | wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"] or answer.json()["detail"]


async def test_an_account_keeps_so_many_drafts_and_the_oldest_makes_room(site: Any) -> None:
    person = await site.sign_in("yen.mh")
    for number in range(MOST_DRAFTS + 2):
        await save(person, form=f"/{number}")
    forms = [one["form"] for one in await drafts_of(person)]
    assert len(forms) == MOST_DRAFTS
    assert forms[0] == f"/{MOST_DRAFTS + 1}"
    assert not {"/0", "/1"} & set(forms)


async def test_no_trail_is_kept_of_drafts(site: Any, tenants: Any) -> None:
    admin, text = await site.sign_in("oanh.qt"), f"dấu {uuid4()}"
    await save(admin, form="/untold", fields=[{"name": "reason", "value": text}])
    async with in_body(TenantContext(tenants.bodies["kien-luong"], OPERATOR_SPACE)):
        stored = "SELECT count(*) FROM form_draft WHERE tenant_id = $1 AND content::text LIKE $2"
        assert await value(stored, f"%{text}%") == 1
        assert not await rows("SELECT 1 FROM audit.log l WHERE l.tenant_id = $1 AND l.table_name = 'form_draft'")


async def test_drafts_go_after_a_month_without_a_change(
    site: Any, tenants: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIDUA_KEY", bytes(range(32)).hex())
    person = await site.sign_in("on.dv")
    await save(person, form="/old")
    await save(person, form="/fresh")
    async with in_body(TenantContext(tenants.bodies["kien-luong"], OPERATOR_SPACE)):
        aged = "UPDATE form_draft SET saved_at = now() - $2::interval WHERE tenant_id = $1 AND form = '/old'"
        assert await run(aged, KEPT + timedelta(seconds=1)) == 1
    await maintain(InstanceSettings(data=tmp_path))
    forms = {one["form"] for one in await drafts_of(person)}
    assert "/fresh" in forms
    assert "/old" not in forms
