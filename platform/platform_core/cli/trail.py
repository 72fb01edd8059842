"""`thidua trail verify` and `thidua maintain`: whether the trails are whole, and the work of a day."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from platform_core.cli.common import Instance, done, json_option, tell
from platform_core.embedded import StartupError
from plugin_api.i18n import gettext as _


@click.group()
def trail() -> None:
    """The trails of all bodies."""


@trail.command()
@click.option("--anchor", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE",
              help="Compare with the heads in FILE; when all is whole, add those of now.")
@json_option
@click.pass_obj
def verify(instance: Instance, anchor: Path | None, as_json: bool) -> None:
    """Check every chain, every row against its last entry, every head; exit code 1 when one is not whole."""
    from platform_core.operations.maintenance import anchor_file
    from plugin_api.vietnam import VIETNAM
    from tenancy.anchors import BadAnchor, anchor_now, append_anchor, read_anchors
    from tenancy.context import Signer
    from tenancy.trails import trail_faults

    async def work() -> tuple[list[Any], int]:
        signer, file = Signer(instance.settings.key()), anchor or anchor_file(instance.settings)
        async with instance.database():
            try:
                anchors = read_anchors(file, signer)
                found = await trail_faults(anchors)
                if anchor is not None and not found:
                    append_anchor(anchor, await anchor_now(signer, datetime.now(VIETNAM)))
            except BadAnchor as fault:
                raise StartupError(
                    _("Dòng %(line)s của %(file)s không do hệ thống này ghi: hãy so với bản sao cất ở máy khác.",
                      line=fault.line, file=file)
                ) from fault
            except OSError as fault:
                raise StartupError(
                    _("Không đọc hoặc ghi được %(file)s (%(reason)s): hãy chọn tệp khác.",
                      file=file, reason=fault.strerror)
                ) from fault
        return found, len(anchors)

    found, compared = done(work)
    compared_with = (
        _("Đã so với %(count)s lần ghi đầu nhật ký.", count=compared) if compared
        else _("Chưa có lần ghi đầu nhật ký nào để so.")
    )
    whole = f"{_('Nhật ký của mọi đơn vị còn nguyên vẹn.')} {compared_with}"
    tell(as_json, found, [str(fault) for fault in found] or [whole])
    if found:
        sys.exit(1)


@click.command()
@json_option
@click.pass_obj
def maintain(instance: Instance, as_json: bool) -> None:
    """Write the heads of the trails down outside the database, forget what has ended. `serve` does it once a day."""
    from platform_core.operations.maintenance import maintain as maintain_once

    async def work() -> Any:
        async with instance.database():
            return await maintain_once(instance.settings)

    made = done(work)
    tell(as_json, made, [_("Đã ghi %(heads)s đầu nhật ký, bỏ %(rows)s dòng hết hạn.",
                           heads=made.heads, rows=made.forgotten)])
