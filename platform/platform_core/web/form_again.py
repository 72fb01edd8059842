"""The one page for everything that could not be saved: what was typed comes back, with each fault beside its field."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from msgspec import Struct

from platform_core.web.page_fields import PAGE_FIELDS
from platform_core.web.rendering import show_date, show_moment
from plugin_api.actor import Actor
from plugin_api.forms import Upload, base_type, is_place, label_of, meta_of
from plugin_api.i18n import gettext as _

SILENT = PAGE_FIELDS | {"version"}
SECRET = frozenset({"password"})
"""Typed again rather than sent back."""
TICKED = ("1", "on", "true", "yes")
LONG = 300
Options = list[tuple[str, str]]
Choices = Callable[[Actor], Awaitable[Options]]


async def typed_values(request: Request[Any, Any, Any]) -> list[tuple[str, Any]]:
    """What the form sent, without what the page itself put in."""
    form = await request.form()
    return [(name, value) for name, value in form.items() if name not in SILENT]  # multi_items() forgets the order


def choices_behind(data: type[Struct] | None) -> dict[str, Choices]:
    """The fields chosen from a list that the body holds, with what reads the list: `Meta(extra={"choices": …})`."""
    fields = msgspec.structs.fields(data) if data is not None else ()
    extras = {field.encode_name: meta_of(field.type).extra or {} for field in fields}
    return {name: extra["choices"] for name, extra in extras.items() if "choices" in extra}


def fields_of(
    data: type[Struct] | None,
    typed: list[tuple[str, Any]],
    problems: Mapping[str, str],
    choices: Mapping[str, Options],
) -> list[dict[str, Any]]:
    """The typed values as inputs; fields that were left out but are missing come too, so that they can be filled in."""
    names = list(dict.fromkeys([*(name for name, _value in typed), *problems]))
    given: dict[str, list[Any]] = {name: [] for name in names}
    for name, value in typed:
        given[name].append(value)
    return [_field(name, data, given[name], problems.get(name), choices.get(name)) for name in names]


def _field(
    name: str, data: type[Struct] | None, given: list[Any], error: str | None, choices: Options | None
) -> dict[str, Any]:
    info = _info(data, name.split("."))
    kind, options = ("select", choices) if choices is not None else _kind(info, given)
    if any(isinstance(value, UploadFile) for value in given):
        kind = "file"
    value: Any = given if kind == "checks" else (given[-1] if given else None)
    if kind == "checkbox":
        value = value in TICKED
    if info is None or (kind == "text" and base_type(info.type).__name__ == "UUID"):
        kind = "hidden"
    elif name.rpartition(".")[2] in SECRET:
        kind = "password"
    return {
        "name": name,
        "label": _numbered(name, label_of(info)) if info else name,
        "value": None if kind in ("file", "password") else value,
        "kind": kind,
        "error": error,
        "options": options,
        "hint": None,
        "required": info is not None and info.default is msgspec.NODEFAULT,
    }


def _numbered(name: str, label: str) -> str:
    """`items.2.title` is "Nhiệm vụ (dòng 3)"."""
    places = [part for part in name.split(".") if is_place(part)]
    return _("%(label)s (dòng %(number)s)", label=label, number=int(places[-1]) + 1) if places else label


def _info(data: Any, path: list[str]) -> msgspec.structs.FieldInfo | None:
    """The field that a dotted name leads to, through lists of Structs."""
    found: msgspec.structs.FieldInfo | None = None
    for part in path:
        if is_place(part):
            continue
        if not (isinstance(data, type) and issubclass(data, Struct)):
            return None
        found = next((field for field in msgspec.structs.fields(data) if field.encode_name == part), None)
        if found is None:
            return None
        inner = base_type(found.type)
        data = base_type(get_args(inner)[0]) if get_origin(inner) in (list, tuple) and get_args(inner) else inner
    return found


def _kind(info: msgspec.structs.FieldInfo | None, given: list[Any]) -> tuple[str, Options | None]:
    if info is None:
        return "hidden", None
    inner, meta = base_type(info.type), meta_of(info.type)
    if get_origin(inner) is Literal:
        words = (meta.extra or {}).get("words", {})
        return "select", [(str(one), _(words[one]) if words.get(one) else str(one)) for one in get_args(inner)]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return "select", [(str(option.value), str(getattr(option, "title", option.value))) for option in inner]
    if get_origin(inner) is list:
        return ("checks", [(str(value), str(value)) for value in given]) if given else ("hidden", None)
    if inner is Upload:
        return "file", None
    if inner in (bool, date, int):
        return {bool: "checkbox", date: "date", int: "number"}[inner], None
    long = (meta.max_length or 0) > LONG or any(
        isinstance(value, str) and ("\n" in value or len(value) > LONG) for value in given
    )
    return ("textarea" if long else "text"), None


def stored_words(current: Mapping[str, Any], names: list[str]) -> dict[str, str]:
    """The values that stand, in words, for the fields of the form; lines of a list stand on the page itself."""
    return {
        name: _("(xem ở trang đang lưu)")
        if "." in name and name.partition(".")[0] not in current
        else in_words(current.get(name))
        for name in names
    }


def in_words(value: Any) -> str:
    """A stored value as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return show_moment(value)
    if isinstance(value, date):
        return show_date(value)
    return str(value)
