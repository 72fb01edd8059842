"""Evidence files: what is accepted, who opens them, how they are withdrawn."""

from datetime import date

import pytest

from monthly_rating import forms
from monthly_rating.service import reporting, task_pages
from monthly_rating.service.clock import standing_on
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.forms import Upload
from tenancy.faults import Absent
from tenancy.query import value

pytestmark = pytest.mark.anyio
DAY = date(2026, 3, 20)
PDF = b"%PDF-1.7\n..."


def file(name="Báo cáo.pdf", content=PDF):
    return forms.EvidenceFile(Upload(name, "text/html", content))


async def test_a_file_comes_back_as_it_was_under_a_safe_type_and_name(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with standing_on(DAY):
        added = await reporting.add_evidence(cell.member, task["id"], file("C:\\tài liệu\\Báo cáo “quý”.pdf"))
        for reader in (cell.member, cell.chair, cell.leader, cell.clerk):
            sent = await reporting.evidence_file(reader, added["evidence_id"])
            assert (sent.content, sent.media_type) == (PDF, "application/pdf"), "not what the browser said it was"
            assert sent.name.isascii() and sent.full_name == "Báo cáo “quý”.pdf"
        for stranger in (cell.colleague, cell.admin):
            with pytest.raises(Absent):
                await reporting.evidence_file(stranger, added["evidence_id"])


@pytest.mark.parametrize("wrong", [
    file("virus.exe"), file("trang.html", b"<script>"), file("gia.pdf", b"<html>"), file("anh.png", PDF),
    file("rong.txt", b""), file("nhi-phan.txt", b"a\0b"), file("latin.txt", "ă".encode("utf-16")),
    file("to.pdf", PDF + bytes(reporting.MOST_BYTES)), file("pdf", PDF[:3]),
])  # fmt: skip
async def test_other_kinds_sizes_and_contents_are_refused(cell, wrong):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with standing_on(DAY), pytest.raises(Invalid, match="Tệp minh chứng"):
        await reporting.add_evidence(cell.member, task["id"], wrong)


async def test_a_withdrawn_file_stays_on_record_with_its_reason(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with standing_on(DAY):
        evidence_id = (await reporting.add_evidence(cell.member, task["id"], file()))["evidence_id"]
        with pytest.raises(Forbidden):
            await reporting.withdraw_evidence(cell.chair, evidence_id, forms.Withdrawal("Nhầm tệp"))
        await reporting.withdraw_evidence(cell.member, evidence_id, forms.Withdrawal("Nhầm tệp"))
        with pytest.raises(Refused):
            await reporting.withdraw_evidence(cell.member, evidence_id, forms.Withdrawal("Lần nữa"))
        page = await task_pages.task_page(cell.member, task["id"])
    assert [(one.file_name, one.withdrawn_reason) for one in page.evidence] == [("Báo cáo.pdf", "Nhầm tệp")]
    assert page.task.evidence == 0
    assert await value("SELECT content FROM monthly_rating_evidence WHERE tenant_id = $1") == PDF


async def test_the_trail_names_the_file_without_carrying_it(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with standing_on(DAY):
        await reporting.add_evidence(cell.member, task["id"], file(content=PDF + b"rieng-tu"))
    entry = await value("SELECT after FROM audit.log WHERE tenant_id = $1 AND table_name = 'monthly_rating_evidence'")
    assert "Báo cáo.pdf" in entry and "content" not in entry
