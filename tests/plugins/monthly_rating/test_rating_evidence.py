"""Evidence files: what is accepted, who opens them, how they are withdrawn."""

from datetime import date

import pymupdf
import pytest

from monthly_rating.common.forms import EVIDENCE_LIMITS, Withdrawal
from monthly_rating.evidence import actions as evidence_actions
from monthly_rating.evidence import pages as evidence_pages
from monthly_rating.evidence.forms import EvidenceFile
from monthly_rating.tasks import pages as task_pages
from plugin_api.clock import on_day
from plugin_api.errors import Forbidden, Invalid, Refused
from plugin_api.forms import Upload
from tenancy.faults import Absent
from tenancy.query import run, value

pytestmark = pytest.mark.anyio


def a_pdf():
    document = pymupdf.open()
    document.new_page()
    return document.tobytes()


DAY = date(2026, 3, 20)
PDF = a_pdf()


def file(name="Báo cáo.pdf", content=PDF):
    return EvidenceFile(Upload(name, "text/html", content))


async def test_a_file_comes_back_as_it_was_under_a_safe_type_and_name(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with on_day(DAY):
        added = await evidence_actions.add_evidence(cell.member, task["id"], file("C:\\tài liệu\\Báo cáo “quý”.pdf"))
        for reader in (cell.member, cell.chair, cell.leader, cell.clerk):
            sent = await evidence_pages.evidence_file(reader, added["evidence_id"])
            assert (sent.content, sent.media_type) == (PDF, "application/pdf"), "not what the browser said it was"
            assert sent.name.isascii() and sent.full_name == "Báo cáo “quý”.pdf"
        for stranger in (cell.colleague, cell.admin):
            with pytest.raises(Absent):
                await evidence_pages.evidence_file(stranger, added["evidence_id"])


@pytest.mark.parametrize("wrong", [
    file("virus.exe"), file("trang.html", b"<script>"), file("gia.pdf", b"%PDF-1.7\n..."), file("anh.png", PDF),
    file("rong.txt", b""), file("nhi-phan.txt", b"a\0b"), file("latin.txt", "ă".encode("utf-16")),
    file("to.pdf", PDF + bytes(EVIDENCE_LIMITS.most_bytes)), file("pdf", PDF[:3]), file("a\u202efdp.pdf"),
])  # fmt: skip
async def test_other_names_kinds_sizes_and_contents_are_refused(cell, wrong):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with on_day(DAY), pytest.raises(Invalid, match="Tệp minh chứng"):
        await evidence_actions.add_evidence(cell.member, task["id"], wrong)


async def test_a_withdrawn_file_stays_on_record_with_its_reason(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with on_day(DAY):
        evidence_id = (await evidence_actions.add_evidence(cell.member, task["id"], file()))["evidence_id"]
        with pytest.raises(Forbidden):
            await evidence_actions.withdraw_evidence(cell.chair, evidence_id, Withdrawal("Nhầm tệp"))
        await evidence_actions.withdraw_evidence(cell.member, evidence_id, Withdrawal("Nhầm tệp"))
        with pytest.raises(Refused):
            await evidence_actions.withdraw_evidence(cell.member, evidence_id, Withdrawal("Lần nữa"))
        page = await task_pages.task_page(cell.member, task["id"])
    assert [(one.file_name, one.withdrawn_reason) for one in page.evidence] == [("Báo cáo.pdf", "Nhầm tệp")]
    assert page.task.evidence == 0
    assert await value("SELECT content FROM monthly_rating_evidence WHERE tenant_id = $1") == PDF


async def test_the_trail_names_the_file_without_carrying_it(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with on_day(DAY):
        await evidence_actions.add_evidence(cell.member, task["id"], file("Báo cáo.txt", b"rieng-tu"))
    entry = await value("SELECT after FROM audit.log WHERE tenant_id = $1 AND table_name = 'monthly_rating_evidence'")
    assert "Báo cáo.txt" in entry and '"content":' not in entry and "content#sha256" in entry


async def test_a_task_has_a_limit_of_files_and_says_which(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    note = file("ghi-chu.txt", b"Xong")
    with on_day(DAY):
        sent = [await evidence_actions.add_evidence(cell.member, task["id"], note)
                for _ in range(evidence_actions.MOST_FILES)]
        with pytest.raises(Refused, match="20 tệp"):
            await evidence_actions.add_evidence(cell.member, task["id"], note)
        for one in sent:
            await evidence_actions.withdraw_evidence(cell.member, one["evidence_id"], Withdrawal("Nhầm tệp"))
        await evidence_actions.add_evidence(cell.member, task["id"], note)
        assert (await task_pages.task_page(cell.member, task["id"])).task.evidence == 1


@pytest.mark.parametrize(("already", "size"), [(60, 1), (12, 5 * 1024 * 1024)])
async def test_what_was_withdrawn_still_fills_the_disk_and_counts(cell, already, size):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    await run(
        """INSERT INTO monthly_rating_evidence (tenant_id, id, task_id, person_id, at, file_name, media_type, size,
             sha256, content, withdrawn_at, withdrawn_reason)
           SELECT t.tenant_id, gen_random_uuid(), t.id, t.person_id, now(), 'a.txt', 'text/plain', $3, '', '', now(),
             'x'
           FROM monthly_rating_task t, generate_series(1, $4::int) WHERE t.tenant_id = $1 AND t.id = $2""",
        task["id"], size, already,
    )  # fmt: skip
    with on_day(DAY), pytest.raises(Refused, match="60 tệp hoặc 60 MB"):
        await evidence_actions.add_evidence(cell.member, task["id"], file("ghi-chu.txt", b"Xong"))


async def test_a_name_kept_before_names_were_checked_makes_a_harmless_download(cell):
    await cell.running()
    task = (await cell.tasks(cell.member))[0]
    with on_day(DAY):
        evidence_id = (await evidence_actions.add_evidence(cell.member, task["id"], file()))["evidence_id"]
    await run(
        "UPDATE monthly_rating_evidence SET file_name = $3 WHERE tenant_id = $1 AND id = $2",
        evidence_id, "kq\u202efdp\"\r\n.exe\\.pdf",
    )  # fmt: skip
    sent = await evidence_pages.evidence_file(cell.member, evidence_id)
    assert sent.disposition == "attachment; filename=\"kqfdp-.exe-.pdf\"; filename*=UTF-8''kqfdp-.exe-.pdf"
