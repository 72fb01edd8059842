"""What must hold between bodies: one slug each, a tree without loops, dated successions, clusters by year."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from tenancy.blueprints.checking import dates_in_order, end_of, loop_through, repeated
from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import NO_DATE, Blueprint, Body, BodyKind
from tenancy.i18n import gettext as _

_ABOVE: dict[BodyKind, tuple[BodyKind, ...]] = {
    "supreme": (),
    "province": ("supreme",),
    "district": ("province",),
    "region": ("province",),
    "cluster": ("supreme", "province"),
}


def complaints(blueprint: Blueprint, stated: Mapping[str, Body], known: Collection[str]) -> Iterator[Complaint]:
    """`stated` are the bodies of all files read together, `known` the slugs that exist already and are not judged."""
    bodies = blueprint.bodies
    for at, first in repeated(body.slug for body in bodies):
        sentence = _("Đơn vị “{slug}” đã được khai: gộp hai mục, hoặc đặt slug khác.").format(slug=bodies[at].slug)
        yield Complaint(("body", at, "slug"), sentence, see=("body", first, "slug"))
    for at, body in enumerate(bodies):
        place = ("body", at)
        yield from dates_in_order(place, body)
        yield from _parent(place, body, stated, known)
        if not blueprint.about.demo:
            yield from _outlived_parent(place, body, stated)
        yield from _predecessors(place, body, stated, known)
        yield from _members(place, body, stated, known)


def _no_such_body(slug: str, stated: Mapping[str, Body], known: Collection[str]) -> str:
    """The sentence about an unknown slug; empty when the body exists."""
    if not slug or slug in stated or slug in known:
        return ""
    return _("Chưa có đơn vị “{slug}”: khai đơn vị đó trước, hoặc sửa slug cho đúng.").format(slug=slug)


def _parent(place: Place, body: Body, stated: Mapping[str, Body], known: Collection[str]) -> Iterator[Complaint]:
    place = (*place, "parent")
    if body.parent is None:
        return
    if missing := _no_such_body(body.parent, stated, known):
        yield Complaint(place, missing)
    elif way := loop_through(body.slug, {slug: other.parent for slug, other in stated.items()}):
        sentence = _("Cây đơn vị đi vòng: {way}. Sửa đơn vị cấp trên của một trong các đơn vị này.")
        yield Complaint(place, sentence.format(way=" → ".join(way)))
    elif parent := stated.get(body.parent):
        yield from _kind_above(place, body.kind, parent.kind)


def _kind_above(place: Place, kind: BodyKind, above: BodyKind) -> Iterator[Complaint]:
    if not above or above in _ABOVE.get(kind, (above,)):
        return
    sentence = _("Đơn vị loại “{kind}” không thể trực thuộc đơn vị loại “{above}”: {what}.")
    allowed = ", ".join(f"“{word}”" for word in _ABOVE[kind])
    what = _("chọn đơn vị loại {allowed}").format(allowed=allowed) if allowed else _("bỏ khóa này")
    yield Complaint(place, sentence.format(kind=kind, above=above, what=what))


def _outlived_parent(place: Place, body: Body, stated: Mapping[str, Body]) -> Iterator[Complaint]:
    """Not asked of demo bodies: they may show a district of before 01/07/2025 as if it worked today."""
    parent = stated.get(body.parent or "")
    last = end_of(parent) if parent else None
    if parent and last and (end_of(body) or date.max) > last:
        sentence = _(
            "Đơn vị cấp trên “{slug}” kết thúc ngày {end:%d/%m/%Y}: ghi valid_to không muộn hơn, hoặc đổi cấp trên."
        )
        yield Complaint((*place, "valid_to"), sentence.format(slug=parent.slug, end=last))


def _predecessors(place: Place, body: Body, stated: Mapping[str, Body], known: Collection[str]) -> Iterator[Complaint]:
    """Loops are not looked for: a province may take back, years later, the one that was once split off from it."""
    entries = body.predecessors
    for at, first in repeated(entry.body and (entry.body, entry.on) for entry in entries):
        sentence = _("Đơn vị “{slug}” đã được ghi là tiền thân từ cùng ngày: xóa một mục.")
        filled = sentence.format(slug=entries[at].body)
        yield Complaint((*place, "predecessors", at), filled, see=(*place, "predecessors", first))
    for at, entry in enumerate(entries):
        here = (*place, "predecessors", at)
        if missing := _no_such_body(entry.body, stated, known):
            yield Complaint((*here, "body"), missing)
        elif entry.body and entry.body == body.slug:
            yield Complaint((*here, "body"), _("Một đơn vị không thể là tiền thân của chính mình: xóa mục này."))
        elif entry.on != NO_DATE:
            yield from _succession_day(here, entry.on, body, stated.get(entry.body))


def _succession_day(place: Place, on: date, body: Body, predecessor: Body | None) -> Iterator[Complaint]:
    if not _exists(body, on):
        sentence = _("Ngày {on:%d/%m/%Y} đơn vị này không hoạt động: sửa ngày kế thừa hoặc thời hạn của đơn vị.")
        yield Complaint((*place, "on"), sentence.format(on=on))
    if predecessor and not _exists(predecessor, on - timedelta(days=1)):
        sentence = _(
            "Ngay trước ngày {on:%d/%m/%Y} “{slug}” không hoạt động: sửa ngày kế thừa hoặc thời hạn của đơn vị đó."
        )
        yield Complaint((*place, "on"), sentence.format(on=on, slug=predecessor.slug))


def _exists(body: Body, day: date) -> bool:
    return body.valid_from <= day <= (end_of(body) or date.max)


def _members(place: Place, cluster: Body, stated: Mapping[str, Body], known: Collection[str]) -> Iterator[Complaint]:
    members = cluster.members
    if members and cluster.kind and cluster.kind != "cluster":
        sentence = _("Chỉ cụm, khối thi đua mới có thành viên: xóa các mục member, hoặc ghi kind = “cluster”.")
        yield Complaint((*place, "member"), sentence)
    for at, first in repeated(member.body and (member.year, member.body) for member in members):
        sentence = _("Đơn vị “{slug}” đã là thành viên năm {year}: xóa một mục.")
        filled = sentence.format(slug=members[at].body, year=members[at].year)
        yield Complaint((*place, "member", at), filled, see=(*place, "member", first))
    for at, first in repeated(member.role == "chief" and member.year for member in members):
        sentence = _("Năm {year} đã có cụm trưởng: mỗi năm chỉ một đơn vị giữ vai trò “chief”.")
        filled = sentence.format(year=members[at].year)
        yield Complaint((*place, "member", at, "role"), filled, see=(*place, "member", first, "role"))
    for at, member in enumerate(members):
        here = (*place, "member", at)
        if missing := _no_such_body(member.body, stated, known):
            yield Complaint((*here, "body"), missing)
        elif member.year:
            yield from _member_year(here, member.year, cluster, stated.get(member.body))


def _member_year(place: Place, year: int, cluster: Body, member: Body | None) -> Iterator[Complaint]:
    if member and member.kind == "cluster":
        yield Complaint((*place, "body"), _("Một cụm không thể là thành viên của cụm: ghi slug của một đơn vị."))
    for body in (cluster, member):
        if body and not _works_in(body, year):
            sentence = _("Năm {year} “{slug}” không hoạt động: sửa năm, hoặc thời hạn của đơn vị đó.")
            yield Complaint((*place, "year"), sentence.format(year=year, slug=body.slug))


def _works_in(body: Body, year: int) -> bool:
    return body.valid_from.year <= year <= (end_of(body) or date.max).year
