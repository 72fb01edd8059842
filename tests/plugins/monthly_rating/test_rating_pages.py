"""What each screen shows to whom, in a bounded number of statements, in every state of a month."""

from datetime import date

import msgspec
import pytest

from monthly_rating.plugin import module_manifest
from plugin_api.clock import on_day
from plugin_api.endpoints import View
from plugin_api.errors import Refusal
from tenancy.faults import Absent

pytestmark = pytest.mark.anyio
SCREENS = [one for one in module_manifest().endpoints if isinstance(one, View) and one.template]
STATES = ("planned", "running", "worked", "assessed", "in_meeting", "commented", "decided", "published")


async def loaded(view, actor, ids):
    """What the screen gives the person: the Struct, or the name of the refusal."""
    wanted = {name: value for name, value in ids.items() if f"{{{name}:" in view.path}
    query = {} if view.query is None else {"query": view.query()}
    try:
        return await view.load(actor, **wanted, **query)
    except (Refusal, Absent) as no:
        return type(no).__name__


async def ids_of(cell):
    task = (await cell.tasks(cell.member))[0]
    return {
        "cycle_id": cell.cycle_id,
        "task_id": task["id"],
        "person_id": cell.member.person_id,
        "plan_id": cell.cycle_id,
    }


@pytest.mark.parametrize("state", STATES)
async def test_every_screen_loads_for_every_role_and_as_json(cell, statements, state):
    await getattr(cell, state)()
    ids = await ids_of(cell)
    with on_day(date(2026, 4, 6)):
        for actor in (cell.chair, cell.leader, cell.clerk, cell.member, cell.colleague, cell.admin):
            for view in SCREENS:
                async with statements() as sent:
                    found = await loaded(view, actor, ids)
                assert len(sent) <= 3, (view.name, sent)
                if not isinstance(found, str):
                    msgspec.json.encode(found)
                    if view.export:
                        view.export(found)


ROLES = ("chair", "leader", "clerk", "member", "admin")
NO = ("Refused", "Forbidden", "Absent")
SHOWN = {
    ("planned", "monthly_rating.notice"): (True, True, True, "Refused", "Forbidden"),
    ("planned", "monthly_rating.task"): (True, True, True, "Absent", "Forbidden"),
    ("running", "monthly_rating.notice"): (True, True, True, True, "Forbidden"),
    ("running", "monthly_rating.task"): (True, True, True, True, "Forbidden"),
    ("running", "monthly_rating.meeting"): ("Refused", "Refused", "Refused", "Refused", "Forbidden"),
    ("running", "monthly_rating.person"): (True, True, True, True, "Absent"),
    ("in_meeting", "monthly_rating.meeting"): (True, True, True, True, "Forbidden"),
    ("decided", "monthly_rating.result"): (True, True, True, "Refused", "Forbidden"),
    ("published", "monthly_rating.result"): (True, True, True, True, "Forbidden"),
}


@pytest.mark.parametrize(("state", "screen"), SHOWN)
async def test_each_screen_opens_to_those_it_is_for(cell, state, screen):
    await getattr(cell, state)()
    view, ids = next(one for one in SCREENS if one.name == screen), await ids_of(cell)
    with on_day(date(2026, 4, 6)):
        found = [await loaded(view, getattr(cell, role), ids) for role in ROLES]
    assert tuple(one if one in NO else True for one in found) == SHOWN[state, screen]


async def test_a_member_sees_no_work_and_no_counts_of_others(cell):
    await cell.assessed()
    ids = await ids_of(cell)
    with on_day(date(2026, 4, 2)):
        page = await loaded(next(one for one in SCREENS if one.name == "monthly_rating.cycle"), cell.member, ids)
        tasks = await loaded(next(one for one in SCREENS if one.name == "monthly_rating.tasks"), cell.member, ids)
    assert {one.is_me: one.done for one in page.members} == {True: 1, False: None}
    assert [one.full_name for one in tasks.tasks] == ["Đặng Văn Ổn"]
    assert page.missing == []


async def test_the_counter_of_statements_counts(cell, statements):
    await cell.planned()
    async with statements() as sent:
        for _time in range(2):
            await cell.tasks()
    assert len(sent) == 2
