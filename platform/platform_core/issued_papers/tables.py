"""Issued papers as rows."""

from piccolo.columns import JSON, UUID, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from tenancy.tables import Private


class PaperRegisterRow(Private, Table, tablename="paper_register"):
    """The last number of one kind of paper of one issuer in one year; `unit_id` None: of the body itself."""

    unit_id = UUID(null=True, default=None)
    kind = Text()
    year = SmallInt()
    last_number = Integer()


class IssuedPaperRow(Private, Table, tablename="issued_paper"):
    """A paper as it was issued; rows are added, never changed. `unit_id` None: the body itself issued it.

    `content` is the `plugin_api.papers.Paper` as JSON, letter by letter what `sha256` was taken of.
    """

    unit_id = UUID(null=True, default=None)
    kind = Text()
    layout = Text()
    year = SmallInt()
    number = Integer(null=True, default=None)
    sign = Text()
    edition = SmallInt()
    subject_id = UUID()
    title = Text()
    issued_on = Date()
    issued_by = UUID()
    issued_at = Timestamptz()
    supersedes_id = UUID(null=True, default=None)
    reason = Text()
    content = JSON()
    sha256 = Text()
    layout_edition = SmallInt()
