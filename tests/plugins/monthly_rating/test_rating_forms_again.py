"""Whatever is typed into any form of any page of the example months: the page comes back with every word of it."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from inside import Inside, composed
from page_forms import PageForm, PageForms, closed_around

from monthly_rating.demo.month import CORRECTED, write_period
from monthly_rating.demo.roles import Roles, find_roles
from monthly_rating.meetings import actions as meeting_actions
from monthly_rating.meetings.forms import MeetingCall
from monthly_rating.plans import actions as plan_actions
from monthly_rating.plans.forms import PlanItems, PlanRow, PlanStart, PlanStep
from monthly_rating.rules.periods import Period, period_after, period_containing
from platform_core.access.acting import acting
from platform_core.access.bodies import BodyPolicies
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine_in
from platform_core.web.addresses import addresses_of
from plugin_api.clock import on_day
from plugin_api.endpoints import Action
from plugin_api.ports import ports
from tenancy.query import row

pytestmark = pytest.mark.anyio
HOME = "/t/kien-luong"
PEOPLE = ("duc.tq", "anh.nt", "on.dv", "oanh.qt")
"""The chair, the clerk, a member, the administrator."""
PAGES_OF_A_KIND = 30
"""So many pages of one template are visited: each state of a period, of a plan, of a task is among them."""
OWN = {"csrf_token", "idempotency_key", "form_page", "form_id", "version"}
NOT_HERE = {
    "core.draft.save",  # sent by the script
    "core.settings.lock", "core.settings.reset", "core.settings.unlock",  # nothing is set here, nobody is below
    "core.role.confirm",
    "core.role.refuse",
    "core.role.withdraw_request",
    "core.module.switch",
    "monthly_rating.assessment.take_back",
    "monthly_rating.grade.correct",
    "monthly_rating.meeting.close",
    "monthly_rating.plan.reopen",
    "monthly_rating.result.publish",
}
"""Forms that need a state of their own: they are the same macros, and their own tests send them."""


async def live_the_months(roles: Roles, drafting: UUID) -> None:
    """Periods: published, in the meeting, running, planned; plans: handed in by all but one, who is `drafting`."""
    day = date(ports().today().year, 1, 1)
    for own in roles.members:
        plan_id = (await plan_actions.start_plan(own, PlanStart(roles.unit_id, day.year)))["plan_id"]
        await plan_actions.save_plan(own, plan_id, PlanItems(1, [PlanRow(None, "Trực nghiệp vụ", day, "100 %")]))
        if own.person_id != drafting:
            await plan_actions.submit_plan(own, plan_id, PlanStep(2))
    first = period_containing(day, "month")
    second = period_after(first, "month")
    third = period_after(second, "month")
    await write_period(roles, first, CORRECTED, date(day.year, 12, 31))
    await write_period(roles, second, CORRECTED + 1, second.end)
    await write_period(roles, third, CORRECTED + 2, third.start + timedelta(days=3))
    await write_period(roles, period_after(third, "month"), CORRECTED + 3, third.end + timedelta(days=1))
    await open_the_meeting(roles, second)


async def open_the_meeting(roles: Roles, period: Period) -> None:
    found = await row("SELECT id, version FROM monthly_rating_cycle WHERE tenant_id = $1 AND period_start = $2",
                      period.start)
    held_on = period.end + timedelta(days=3)
    assert found is not None
    with on_day(held_on):
        call = MeetingCall(found["version"], held_on, "Phòng họp", roles.clerk.person_id)
        await meeting_actions.open_meeting(roles.chair, found["id"], call)


@pytest.fixture
async def lived(tenants: Any, database: Any) -> AsyncIterator[Inside]:
    """The application over the example months."""
    async with composed(tenants, database) as made:
        policies, day = BodyPolicies(dispatcher().registry), date(ports().today().year, 1, 1)
        async with machine_in("kien-luong") as machine:
            unit = (await ports().people.units("cell", day))[0]
            people = [one.person_id for one in await ports().people.members(unit.id, day)]
            roles = await find_roles(lambda one: acting(policies, machine.body, one, day), unit.id, people)
            assert roles is not None
            if await row("SELECT id FROM monthly_rating_cycle WHERE tenant_id = $1 LIMIT 1") is None:
                await live_the_months(roles, tenants.people["kien-luong", "on.dv"][1])
        yield made


def kind_of(path: str) -> str:
    """An address without its ids."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path)


async def pages_of(client: httpx.AsyncClient) -> AsyncIterator[tuple[str, str]]:
    """(address, content) of the pages that links lead to from the first one, a few of each kind."""
    waiting, seen, kinds = [HOME], {HOME}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        answer = await client.get(path)
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        yield path, answer.text
        for found in re.findall(r'<a [^>]*href="([^"#?]*)', answer.text):
            following = urlsplit(found).path
            if following.startswith(HOME) and following not in seen and kinds[kind_of(following)] < PAGES_OF_A_KIND:
                seen.add(following)
                kinds[kind_of(following)] += 1
                waiting.append(following)


def spoilt(form: PageForm) -> dict[str, list[str]]:
    """What this form would send, with something in every field and at least one fault."""
    sent, fault = dict(form.values), False
    for place, (name, kind) in enumerate(sorted(form.kinds.items())):
        if name in OWN or kind in ("hidden", "file", "password", "radio"):
            continue
        if kind == "checkbox":
            sent[name] = ["1"]
        elif kind == "select":
            sent[name] = [form.options[name][-1]]
        elif kind in ("date", "number") or name.endswith("progress"):
            sent[name], fault = [f"mai mốt {place}"], True
        else:
            sent[name] = [f"Chữ <b>đã gõ</b> & còn đây {place}"]
    longest = max(form.limits.items(), key=lambda one: one[1], default=None)
    if not fault and longest:
        sent[longest[0]], fault = ["ư" * (longest[1] + 1)], True
    if not fault and "version" in form.values:
        sent["version"], fault = ["999"], True
    choices = [name for name, kind in form.kinds.items() if kind in ("hidden", "select") and name not in OWN]
    if not fault and choices:
        sent[choices[0]] = ["không có"]
    return sent


def heading(html: str) -> str:
    """What the page is called; the badge in it may change."""
    return re.search(r"<h1>(.*?)(<span|</h1>)", html, re.DOTALL)[1]  # type: ignore[index]


def lost(sent: dict[str, list[str]], again: PageForm) -> dict[str, Any]:
    """What was typed and is not in the form that came back."""
    return {
        name: (values, again.values.get(name))
        for name, values in sent.items()
        if name not in OWN
        and values[0] in again.options.get(name, values)
        and again.kinds.get(name) not in ("file", "password") and again.values.get(name) != values
    }


async def test_every_form_of_every_page_comes_back_whole(lived: Inside) -> None:
    tried: set[str] = set()
    resolve = addresses_of(dispatcher().registry).resolve
    for login in PEOPLE:
        async with lived.visitor(login) as client:
            async for path, html in pages_of(client):
                forms = PageForms(html).forms
                own = [form.values["form_id"][0] for form in forms if "form_id" in form.values]
                assert [one for one, times in Counter(own).items() if times > 1] == [], (path, "two forms, one name")
                done = set()
                for form in forms:
                    for address in (form.action, *form.further):
                        names = [name for name, _values in resolve(urlsplit(address).path)]
                        action = next((one for one in names if isinstance(endpoint(one), Action)), None)
                        if action is None or kind_of(address) in done or not can_fail(form):
                            continue
                        done.add(kind_of(address))
                        tried.add(action)
                        await comes_back(client, address, form, path, html)
    assert every_action() - tried - NOT_HERE == set()


def can_fail(form: PageForm) -> bool:
    """Whether anything in it can be wrong."""
    return spoilt(form) != form.values or "file" in form.kinds.values()


async def comes_back(client: httpx.AsyncClient, address: str, form: PageForm, path: str, html: str) -> None:
    """The form, sent with a fault in it, comes back on its page with all that was typed."""
    sent = spoilt(form)
    answer = await client.post(address, data=sent)
    again = PageForms(answer.text).again
    assert answer.status_code in (409, 422), (path, address, answer.status_code, sent)
    assert heading(answer.text) == heading(html), (path, address)
    assert len(again) == 1, (path, address, sent)
    assert lost(sent, again[0]) == {}, (path, address)
    assert closed_around(answer.text, "data-again") == 0, (path, address)


EITHER_OR = {"text", "password", "absence_reason"}
"""Asked for only beside another answer: a word or expressly none; a login; an absence. The page says so."""


async def test_what_is_asked_for_is_marked_as_required(lived: Inside) -> None:
    """Whatever an action misses when nothing was typed, the form had marked: the rules ask, not the Struct alone."""
    asked: set[str] = set()
    for login in PEOPLE:
        async with lived.visitor(login) as client:
            kinds: set[str] = set()
            async for path, html in pages_of(client):
                for form in PageForms(html).forms:
                    if kind_of(form.action) in kinds or not form.action.startswith(HOME):
                        continue
                    kinds.add(kind_of(form.action))
                    blank = {name: values if form.kinds.get(name) in ("hidden", "radio") else [""]
                             for name, values in form.values.items()}
                    answer = await client.post(form.action, data=blank)
                    for again in PageForms(answer.text).again if answer.status_code == 422 else ():
                        asked |= again.faulty
                        assert again.faulty - form.required - EITHER_OR == set(), (path, form.action)
    assert len(asked) > 10


def endpoint(name: str) -> Any:
    """A declared endpoint; None for a page of the account."""
    return dispatcher().registry.endpoints.get(name, (None, None))[1]


def every_action() -> set[str]:
    """The actions with something to type or a version to be seen."""
    return {name for name, (_manifest, one) in dispatcher().registry.endpoints.items()
            if isinstance(one, Action) and one.data is not None}
