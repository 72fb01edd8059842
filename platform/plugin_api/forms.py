"""From what was typed to a typed Struct, with every fault at once: msgspec itself stops at the first."""

import re
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from plugin_api.errors import Invalid
from plugin_api.i18n import gettext as _
from tenancy.paper_signs import named, unprintable

Data = TypeVar("Data", bound=Struct)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_PLACE = 6
YEARS = range(1900, 2200)
"""Days outside are slips of the keyboard: the day before or after one must exist, too."""
LOCAL_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")


class Upload(Struct, frozen=True):
    """A file as it arrived: in a form as a file field, through the API as base64 in `content`."""

    name: str
    media_type: str
    content: bytes


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """`items.0.title=x` → `{"items": [{"title": "x"}]}`; a name that comes twice keeps its last value."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *path, last = name.split(".")[:6]
        node = tree
        for step in path:
            child = node.setdefault(step, {})
            node = child if isinstance(child, dict) else {}
        node[last] = value
    return _lists(tree)


def is_place(part: str) -> bool:
    """Whether a part of a field's name is a place in a list: a plain number that `int` takes."""
    return part.isdecimal() and len(part) <= LONGEST_PLACE


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(is_place(key) for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}


def parse(form: type[Data], values: Mapping[str, Any], *, printed: bool = True) -> Data:
    """`values` as a `form`. Raises Invalid naming every field that can't be used, in the person's language.

    `printed`: texts may end on papers, so that signs without a letter in their font are refused by name; not so what is
    only searched for.
    """
    faults: dict[str, str] = {}
    found = _struct(form, values, "", faults, printed)
    if faults:
        raise Invalid(faults)
    return found


def _struct(
    form: type[Data], values: Mapping[str, Any], prefix: str, faults: dict[str, str], printed: bool
) -> Any:
    known = _fields(form)
    taken: dict[str, Any] = {}
    for name, field in known.items():
        given = values.get(name)
        blank = given is None or (isinstance(given, str) and not given.strip())
        required = field.default is NODEFAULT and field.default_factory is NODEFAULT
        if blank:
            if isinstance(given, str) and _tells_blank(field.type):
                taken[field.name] = ""
            elif required and base_type(field.type) is not bool:
                faults[prefix + name] = _("%(label)s: chưa nhập.", label=label_of(field))
            elif required:
                taken[field.name] = False
            continue
        value = _value(field.type, given, prefix + name, label_of(field), faults, printed)
        if prefix + name not in faults:
            taken[field.name] = value
    return None if any(fault.startswith(prefix) for fault in faults) else form(**taken)


def _tells_blank(kind: Any) -> bool:
    """Whether a field tells blank text from text that was left out: `str | None`."""
    return base_type(kind) is str and type(None) in get_args(kind)


@cache
def _fields(form: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Its fields by name, worked out once for each kind of form."""
    return {field.encode_name: field for field in msgspec.structs.fields(form)}


def _value(kind: Any, given: Any, name: str, label: str, faults: dict[str, str], printed: bool) -> Any:
    inner = base_type(kind)
    if isinstance(inner, type) and issubclass(inner, Struct) and isinstance(given, Mapping):
        return _struct(inner, given, name + ".", faults, printed and inner is not Upload)
    items = get_args(inner)
    if (
        get_origin(inner) in (list, tuple)
        and items
        and isinstance(base_type(items[0]), type)
        and issubclass(base_type(items[0]), Struct)
    ):
        if not isinstance(given, list):
            faults[name] = _("%(label)s: cần một danh sách.", label=label)
            return None
        return [_value(items[0], one, f"{name}.{place}", label, faults, printed) for place, one in enumerate(given)]
    try:
        value = msgspec.convert(_plain(given, inner), kind, strict=False)
    except msgspec.ValidationError as fault:
        faults[name] = _sentence(label, kind, str(fault))
        return None
    if isinstance(value, date) and value.year not in YEARS:
        faults[name] = _("%(label)s: hãy ghi một ngày từ năm %(first)s đến năm %(last)s.", label=label,
                         first=YEARS[0], last=YEARS[-1])
    if printed and (signs := _unprintable(value)):
        faults[name] = _(
            "%(label)s: không in được ký tự %(signs)s. Hãy bỏ hoặc viết bằng chữ.", label=label, signs=named(signs)
        )
    return value


def _unprintable(value: Any) -> list[str]:
    """The signs that papers can't print, of a text or of the texts of a list."""
    if isinstance(value, str):
        return unprintable(value)
    return [sign for one in value for sign in _unprintable(one)] if isinstance(value, list | tuple) else []


def _plain(given: Any, inner: Any) -> Any:
    """Typed text without control characters: `dd/MM/yyyy` as a date, decimal comma as point, a ticked box as true."""
    if inner is bool:
        return given in (True, "on", "true", "1", "yes")
    if get_origin(inner) is list and isinstance(given, str):
        return [given]
    if not isinstance(given, str):
        return given
    text = CONTROL.sub("", given.replace("\r\n", "\n")).strip()
    local = LOCAL_DATE.match(text)
    if local and inner is not str:
        return f"{local[3]}-{int(local[2]):02}-{int(local[1]):02}"
    return text.replace(",", ".") if getattr(inner, "__name__", "") in ("Decimal", "float") else text


def base_type(kind: Any) -> Any:
    """The type without Annotated and without `| None`."""
    if get_origin(kind) is typing.Annotated:
        return base_type(get_args(kind)[0])
    if get_origin(kind) in (typing.Union, types.UnionType):
        return base_type(next(part for part in get_args(kind) if part is not type(None)))
    return kind


def meta_of(kind: Any) -> Meta:
    """The bounds, title and description of a field's type."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        return next((meta_of(part) for part in get_args(kind) if get_origin(part) is typing.Annotated), Meta())
    return next((part for part in get_args(kind) if isinstance(part, Meta)), Meta())


def label_of(field: msgspec.structs.FieldInfo) -> str:
    """What the field is called on the screen, in the person's language."""
    title = meta_of(field.type).title
    return _(title) if title else field.encode_name


def _sentence(label: str, kind: Any, fault: str) -> str:
    meta, inner = meta_of(kind), base_type(kind)
    if meta.pattern is not None and meta.description and "regex" in fault:
        return f"{label}: {_(meta.description)}"
    if meta.max_length is not None and "length <=" in fault:
        return _("%(label)s: dài quá %(most)s ký tự.", label=label, most=meta.max_length)
    if meta.min_length is not None and "length >=" in fault:
        return _("%(label)s: cần ít nhất %(least)s ký tự.", label=label, least=meta.min_length)
    if meta.ge is not None or meta.le is not None:
        return _(
            "%(label)s: cần một số từ %(least)s đến %(most)s.",
            label=label,
            least="…" if meta.ge is None else meta.ge,
            most="…" if meta.le is None else meta.le,
        )
    kinds = {
        "date": _("cần một ngày, thí dụ 31/03/2026"),
        "UUID": _("không có lựa chọn này"),
        "int": _("cần một số nguyên"),
        "Decimal": _("cần một số, thí dụ 7,5"),
        "str": _("cần một dòng chữ"),
    }
    return f"{label}: {kinds.get(getattr(inner, '__name__', ''), _('không có lựa chọn này'))}."
