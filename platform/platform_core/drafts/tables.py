"""Drafts as Piccolo sees them."""

from piccolo.columns import JSONB, UUID, Integer, Text, Timestamptz
from piccolo.table import Table

from tenancy.tables import Private


class FormDraft(Private, Table, tablename="form_draft"):
    """The last draft of one account for one form on one page; no trail is kept of it.

    `form` tells the forms of a page apart: its address and the hidden values that go with it. `content` is a list of
    [name, value]. `row_version`: the version of the row that the form was filled from. `edition` counts the savings.
    """

    account_id = UUID()
    page = Text()
    form = Text()
    title = Text()
    content = JSONB()
    row_version = Integer(null=True, default=None)
    edition = Integer(default=1)
    saved_at = Timestamptz()
