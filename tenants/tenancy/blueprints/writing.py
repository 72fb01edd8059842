"""A blueprint back to text, so that a body that grew on the screens can be kept, compared and applied elsewhere."""

import json
import re
from datetime import date, datetime, time
from typing import Any

import msgspec

from tenancy.blueprints.model import Blueprint

_BLOCKS = ("blueprint", "body", "unit", "person", "module", "member")
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def write(blueprint: Blueprint) -> str:
    """The TOML text that `read` turns into an equal blueprint. What equals its default is left out."""
    document = msgspec.to_builtins(blueprint, builtin_types=(date, datetime, time))
    return _table((), document).lstrip("\n")


def _table(header: tuple[str, ...], table: dict[str, Any]) -> str:
    """Own keys first: TOML would count them to the last block otherwise."""
    own = [f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if not _is_block(header, key)]
    blocks = [_block((*header, key), value) for key, value in table.items() if _is_block(header, key)]
    return "".join(own + blocks)


def _is_block(header: tuple[str, ...], key: str) -> bool:
    return key in _BLOCKS and header in ((), ("body",))


def _block(header: tuple[str, ...], value: Any) -> str:
    name = ".".join(header)
    if isinstance(value, dict):
        return f"\n[{name}]\n{_table(header, value)}"
    return "".join(f"\n[[{name}]]\n{_table(header, item)}" for item in value)


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case dict():
            return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_value(item) for item in value) + "]"
        case date() | time():
            return value.isoformat()
    return repr(value)
