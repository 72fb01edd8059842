"""While a paper or a sheet is printed, its request holds no connection of the pool."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from inside import Inside

from monthly_rating.cycles.actions import open_cycle
from monthly_rating.cycles.forms import CycleOpening
from platform_core.provisioning.blueprints import machine_in
from plugin_api.papers import DocumentRenderer, File, Form, Paper, Sheet
from plugin_api.ports import ports
from tenancy.query import value
from tenancy.transaction import current_transaction

pytestmark = pytest.mark.anyio
OWN, EVERYBODY = "kien-luong", "duc.tq"


@dataclass
class Watched:
    """The real renderer; notes for each print whether the request was inside a transaction."""

    renderer: DocumentRenderer
    inside: list[bool] = field(default_factory=list)

    async def print(self, paper: Paper, form: Form, edition: int = 0) -> File:
        self._note()
        return await self.renderer.print(paper, form, edition)

    async def sheet(self, sheet: Sheet) -> File:
        self._note()
        return await self.renderer.sheet(sheet)

    def _note(self) -> None:
        try:
            self.inside.append(current_transaction().connection is not None)
        except RuntimeError:
            self.inside.append(False)

    def close(self) -> None:
        """The renderer is closed by whoever composed it."""


@pytest.fixture
def watched(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watching = Watched(ports().renderer)
    monkeypatch.setattr(ports(), "renderer", watching)
    return watching


@pytest.fixture
async def paper(inside: Inside, every_role: str) -> str:
    """The address of a draft; the first test that asks for it leaves it for those after it."""
    await inside.backdoor.execute(every_role.format(login=EVERYBODY))
    async with machine_in(OWN) as actor:
        cell = await value("SELECT id FROM unit WHERE tenant_id = $1 AND kind = 'cell'")
        cycle_id = await value("SELECT id FROM monthly_rating_cycle WHERE tenant_id = $1")
        if cycle_id is None:
            person = replace(actor, person_id=inside.tenants.people[OWN, EVERYBODY][1])
            cycle_id = (await open_cycle(person, CycleOpening(cell, ports().today())))["cycle_id"]
    return f"/monthly-rating/cycles/{cycle_id}/notice/paper"


async def test_papers_and_sheets_are_printed_after_the_transaction(
    inside: Inside, watched: Watched, paper: str
) -> None:
    page = f"/t/{OWN}{paper}"
    asked = [page, f"{page}?form=docx", f"/api/v1{page}", f"/t/{OWN}/people?export=xlsx"]
    async with inside.visitor(EVERYBODY) as client:
        for address in asked:
            answer = await client.get(address)
            assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"], address
    assert watched.inside == [False] * len(asked)


async def test_a_print_inside_a_transaction_is_noticed(inside: Inside, watched: Watched) -> None:
    """Negative control."""
    async with machine_in(OWN):
        await ports().renderer.print(Paper(layout="state", issuer="A", title="B"), "pdf")
    assert watched.inside == [True]


async def test_a_request_after_a_print_is_served_as_before(inside: Inside, paper: str) -> None:
    async with inside.visitor(EVERYBODY) as client:
        answers: list[Any] = [await client.get(f"/t/{OWN}{place}") for place in (paper, "/people", paper, "/people")]
    assert [one.status_code for one in answers] == [200] * 4
    assert answers[0].content == answers[2].content
