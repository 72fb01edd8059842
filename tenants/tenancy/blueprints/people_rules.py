"""What must hold inside one body: units in two separate trees, people with dated places in them, roles that fit."""

from collections.abc import Iterator, Mapping

from tenancy.blueprints.checking import dates_in_order, is_within, loop_through, overlapping, repeated
from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import Appointment, Blueprint, Body, Dated, Person, RoleGrant, Unit
from tenancy.i18n import gettext as _

_ROLES_OF_THE_CELL = ("member", "clerk", "chair")


def complaints(blueprint: Blueprint) -> Iterator[Complaint]:
    """Every fault inside the bodies of one file."""
    for at, body in enumerate(blueprint.bodies):
        place = ("body", at)
        units = {unit.code: unit for unit in body.units}
        yield from _repeated_codes(place, body)
        for position, unit in enumerate(body.units):
            yield from _unit((*place, "unit", position), unit, units, body)
        for position, person in enumerate(body.persons):
            yield from _person((*place, "person", position), person, units, body, blueprint.about.demo)
        for position, module in enumerate(body.modules):
            for again, _first in repeated(module.locked):
                here = (*place, "module", position, "locked", again)
                yield Complaint(here, _("Khóa này đã có trong danh sách: xóa một mục."))


def _repeated_codes(place: Place, body: Body) -> Iterator[Complaint]:
    named = {
        ("unit", "code"): [unit.code for unit in body.units],
        ("person", "code"): [person.code for person in body.persons],
        ("module", "name"): [module.name for module in body.modules],
    }
    for (table, key), values in named.items():
        for at, first in repeated(values):
            sentence = _("“{value}” đã được dùng trong đơn vị này: đặt mã khác, hoặc xóa một mục.")
            yield Complaint(
                (*place, table, at, key), sentence.format(value=values[at]), see=(*place, table, first, key)
            )


def _no_such_unit(code: str | None, units: Mapping[str, Unit]) -> str:
    """The sentence about an unknown unit; empty when the unit exists or none was meant."""
    if not code or code in units:
        return ""
    return _("Đơn vị này chưa có phòng hoặc chi bộ “{code}”: khai trong [[body.unit]], hoặc sửa mã.").format(code=code)


def _unit(place: Place, unit: Unit, units: Mapping[str, Unit], body: Body) -> Iterator[Complaint]:
    yield from dates_in_order(place, unit)
    yield from _inside(place, unit, body, body.short_name, "valid_from")
    if unit.committee_name and unit.kind == "department":
        sentence = _("Chỉ chi bộ mới có chi ủy: xóa khóa này, hoặc ghi kind = “cell”.")
        yield Complaint((*place, "committee_name"), sentence)
    if missing := _no_such_unit(unit.parent, units):
        yield Complaint((*place, "parent"), missing)
    elif unit.parent:
        yield from _unit_parent((*place, "parent"), unit, units)


def _unit_parent(place: Place, unit: Unit, units: Mapping[str, Unit]) -> Iterator[Complaint]:
    if way := loop_through(unit.code, {code: other.parent for code, other in units.items()}):
        sentence = _("Cây phòng, chi bộ đi vòng: {way}. Sửa cấp trên của một trong các mã này.")
        yield Complaint(place, sentence.format(way=" → ".join(way)))
    elif unit.kind and units[unit.parent or ""].kind not in (unit.kind, ""):
        sentence = _("Phòng và chi bộ thuộc hai hệ thống riêng: chọn cấp trên cùng loại “{kind}”, hoặc bỏ khóa này.")
        yield Complaint(place, sentence.format(kind=unit.kind))


def _person(place: Place, person: Person, units: Mapping[str, Unit], body: Body, is_demo: bool) -> Iterator[Complaint]:
    if person.demo != is_demo:
        yield Complaint((*place, "demo"), _demo_sentence(is_demo))
    for at, appointment in enumerate(person.units):
        yield from _appointment((*place, "units", at), appointment, units)
    for at, grant in enumerate(person.roles):
        yield from _grant((*place, "roles", at), grant, person, units, body)
    yield from _overlaps(place, person, units)


def _demo_sentence(is_demo: bool) -> str:
    if is_demo:
        return _("Tệp minh họa chỉ được có người không có thật: đổi sang tên tự đặt và ghi demo = true.")
    return _("Người minh họa không được lẫn vào tệp thật: xóa người này, hoặc bỏ demo.")


def _appointment(place: Place, appointment: Appointment, units: Mapping[str, Unit]) -> Iterator[Complaint]:
    yield from dates_in_order(place, appointment, "to")
    if missing := _no_such_unit(appointment.unit, units):
        yield Complaint((*place, "unit"), missing)
    elif unit := units.get(appointment.unit):
        yield from _inside(place, appointment, unit, unit.name, "from")


def _grant(
    place: Place, grant: RoleGrant, person: Person, units: Mapping[str, Unit], body: Body
) -> Iterator[Complaint]:
    yield from dates_in_order(place, grant, "to")
    yield from _inside(place, grant, body, body.short_name, "from")
    if missing := _no_such_unit(grant.unit, units):
        yield Complaint((*place, "unit"), missing)
        return
    unit = units.get(grant.unit or "")
    if unit and unit.kind == "cell" and grant.role in _ROLES_OF_THE_CELL and not _belongs(person, grant):
        sentence = _(
            "{name} là “{role}” mà không có tên trong “{unit}” suốt thời gian đó: thêm vào units, hoặc sửa ngày."
        )
        yield Complaint((*place, "unit"), sentence.format(name=person.name, role=grant.role, unit=unit.code))


def _belongs(person: Person, grant: RoleGrant) -> bool:
    return any(place.unit == grant.unit and is_within(grant, place) for place in person.units)


def _inside(place: Place, inner: Dated, outer: Dated, name: str, key: str) -> Iterator[Complaint]:
    if not is_within(inner, outer):
        sentence = _("Thời gian ghi ở đây ra ngoài thời hạn của {name}: sửa ngày bắt đầu hoặc thêm ngày kết thúc.")
        yield Complaint((*place, key), sentence.format(name=f"“{name}”"))


def _overlaps(place: Place, person: Person, units: Mapping[str, Unit]) -> Iterator[Complaint]:
    in_same_unit = [entry.unit for entry in person.units]
    for at, before in overlapping(person.units, in_same_unit):
        sentence = _("{name} đã có tên trong “{unit}” vào thời gian này: sửa ngày để hai lần không trùng nhau.")
        filled = sentence.format(name=person.name, unit=person.units[at].unit)
        yield Complaint((*place, "units", at), filled, see=(*place, "units", before))
    cells = [entry for entry in enumerate(person.units) if (unit := units.get(entry[1].unit)) and unit.kind == "cell"]
    for at, before in overlapping([entry for _position, entry in cells], [True] * len(cells)):
        if cells[at][1].unit != cells[before][1].unit:
            sentence = _("{name} sinh hoạt ở hai chi bộ cùng lúc: ghi ngày chuyển sinh hoạt đảng.")
            filled = sentence.format(name=person.name)
            yield Complaint((*place, "units", cells[at][0]), filled, see=(*place, "units", cells[before][0]))
    for at, before in overlapping(person.roles, [grant.role and (grant.role, grant.unit) for grant in person.roles]):
        sentence = _("Vai trò “{role}” này đã được giao cho cùng thời gian: xóa một mục hoặc sửa ngày.")
        filled = sentence.format(role=person.roles[at].role)
        yield Complaint((*place, "roles", at), filled, see=(*place, "roles", before))
