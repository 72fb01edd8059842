"""Rating schemes of the body: put in place once, confirmed and switched by people,
chosen by the first day of a period."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from monthly_rating.forms import SchemeSwitch
from monthly_rating.permissions import Permission
from monthly_rating.rules.schemes import Level, SchemeEntry, faults, in_force
from monthly_rating.service.sql import decoded, shaped
from monthly_rating.tables import Scheme
from plugin_api.actor import Actor
from plugin_api.errors import Invalid, Refused
from plugin_api.i18n import gettext as _
from tenancy.query import rows

SHIPPED = Path(__file__).parents[1] / "schemes.toml"


class SchemeLine(Struct, frozen=True):
    """A scheme with where it comes from and since when; `cycles` counts the periods that use it."""

    scheme_id: UUID
    code: str
    title: str
    levels: list[Level]
    source: str
    valid_from: date
    valid_to: date | None
    confirmed: bool
    enabled: bool
    version: int
    cycles: int


class SchemesPage(Struct, frozen=True):
    """All schemes of the body."""

    schemes: list[SchemeLine]
    may_manage: bool


class _Shelf(Struct, frozen=True):
    scheme: list[SchemeEntry]


@cache
def shipped_schemes() -> list[SchemeEntry]:
    """The schemes that come with the module. Raises ValueError when one contradicts itself."""
    entries = msgspec.toml.decode(SHIPPED.read_bytes(), type=_Shelf).scheme
    for entry in entries:
        if wrong := faults(entry.levels):
            raise ValueError(f"{SHIPPED.name}: {entry.code}: {'; '.join(wrong)}")
    return entries


async def put_schemes_in_place() -> None:
    """Add the shipped schemes the body does not have yet; what people changed stays as it is."""
    known = {line["code"] for line in await rows("SELECT code FROM monthly_rating_scheme WHERE tenant_id = $1")}
    await Scheme.create_all(
        [
            Scheme(
                code=entry.code,
                title=entry.title,
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


async def scheme_for(day: date) -> SchemeLine:
    """The scheme for a period that begins on `day`. Raises Refused when none is in force."""
    found = in_force(await _all(), day)
    if found is None:
        raise Refused(
            _(
                "Chưa có bộ mức xếp loại nào có hiệu lực từ ngày %(day)s. Người quản trị hãy bật một bộ ở mục Bộ "
                "mức xếp loại.",
                day=f"{day:%d/%m/%Y}",
            )
        )
    return found


async def schemes_page(actor: Actor) -> SchemesPage:
    """The schemes with their sources and dates of force."""
    return SchemesPage(await _all(), actor.may(Permission.SCHEME_MANAGE))


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
        if scheme["enabled"] and sum(one.enabled for one in await _all()) == 1:
            raise Refused(_("Đây là bộ mức duy nhất đang dùng. Hãy bật một bộ khác trước khi tắt bộ này."))
        values = {Scheme.enabled: False}
    await Scheme.change(scheme_id, data.version, values)
    return {}


async def _all() -> list[SchemeLine]:
    found = await rows("""
        SELECT s.id AS scheme_id, s.code, s.title, s.levels, s.source, s.valid_from, s.valid_to, s.confirmed,
          s.enabled, s.version,
          (SELECT count(*) FROM monthly_rating_cycle c WHERE c.tenant_id = $1 AND c.scheme_id = s.id) AS cycles
        FROM monthly_rating_scheme s WHERE s.tenant_id = $1 ORDER BY s.valid_from DESC, s.code""")
    return [shaped(SchemeLine, one, levels=decoded(one["levels"], list[Level])) for one in found]
