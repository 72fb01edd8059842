"""Shipped schemes are added once; people confirm them and switch them on or off."""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from monthly_rating.permissions import Permission
from monthly_rating.rules.schemes import SchemeEntry, faults
from monthly_rating.schemes.forms import SchemeSwitch
from monthly_rating.schemes.queries import all_schemes
from monthly_rating.tables import Scheme
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.query import rows

SHIPPED = Path(__file__).with_name("shipped.toml")


class ShippedSchemes(Struct, frozen=True):
    """The file of shipped schemes, a `[[scheme]]` each."""

    scheme: list[SchemeEntry]


@cache
def shipped_schemes() -> list[SchemeEntry]:
    """The schemes that come with the module. Raises ValueError when one contradicts itself."""
    entries = msgspec.toml.decode(SHIPPED.read_bytes(), type=ShippedSchemes).scheme
    for entry in entries:
        if wrong := faults(entry.levels):
            raise ValueError(f"{SHIPPED.name}: {entry.code}: {'; '.join(wrong)}")
    return entries


async def add_shipped_schemes() -> None:
    """Add the shipped schemes the body does not have yet; what people changed stays as it is."""
    known = {line["code"] for line in await rows("SELECT code FROM monthly_rating_scheme WHERE tenant_id = $1")}
    await Scheme.create_all(
        [
            Scheme(
                code=entry.code,
                title=entry.title,
                title_en=entry.title_en,
                levels=msgspec.json.encode(entry.levels).decode(),
                source=entry.source,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
                confirmed=entry.confirmed,
                enabled=entry.enabled,
            )
            for entry in shipped_schemes()
            if entry.code not in known
        ]
    )


async def switch_scheme(actor: Actor, scheme_id: UUID, data: SchemeSwitch) -> dict[str, Any]:
    """Switch a scheme on, with its source and day of force, or off. Periods already opened keep theirs.

    Raises Invalid when it would be switched on without source or day, Refused when none would be left.
    """
    actor.must(Permission.SCHEME_MANAGE)
    scheme = await Scheme.get(scheme_id)
    if data.enabled:
        problems = {}
        if len(data.source.strip()) < 10:
            problems["source"] = _("Căn cứ: hãy ghi số, ngày và cơ quan ban hành văn bản quy định bộ mức này.")
        if data.valid_from is None:
            problems["valid_from"] = _("Có hiệu lực từ ngày: hãy ghi ngày theo văn bản.")
        if problems:
            raise Invalid(problems)
        values: dict[Any, Any] = {
            Scheme.source: data.source,
            Scheme.valid_from: data.valid_from,
            Scheme.confirmed: True,
            Scheme.enabled: True,
        }
    else:
        if scheme["enabled"] and sum(one.enabled for one in await all_schemes()) == 1:
            raise Refused(_("Đây là bộ mức duy nhất đang dùng. Hãy bật một bộ khác trước khi tắt bộ này."))
        values = {Scheme.enabled: False}
    await Scheme.change(scheme_id, data.version, values)
    return {}
