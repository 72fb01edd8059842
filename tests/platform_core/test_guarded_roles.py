"""Roles that open or decide what is other people's take two people: one asks, another confirms, the leader is told."""

import asyncio
import re
from datetime import timedelta

import pytest
from asking import REASON, ask, body_id, decide, held_by, waiting
from asyncpg.exceptions import CheckViolationError
from inside import Backdoor

from platform_core.access.bodies import policy_here
from platform_core.access.guarded import guarded_roles
from platform_core.people.tables import AccessRule
from platform_core.plugin_host.running import dispatcher
from plugin_api.ports import ports
from tenancy.context import TenantContext
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
BY_ONE_ALONE = """
UPDATE app.role_request SET state = 'confirmed', decided_by = {concerned}, decided_at = now(), assignment_id = (
  SELECT id FROM app.role_assignment a WHERE a.tenant_id = role_request.tenant_id LIMIT 1) WHERE id = '{request}'"""


async def test_which_roles_are_guarded_follows_from_the_permissions_and_the_body_s_own_rules(site):
    async with in_body(TenantContext(await body_id("cum-11"))):
        assert guarded_roles(await policy_here()) == {"admin", "leader", "chair", "clerk", "officer"}
        await AccessRule.create(role="member", permission="monthly_rating.overview.read", effect="allow")
        for permission in dispatcher().registry.guarded():
            await AccessRule.create(role="clerk", permission=permission, effect="deny")
        assert guarded_roles(await policy_here()) == {"admin", "leader", "chair", "officer", "member"}


async def test_a_role_without_a_guarded_permission_is_given_at_once(site):
    """Negative control: it is the declared permission that makes a role wait."""
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("vo thanh dat")
    assert set((await ask(admin, page, "member", "dan-su")).json()) == {"assignment_id"}
    assert [role["role"] for role in await admin.roles_of(page)] == ["member", "member"]


async def test_nobody_gives_a_role_to_himself_whatever_the_role(site, said):
    admin = await site.sign_in("oanh.qt")
    own = await admin.page_of("quach thi oanh")
    for role, unit in [("leader", ""), ("officer", ""), ("chair", "chi-bo"), ("member", "chi-bo"), ("admin", "")]:
        refused = await admin.presses(f"{own}/roles", role=role, unit=unit, since=str(ports().today()))
        assert refused.status_code == 409 and "Không ai tự trao vai trò cho mình" in said(refused)
        assert (await ask(admin, own, role, unit)).status_code == 409
    assert await held_by(admin, own) == {"admin"}
    page = await admin.opens(own)
    assert f'action="/t/kien-luong{own}/roles"' not in page.text and "Không ai tự trao vai trò" in said(page)


async def test_a_guarded_role_is_held_only_when_a_second_person_has_confirmed_it(site, said):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("trinh minh uoc")
    asked = await ask(admin, page, "chair", "chi-bo", since="2020-01-01")
    assert asked.status_code == 200 and set(asked.json()) == {"request_id"}
    assert await held_by(admin, page) == {"member"}
    shown = said(await admin.opens(page))
    assert "người thứ hai mới xác nhận được" in shown and "Người xác nhận được: Trương Quốc Đức, Phạm Thúy Hà." in shown
    assert f"{page}/role-requests" in (await admin.opens(page)).text, "may take it back"
    assert "/confirm" not in (await admin.opens(page)).text
    assert (await decide(admin, page, "confirm")).status_code == 403
    assert await held_by(admin, page) == {"member"}
    assert "Trịnh Minh Ước : Cấp ủy" in said(await admin.opens("/people"))
    waits = [one for one in (await leader.asks(""))["waiting"] if one["url"].endswith(f"{page}#role-requests")]
    assert waits[0]["title"] == "Xác nhận vai trò “Cấp ủy, người chủ trì” của Trịnh Minh Ước"
    assert len(re.findall(r'action="[^"]*/confirm"', (await leader.opens(page)).text)) == 1
    assert (await decide(leader, page, "confirm", reason=REASON)).status_code == 303
    given = next(one for one in await leader.roles_of(page) if one["role"] == "chair")
    assert given["since"] == str(ports().today()), "not before the day of confirmation"
    assert not [one for one in (await leader.asks(""))["waiting"] if page in one["url"]]


async def test_who_gets_the_role_does_not_confirm_it(site):
    admin, leader, other = [await site.sign_in(login) for login in ("oanh.qt", "ha.pt", "duc.tq")]
    page = await admin.page_of("pham thuy ha")
    assert (await ask(admin, page, "admin")).status_code == 200
    assert "được đề nghị cho đồng chí" in (await waiting(leader, page))["why_not"]
    assert (await decide(leader, page, "confirm")).status_code == 403
    assert (await decide(leader, page, "refuse", reason=REASON)).status_code == 403
    assert "admin" not in await held_by(other, page)
    assert (await decide(other, page, "refuse", reason=REASON)).status_code == 303


async def test_a_refusal_has_a_reason_and_a_withdrawal_is_the_asker_s(site, said):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("vo thanh dat")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    again = await ask(admin, page, "clerk", "chi-bo")
    assert again.status_code == 409 and "đang chờ xác nhận" in again.text
    short = await decide(leader, page, "refuse", reason="  không  ")
    assert short.status_code == 422 and "cần ít nhất 10 ký tự" in said(short)
    assert (await decide(leader, page, "withdraw")).status_code == 403
    assert (await decide(leader, page, "confirm", version=7)).status_code == 409, "over a version nobody saw"
    line = await waiting(leader, page)
    assert (await decide(leader, page, "refuse", reason="Đã có thư ký của chi bộ rồi")).status_code == 303
    late = await leader.presses(f"{page}/role-requests/{line['id']}/confirm", version=line["version"] + 1)
    assert late.status_code == 409 and "không còn chờ: đã từ chối" in said(late)
    assert "Trương Quốc Đức từ chối: Đã có thư ký của chi bộ rồi" in said(await admin.opens(page))
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert (await decide(admin, page, "withdraw")).status_code == 303
    assert "clerk" not in await held_by(admin, page)


async def test_two_confirmations_at_once_give_the_role_once(site):
    admin, one, other = [await site.sign_in(login) for login in ("oanh.qt", "duc.tq", "ha.pt")]
    page = await admin.page_of("mai hoang yen")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    line = await waiting(one, page)
    path = f"{page}/role-requests/{line['id']}/confirm"
    answers = await asyncio.gather(*(person.presses(path, version=line["version"]) for person in (one, other)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert [role["role"] for role in await one.roles_of(page)].count("clerk") == 1


async def test_a_request_of_another_person_is_not_reached_by_a_made_up_address(site):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    hers, his = await admin.page_of("huynh thi ha"), await admin.page_of("vo thanh dat")
    assert (await ask(admin, hers, "clerk", "chi-bo")).status_code == 200
    line = await waiting(leader, hers)
    crossed = await leader.presses(f"{his}/role-requests/{line['id']}/confirm", version=line["version"])
    assert crossed.status_code == 404
    assert (await decide(admin, hers, "withdraw")).status_code == 303


async def test_who_leaves_while_somebody_confirms_holds_nothing(site):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("huynh thi ha")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    line, version = await waiting(leader, page), (await admin.asks(page))["version"]
    _left, confirmed = await asyncio.gather(
        admin.presses(f"{page}/leave", version=version, until=str(ports().today() - timedelta(days=1))),
        leader.presses(f"{page}/role-requests/{line['id']}/confirm", version=line["version"]),
    )
    assert confirmed.status_code in (303, 409)
    assert await held_by(admin, page) == set()


async def test_who_has_left_meanwhile_gets_nothing(site, said):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("danh thi an")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    line, version = await waiting(leader, page), (await admin.asks(page))["version"]
    yesterday = str(ports().today() - timedelta(days=1))
    assert (await admin.presses(f"{page}/leave", version=version, until=yesterday)).status_code == 303
    late = await leader.presses(f"{page}/role-requests/{line['id']}/confirm", version=line["version"])
    assert late.status_code == 409 and "đã rời đơn vị" in said(late)
    assert await held_by(admin, page) == set()
    back = await admin.presses(f"{page}/leave", version=version + 1, until="2099-12-31")
    assert back.status_code == 409 and "đã rời đơn vị từ trước" in said(back)
    assert (await admin.asks(page))["left_on"] == yesterday


async def test_the_leader_is_told_whoever_confirmed_and_the_trail_tells_it_in_words(site, said):
    admin, leader, told = [await site.sign_in(login) for login in ("oanh.qt", "duc.tq", "ha.pt")]
    page = await admin.page_of("dang van on")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert (await decide(leader, page, "confirm", reason=REASON)).status_code == 303
    news = [one for one in (await told.asks(""))["new_roles"] if one["name"] == "Đặng Văn Ổn"]
    assert [(one["title"], one["asked_by"], one["confirmed_by"], one["reason"]) for one in news] == [
        ("Thư ký", "Quách Thị Oanh", "Trương Quốc Đức", REASON)
    ]
    home = await told.opens()
    assert f'href="/t/kien-luong{page}"' in home.text and f"xác nhận: Trương Quốc Đức Lý do: {REASON}" in said(home)
    assert (await (await site.sign_in("hanh.lh")).asks(""))["new_roles"] == [], "an officer is not told"
    assigned, confirmed = (await admin.asks("/trail"))["lines"][:2]
    assert (assigned["record"], confirmed["record"]) == ("Đề nghị trao vai trò", "Vai trò")
    line = assigned if assigned["operation"] == "Xác nhận" else confirmed
    assert (line["who"], line["subject"]) == ("Trương Quốc Đức", "Đặng Văn Ổn – Thư ký – Chi bộ VKSND huyện Kiên Lương")
    changes = {one["field"]: (one["before"], one["after"]) for one in line["changes"]}
    assert changes == {
        "Trạng thái": ("Chờ xác nhận", "Đã xác nhận"),
        "Người quyết định": ("", "Trương Quốc Đức"),
        "Lý do": ("", REASON),
    }


async def test_the_table_itself_refuses_a_confirmation_by_one_of_the_two_concerned(site, database):
    admin = await site.sign_in("oanh.qt")
    page = await admin.page_of("pham thuy ha")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    line = await waiting(admin, page)
    backdoor = Backdoor(database.dsn(database.server.superuser))
    for concerned in ("requested_by", "person_id"):
        with pytest.raises(CheckViolationError, match="role_request_by_two"):
            await backdoor.execute(BY_ONE_ALONE.format(concerned=concerned, request=line["id"]))
    assert (await decide(admin, page, "withdraw")).status_code == 303


async def test_many_small_roles_do_not_push_a_guarded_one_off_the_leader_s_page(site, database):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    page = await admin.page_of("lam hong hanh")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert (await decide(leader, page, "confirm", reason=REASON)).status_code == 303
    await Backdoor(database.dsn(database.server.superuser)).execute(
        """DELETE FROM app.access_rule;
           INSERT INTO app.role_assignment (tenant_id, id, person_id, role, valid_from, version)
           SELECT p.tenant_id, uuidv7(), p.id, 'member', current_date, 1 FROM app.person p JOIN app.tenant t
             ON t.id = p.tenant_id AND t.slug = 'kien-luong', generate_series(1, 30)"""
    )
    assert "Lâm Hồng Hạnh" in {one["name"] for one in (await leader.asks(""))["new_roles"]}
