"""No paper, sheet or file of a body carries a word of another body.

Two bodies live through the same months. Then every word a person can write is marked: with a mark of the body and the
column. Every address that gives a file is asked, the files are opened, and no mark of the other body may be in them.
"""

import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from io import BytesIO
from itertools import product
from typing import Any
from uuid import UUID

import pymupdf
import pytest
from docx import Document
from inside import Inside, Route
from python_calamine import load_workbook

from monthly_rating.demo.month import ABSENT, AMENDED, write_period
from monthly_rating.demo.roles import find_roles
from monthly_rating.demo.year import fill
from monthly_rating.rules.periods import period_containing
from platform_core.access.acting import acting
from platform_core.access.bodies import BodyPolicies
from platform_core.plugin_host.running import dispatcher
from platform_core.provisioning.blueprints import machine_in
from plugin_api.papers import Column, Paper, Paragraph, Sheet, SheetColumn, Table
from plugin_api.ports import ports

pytestmark = pytest.mark.anyio
MARKS = {"kien-luong": "zkl", "giang-thanh": "zgt"}
READERS = {"kien-luong": ["duc.tq", "hanh.lh"], "giang-thanh": ["an.pv", "hanh.lh"]}
"""Somebody of the body alone, and somebody of both; they get every role."""
SPRING, MONTHS, AUTUMN = date(2026, 4, 20), {date(2026, 5, 1): AMENDED, date(2026, 6, 1): ABSENT}, date(2026, 10, 1)
"""Until spring the year of the demonstration; then a month with an amended notice, one with somebody absent."""
NO_WORDS = {
    "state", "step", "self_level", "miss_reason", "level", "proposed_level", "kind", "role", "permission", "effect",
    "media_type", "sha256", "search", "name_search", "code", "slug",
}  # fmt: skip
"""Columns that hold a key, not words."""
COLUMNS = """
SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
WHERE table_schema = 'app' AND data_type IN ('text', 'jsonb')
  AND (table_name LIKE 'monthly_rating%' OR table_name IN ('person', 'unit', 'appointment', 'tenant'))
ORDER BY 1, 2"""
MARK_TEXT = "{column} = CASE WHEN {column} = '' THEN '' ELSE '{mark} ' || {column} END"
MARK_JSON = """{column} = regexp_replace({column}::text, '"(title|label|full_name|required_level|planned_quantity|'
  'guidance|expected_level|note)": "', '"\\1": "{mark} ', 'g')::jsonb"""
IDS = """
SELECT 'cycle_id' AS name, array_agg(id) AS ids FROM app.monthly_rating_cycle WHERE tenant_id = $1
UNION ALL SELECT 'person_id', (array_agg(person_id))[:3] FROM app.monthly_rating_cycle_member WHERE tenant_id = $1
UNION ALL SELECT 'task_id', (array_agg(id ORDER BY evidence DESC))[:3] FROM app.monthly_rating_task WHERE tenant_id = $1
UNION ALL SELECT 'evidence_id', (array_agg(id))[:3] FROM app.monthly_rating_evidence WHERE tenant_id = $1
UNION ALL SELECT 'plan_id', (array_agg(id))[:2] FROM app.monthly_rating_year_plan WHERE tenant_id = $1"""
SETTINGS = """
INSERT INTO app.setting_patch SELECT id, gen_random_uuid(), 'monthly_rating', jsonb_build_object(
  'upper_committee', '{0}900x', 'notice_sign', '{0}901x', 'minutes_sign', '{0}902x'), '[]', now(), id, 1
  FROM app.tenant WHERE slug = '{1}'
  ON CONFLICT (tenant_id, module) DO UPDATE SET patch = setting_patch.patch || excluded.patch;
UPDATE app.monthly_rating_evidence SET content = '{0}903x'
  WHERE tenant_id = (SELECT id FROM app.tenant WHERE slug = '{1}')
"""
FROZEN = """
DELETE FROM app.issued_paper WHERE subject_id NOT IN (
  SELECT id FROM app.monthly_rating_cycle WHERE period_start = '2026-01-01');
UPDATE app.issued_paper SET
  content = regexp_replace(content::text, '"(title|summary|text)":"', '"\\1":"{0}904x ', 'g')::json
  WHERE tenant_id = (SELECT id FROM app.tenant WHERE slug = '{1}');
UPDATE app.issued_paper SET sha256 = encode(sha256(convert_to(content::text, 'UTF8')), 'hex');
"""
"""One month prints what was frozen, the others as before there were frozen papers: from their rows."""


@dataclass(frozen=True)
class Sent:
    """A file as it reached a person."""

    address: str
    kind: str
    disposition: str
    content: bytes

    def words(self) -> str:
        """All that is in it, without the spaces that lines end with."""
        return re.sub(r"[\s\u00ad-]", "", self.disposition + "".join(self._texts()))

    def _texts(self) -> Iterator[str]:
        if self.kind == "pdf":
            with pymupdf.open(stream=self.content, filetype="pdf") as paper:
                yield from (page.get_text() for page in paper)
                yield repr(paper.metadata)
        elif self.kind in ("docx", "xlsx"):
            yield from self._read()
            with zipfile.ZipFile(BytesIO(self.content)) as package:
                yield from (re.sub(r"<[^>]*>", "", unescape(package.read(part).decode(errors="ignore")))
                            for part in package.namelist())  # fmt: skip
        else:
            yield self.content.decode()

    def _read(self) -> Iterator[str]:
        if self.kind == "docx":
            yield from Document(BytesIO(self.content)).element.body.itertext()
        else:
            book = load_workbook(BytesIO(self.content))
            for name in book.sheet_names:
                yield repr(book.get_sheet_by_name(name).to_python())


async def live(slug: str) -> None:
    """The months, by the services themselves."""
    async with machine_in(slug) as machine:
        policies = BodyPolicies(dispatcher().registry)

        async def act_as(person_id: UUID) -> Any:
            return await acting(policies, machine.body, person_id, date.today())

        (cell,) = await ports().people.units("cell", date.today())
        assert await fill(act_as, cell.id, SPRING) == 4
        members = [one.person_id for one in await ports().people.members(cell.id, date.today())]
        parts = await find_roles(act_as, cell.id, members)
        assert parts is not None
        for day, place in MONTHS.items():
            await write_period(parts, period_containing(day, "month"), place, AUTUMN)


async def mark(inside: Inside, slug: str) -> dict[str, str]:
    """Mark every word of a body; returns mark → table and column."""
    columns = [one for one in await inside.backdoor.fetch(COLUMNS) if one["column"] not in NO_WORDS]
    marks = {f"{MARKS[slug]}{number:03}x": one for number, one in enumerate(columns)}
    for table in {one["table"] for one in columns}:
        sets = ", ".join(
            (MARK_TEXT if one["type"] == "text" else MARK_JSON).format(column=one["column"], mark=mark)
            for mark, one in marks.items() if one["table"] == table
        )  # fmt: skip
        body = "id" if table == "tenant" else "tenant_id"
        await inside.backdoor.execute(f"UPDATE app.{table} SET {sets} WHERE {body} = '{inside.tenants.bodies[slug]}'")
    await inside.backdoor.execute(SETTINGS.format(MARKS[slug], slug))
    await inside.backdoor.execute(FROZEN.format(MARKS[slug], slug))
    return {mark: f"{one['table']}.{one['column']}" for mark, one in marks.items()}


def addresses(routes: list[Route], slug: str, ids: dict[str, list[UUID]]) -> Iterator[str]:
    """Every page of the body, for every record, as it is, as a sheet and as a paper."""
    for route in routes:
        if route.method != "GET" or route.api or not route.in_a_body:
            continue
        wanted = [name for name in re.findall(r"\{(\w+):", route.path) if name in ids]
        for chosen in product(*(ids[name] for name in wanted)):
            at = route.at(slug, dict(zip(wanted, chosen, strict=True)))
            yield from (f"{at}{query}" for query in ("", "?export=xlsx"))
            if at.endswith("/paper"):
                yield from (f"{at}?form={form}&edition={edition}" for form in ("pdf", "docx") for edition in (0, 1))


async def files_of(inside: Inside, routes: list[Route], slug: str, login: str) -> list[Sent]:
    """Every file that this person gets in the body."""
    found = await inside.backdoor.fetch(IDS, inside.tenants.bodies[slug])
    ids = {one["name"]: one["ids"] for one in found}
    sent: dict[bytes, Sent] = {}
    async with inside.visitor(login) as client:
        for address in addresses(routes, slug, ids):
            answer = await client.get(address)
            assert answer.status_code < 500, address
            told = answer.headers.get("content-disposition", "")
            if answer.status_code == 200 and told:
                kind = told.partition('filename="')[2].partition('"')[0].rpartition(".")[2]
                sent[answer.content] = Sent(address, kind, told, answer.content)
    return list(sent.values())


@pytest.fixture
async def marked(inside: Inside, every_role: str) -> AsyncIterator[dict[str, dict[str, str]]]:
    """Both bodies have lived, and every word of theirs is marked: body → mark → column."""
    for slug in MARKS:
        await live(slug)
    for slug in MARKS:
        for login in READERS[slug]:
            await inside.backdoor.execute(every_role.format(login=login))
    yield {slug: await mark(inside, slug) for slug in MARKS}


PRINTED = {
    "person.full_name", "unit.name", "tenant.place", "monthly_rating_task.title", "monthly_rating_comment.text",
    "monthly_rating_meeting.conclusion", "monthly_rating_meeting.place", "monthly_rating_grade.reason",
    "monthly_rating_attendance.absence_reason", "monthly_rating_assignment_notice.tasks", "monthly_rating_task.lesson",
    "monthly_rating_assignment_notice.reason", "monthly_rating_assignment_notice.preamble",
    "monthly_rating_task.required_level", "monthly_rating_evidence.file_name",
}  # fmt: skip
"""Columns whose words do stand on papers: they have to be found, or the search would prove nothing."""


async def test_no_file_carries_a_word_of_another_body(
    inside: Inside, routes: list[Route], marked: dict[str, dict[str, str]]
) -> None:
    for slug, other in (("kien-luong", "giang-thanh"), ("giang-thanh", "kien-luong")):
        printed: set[str] = set()
        for login in READERS[slug]:
            files = await files_of(inside, routes, slug, login)
            assert {one.kind for one in files} == {"pdf", "docx", "xlsx", "txt"}
            assert len({one.address.partition("?")[0] for one in files}) > 20
            for file in files:
                words = file.words()
                assert MARKS[other] not in words, (login, file.address)
                own = {column for mark, column in marked[slug].items() if mark in words}
                assert own or f"{MARKS[slug]}90" in words, f"no word of its own: {file.address}"
                printed |= own
        assert PRINTED - printed == set()


async def test_a_word_of_another_body_in_a_file_is_noticed(inside: Inside) -> None:
    """Negative control: printed into a paper, a sheet, a text or the name of a file, it is found."""
    foreign = MARKS["giang-thanh"]
    paper = Paper(
        layout="party", issuer="Chi bộ", title="Thông báo",
        body=(Table((Column("TT", 0.5), Column("Việc", 9)), ((f"{foreign}001x", "Việc dài " * 30),)), Paragraph("./.")),
    )  # fmt: skip
    renderer = ports().renderer
    sheet = await renderer.sheet(Sheet(title="Bảng", columns=(SheetColumn("Việc"),), rows=((f"{foreign}001x",),)))
    printed = {"pdf": await renderer.print(paper, "pdf"), "docx": await renderer.print(paper, "docx"), "xlsx": sheet}
    for kind, file in printed.items():
        assert foreign in Sent("", kind, "", file.content).words(), kind
        assert MARKS["kien-luong"] not in Sent("", kind, "", file.content).words(), kind
    assert foreign in Sent("", "txt", f'filename="{foreign}001x.txt"', b"").words()
