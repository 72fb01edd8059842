"""Every value of a blueprint is found on the line where a person reads it, however the file is laid out."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenancy.blueprints.locator import lines_of, without_impossible_days

FOLDER = Path(__file__).parents[2] / "tenants" / "blueprints"

TRICKY = '''\
# a = [ "không phải dữ liệu" ]
"khóa có dấu" = "= [ ] { } , # không phải chú thích"
dotted.key = 1
[table] # chú thích ]
text = """
[[not.a.table]]
key = "không phải khóa" \\""" vẫn trong chữ """"
other = \'\'\'
it's [here]
\'\'\'
list = [
  1.5, # một
  { a = [ "]", \'}\' ], b.c = 2025-07-01 },
  [],

  "cuối",
]
[[row]]
[[row.cell]]
x = 1979-05-27 07:32:00
[[row.cell]]
[row.cell.deep]
y = -1_000
[[row]]
[[row.cell]]
x = inf
[empty]
'''


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and item of a parsed document, as the parser of the standard library sees it."""
    if place:
        yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*place, key))


def test_quotes_comments_and_nesting_do_not_confuse_the_lines() -> None:
    lines = lines_of(TRICKY)

    assert lines["khóa có dấu",] == 2
    assert lines["dotted", "key"] == 3
    assert (lines["table",], lines["table", "text"], lines["table", "other"]) == (4, 5, 8)
    assert [lines["table", "list", at] for at in range(4)] == [12, 13, 14, 16]
    assert lines["table", "list", 1, "b", "c"] == 13
    assert lines["row", 0, "cell", 1, "deep", "y"] == 23
    assert (lines["row", 1], lines["row", 1, "cell", 0, "x"]) == (24, 26)
    assert lines["empty",] == 27


@pytest.mark.parametrize("source", ["tricky", *sorted(path.name for path in FOLDER.glob("*.toml"))])
def test_no_value_is_missed_and_none_invented(source: str) -> None:
    text = TRICKY if source == "tricky" else (FOLDER / source).read_text(encoding="utf-8")

    assert set(lines_of(text)) == set(places(tomllib.loads(text)))


def test_only_days_that_do_not_exist_are_taken_out() -> None:
    text = 'a = 2025-02-29\nb = 2024-02-29\nc = "2025-02-29"\n# 2025-02-29\nd = [2025-13-01, 2025-12-01]'

    tamed = without_impossible_days(text)

    assert tamed == 'a = 0001-01-01\nb = 2024-02-29\nc = "2025-02-29"\n# 2025-02-29\nd = [0001-01-01, 2025-12-01]'
