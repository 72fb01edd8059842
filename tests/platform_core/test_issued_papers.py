"""The register of issued papers: numbers without gaps, content that stays, and the layout of the day of issue."""

import asyncio
import datetime as dt
import hashlib
import json
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pymupdf
import pytest
from inside import Backdoor

from platform_core.documents import editions
from platform_core.documents.docx_renderer import DocxRenderer
from platform_core.documents.typesetting import tree_of
from platform_core.documents.typst_renderer import TypstRenderer
from plugin_api.errors import Refused
from plugin_api.papers import (
    Annex,
    Band,
    Bullets,
    Column,
    Heading,
    Layout,
    PageBreak,
    Paper,
    Paragraph,
    Run,
    Signature,
    Table,
    designation,
)
from plugin_api.ports import ports
from tenancy.context import TenantContext
from tenancy.faults import Absent
from tenancy.tables import uuid7
from tenancy.transaction import in_body

KIND = "monthly_rating.minutes"
AT = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
PRINTS = {
    (1, "state"): (
        "b2dd2c86654e0998dd6bf9c073da633f0b0e112eded7cb1cdd02f315247b8358",
        "f5db825876dc2c5e9488437a79b0b4b62eb14a2f7835c456e7e2e02de9037613",
    ),
    (1, "party"): (
        "296b0756675cd277521329d04a30f32209b5ad64c0bb4167b3948426bf4fce40",
        "0b4a1a06a765701c7086ac9d3b0f9abf6364540aa2f8d18edadf0ae1108547a0",
    ),
}
"""Edition and layout → digests of the PDF and of the parts of the DOCX of `everything`: what was issued in it."""
warm_typst, warm_docx = cache(TypstRenderer), cache(DocxRenderer)


def everything(layout: Layout) -> Paper:
    """A paper with everything a paper can have."""
    columns = (Column("TT", 1, "center"), Column("Tên gọi", 4, group="Nhóm"), Column("Ghi chú", 4, "justify", "Nhóm"))
    rows = tuple((str(row), f"Việc {row}", "Ghi chú dài. " * (row % 7)) for row in range(60))
    body = (
        Paragraph(("Chữ thường, ", Run("đậm", bold=True), " và ", Run("nghiêng", italic=True), ".")),
        Heading("Một"), Heading("Hai", 2), Heading("Ba", 3), Bullets(("Ý một", "Ý hai")),
        Table(columns, (Band("Đồng chí A"), *rows[:30], Band("Đồng chí B"), *rows[30:])),
        Paragraph("Giữa trang.", "center"), PageBreak(), Paragraph("Từdàidàidàidàidàidàidàidàidài" * 4),
        Paragraph("Hết./."),
    )  # fmt: skip
    return Paper(
        layout=layout, issuer="Viện kiểm sát nhân dân huyện Kiên Lương", upper_issuer="Viện kiểm sát nhân dân tỉnh",
        title="Báo cáo", summary="Kết quả công tác", number="01", sign="BC-VKS", place="Kiên Lương",
        date=dt.date(2026, 3, 3), addressees=("Nơi một", "Nơi hai"), body=body, recipients=("Như trên", "Lưu"),
        signatures=(Signature("Viện trưởng", "Trần Văn Bảo", "KT. Viện trưởng"),),
        annexes=(Annex("Phụ lục", (Table(columns, rows[:9]),), note="Kèm theo", landscape=True),),
    )  # fmt: skip


def print_of(layout: Layout, edition: int) -> tuple[str, str]:
    tree = tree_of(everything(layout))
    with ZipFile(BytesIO(warm_docx().docx(tree, edition))) as word:
        parts = b"".join(name.encode() + word.read(name) for name in sorted(word.namelist()))
    pdf = warm_typst().pdf(tree, edition)
    return hashlib.sha256(pdf).hexdigest(), hashlib.sha256(parts).hexdigest()


@pytest.mark.parametrize(("edition", "layout"), PRINTS)
def test_each_edition_of_the_layout_prints_as_on_its_day(edition: int, layout: Layout) -> None:
    """A failure means that papers issued in this edition look different now: make the change a new edition instead.

    A new version of typst or python-docx that alters only the bytes is looked at page by page, then noted here.
    """
    assert print_of(layout, edition) == PRINTS[edition, layout]


def test_every_edition_that_was_ever_used_is_known_here() -> None:
    assert {edition for edition, _layout in PRINTS} == set(range(1, editions.CURRENT + 1))


def test_no_file_says_when_it_was_printed() -> None:
    draft = tree_of(Paper(layout="state", issuer="A", title="B"))
    metadata = pymupdf.open("pdf", warm_typst().pdf(draft)).metadata or {}
    assert metadata["creationDate"] == metadata["modDate"] == ""
    dated = pymupdf.open("pdf", warm_typst().pdf(tree_of(everything("state")))).metadata or {}
    assert dated["creationDate"].startswith("D:20260303")
    with ZipFile(BytesIO(warm_docx().docx(draft))) as word:
        assert {member.date_time[0] for member in word.infolist()} == {1980}


def test_number_and_sign_are_said_by_one_function() -> None:
    assert designation("party", "01", "TB/CB") == "01-TB/CB" and designation("state", "12", "TB-VKS") == "12/TB-VKS"
    assert designation("state", "12", "") == "12" and designation("party", "", "TB/CB") == "-TB/CB"


def test_whom_the_rows_of_a_table_are_about_is_said_for_each() -> None:
    with pytest.raises(ValueError, match="one per row"):
        Table((Column("A"),), (("1",), ("2",)), (UUID(int=1),))


def small(**more: Any) -> Paper:
    fields: dict[str, Any] = {"layout": "party", "issuer": "Chi bộ", "title": "Biên bản", "sign": "BB/CB",
                              "date": dt.date(2026, 3, 3), "body": (Paragraph("Một."),)}  # fmt: skip
    return Paper(**fields | more)


async def issue(actor: Any, unit_id: UUID | None = None, subject_id: UUID | None = None, **more: Any) -> Any:
    given = {key: more.pop(key) for key in list(more) if key in ("numbered", "number_after", "reason", "supersedes_id")}
    return await ports().papers.issue(
        actor, KIND, small(**more), subject_id=subject_id or uuid7(), unit_id=unit_id, at=AT, **given
    )


@pytest.mark.anyio
async def test_numbers_run_by_issuer_year_and_kind(tenants):
    async with tenants.inside("kien-luong"):
        actor, cell = await tenants.actor("duc.tq"), await tenants.cell()
        numbers = [
            (await issue(actor, unit, date=dt.date(year, 5, 1))).designation
            for unit, year in ((cell, 2026), (cell, 2026), (None, 2026), (cell, 2027), (cell, 2026), (None, 2026))
        ]
        assert numbers == [f"{number}-BB/CB" for number in ("01", "02", "01", "01", "03", "02")]
        assert (await issue(actor, cell, number_after=40)).number == 41
        assert (await issue(actor, cell, number_after=7)).number == 42
        bare = await issue(actor, cell, numbered=False, sign="")
        assert bare.number is None and bare.designation == ""
        assert (await issue(actor, cell)).number == 43


@pytest.mark.anyio
async def test_two_who_issue_at_once_get_numbers_without_a_gap_and_an_undone_one_is_given_again(tenants, database):
    backdoor = Backdoor(database.dsn(database.server.superuser))
    async with tenants.inside("kien-luong"):
        actor, cell = await tenants.actor("duc.tq"), await tenants.cell()
    context = TenantContext(tenants.bodies["kien-luong"], actor.account_id)
    held, go = asyncio.Event(), asyncio.Event()

    async def first(keep: bool) -> int:
        async with in_body(context) as transaction:
            number = (await issue(actor, cell)).number
            held.set()
            await go.wait()
            if not keep:
                await transaction.rollback()
        return number

    async def second() -> int:
        await held.wait()
        async with in_body(context):
            return (await issue(actor, cell)).number

    async def both(keep: bool) -> tuple[int, int]:
        held.clear(), go.clear()
        one, other = asyncio.create_task(first(keep)), asyncio.create_task(second())
        await held.wait()
        while not await backdoor.value("SELECT true FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"):
            assert not other.done()
            await asyncio.sleep(0)
        go.set()
        return await one, await other

    assert await both(keep=True) == (1, 2)
    assert await both(keep=False) == (3, 3)


@pytest.mark.anyio
async def test_editions_of_a_subject_are_listed_the_newest_first(tenants):
    async with tenants.inside("kien-luong"):
        actor, cell, subject = await tenants.actor("duc.tq"), await tenants.cell(), uuid7()
        first = await issue(actor, cell, subject)
        again = await issue(actor, cell, subject, supersedes_id=first.id, reason="Ghi sai tên")
        assert await ports().papers.issued(KIND, subject) == [again, first]
        assert (again.edition, again.supersedes_id, again.reason) == (2, first.id, "Ghi sai tên")
        assert (again.issued_by, again.issued_at, again.title) == (actor.person_id, AT, "Biên bản")


@pytest.mark.anyio
async def test_the_content_is_the_whole_paper_and_the_number_is_on_it(tenants):
    async with tenants.inside("kien-luong"):
        actor = await tenants.actor("duc.tq")
        issued = await ports().papers.issue(
            actor, KIND, everything("state"), subject_id=uuid7(), unit_id=None, at=AT, number_after=6
        )
        printout = await ports().papers.printout(issued.id, "docx")
        assert (printout.form, printout.layout_edition) == ("docx", editions.CURRENT)
        assert tree_of(printout.paper) == tree_of(everything("state")) | {"number": "Số: 07/BC-VKS"}
        assert not printout.paper.draft


@pytest.mark.anyio
async def test_what_is_wrong_is_not_issued(tenants):
    async with tenants.inside("kien-luong"):
        actor = await tenants.actor("duc.tq")
        with pytest.raises(ValueError, match="no manifest declares"):
            await ports().papers.issue(actor, "monthly_rating.x", small(), subject_id=uuid7(), unit_id=None, at=AT)
        with pytest.raises(ValueError, match="give it a date"):
            await issue(actor, date=None)
        with pytest.raises(Absent):
            await ports().papers.printout(uuid7(), "pdf")


@pytest.mark.anyio
async def test_a_stored_paper_that_somebody_changed_is_not_printed(tenants, database):
    backdoor = Backdoor(database.dsn(database.server.superuser))
    async with in_body(TenantContext(tenants.bodies["giang-thanh"])):
        actor = await tenants.actor("hanh.lh", "giang-thanh")
        issued = await issue(actor)
    await backdoor.execute(
        f"UPDATE app.issued_paper SET content = replace(content::text, 'Một', 'Hai')::json WHERE id = '{issued.id}'"
    )
    async with tenants.inside("giang-thanh"):
        with pytest.raises(Refused, match="không in"):
            await ports().papers.printout(issued.id, "pdf")
    assert json.loads(await backdoor.value(f"SELECT content::text FROM app.issued_paper WHERE id = '{issued.id}'"))
