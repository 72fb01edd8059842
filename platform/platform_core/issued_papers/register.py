"""The register of issued papers: `plugin_api.issued_papers.PaperRegister`."""

import datetime as dt
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import structs

from platform_core.documents import editions
from platform_core.issued_papers.tables import IssuedPaperRow
from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.errors import Refused
from plugin_api.i18n import gettext as _
from plugin_api.issued_papers import IssuedPaper
from plugin_api.papers import Form, Paper, Printout, number_text
from tenancy.faults import Absent
from tenancy.query import row, rows, value
from tenancy.tables import uuid7

COLUMNS = ", ".join(IssuedPaper.__struct_fields__)
# Who comes second waits here until the first is committed; a number whose paper is undone is given again.
NEXT_NUMBER = """
INSERT INTO paper_register AS r (tenant_id, id, unit_id, kind, year, last_number) VALUES ($1, $2, $3, $4, $5, $6 + 1)
ON CONFLICT ON CONSTRAINT paper_register_once DO UPDATE SET last_number = greatest(r.last_number, $6) + 1
WHERE r.tenant_id = $1 RETURNING last_number"""
LAST_EDITION = """
SELECT coalesce(max(edition), 0) FROM issued_paper WHERE tenant_id = $1 AND kind = $2 AND subject_id = $3"""
ISSUED = f"SELECT {COLUMNS} FROM issued_paper WHERE tenant_id = $1 AND kind = $2 AND subject_id = $3"
CONTENT = "SELECT content::text AS content, sha256, layout_edition FROM issued_paper WHERE tenant_id = $1 AND id = $2"


class PaperRegister:
    """Numbers and freezes papers in the transaction of the request."""

    async def issue(
        self,
        actor: Actor,
        kind: str,
        paper: Paper,
        *,
        subject_id: UUID,
        unit_id: UUID | None,
        at: dt.datetime,
        edition: int = 0,
        supersedes_id: UUID | None = None,
        reason: str = "",
        numbered: bool = True,
        number_after: int = 0,
    ) -> IssuedPaper:
        if paper.date is None:
            raise ValueError("a paper is issued on a day: give it a date")
        _must_be_declared(kind)
        number: int | None = None
        if numbered:
            number = await value(NEXT_NUMBER, uuid7(), unit_id, kind, paper.date.year, number_after)
        frozen = structs.replace(paper, number=number_text(number), draft=False)
        content = msgspec.json.encode(frozen).decode()
        paper_id = await IssuedPaperRow.create(
            unit_id=unit_id,
            kind=kind,
            layout=paper.layout,
            year=paper.date.year,
            number=number,
            sign=paper.sign,
            edition=edition or 1 + await value(LAST_EDITION, kind, subject_id),
            subject_id=subject_id,
            title=f"{paper.title} {paper.summary}".strip(),
            issued_on=paper.date,
            issued_by=actor.person_id,
            issued_at=at,
            supersedes_id=supersedes_id,
            reason=reason,
            content=content,
            sha256=_digest(content),
            layout_edition=editions.CURRENT,
        )
        return next(one for one in await self.issued(kind, subject_id) if one.id == paper_id)

    async def issued(self, kind: str, subject_id: UUID) -> list[IssuedPaper]:
        found = await rows(f"{ISSUED} ORDER BY edition DESC", kind, subject_id)
        return [msgspec.convert(dict(one), IssuedPaper) for one in found]

    async def printout(self, paper_id: UUID, form: Form) -> Printout:
        found = await row(CONTENT, paper_id)
        if found is None:
            raise Absent(f"issued paper {paper_id}")
        if _digest(found["content"]) != found["sha256"]:
            raise Refused(
                _(
                    "Bản lưu của văn bản này không còn đúng như khi ban hành nên không in. Hãy báo người vận hành hệ "
                    "thống."
                )
            )
        return Printout(msgspec.json.decode(found["content"], type=Paper), form, found["layout_edition"])


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _must_be_declared(kind: str) -> None:
    module, _dot, name = kind.partition(".")
    manifest = dispatcher().registry.manifests.get(module)
    if manifest is None or name not in {paper.name for paper in manifest.papers}:
        raise ValueError(f"no manifest declares the paper {kind!r}")
