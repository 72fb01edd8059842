"""What happened, told to other modules in the same transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Event(Struct, frozen=True):
    """Something that happened to a subject: `monthly_rating.published`, a cycle's id, and what others need to know."""

    name: str
    subject_id: UUID
    at: datetime
    details: dict[str, Any] = {}
