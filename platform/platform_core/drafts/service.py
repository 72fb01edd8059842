"""Drafts of forms: saved while somebody types, offered to him again, dropped when the form is saved.

Every statement names the account: a draft is nobody else's business, whatever his roles.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from platform_core.drafts.tables import FormDraft
from plugin_api.actor import Actor
from plugin_api.errors import Invalid
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.vietnam import show_moment
from tenancy.faults import Absent
from tenancy.query import row, rows, run
from tenancy.tables import uuid7

MOST_BYTES: Final = 64 * 1024
"""Of one draft, as JSON."""
MOST_DRAFTS: Final = 50
"""Of one account in one body; the oldest makes room."""
KEPT: Final = timedelta(days=30)
"""Since the last saving; the daily maintenance forgets what is older."""
OWN_PAGE: Final = r"^/t/[!-~]*$"
NO_PAGE: Final = mark("cần một địa chỉ của hệ thống.")
Pair = tuple[str, str]


class DraftField(Struct, frozen=True):
    """One field as typed. A box that is not ticked and a list without a choice are left out."""

    name: Annotated[str, Meta(title=mark("Tên ô"), max_length=200)]
    value: str | None = ""


class DraftText(Struct, frozen=True):
    """What was typed into the form `form` on `page`, over the version `row_version` of what it changes.

    `seen` is the edition of the draft that this page knows of, 0 for none.
    """

    page: Annotated[str, Meta(title=mark("Trang"), max_length=300, pattern=OWN_PAGE, description=NO_PAGE)]
    form: Annotated[str, Meta(title=mark("Biểu mẫu"), max_length=500)]
    fields: Annotated[list[DraftField], Meta(title=mark("Nội dung"), max_length=2000)]
    title: Annotated[str, Meta(title=mark("Tên trang"), max_length=300)] = ""
    row_version: Annotated[int, Meta(title=mark("Phiên bản"), ge=0, le=2**31 - 1)] | None = None
    seen: Annotated[int, Meta(title=mark("Lần lưu nháp"), ge=0, le=2**31 - 1)] = 0


class DraftQuery(Struct, frozen=True):
    """The drafts of one page, with what was typed; without a page the list of all."""

    page: Annotated[str, Meta(title=mark("Trang"), max_length=300)] = ""


class Draft(Struct, frozen=True):
    """A draft of the person who asks; `fields` is empty in the list of all."""

    id: UUID
    page: str
    form: str
    title: str
    fields: list[Pair]
    row_version: int | None
    edition: int
    saved_at: datetime
    saved_in_words: str


class Drafts(Struct, frozen=True):
    """The own drafts in this body, the latest first."""

    drafts: list[Draft]
    days: int


async def own_drafts(actor: Actor, query: DraftQuery) -> Drafts:
    """What the person has not saved yet."""
    found = await rows(
        """SELECT id, page, form, title, CASE WHEN $3 = '' THEN '[]' ELSE content END AS content, row_version, edition,
             saved_at FROM form_draft
           WHERE tenant_id = $1 AND account_id = $2 AND ($3 = '' OR page = $3) ORDER BY saved_at DESC, id""",
        actor.account_id,
        query.page,
    )
    return Drafts([_draft(line) for line in found], KEPT.days)


def _draft(line: Any) -> Draft:
    return Draft(
        line["id"],
        line["page"],
        line["form"],
        line["title"],
        msgspec.json.decode(line["content"], type=list[Pair]),
        line["row_version"],
        line["edition"],
        line["saved_at"],
        show_moment(line["saved_at"]),
    )


SAVE = """
WITH before AS (
  SELECT edition, saved_at FROM form_draft WHERE tenant_id = $1 AND account_id = $3 AND page = $4 AND form = $5
), oldest AS (
  DELETE FROM form_draft WHERE tenant_id = $1 AND account_id = $3 AND (page, form) <> ($4, $5) AND id NOT IN (
    SELECT id FROM form_draft WHERE tenant_id = $1 AND account_id = $3 AND (page, form) <> ($4, $5)
    ORDER BY saved_at DESC LIMIT $9)
), saved AS (
  INSERT INTO form_draft AS d (tenant_id, id, account_id, page, form, title, content, row_version, edition, saved_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, now())
  ON CONFLICT ON CONSTRAINT form_draft_once DO UPDATE SET title = excluded.title, content = excluded.content,
    row_version = excluded.row_version, edition = d.edition + 1, saved_at = excluded.saved_at
  RETURNING id, edition, saved_at
)
SELECT saved.id, saved.edition, saved.saved_at, before.edition AS former, before.saved_at AS former_at
FROM saved LEFT JOIN before ON true
"""


async def save_draft(actor: Actor, data: DraftText) -> dict[str, Any]:
    """Keep what was typed, over an earlier draft of the same form: the last one wins.

    `replaced` tells in words when the draft of another page (a tab, a machine) was saved that this one did not know of.
    Raises Invalid over MOST_BYTES.
    """
    content = msgspec.json.encode([(field.name, field.value or "") for field in data.fields])
    if len(content) > MOST_BYTES:
        raise Invalid({"fields": _("Nội dung dài quá %(most)s KB nên không lưu nháp được.", most=MOST_BYTES >> 10)})
    saved = await row(
        SAVE,
        uuid7(),
        actor.account_id,
        data.page,
        data.form,
        data.title,
        content.decode(),
        data.row_version,
        MOST_DRAFTS - 1,
    )
    assert saved is not None, "an INSERT that returns"
    unknown = saved["former"] is not None and saved["former"] != data.seen
    return {
        "draft_id": saved["id"],
        "edition": saved["edition"],
        "saved_in_words": show_moment(saved["saved_at"]),
        "replaced": show_moment(saved["former_at"]) if unknown else "",
    }


async def discard_draft(actor: Actor, draft_id: UUID) -> None:
    """Drop an own draft. Raises Absent for one that is not there or not one's own."""
    gone = await FormDraft.delete().where(
        FormDraft.id == draft_id, FormDraft.account_id == actor.account_id
    ).returning(FormDraft.id)
    if not gone:
        raise Absent(f"draft {draft_id}")


async def drop_saved_draft(actor: Actor, page: str, form: str) -> None:
    """The form was saved: its draft has served its time. In the transaction of the saving."""
    await run(
        "DELETE FROM form_draft WHERE tenant_id = $1 AND account_id = $2 AND page = $3 AND form = $4",
        actor.account_id,
        page,
        form,
    )
