"""What the database says about the session of a request, as `auth.open_request` answers it."""

from uuid import UUID

import msgspec

from plugin_api.config import Patch


class HeldRole(msgspec.Struct, frozen=True):
    """A role of today, in one unit or (None) in the whole body."""

    role: str
    unit_id: UUID | None


class Here(msgspec.Struct, frozen=True):
    """The body of the request and the person there."""

    tenant_id: UUID
    slug: str
    name: str
    short_name: str
    kind: str
    place: str
    demo: bool
    upper_name: str
    party_name: str
    party_parent: str
    person_id: UUID
    person_name: str
    roles: list[HeldRole]
    modules: frozenset[str]
    patches: tuple[Patch, ...]
    access_version: int
    settings_version: int


class BodyLink(msgspec.Struct, frozen=True):
    """A body the account belongs to, for the switcher."""

    slug: str
    name: str


class Opened(msgspec.Struct, frozen=True):
    """What one question to the database says about a request; `here` is None outside a body or for a stranger to it."""

    account_id: UUID
    login: str
    language: str
    must_change: bool
    operator: bool
    bodies: list[BodyLink]
    here: Here | None = None
    mark: str = ""
    """All of it as the database said it: the same mark, the same answer."""


_decoder = msgspec.json.Decoder(Opened)


def opened_from(answer: str) -> Opened:
    """What `auth.open_request` answered, with the answer itself as its mark."""
    return msgspec.structs.replace(_decoder.decode(answer), mark=answer)
