"""A link of the trail in words: what was touched, which fields, from what to what."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.endpoints import path_parameters
from plugin_api.i18n import gettext as _
from plugin_api.i18n import mark
from plugin_api.manifest import ANY_VALUE, NoConfig, RecordDeclaration
from plugin_api.setting_fields import in_words, title_of
from plugin_api.vietnam import show_date, show_moment

DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
OPERATIONS = {"INSERT": mark("Thêm"), "UPDATE": mark("Sửa"), "DELETE": mark("Xóa")}
NAMING = ("full_name", "title", "name", "position", "role", "module")
"""Columns whose value tells one row of a table from another, the best first."""
SETTINGS = "setting_patch"
"""The table whose rows hold the fields of another module's settings."""
Row = Mapping[str, Any]


class Change(Struct, frozen=True):
    """One field of a row. Both sides are empty where the reader may know that it changed but not to what."""

    field: str
    before: str
    after: str


class Place(Struct, frozen=True):
    """A page by the name of its view; `ids` are the values of its path and query."""

    view: str
    ids: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=False)
class KeptRow:
    """A row as an entry of the trail kept it. `names` maps ids to names of people and units, `parents` the ids of the
    rows that it is part of to their table and columns; `closed` when the rule of its table keeps it from the reader."""

    table: str
    operation: str = "UPDATE"
    before: Row = field(default_factory=dict)
    after: Row = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, Row]] = field(default_factory=dict)
    closed: bool = False

    @property
    def row(self) -> Row:
        """The row after the entry; of a removed one, before it."""
        return self.after or self.before


class Wording:
    """Words for the tables of every module, as one reader may see them."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        manifests = dispatcher().registry.manifests
        self._modules = {name: _(manifest.title) for name, manifest in manifests.items()}
        self._records = {record.table: record for manifest in manifests.values() for record in manifest.records}

    def titles(self) -> list[tuple[str, str]]:
        """(table, words) of every declared table, for the filter."""
        return sorted(((table, self.title(table)) for table in self._records), key=lambda one: one[1])

    def title(self, table: str) -> str:
        """What people call the table; an undeclared one is called after its module."""
        record = self._records.get(table)
        if record is not None:
            return _(record.title)
        return next((title for name, title in self._modules.items() if table.startswith(f"{name}_")), table)

    def open_to_reader(self, table: str) -> bool:
        """Whether the reader may see values of this table, by holding its permission in the whole body."""
        record = self._records.get(table)
        return record is not None and self._actor.scope(record.permission).whole

    def concerned(self) -> dict[str, str]:
        """Table → the column that names the person concerned, of the tables open to the reader."""
        found = {table: record.concerned for table, record in self._records.items() if record.concerned}
        return {table: column for table, column in found.items() if self.open_to_reader(table)}

    def closed(self) -> str:
        """SQL: whether the rule of its table keeps an `entry` closed to `reader`."""
        return _by_table((record.table, record.closed) for record in self._records.values())

    def unsigned(self) -> str:
        """SQL: whether the rule of its table leaves out who made an `entry`."""
        return _by_table((record.table, record.unsigned) for record in self._records.values())

    def tells(self, kept: KeptRow) -> bool:
        """Whether the entry tells the reader anything of its row."""
        return not kept.closed and self.open_to_reader(kept.table)

    def person_concerned(self, kept: KeptRow) -> str:
        """The id of the person that the row is about, "" where it is about none or closed."""
        column = self.concerned().get(kept.table, "")
        return str(kept.row.get(column) or "") if self.tells(kept) else ""

    def parents(self) -> dict[str, Mapping[str, str]]:
        """Table → its columns that name the row it is part of, and the table of that."""
        return {table: record.parents for table, record in self._records.items() if record.parents}

    def verb(self, kept: KeptRow) -> str:
        """What was done: the declared verb of the first column that changed so, else added, edited, removed."""
        record = self._records.get(kept.table)
        if record is not None and self.tells(kept):
            verbs = {"INSERT": record.inserted, "UPDATE": record.updated}.get(kept.operation, {})
            for column, words in verbs.items():
                value = kept.after.get(column)
                if value != kept.before.get(column) and (verb := _verb_for(words, value)):
                    return _(verb)
        return _(OPERATIONS[kept.operation])

    def subject(self, kept: KeptRow) -> str:
        """Which row it is: whose, what it is called, where, and what it is part of."""
        if not self.tells(kept):
            return ""
        return " – ".join(dict.fromkeys(self._identity(kept.table, kept.row, kept)))

    def _identity(self, table: str, row: Row, kept: KeptRow) -> Iterable[str]:
        record = self._records[table]
        whose = kept.names.get(str(row.get(record.concerned)), "") if record.concerned != "id" else ""
        where = kept.names.get(str(row.get("unit_id")), "")
        yield from filter(None, (whose, self._label(record, row, kept)))
        for parent_table, parent in self._parents_of(record, row, kept):
            yield from self._identity(parent_table, parent, kept)
        yield from filter(None, (where,))

    def _label(self, record: RecordDeclaration, row: Row, kept: KeptRow) -> str:
        if callable(record.label):
            return record.label(row)
        columns = (record.label,) if record.label else NAMING
        return next((self._word(record, column, row[column], kept.names) for column in columns if row.get(column)), "")

    def _parents_of(self, record: RecordDeclaration, row: Row, kept: KeptRow) -> Iterable[tuple[str, Row]]:
        found = (kept.parents.get(str(row.get(column))) for column in record.parents)
        return [(table, parent) for table, parent in filter(None, found) if self.open_to_reader(table)]

    def place(self, kept: KeptRow) -> Place | None:
        """The page that shows the row, if it is still there and the reader may open it."""
        record = self._records.get(kept.table)
        if record is None or not record.view or not kept.after or not self.tells(kept):
            return None
        manifest, view = dispatcher().registry.endpoints[record.view]
        if manifest.name not in ("core", *self._actor.modules) or not self._actor.may(view.permission):
            return None
        wanted = {*path_parameters(view), *record.ids}
        ids = {name: self._value(name, kept.table, kept.row, kept) for name in wanted}
        return Place(record.view, ids) if all(ids.values()) else None

    def _value(self, name: str, table: str, row: Row, kept: KeptRow) -> str:
        """The value of a parameter: in the row, else in the rows it is part of."""
        record = self._records[table]
        found = row.get(record.ids.get(name, name))
        if found is not None:
            return str(found)
        above = (self._value(name, up, parent, kept) for up, parent in self._parents_of(record, row, kept))
        return next(filter(None, above), "")

    def changes(self, kept: KeptRow) -> list[Change]:
        """The declared fields that differ; of a new or removed row those that hold something."""
        record = self._records.get(kept.table)
        if record is None:
            return []
        old, new = kept.before, kept.after
        differing = [column for column in record.columns if old.get(column) != new.get(column)]
        shown = differing if old and new else [c for c in differing if (old or new).get(c) not in (None, "")]
        is_open = self.tells(kept)
        if kept.table == SETTINGS and is_open:
            return self._settings(record, old, new)

        def side(values: Row, column: str) -> str:
            return self._word(record, column, values.get(column), kept.names) if is_open else ""

        return [Change(_(record.columns[column]), side(old, column), side(new, column)) for column in shown]

    def _settings(self, record: RecordDeclaration, old: Row, new: Row) -> list[Change]:
        """Each setting that was set, changed or given back, then what was locked or opened, by title."""
        manifest = dispatcher().registry.manifests.get(str((new or old).get("module")))
        config = manifest.config if manifest is not None else NoConfig
        was, becomes = old.get("patch") or {}, new.get("patch") or {}

        def side(values: Row, key: str) -> str:
            return in_words(config, key, values[key]) if key in values else _("(theo cấp trên)")

        found = [
            Change(title_of(config, key), side(was, key), side(becomes, key))
            for key in sorted({*was, *becomes})
            if was.get(key) != becomes.get(key) or (key in was) != (key in becomes)
        ]
        locks_title = record.columns["locked"]
        locks = [", ".join(title_of(config, key) for key in row.get("locked") or ()) for row in (old, new)]
        return found if locks[0] == locks[1] else [*found, Change(_(locks_title), *locks)]

    def _word(self, record: RecordDeclaration, column: str, value: Any, names: Mapping[str, str]) -> str:
        if isinstance(value, bool):
            return _("Có") if value else _("Không")
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return "; ".join(self._row_in_words(record, one, names) for one in value)
        if value is None or not isinstance(value, str):
            return "" if value is None else json.dumps(value, ensure_ascii=False)
        if value in record.choices.get(column, {}):
            return _(record.choices[column][value])
        if column in ("name", "module") and value in self._modules:
            return self._modules[value]
        with suppress(ValueError):  # a text may look like a day that never was
            if DAY.match(value):
                return show_date(date.fromisoformat(value))
            if MOMENT.match(value):
                return show_moment(datetime.fromisoformat(value))
        return names.get(value, value)

    def _row_in_words(self, record: RecordDeclaration, row: Row, names: Mapping[str, str]) -> str:
        """A row kept inside a column: its values, without the ids that nobody can read."""
        words = (self._word(record, column, value, names) for column, value in row.items() if column[-3:] != "_id")
        return ", ".join(word for word in words if word)


def _verb_for(words: Mapping[str, str], value: Any) -> str:
    key = value if isinstance(value, str) else json.dumps(value)
    return words.get(key) or (words.get(ANY_VALUE, "") if value else "")


def _by_table(conditions: Iterable[tuple[str, str]]) -> str:
    """One condition for all tables; every text is a constant of an installed module."""
    cases = "".join(
        f" WHEN '{table}' THEN EXISTS (SELECT 1 FROM (VALUES (entry.before), (entry.after)) AS side(kept)"
        f" WHERE kept IS NOT NULL AND ({condition}))"
        for table, condition in sorted(conditions)
        if condition
    )
    return f"(CASE entry.table_name{cases} ELSE false END)" if cases else "false"
