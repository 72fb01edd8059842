"""The matrix of permissions says what really happens, and the form that gives roles begins with one that is given."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from platform_core.access.bodies import policy_here
from platform_core.access.compiled import RolePolicy
from platform_core.access.matrix import Matrix, matrix
from platform_core.access.roles import ROLES
from platform_core.people.tables import AccessRule
from platform_core.provisioning.blueprints import machine
from plugin_api.actor import Actor

pytestmark = pytest.mark.anyio


def untrue(shown: Matrix, policy: RolePolicy, somebody: Actor, unit_id) -> list[str]:
    """Cells that say something else than what a person with this role alone may do where the role is held."""
    scoped = {role.key: role.scoped for role in ROLES}
    found = []
    for line in (line for group in shown.groups for line in group.permissions):
        for role, cell in zip(shown.roles, line.cells, strict=True):
            person = replace(somebody, held=(policy.held(role.key, unit_id if scoped[role.key] else None),))
            if person.may(line.key, unit_id) != (cell.state in ("held", "conditional")):
                found.append(f"{role.key} {line.key}")
            if bool(cell.words) != (cell.state == "conditional"):
                found.append(f"{role.key} {line.key} says when")
    return found


async def test_every_cell_is_true_for_every_permission_and_role_rules_of_the_body_included(tenants):
    async with tenants.inside("kien-luong"):
        await AccessRule.create(role="clerk", permission="core.people.read", effect="deny")
        await AccessRule.create(role="officer", permission="monthly_rating.overview.read", effect="allow")
        everybody = machine(await tenants.body("kien-luong"), frozenset({"monthly_rating"}))
        shown, policy, unit_id = await matrix(everybody), await policy_here(), await tenants.cell()
        assert sum(len(group.permissions) for group in shown.groups) > 25 and len(shown.roles) == len(ROLES)
        assert untrue(shown, policy, everybody, unit_id) == []
        states = {
            (role.key, line.key): cell
            for group in shown.groups
            for line in group.permissions
            for role, cell in zip(shown.roles, line.cells, strict=True)
        }
        assert states["clerk", "core.people.read"].state == "denied"
        assert states["officer", "monthly_rating.overview.read"].words == ["chỉ khi cùng vào được mục này"]
        templates = RolePolicy(())
        assert untrue(shown, templates, everybody, unit_id), "control: with other rules the cells are untrue"


async def test_what_the_form_that_gives_roles_begins_with_is_given_to_everybody(site):
    admin = await site.sign_in("oanh.qt")
    begun = 0
    for person in (await admin.asks("/people"))["people"]:
        page = f"/people/{person['id']}"
        view = await admin.asks(page)
        preset = view["preset"]
        if view["is_me"] or not preset["role"]:
            continue
        before = {(role["role"], role["unit"]) for role in await admin.roles_of(page)}
        given = await admin.presses(f"{page}/roles", role=preset["role"], unit=preset["unit"], since=view["today"])
        assert given.status_code == 303, person["name"]
        assert len({(role["role"], role["unit"]) for role in await admin.roles_of(page)} - before) == 1
        begun += 1
        again = (await admin.asks(page))["preset"]
        assert again != preset, "what is held already is not offered again"
    assert begun > 0


async def test_figures_about_a_person_take_the_right_of_the_module(site):
    """An officer reads figures of the body; about one person only those who oversee the module, or the person."""
    officer, leader = await site.sign_in("hanh.lh"), await site.sign_in("duc.tq")
    people = (await leader.asks("/people"))["people"]
    ids = {person["name"]: person["id"] for person in people}
    fact = "/facts/monthly_rating.tasks_late"

    async def status(person, subject=None):
        asked = {"subject_id": subject} if subject else {}
        return (await person.client.get(f"/api/v1/t/kien-luong{fact}", params=asked)).status_code

    other = ids["Đặng Văn Ổn"]
    own = next(one for name, one in ids.items() if name.endswith("Hạnh"))
    assert [await status(officer), await status(officer, other), await status(officer, own)] == [200, 403, 200]
    assert [await status(leader), await status(leader, other)] == [200, 200]


async def test_an_administrator_whose_role_ends_does_not_count_as_the_one_who_stays(site):
    admin, leader = await site.sign_in("oanh.qt"), await site.sign_in("duc.tq")
    own, other = await admin.page_of("quach thi oanh"), await admin.page_of("danh thi an")
    today = (await admin.asks(own))["today"]
    assert (await admin.presses(f"{other}/roles", role="admin", since=today)).status_code == 303
    asked = next(line for line in (await leader.asks(other))["requests"] if line["state"] == "requested")
    assert (
        await leader.presses(f"{other}/role-requests/{asked['id']}/confirm", version=asked["version"], reason="Thay")
    ).status_code == 303

    async def ended(page, until) -> int:
        role = next(one for one in await admin.roles_of(page) if one["role"] == "admin")
        fields = {"version": role["version"], "until": until}
        return (await admin.presses(f"{page}/roles/{role['id']}/withdraw", **fields)).status_code

    in_a_month = (date.fromisoformat(today) + timedelta(days=30)).isoformat()
    assert await ended(other, in_a_month) == 303
    assert await ended(own, in_a_month) == 409, "the other one goes too"
