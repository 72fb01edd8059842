"""From the raw tables of a file to the values of the model, with a complaint for everything that doesn't fit.

msgspec stops at the first fault; a person who corrects a long file wants all of them. So each value is tried by itself.
What does not fit is replaced by a neutral value, and the rules that look at the whole later keep silent about those.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from tenancy.blueprints.faults import Complaint, Place
from tenancy.blueprints.model import NO_DATE, Blueprint
from tenancy.i18n import gettext as _
from tenancy.i18n import mark
from tenancy.paper_signs import named, unprintable

_NEUTRAL: dict[Any, Any] = {str: "", Literal: "", bool: False, int: 0, date: NO_DATE, dict: {}, tuple: ()}
_WANTED: dict[Any, str] = {
    bool: mark("Ghi true hoặc false, không có dấu nháy."),
    date: mark("Ghi ngày dạng 2025-07-01, không có dấu nháy và không có giờ."),
    dict: mark("Ghi một bảng: {{ khóa = giá trị }}."),
    tuple: mark("Ghi một danh sách: mỗi mục mở bằng [[{key}]], hoặc viết {key} = [ …, … ]."),
    msgspec.Struct: mark("Ghi một bảng: {{ khóa = giá trị }}, hoặc mở bảng bằng tên khóa trong ngoặc vuông."),
}


def shape(document: Mapping[str, Any]) -> tuple[Blueprint, list[Complaint]]:
    """The blueprint that a parsed document states, and what is wrong with single values in it."""
    shaping = _Shaping()
    blueprint = shaping.struct(Blueprint, document, ())
    return blueprint, shaping.complaints + list(_impossible_days(document, ()))


class _Refused:
    """The answer for a value that does not fit at all."""


class _Shaping:
    """Carries the complaints while the document is walked."""

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []

    def struct(self, wanted: type[Any], raw: Mapping[str, Any], place: Place) -> Any:
        known = fields(wanted)
        self._unknown_keys([field.encode_name for field in known], raw, place)
        return wanted(**{field.name: self._field(field, raw, place) for field in known})

    def _field(self, field: FieldInfo, raw: Mapping[str, Any], place: Place) -> Any:
        key = field.encode_name
        if key not in raw:
            if field.required:
                self.complaints.append(
                    Complaint((*place, key), _("Thiếu khóa “{key}”: thêm vào bảng này.").format(key=key))
                )
            return _fallback(field)
        value = self._value(_stated(field.type), raw[key], (*place, key))
        return _fallback(field) if value is _Refused else value

    def _value(self, wanted: Any, raw: Any, place: Place) -> Any:
        if _is_struct(wanted) and isinstance(raw, dict):
            return self.struct(wanted, raw, place)
        if get_origin(wanted) is tuple and isinstance(raw, list):
            return self._items(get_args(wanted)[0], raw, place)
        try:
            value = msgspec.convert(raw, wanted, builtin_types=(date,))
        except msgspec.ValidationError:
            self.complaints.append(Complaint(place, _sentence(wanted, place)))
        else:
            if isinstance(value, str) and (signs := unprintable(value)):
                sentence = _("Văn bản không in được ký tự {signs}: bỏ hoặc viết bằng chữ.")
                self.complaints.append(Complaint(place, sentence.format(signs=named(signs))))
            return value
        # A text that only breaks its rule stays, or everything that refers to it would be reported as well.
        return raw if _basis(wanted) is str and isinstance(raw, str) else _Refused

    def _items(self, wanted: Any, raw: list[Any], place: Place) -> tuple[Any, ...]:
        values = (self._value(wanted, item, (*place, at)) for at, item in enumerate(raw))
        return tuple(_neutral(wanted) if value is _Refused else value for value in values)

    def _unknown_keys(self, allowed: list[str], raw: Mapping[str, Any], place: Place) -> None:
        for key in raw:
            if key not in allowed:
                self.complaints.append(Complaint((*place, key), _unknown(key, allowed)))


def _unknown(key: str, allowed: list[str]) -> str:
    near = get_close_matches(key, allowed, n=1)
    if near:
        return _("Không có khóa “{key}” ở đây: sửa thành “{near}” hoặc xóa đi.").format(key=key, near=near[0])
    return _("Không có khóa “{key}” ở đây: xóa đi, hoặc dùng một trong các khóa {allowed}.").format(
        key=key, allowed=", ".join(allowed)
    )


def _stated(wanted: Any) -> Any:
    """The type of a value that is there: `X | None` wants an X, for a file can't write nothing."""
    if get_origin(wanted) in (Union, UnionType):
        return next(kind for kind in get_args(wanted) if kind is not type(None))
    return wanted


def _is_struct(wanted: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)


def _basis(wanted: Any) -> Any:
    """The bare type below annotations: the key into the two tables above."""
    origin = get_origin(wanted)
    if origin is Annotated:
        return _basis(get_args(wanted)[0])
    return msgspec.Struct if _is_struct(wanted) else origin or wanted


def _sentence(wanted: Any, place: Place) -> str:
    if get_origin(wanted) is Annotated:
        sentence = get_args(wanted)[1].extra["sentence"]
        return _(sentence)
    if get_origin(wanted) is Literal:
        return _("Chọn một trong các từ: {words}.").format(words=", ".join(f"“{word}”" for word in get_args(wanted)))
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    return _(_WANTED[_basis(wanted)]).format(key=key)


def _fallback(field: FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return _neutral(_stated(field.type))


def _neutral(wanted: Any) -> Any:
    if _is_struct(wanted):
        return wanted(**{field.name: _fallback(field) for field in fields(wanted)})
    return _NEUTRAL[_basis(wanted)]


def _impossible_days(value: Any, place: Place) -> Iterator[Complaint]:
    """`locator.without_impossible_days` left 0001-01-01 where the calendar has no such day."""
    if value == NO_DATE:
        yield Complaint(place, _("Ngày này không có trong lịch: ghi một ngày có thật, ví dụ 2025-07-01."))
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _impossible_days(item, (*place, key))
