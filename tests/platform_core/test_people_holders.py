"""Who else may do it: the port answers as the requests of those people would be answered, in one query."""

from datetime import timedelta
from uuid import uuid4

import pytest

from plugin_api.ports import ports
from tenancy.query import rows, run, value

pytestmark = pytest.mark.anyio
ASKED = ("monthly_rating.plan.review", "monthly_rating.assessment.waive", "core.people.write")
PEOPLE = ("duc.tq", "ha.pt", "anh.nt", "on.dv", "ha.ht", "hanh.lh", "uoc.tm", "an.dt", "yen.mh", "dat.vt", "oanh.qt")


@pytest.fixture
async def kien_luong(tenants):
    async with tenants.inside("kien-luong"):
        yield tenants


async def held_by(tenants, login):
    """What everybody else holds in the cell, by name."""
    cell, me = await tenants.cell(), await tenants.actor(login)
    found = await ports().people.holders(ASKED, {cell}, me.person_id)
    return {one.full_name: set(one.permissions & set(ASKED)) for one in found[cell]}


async def test_it_answers_as_the_requests_of_those_people_are_answered(kien_luong):
    cell = await kien_luong.cell()
    actors = [await kien_luong.actor(login) for login in PEOPLE]
    expected = {one.person_name: {right for right in ASKED if one.may(right, cell)} for one in actors[1:]}
    assert await held_by(kien_luong, "duc.tq") == {name: rights for name, rights in expected.items() if rights}
    elsewhere = uuid4()
    units = await ports().people.holders(ASKED, {cell, elsewhere}, actors[0].person_id)
    assert "Nguyễn Thị Ánh" in {one.full_name for one in units[cell]}
    assert {one.full_name for one in units[elsewhere]} == {"Phạm Thúy Hà", "Quách Thị Oanh"}, "whole-body roles only"


async def test_who_left_whose_role_ended_or_begins_later_is_not_named(kien_luong):
    today = ports().today()
    change = "UPDATE role_assignment SET valid_from = $3, valid_to = $4 WHERE tenant_id = $1 AND person_id = $2"
    clerk, deputy = await kien_luong.actor("anh.nt"), await kien_luong.actor("ha.pt")
    names = set(await held_by(kien_luong, "duc.tq"))
    assert {"Nguyễn Thị Ánh", "Phạm Thúy Hà"} <= names
    await run(change, clerk.person_id, today - timedelta(days=9), today - timedelta(days=1))
    await run(change, deputy.person_id, today + timedelta(days=1), None)
    assert set(await held_by(kien_luong, "duc.tq")) == names - {"Nguyễn Thị Ánh", "Phạm Thúy Hà"}
    await run(change, clerk.person_id, today, today)
    assert "Nguyễn Thị Ánh" in await held_by(kien_luong, "duc.tq")
    left = "UPDATE person SET left_on = $3 WHERE tenant_id = $1 AND id = $2"
    await run(left, clerk.person_id, today - timedelta(days=1))
    assert "Nguyễn Thị Ánh" not in await held_by(kien_luong, "duc.tq")


async def test_the_bodys_own_rules_count_and_a_deny_wins(kien_luong):
    rule = """INSERT INTO access_rule (tenant_id, id, role, permission, effect, version)
              VALUES ($1, gen_random_uuid(), $2, $3, $4, 1)"""
    await run(rule, "member", "monthly_rating.plan.review", "allow")
    held = await held_by(kien_luong, "duc.tq")
    assert "monthly_rating.plan.review" in held["Đặng Văn Ổn"]
    await run(rule, "clerk", "monthly_rating.plan.review", "deny")
    held = await held_by(kien_luong, "duc.tq")
    assert held["Nguyễn Thị Ánh"] == {"monthly_rating.assessment.waive"}, "another role of hers forbids it"
    assert await value("SELECT count(*) FROM role_assignment WHERE tenant_id = $1 AND role = 'clerk'") == 1
    assert len(await rows("SELECT 1 FROM access_rule WHERE tenant_id = $1")) == 2
