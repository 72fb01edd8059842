"""The heads of all trails, written down outside the database day by day: what nobody in the database can take back.

A file of JSON lines, signed with the instance key; each line holds every body's head of one moment.
"""

import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from tenancy.context import OPERATOR_SPACE, Signer, TenantContext
from tenancy.transaction import in_body

PURPOSE = "trail-anchor"
HEADS = "SELECT tenant_id, seq, hash FROM audit.heads() ORDER BY tenant_id"


class Head(Struct, frozen=True, array_like=True):
    """The last entry of a body's trail: its number and its hash in hexadecimal digits."""

    seq: int
    hash: str


class Anchor(Struct, frozen=True):
    """The heads of one moment. `key` tells instance keys apart without giving one away, `mac` signs the rest."""

    at: datetime
    heads: dict[str, Head]
    key: str
    mac: str = ""

    def of(self, body: UUID) -> Head | None:
        """The head of a body; None for one that was not there yet."""
        return self.heads.get(str(body))

    def bodies(self) -> set[UUID]:
        """The bodies that had a head."""
        return {UUID(body) for body in self.heads}


class BadAnchor(Exception):
    """A line of the file that is no anchor of this instance; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} was not written by this instance")
        self.line = line


async def anchor_now(signer: Signer, at: datetime) -> Anchor:
    """The heads of all bodies as they stand."""
    async with in_body(TenantContext(OPERATOR_SPACE)) as transaction:
        found = await transaction.connection.fetch(HEADS)
    heads = {str(line["tenant_id"]): Head(line["seq"], line["hash"].hex()) for line in found}
    return _signed(Anchor(at, heads, _mark(signer)), signer)


def read_anchors(path: Path, signer: Signer) -> list[Anchor]:
    """The anchors of a file, the oldest first; none when there is no file. Raises BadAnchor.

    Lines signed with a former key can't be checked any more; their heads still can.
    """
    if not path.exists():
        return []
    anchors = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            anchor = msgspec.json.decode(line, type=Anchor)
        except msgspec.DecodeError as fault:
            raise BadAnchor(number) from fault
        if anchor.key == _mark(signer) and anchor != _signed(anchor, signer):
            raise BadAnchor(number)
        anchors.append(anchor)
    return anchors


def append_anchor(path: Path, anchor: Anchor) -> None:
    """Add a line that survives a power cut. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, msgspec.json.encode(anchor) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def _mark(signer: Signer) -> str:
    return signer.mac("key", "")[:16]


def _signed(anchor: Anchor, signer: Signer) -> Anchor:
    plain = msgspec.structs.replace(anchor, mac="")
    return msgspec.structs.replace(plain, mac=signer.mac(PURPOSE, msgspec.json.encode(plain).decode()))
