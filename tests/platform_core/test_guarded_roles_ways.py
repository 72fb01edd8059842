"""Nobody reaches a role that opens what is other people's alone, whatever way he tries."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

import pytest
from asking import REASON, ask, body_id, decide, guarded_held, waiting

from platform_core.access.bodies import touch_access
from platform_core.people.tables import AccessRule, RoleAssignment
from platform_core.plugin_host.running import dispatcher
from plugin_api.endpoints import Action
from plugin_api.ports import ports
from tenancy.context import TenantContext
from tenancy.query import rows
from tenancy.transaction import in_body

pytestmark = pytest.mark.anyio
Way = Callable[[], Awaitable[None]]


async def test_an_administrator_with_an_end_date_is_no_remaining_one(site, said):
    admin = await site.sign_in("oanh.qt")
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


async def test_rights_over_one_cell_give_and_confirm_roles_of_that_cell_only(site):
    admin, clerk = await site.sign_in("oanh.qt"), await site.sign_in("anh.nt")
    page, other = await admin.page_of("vo thanh dat"), await admin.page_of("lam hong hanh")
    async with in_body(TenantContext(await body_id())):
        for permission in ("core.roles.assign", "core.role.confirm"):
            await AccessRule.create(role="clerk", permission=permission, effect="allow")
        await touch_access()
    assert (await ask(clerk, page, "admin")).status_code == 403
    assert (await ask(clerk, page, "member", "van-phong")).status_code == 403
    assert (await ask(clerk, page, "chair", "chi-bo")).status_code == 200
    assert (await decide(clerk, page, "withdraw")).status_code == 303
    assert (await ask(admin, other, "leader")).status_code == 200
    assert "Nguyễn Thị Ánh" not in (await waiting(admin, other))["confirmers"]
    assert (await decide(clerk, other, "confirm")).status_code == 403
    assert (await decide(clerk, other, "withdraw")).status_code == 403, "it is the asker's"
    assert (await decide(admin, other, "withdraw")).status_code == 303


async def test_no_way_leads_an_administrator_alone_to_a_guarded_role(site):
    """Every action of the core, tried with a second account of his own: what guarded roles are held stays the same."""
    slug = "giang-thanh"
    admin = await site.sign_in("y.lc", slug)
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

    async def keeps_a_draft_of_it() -> None:
        draft = {"page": f"/t/{slug}{shade}", "form": f"/t/{slug}{shade}/roles",
                 "fields": [{"name": "role", "value": "leader"}]}  # fmt: skip
        for _time in range(2):
            saved = await admin.client.post(f"{body}/drafts", json=draft)
            assert saved.status_code == 200, saved.text
        assert (await admin.presses(f"/drafts/{saved.json()['draft_id']}/discard")).status_code == 303

    async def changes_settings(step: str, **change: object) -> None:
        path = "/modules/monthly_rating/settings"
        version = (await admin.asks(path))["version"]
        answer = await admin.client.post(f"{body}{path}{step}", json={"version": version, **change})
        assert answer.status_code == 200, answer.text

    keys = ["decided_by", "own_case_allowed"]
    ways: dict[str, Way] = {
        "core.draft.save": keeps_a_draft_of_it,
        "core.draft.discard": keeps_a_draft_of_it,
        "core.settings.set": partial(changes_settings, "", values={"decided_by": "leader", "own_case_allowed": True}),
        "core.settings.lock": partial(changes_settings, "/lock", keys=keys),
        "core.settings.unlock": partial(changes_settings, "/unlock", keys=keys),
        "core.settings.reset": partial(changes_settings, "/reset", keys=keys),
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
    actions = {name for name, (manifest, one) in dispatcher().registry.endpoints.items()
             if manifest.name == "core" and isinstance(one, Action)}  # fmt: skip
    assert ways.keys() == actions, "a new action of the core: think whether it gives a permission, and try it here"
    for name, attempt in ways.items():
        await attempt()
        assert await guarded_held(slug) == before, name
