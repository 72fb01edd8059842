"""Facts: named, typed, dated values that one module publishes and others read, each with a link to its evidence."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct


class FactDeclaration(Struct, frozen=True):
    """A fact a module can measure: `monthly_rating.share_completed`, about a `person` or a `body` (or a unit of it).

    `permission` is the right of the module that it takes besides the right to read facts: in the whole body, in the
    unit that is asked about, or, about a person, in the whole body unless it is oneself. "" where it takes none.
    """

    name: str
    title: str
    subject: Literal["person", "body"]
    measure: Literal["share", "count", "counts"]
    permission: str = ""


class Fact(Struct, frozen=True):
    """One measured fact.

    A share lies between 0 and 1 and carries the two counts it was made of; `counts` maps a key (a class, say) to a
    number. `link` leads to the rows behind it, `basis` says in words how it was counted.
    """

    name: str
    subject_id: UUID
    since: date
    until: date
    value: Decimal | int | dict[str, int] | None
    basis: str
    link: str
    counted: int = 0
    of: int = 0
