"""The fields of a module's settings: what they are called, what fits, and their values in words."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from plugin_api.errors import Invalid
from plugin_api.forms import base_type, label_of, meta_of, parse
from plugin_api.i18n import gettext as _
from plugin_api.vietnam import show_date

YES, NO = ("true", "1", "on", "yes", "có"), ("false", "0", "off", "no", "không")
Choices = list[tuple[str, str]]


@cache
def fields_of(config: type[Struct]) -> dict[str, FieldInfo]:
    """The settings by name."""
    return {field.name: field for field in msgspec.structs.fields(config)}


def title_of(config: type[Struct], key: str) -> str:
    """What people call a setting; its name where the module has no such setting any more."""
    field = fields_of(config).get(key)
    return label_of(field) if field is not None else key


def checked(config: type[Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` as they are stored, each by itself. Raises Invalid naming every setting that does not fit."""
    faults: dict[str, str] = {}
    fitting: dict[str, Any] = {}
    for key, given in values.items():
        try:
            fitting[key] = _stored(config, key, given)
        except Invalid as fault:
            faults |= fault.problems
    if faults:
        raise Invalid(faults)
    return fitting


def unfit(config: type[Struct], key: str, stored: Any) -> str:
    """Why a stored value does not count any more; empty when it does."""
    field = fields_of(config).get(key)
    if field is None:
        return unknown(config, key)
    try:
        msgspec.convert(stored, field.type, strict=False)
    except msgspec.ValidationError:
        try:
            _stored(config, key, stored)
        except Invalid as fault:
            return str(fault)
        return _("%(label)s: giá trị “%(value)s” không dùng được nữa.", label=label_of(field), value=stored)
    return ""


def unknown(config: type[Struct], key: str) -> str:
    """The sentence about a setting the module does not have."""
    near = get_close_matches(key, fields_of(config), n=1)
    if near:
        return _("Mô-đun không có thiết lập “%(key)s”; có lẽ là “%(near)s”.", key=key, near=near[0])
    return _("Mô-đun không có thiết lập “%(key)s”.", key=key)


def choices_of(field: FieldInfo) -> Choices:
    """(value, words) of a setting that is chosen from a list; empty for any other."""
    kind, words = base_type(field.type), (meta_of(field.type).extra or {}).get("words", {})
    if kind is bool:
        return [("true", _("Có")), ("false", _("Không"))]
    if get_origin(kind) is Literal:
        return [(str(one), _(words[one]) if one in words else str(one)) for one in get_args(kind)]
    return []


def in_words(config: type[Struct], key: str, value: Any) -> str:
    """A value, stored or in force, as people read it."""
    field = fields_of(config).get(key)
    known = dict(choices_of(field)) if field is not None else {}
    told = str(value).lower() if isinstance(value, bool) else value
    if isinstance(told, str):
        return known.get(told, told)
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    plain = msgspec.to_builtins(value)
    return "" if plain is None else plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _stored(config: type[Struct], key: str, given: Any) -> Any:
    field = fields_of(config).get(key)
    if field is None:
        raise Invalid({key: unknown(config, key)})
    if given is None or (isinstance(given, str) and not given.strip()):
        return _blank(field)
    if base_type(field.type) is bool:
        given = _yes_or_no(field, given)
    elif choices_of(field) and str(given) not in dict(choices_of(field)):
        raise Invalid({key: _one_of(field)})
    return _parsed(field, given)


def _blank(field: FieldInfo) -> Any:
    """Empty text or nothing where the setting may be that."""
    allowed = ("",) if base_type(field.type) is str else ()
    for empty in (*allowed, None):
        with suppress(msgspec.ValidationError):
            return msgspec.convert(empty, field.type)
    return _parsed(field, None)


def _parsed(field: FieldInfo, given: Any) -> Any:
    """By the rules of every form, so that a date or a decimal comma is understood as everywhere."""
    form = msgspec.defstruct("Setting", [(field.name, field.type)])
    return msgspec.to_builtins(getattr(parse(form, {field.name: given}), field.name))


def _yes_or_no(field: FieldInfo, given: Any) -> bool:
    word = str(given).strip().lower()
    if word not in (*YES, *NO):
        raise Invalid({field.name: _one_of(field)})
    return word in YES


def _one_of(field: FieldInfo) -> str:
    shown = [value if value == words else f"{value} ({words})" for value, words in choices_of(field)]
    return _("%(label)s: hãy chọn một trong %(choices)s.", label=label_of(field), choices=", ".join(shown))
