"""What each screen shows to whom, in a bounded number of statements, in every state of a month."""

from datetime import date

import msgspec
import pytest

from monthly_rating.endpoints import ENDPOINTS
from monthly_rating.service.clock import standing_on
from plugin_api.endpoints import View
from plugin_api.errors import Refusal
from tenancy.faults import Absent

pytestmark = pytest.mark.anyio
SCREENS = [one for one in ENDPOINTS if isinstance(one, View) and one.template]
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
    with standing_on(date(2026, 4, 6)):
        for actor in (cell.chair, cell.leader, cell.clerk, cell.member, cell.colleague, cell.admin):
            for view in SCREENS:
                with statements() as sent:
                    found = await loaded(view, actor, ids)
                assert len(sent) <= 3, (view.name, sent)
                if not isinstance(found, str):
                    msgspec.json.encode(found)
                    if view.export:
                        view.export(found)
