"""Papers that are issued: numbered without gaps and frozen; what was printed on a day prints the same for ever."""

import datetime as dt
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from plugin_api.actor import Actor
from plugin_api.papers import Form, Layout, Paper, Printout, designation, number_text


class IssuedPaper(Struct, frozen=True):
    """A paper as the register knows it. `unit_id` None: the body itself issued it; `number` None: it carries none.

    `edition` counts what was issued about one subject; `supersedes_id` and `reason` say what it amends or corrects.
    """

    id: UUID
    unit_id: UUID | None
    kind: str
    layout: Layout
    year: int
    number: int | None
    sign: str
    edition: int
    subject_id: UUID
    title: str
    issued_on: dt.date
    issued_by: UUID
    issued_at: dt.datetime
    supersedes_id: UUID | None
    reason: str
    sha256: str
    layout_edition: int

    @property
    def designation(self) -> str:
        """Number and sign, the same on screens and on the paper."""
        return designation(self.layout, number_text(self.number), self.sign)


class PaperRegister(Protocol):
    """Papers that are issued: numbered without gaps, frozen, never changed. Who may issue or read is the module's."""

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
        """Number the paper and freeze it, in the transaction of the step that issues it.

        `kind` is `<module>.<paper>` as the manifest declares it, `subject_id` the row it is about, `at` the moment on
        the module's clock. A `numbered` paper gets the next number of its issuer, year (of its date) and kind; it is
        above `number_after`, the last number that was given before there was a register. `edition` 0 is one
        more than the last about the subject. Call it after the step's first change: whoever waits for the
        number then holds nothing that others need. Raises ValueError for a kind that nobody declares or a paper
        without date.
        """
        ...

    async def issued(self, kind: str, subject_id: UUID) -> list[IssuedPaper]:
        """Every edition about a subject, the newest first."""
        ...

    async def printout(self, paper_id: UUID, form: Form) -> Printout:
        """The paper as it was issued, to be printed in the layout of its day; the same bytes each time.

        Raises Absent for a paper of another body, Refused when the stored content is not what was issued.
        """
        ...
