"""Data that a form takes, for tests: something acceptable in every required field."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid4

import msgspec
from msgspec import NODEFAULT, Struct

from plugin_api.clock import today
from plugin_api.forms import Upload, base_type, meta_of


def plausible(data: type[Struct]) -> Any:
    """A Struct with something acceptable in every required field."""
    return data(
        **{
            field.name: _plausible(field.type)
            for field in msgspec.structs.fields(data)
            if field.default is NODEFAULT and field.default_factory is NODEFAULT
        }
    )


def _plausible(kind: Any) -> Any:
    inner, meta = base_type(kind), meta_of(kind)
    if get_origin(inner) is Literal:
        return get_args(inner)[0]
    if get_origin(inner) in (list, tuple):
        return get_origin(inner)()
    if isinstance(inner, type) and issubclass(inner, Struct):
        return Upload("a.txt", "text/plain", b"a") if inner is Upload else plausible(inner)
    made = {
        str: "x" * max(1, meta.min_length or 0),
        int: int(meta.ge or 1),
        bool: True,
        date: today() + timedelta(days=1),
        UUID: uuid4(),
        Decimal: Decimal(1),
        float: 1.0,
        bytes: b"x",
    }
    return made.get(inner, next(iter(getattr(inner, "__members__", {}).values()), None))
