"""The log of steps: who took which step of a workflow, when, with what note. Nothing in it is ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from msgspec import Struct
from piccolo.columns import UUID as UUIDColumn
from piccolo.columns import Text, Timestamptz

from plugin_api.actor import Actor
from plugin_api.clock import now
from plugin_api.workflow import Workflow
from tenancy.query import rows
from tenancy.tables import TenantOwned, Versioned

BesideOwned = TenantOwned if TYPE_CHECKING else object


class StepLog(BesideOwned):
    """Columns of a table that logs steps; `subject` names its column with the id of what the steps are about."""

    subject: ClassVar[str]
    step = Text()
    person_id = UUIDColumn()
    at = Timestamptz()
    note = Text()

    @classmethod
    async def add(cls, actor: Actor, subject_id: UUID, step: str, note: str = "", **more: Any) -> UUID:
        """Log that the actor took a step just now; `more` are further columns of the module's own."""
        given = {cls.subject: subject_id, "step": step, "person_id": actor.person_id, "at": now(), "note": note}
        return await cls.create(**given, **more)


class TakenStep(Struct, frozen=True):
    """One line of the log as the macro `ui.timeline` shows it."""

    text: str
    who: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class LoggedWorkflow:
    """A workflow over the rows of `table`, which has a column `state`; every step is one row of `log`."""

    workflow: Workflow
    table: type[Versioned]
    log: type[StepLog]

    async def take(
        self,
        actor: Actor,
        row_id: UUID,
        state: str,
        step: str,
        version: int,
        note: str = "",
        values: Mapping[Any, Any] | None = None,
    ) -> None:
        """Take `step` on a row that is in `state`, over `version`, with further `values` of the row; log it.

        Raises Refused where the step can't be taken, Stale or Absent: then nothing was written.
        """
        following = self.workflow.after(step, state)
        state_column = self.table._meta.get_column_by_name("state")
        await self.table.change(row_id, version, {**(values or {}), state_column: following})
        await self.log.add(actor, row_id, step, note)

    async def history(self, row_id: UUID) -> list[TakenStep]:
        """The steps of a row, the newest first."""
        # lint: allow(string-built-sql): the names of a table and a column of the module's own code
        found = await rows(
            f"""SELECT l.step, p.full_name, l.at, l.note FROM {self.log._meta.tablename} l
                LEFT JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id
                WHERE l.tenant_id = $1 AND l.{self.log.subject} = $2 ORDER BY l.at DESC, l.id DESC""",
            row_id,
        )
        return [
            TakenStep(self.workflow.step_title(one["step"]), one["full_name"], one["at"], one["note"]) for one in found
        ]
