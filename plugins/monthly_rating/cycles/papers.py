"""What every paper of a cell begins with."""

from datetime import date
from typing import Any

from monthly_rating.common.settings import settings_of
from monthly_rating.cycles.queries import CycleHead
from monthly_rating.rules.periods import paper_name
from plugin_api.actor import Actor
from plugin_api.papers import number_text


def cell_heading(
    actor: Actor, head: CycleHead, day: date | None, *, number: int | None = None, sign: str = ""
) -> dict[str, Any]:
    """The fields of a Party paper: upper committee and cell at the left, place and date at the right."""
    return {
        "layout": "party",
        "upper_issuer": settings_of(actor).upper_committee or actor.body.party_parent,
        "issuer": head.unit_name,
        "place": actor.body.place,
        "date": day,
        "number": number_text(number),
        "sign": sign,
    }


def in_sentence(head: CycleHead) -> str:
    """The name of a period inside a sentence of a paper: "tháng 3 năm 2026"."""
    label = paper_name(head.period_start, head.period_end)
    return label[:1].lower() + label[1:]


def on_behalf(head: CycleHead) -> str:
    """On whose behalf the chair signs."""
    return "T/M Chi ủy" if head.committee_name else "T/M Chi bộ"


def day_text(day: date | None) -> str:
    """31/3/2026, as papers write a day in a table."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""
