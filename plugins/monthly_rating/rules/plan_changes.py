"""Revisions of a year plan side by side: what was added, taken out, or worded anew."""

from collections.abc import Iterable
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct


class PlanItem(Struct, frozen=True):
    """One undertaking as it stood in a revision."""

    item_id: UUID
    title: str
    due_on: date
    expected_level: str


class PlanChange(Struct, frozen=True):
    """One difference between two revisions; `before` None for an added item, `after` None for one taken out."""

    kind: Literal["added", "removed", "changed"]
    before: PlanItem | None
    after: PlanItem | None


def changes(before: Iterable[PlanItem], after: Iterable[PlanItem]) -> list[PlanChange]:
    """The differences, in the order of `after`, what was taken out last."""
    old = {item.item_id: item for item in before}
    found: list[PlanChange] = []
    for item in after:
        previous = old.pop(item.item_id, None)
        if previous is None:
            found.append(PlanChange("added", None, item))
        elif previous != item:
            found.append(PlanChange("changed", previous, item))
    return found + [PlanChange("removed", item, None) for item in old.values()]
