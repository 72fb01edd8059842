"""What an instance does for itself once a day: the heads of the trails are written down outside the database, and
what has served its time is forgotten. `serve` sees to it; `thidua maintain` does it at once."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from platform_core.drafts.service import KEPT as DRAFTS_KEPT
from platform_core.settings import InstanceSettings
from plugin_api.vietnam import VIETNAM
from tenancy.anchors import Anchor, BadAnchor, anchor_now, append_anchor, read_anchors
from tenancy.context import NOBODY, OPERATOR_SPACE, Signer, TenantContext
from tenancy.engine import DB
from tenancy.query import run
from tenancy.transaction import in_body

DAY = timedelta(days=1)
KEYS_KEPT = timedelta(days=7)
"""A button pressed again after a week is a new press: no browser repeats a request that long."""
FIRST_LOOK, NEXT_LOOK = 60.0, 3600.0
COMMAND = (sys.executable, "-c", "from platform_core.cli import main; main()", "maintain")
BODIES = "SELECT id FROM tenant"

log = logging.getLogger("thidua.maintenance")


class Maintained(Struct, frozen=True):
    """What was done: how many bodies' heads were written down, how many rows were forgotten."""

    heads: int
    forgotten: int


def anchor_file(settings: InstanceSettings) -> Path:
    """Where `serve` writes the heads down; copy it to another machine."""
    return settings.data / "trail-anchors.jsonl"


async def maintain(settings: InstanceSettings) -> Maintained:
    """Do the work of a day; over an open database. Raises OSError when the file can't be written."""
    signer = Signer(settings.key())
    anchor = await anchor_now(signer, datetime.now(VIETNAM))
    append_anchor(anchor_file(settings), anchor)
    return Maintained(len(anchor.heads), await _forget(signer))


async def _forget(signer: Signer) -> int:
    before = datetime.now(VIETNAM)
    async with DB.autocommit() as connection:
        ended = await connection.fetchval(
            "SELECT auth.forget_ended($1, $2)", signer.ticket("forget_ended", NOBODY), before - DAY
        )
    async with in_body(TenantContext(OPERATOR_SPACE)) as transaction:
        bodies = [line["id"] for line in await transaction.connection.fetch(BODIES)]
    forgotten = int(ended or 0)
    for body in bodies:
        async with in_body(TenantContext(body)):
            forgotten += await run(
                "DELETE FROM pressed_key WHERE tenant_id = $1 AND pressed_at < $2", before - KEYS_KEPT
            )
            forgotten += await run(
                "DELETE FROM form_draft WHERE tenant_id = $1 AND saved_at < $2", before - DRAFTS_KEPT
            )
    return forgotten


def is_due(anchors: list[Anchor], now: datetime) -> bool:
    """Whether the last time is a day ago."""
    return not anchors or now - anchors[-1].at >= DAY


@contextmanager
def daily_maintenance(settings: InstanceSettings, first: float = FIRST_LOOK, then: float = NEXT_LOOK) -> Iterator[None]:
    """While inside, a process of its own does the work whenever a day has passed; seconds until the first look."""
    ended = threading.Event()

    def look() -> None:
        wait = first
        while not ended.wait(wait):
            wait = then
            try:
                anchors = read_anchors(anchor_file(settings), Signer(settings.key()))
            except BadAnchor as fault:
                log.error("the heads of the trails are not written down: %s: %s", anchor_file(settings), fault)
                continue
            if is_due(anchors, datetime.now(VIETNAM)):
                _maintained(settings, ended)

    thread = threading.Thread(target=look, name="daily-maintenance", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _maintained(settings: InstanceSettings, ended: threading.Event) -> None:
    """`thidua maintain`, ended together with us."""
    with subprocess.Popen(COMMAND, env=os.environ | settings.to_environment()) as process:
        while process.poll() is None and not ended.wait(0.2):
            continue
        process.terminate()
