"""Roles that open or decide what is other people's take two people: nobody reaches one alone, whatever way he tries."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from platform_core.access.bodies import policy_here, touch_access
from platform_core.access.guarded import guarded_roles
from platform_core.people.tables import AccessRule, RoleAssignment
from platform_core.plugin_host.running import dispatcher
from plugin_api.endpoints import Action
from plugin_api.ports import ports
from tenancy.context import OPERATOR_SPACE, TenantContext
from tenancy.lifecycle import directory
from tenancy.query import rows
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
THIDUA = Path(sys.executable).with_name("thidua")
REASON = "Đã đối chiếu với quyết định phân công"


async def body_id(slug: str = "kien-luong") -> Any:
    """The body's id."""
    async with in_body(TenantContext(OPERATOR_SPACE)):
        return next(line["id"] for line in await directory() if line["slug"] == slug)


async def guarded_held(slug: str = "kien-luong") -> set[tuple[Any, ...]]:
    """Every guarded role that anybody holds today or later, with its last day."""
    async with in_body(TenantContext(await body_id(slug))):
        held = await rows(
            """SELECT person_id, role, unit_id, valid_to FROM role_assignment
               WHERE tenant_id = $1 AND (valid_to IS NULL OR valid_to >= $2)""",
            ports().today(),
        )
        guarded = guarded_roles(await policy_here())
        return {tuple(line) for line in held if line["role"] in guarded}


async def ask(admin: Any, page: str, role: str, unit: str = "", **more: Any) -> Any:
    """Ask for a role from today on, through the API."""
    new = {"role": role, "unit": unit, "since": str(ports().today())} | more
    return await admin.client.post(f"/api/v1/t/{admin.slug}{page}/roles", json=new)


async def waiting(visitor: Any, page: str) -> dict[str, Any]:
    """The one request that waits on this page."""
    found = [one for one in (await visitor.asks(page))["requests"] if one["state"] == "requested"]
    assert len(found) == 1, found
    return found[0]


async def decide(visitor: Any, page: str, step: str, **more: Any) -> Any:
    """Confirm, refuse or withdraw the one request on this page."""
    line = await waiting(visitor, page)
    return await visitor.presses(f"{page}/role-requests/{line['id']}/{step}", **{"version": line["version"]} | more)


async def held_by(visitor: Any, page: str) -> set[str]:
    """The roles of today."""
    return {role["role"] for role in await visitor.roles_of(page)}


async def test_which_roles_are_guarded_follows_from_the_permissions_and_the_body_s_own_rules(door):
    async with in_body(TenantContext(await body_id("cum-11"))):
        assert guarded_roles(await policy_here()) == {"admin", "leader", "chair", "clerk"}
        await AccessRule.create(role="officer", permission="monthly_rating.overview.read", effect="allow")
        for permission in dispatcher().registry.guarded():
            await AccessRule.create(role="clerk", permission=permission, effect="deny")
        assert guarded_roles(await policy_here()) == {"admin", "leader", "chair", "officer"}


async def test_a_role_without_a_guarded_permission_is_given_at_once(door):
    """Negative control: it is the declared permission that makes a role wait."""
    admin = await door.sign_in("oanh.qt")
    page = await admin.page_of("vo thanh dat")
    assert set((await ask(admin, page, "officer")).json()) == {"assignment_id"}
    assert "officer" in await held_by(admin, page)


async def test_nobody_gives_a_role_to_himself_whatever_the_role(door, said):
    admin = await door.sign_in("oanh.qt")
    own = await admin.page_of("quach thi oanh")
    for role, unit in [("leader", ""), ("officer", ""), ("chair", "chi-bo"), ("member", "chi-bo"), ("admin", "")]:
        refused = await admin.presses(f"{own}/roles", role=role, unit=unit, since=str(ports().today()))
        assert refused.status_code == 409 and "Không ai tự trao vai trò cho mình" in said(refused)
        assert (await ask(admin, own, role, unit)).status_code == 409
    assert await held_by(admin, own) == {"admin"}
    page = await admin.opens(own)
    assert f'action="/t/kien-luong{own}/roles"' not in page.text and "Không ai tự trao vai trò" in said(page)


async def test_a_guarded_role_is_held_only_when_a_second_person_has_confirmed_it(door, said):
    admin, leader = await door.sign_in("oanh.qt"), await door.sign_in("duc.tq")
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
    assert (await leader.opens(page)).text.count("/confirm") == 1
    assert (await decide(leader, page, "confirm", reason=REASON)).status_code == 303
    given = next(one for one in await leader.roles_of(page) if one["role"] == "chair")
    assert given["since"] == str(ports().today()), "not before the day of confirmation"
    assert not [one for one in (await leader.asks(""))["waiting"] if page in one["url"]]


async def test_who_gets_the_role_does_not_confirm_it(door):
    admin, leader, other = [await door.sign_in(login) for login in ("oanh.qt", "ha.pt", "duc.tq")]
    page = await admin.page_of("pham thuy ha")
    assert (await ask(admin, page, "admin")).status_code == 200
    assert "được đề nghị cho đồng chí" in (await waiting(leader, page))["why_not"]
    assert (await decide(leader, page, "confirm")).status_code == 403
    assert (await decide(leader, page, "refuse", reason=REASON)).status_code == 403
    assert "admin" not in await held_by(other, page)
    assert (await decide(other, page, "refuse", reason=REASON)).status_code == 303


async def test_a_refusal_has_a_reason_and_a_withdrawal_is_the_asker_s(door, said):
    admin, leader = await door.sign_in("oanh.qt"), await door.sign_in("duc.tq")
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


async def test_two_confirmations_at_once_give_the_role_once(door):
    admin, one, other = [await door.sign_in(login) for login in ("oanh.qt", "duc.tq", "ha.pt")]
    page = await admin.page_of("mai hoang yen")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    line = await waiting(one, page)
    path = f"{page}/role-requests/{line['id']}/confirm"
    answers = await asyncio.gather(*(person.presses(path, version=line["version"]) for person in (one, other)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert [role["role"] for role in await one.roles_of(page)].count("clerk") == 1


async def test_a_request_of_another_person_is_not_reached_by_a_made_up_address(door):
    admin, leader = await door.sign_in("oanh.qt"), await door.sign_in("duc.tq")
    hers, his = await admin.page_of("huynh thi ha"), await admin.page_of("vo thanh dat")
    assert (await ask(admin, hers, "clerk", "chi-bo")).status_code == 200
    line = await waiting(leader, hers)
    crossed = await leader.presses(f"{his}/role-requests/{line['id']}/confirm", version=line["version"])
    assert crossed.status_code == 404
    assert (await decide(admin, hers, "withdraw")).status_code == 303


async def test_who_has_left_meanwhile_gets_nothing(door, said):
    admin, leader = await door.sign_in("oanh.qt"), await door.sign_in("duc.tq")
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


async def test_the_leader_is_told_whoever_confirmed_and_the_trail_tells_it_in_words(door, said):
    admin, leader, told = [await door.sign_in(login) for login in ("oanh.qt", "duc.tq", "ha.pt")]
    page = await admin.page_of("dang van on")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert (await decide(leader, page, "confirm", reason=REASON)).status_code == 303
    news = [one for one in (await told.asks(""))["new_roles"] if one["name"] == "Đặng Văn Ổn"]
    assert [(one["title"], one["asked_by"], one["confirmed_by"], one["reason"]) for one in news] == [
        ("Thư ký", "Quách Thị Oanh", "Trương Quốc Đức", REASON)
    ]
    home = await told.opens()
    assert f'href="/t/kien-luong{page}"' in home.text and f"xác nhận: Trương Quốc Đức Lý do: {REASON}" in said(home)
    assert (await (await door.sign_in("hanh.lh")).asks(""))["new_roles"] == [], "an officer is not told"
    assigned, confirmed = (await admin.asks("/trail"))["lines"][:2]
    assert (assigned["record"], confirmed["record"]) == ("Đề nghị trao vai trò", "Vai trò")
    line = assigned if assigned["operation"] == "Sửa" else confirmed
    assert (line["who"], line["subject"]) == ("Trương Quốc Đức", "Đặng Văn Ổn – Thư ký")
    changes = {one["field"]: (one["before"], one["after"]) for one in line["changes"]}
    assert changes == {
        "Trạng thái": ("Chờ xác nhận", "Đã xác nhận"),
        "Người quyết định": ("", "Trương Quốc Đức"),
        "Lý do": ("", REASON),
    }


async def test_an_administrator_with_an_end_date_is_no_remaining_one(door, said):
    admin = await door.sign_in("oanh.qt")
    own, other = await admin.page_of("quach thi oanh"), await admin.page_of("truong quoc duc")
    tomorrow = ports().today() + timedelta(days=1)
    async with in_body(TenantContext(await body_id())):
        person = (await rows("SELECT id FROM person WHERE tenant_id = $1 AND code = 'kl-01'"))[0]["id"]
        await RoleAssignment.create(
            person_id=person, role="admin", unit_id=None, valid_from=date(2020, 1, 1), valid_to=tomorrow
        )
        await touch_access()
    held = next(one for one in await admin.roles_of(own) if one["role"] == "admin")
    alone = await admin.presses(f"{own}/roles/{held['id']}/withdraw", version=held["version"])
    assert alone.status_code == 409 and "người quản trị cuối cùng" in said(alone)
    dated = next(one for one in await admin.roles_of(other) if one["role"] == "admin")
    longer = await admin.presses(
        f"{other}/roles/{dated['id']}/withdraw", version=dated["version"], until=str(tomorrow + timedelta(days=900))
    )
    assert longer.status_code == 422 and "không kéo dài thêm" in said(longer)
    ended = await admin.presses(f"{other}/roles/{dated['id']}/withdraw", version=dated["version"])
    assert ended.status_code == 303


Way = Callable[[], Awaitable[None]]


async def test_no_way_leads_an_administrator_alone_to_a_guarded_role(door):
    """Every deed of the core, tried with a second account of his own: what guarded roles are held stays the same."""
    slug = "giang-thanh"
    admin = await door.sign_in("y.lc", slug)
    new = {"full_name": "Bóng Của Ý", "code": "gt-99", "login": "bong.y", "password": "mưa rào mùa hạ"}
    assert (await admin.presses("/people", **new)).status_code == 303
    own, shade = await admin.page_of("luu cong y"), await admin.page_of("bong cua y")
    today, before = ports().today(), await guarded_held(slug)
    far = str(today + timedelta(days=900))
    body = f"/api/v1/t/{slug}"

    async def asks_for_everything() -> None:
        for page in (own, shade):
            for role, unit in [("admin", ""), ("leader", ""), ("chair", "chi-bo"), ("clerk", "chi-bo")]:
                await ask(admin, page, role, unit)
                await ask(admin, page, role, unit, since=far)
        assert len((await admin.asks(shade))["requests"]) == 4

    async def decides_himself(step: str) -> None:
        for line in (await admin.asks(shade))["requests"]:
            await admin.client.post(
                f"{body}{shade}/role-requests/{line['id']}/{step}", json={"version": 1, "reason": REASON}
            )

    async def confirms() -> None:
        await decides_himself("confirm")

    async def refuses() -> None:
        await decides_himself("refuse")

    async def withdraws() -> None:
        await decides_himself("withdraw")
        assert [one for one in (await admin.asks(shade))["requests"] if one["state"] == "requested"] == []

    async def adds_another_account() -> None:
        again = {**new, "code": "gt-98", "login": "an.pv"}
        assert (await admin.client.post(f"{body}/people", json=again)).status_code == 422, "the leader's own login"

    async def renames() -> None:
        version = (await admin.asks(shade))["version"]
        await admin.presses(f"{shade}/edit", full_name="Phan Văn Ân", position="Viện trưởng", version=version)

    async def appoints() -> None:
        for page in (own, shade):
            place = {"unit": "chi-bo", "position": "Bí thư", "since": str(today)}
            assert (await admin.client.post(f"{body}{page}/appointments", json=place)).status_code == 200

    async def prolongs_a_place() -> None:
        place = (await admin.asks(shade))["appointments"][0]
        await admin.presses(f"{shade}/appointments/{place['id']}/end", version=place["version"], until=far)

    async def prolongs_a_role() -> None:
        held = next(one for one in await admin.roles_of(own) if one["role"] == "admin")
        await admin.presses(f"{own}/roles/{held['id']}/withdraw", version=held["version"], until=far)

    async def leaves_and_comes_back() -> None:
        for until in (str(today - timedelta(days=1)), far):
            version = (await admin.asks(shade))["version"]
            await admin.presses(f"{shade}/leave", version=version, until=until)
        assert (await admin.asks(shade))["left_on"] < str(today)
        assert (await ask(admin, shade, "leader")).status_code == 409

    async def asks_while_the_module_is_off() -> None:
        for enabled in ("0", "1"):
            line = next(one for one in (await admin.asks("/modules"))["modules"] if one["name"] == "monthly_rating")
            await admin.presses("/modules/monthly_rating", enabled=enabled, version=line["version"])
            answer = await ask(admin, await admin.page_of("ho thi en"), "chair", "chi-bo")
            assert "assignment_id" not in answer.json()

    ways: dict[str, Way] = {
        "core.role.give": asks_for_everything,
        "core.role.confirm": confirms,
        "core.role.refuse": refuses,
        "core.role.withdraw_request": withdraws,
        "core.role.withdraw": prolongs_a_role,
        "core.person.add": adds_another_account,
        "core.person.edit": renames,
        "core.person.appoint": appoints,
        "core.person.end_appointment": prolongs_a_place,
        "core.module.switch": asks_while_the_module_is_off,
        "core.person.leave": leaves_and_comes_back,
    }
    deeds = {name for name, (manifest, one) in dispatcher().registry.endpoints.items()
             if manifest.name == "core" and isinstance(one, Action)}  # fmt: skip
    assert ways.keys() == deeds, "a new deed of the core: think whether it gives a permission, and try it here"
    for name, attempt in ways.items():
        await attempt()
        assert await guarded_held(slug) == before, name


@pytest.fixture
def call(database, postgres):
    """Runs `thidua` on this file's database, as the operator does."""
    key = (postgres.folder / "instance.key").read_text().strip()
    environment = os.environ | {"DATABASE_URL": database.dsn(), "THIDUA_KEY": key}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([THIDUA, *words], env=environment, capture_output=True, text=True, timeout=60)

    return run


async def test_a_body_with_one_administrator_has_the_operator_confirm(door, said, call):
    slug = "giang-thanh"
    admin, leader = await door.sign_in("y.lc", slug), await door.sign_in("an.pv", slug)
    page, one, two = [await admin.page_of(words) for words in ("chau van day", "gt-01", "to ngoc ai")]
    for leading in (one, two):
        held = next(role for role in await admin.roles_of(leading) if role["role"] == "leader")
        taken = await admin.presses(f"{leading}/roles/{held['id']}/withdraw", version=held["version"])
        assert taken.status_code == 303
    assert (await leader.presses(f"{page}/roles", role="officer", since=str(ports().today()))).status_code == 403
    assert (await ask(admin, page, "leader")).status_code == 200
    command = (await waiting(admin, page))["command"]
    assert command == 'thidua roles confirm giang-thanh day.cv leader --reason "…"'
    assert command in said(await admin.opens(page)) and "người vận hành" in said(await admin.opens("/people"))
    listed = json.loads(call("roles", "list", slug, "--json").stdout)
    assert [(line["login"], line["role"], line["confirmers"]) for line in listed if line["role"] == "leader"] == [
        ("day.cv", "leader", [])
    ]
    words = command.replace('"…"', "").split()[1:]
    for reason in ("", "ngắn", "    \n    \n    "):
        short = call(*words, reason)
        assert short.returncode == 1 and "Lý do" in short.stderr
    assert call(*words[:-1]).returncode == 2, "without a reason"
    assert call("roles", "confirm", slug, "day.cv", "admin", "--reason", REASON).returncode == 1
    assert "leader" not in await held_by(admin, page)
    done = call(*words, REASON)
    assert done.returncode == 0, done.stderr
    assert "leader" in await held_by(admin, page)
    assert call(*words, REASON).returncode == 1, "once"
    new = await door.sign_in("day.cv", slug)
    told = (await new.asks(""))["new_roles"][0]
    assert (told["name"], told["asked_by"], told["confirmed_by"], told["reason"]) == (
        "Châu Văn Đầy", "Lưu Công Ý", "", REASON)  # fmt: skip
    assert "xác nhận: Người vận hành" in said(await new.opens())
    trail = next(line for line in (await admin.asks("/trail", table="role_request"))["lines"])
    assert trail["who"] == "Hệ thống" and REASON in [change["after"] for change in trail["changes"]]


async def test_the_operator_refuses_and_gives_what_nobody_in_the_body_can_ask_for(door, call):
    slug = "giang-thanh"
    admin = await door.sign_in("y.lc", slug)
    own, page = await admin.page_of("luu cong y"), await admin.page_of("to ngoc ai")
    assert (await ask(admin, page, "clerk", "chi-bo")).status_code == 200
    assert call("roles", "refuse", slug, "ai.tn", "clerk", "--unit", "chi-bo", "--reason", REASON).returncode == 0
    assert (await admin.asks(page))["requests"][-1]["reason"] == REASON
    given = call("roles", "give", slug, "y.lc", "member", "--unit", "chi-bo", "--reason", REASON)
    assert given.returncode == 0, given.stderr
    assert await held_by(admin, own) == {"admin", "member"}
    assert call("roles", "give", slug, "nobody.here", "member", "--unit", "chi-bo", "--reason", REASON).returncode == 1
    assert call("roles", "list", "khong-co").returncode == 1
