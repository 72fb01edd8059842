"""A cycle as every step and screen needs it: where it stands, its levels, its deadlines, who belongs to it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from monthly_rating.permissions import Permission
from monthly_rating.rules.periods import period_name
from monthly_rating.rules.schemes import Level
from monthly_rating.rules.states import CYCLE
from monthly_rating.tables import Cycle, CycleStep
from plugin_api.actor import Actor
from plugin_api.i18n import either
from plugin_api.rows import decoded, shaped
from plugin_api.step_log import LoggedWorkflow
from tenancy.faults import Absent
from tenancy.query import Record, row, rows, value

HEAD = """
SELECT [more]c.id AS cycle_id, c.unit_id, u.name AS unit_name, u.committee_name, c.year, c.period_start, c.period_end,
  c.state, c.scheme_id, s.title AS scheme_title, s.title_en AS scheme_title_en, s.source AS scheme_source,
  s.levels, c.notice_due, c.assessment_due, c.decision_due,
    c.published_at, c.version,
  EXISTS (SELECT 1 FROM monthly_rating_cycle_member m WHERE m.tenant_id = $1 AND m.cycle_id = c.id
    AND m.person_id = $3) AS i_belong
FROM monthly_rating_cycle c
JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id
JOIN monthly_rating_scheme s ON s.tenant_id = c.tenant_id AND s.id = c.scheme_id
WHERE c.tenant_id = $1 AND c.id = $2"""
"""One cycle `$2` for the person `$3`; a page asks for more columns in the place of `[more]`."""
CYCLE_STEPS = LoggedWorkflow(CYCLE, Cycle, CycleStep)


class CycleHead(Struct, frozen=True):
    """One period of one cell. `label` is its name on screens, in the language of the request."""

    cycle_id: UUID
    unit_id: UUID
    unit_name: str
    committee_name: str
    year: int
    period_start: date
    period_end: date
    label: str
    state: str
    state_title: str
    scheme_id: UUID
    scheme_title: str
    scheme_source: str
    levels: list[Level]
    notice_due: date
    assessment_due: date
    decision_due: date
    published_at: datetime | None
    version: int
    i_belong: bool


async def cycle_head(actor: Actor, cycle_id: UUID, lock: Literal["", "SHARE", "UPDATE"] = "") -> CycleHead:
    """The cycle, if it is of this body and the person may enter its cell.

    A step that changes the state takes the UPDATE lock, work that relies on the state the SHARE lock: so nothing is
    added to a cycle while it is being published. Raises Absent, Forbidden.
    """
    locked = f" FOR {lock} OF c" if lock else ""
    return head_of(actor, cycle_id, await row(HEAD.replace("[more]", "") + locked, cycle_id, actor.person_id))


def head_of(actor: Actor, cycle_id: UUID, found: Record | None) -> CycleHead:
    """The cycle out of what was found. Raises Absent, Forbidden."""
    if found is None:
        raise Absent(f"cycle {cycle_id}")
    actor.must(Permission.MODULE_OPEN, found["unit_id"])
    return shaped(
        CycleHead,
        found,
        label=period_name(found["period_start"], found["period_end"]),
        scheme_title=either(found["scheme_title"], found["scheme_title_en"]),
        levels=decoded(found["levels"], list[Level]),
        state_title=CYCLE.state_title(found["state"]),
    )


def must_be_open(head: CycleHead) -> None:
    """Raise Refused for a published cycle."""
    if head.state == "published":
        CYCLE.must_be_in(head.state, "meeting")


async def membership(cycle_id: UUID, person_id: UUID) -> dict[str, Any]:
    """A person's row in a cycle. Raises Absent for somebody who is not rated in it."""
    found = await row(
        "SELECT id, version, unit_position, excused_reason FROM monthly_rating_cycle_member WHERE tenant_id = $1 "
        "AND cycle_id = $2 "
        "AND person_id = $3",
        cycle_id,
        person_id,
    )
    if found is None:
        raise Absent(f"member {person_id} of cycle {cycle_id}")
    return dict(found)


async def position_of(cycle_id: UUID, person_id: UUID) -> str:
    """As what somebody signs a paper of the cycle: the place in the cell, of others the position in the body."""
    position: str | None = await value(
        """SELECT coalesce(nullif(m.unit_position, ''), p.position) FROM person p
        LEFT JOIN monthly_rating_cycle_member m ON m.tenant_id = p.tenant_id AND m.cycle_id = $2 AND m.person_id = p.id
        WHERE p.tenant_id = $1 AND p.id = $3""",
        cycle_id,
        person_id,
    )
    return position or ""


async def members_of(cycle_id: UUID) -> set[UUID]:
    """Who is rated in a cycle, excused or not."""
    return {
        one["person_id"]
        for one in await rows(
            "SELECT person_id FROM monthly_rating_cycle_member WHERE tenant_id = $1 AND cycle_id = $2", cycle_id
        )
    }
