"""A link of the trail in words: what was touched, which fields, from what to what."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from platform_core.plugin_host.running import dispatcher
from plugin_api.actor import Actor
from plugin_api.i18n import gettext as _
from plugin_api.manifest import NoConfig, RecordDeclaration
from plugin_api.setting_fields import in_words, title_of
from plugin_api.vietnam import show_date, show_moment

DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
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
        return record is not None and self._actor.units(record.permission) is None

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

    def subject(self, table: str, row: Row, names: Mapping[str, str], closed: bool = False) -> str:
        """Which row it is: whose, and what it is called."""
        if closed or not self.open_to_reader(table):
            return ""
        record = self._records[table]
        own = next((self._word(record, column, row[column], names) for column in NAMING if row.get(column)), "")
        whose = names.get(str(row.get(record.concerned)), "") if record.concerned != "id" else ""
        return " – ".join(part for part in (whose, own) if part)

    def changes(
        self, table: str, before: Row | None, after: Row | None, names: Mapping[str, str], closed: bool = False
    ) -> list[Change]:
        """The declared fields that differ; of a new or removed row those that hold something."""
        record = self._records.get(table)
        if record is None:
            return []
        old, new = before or {}, after or {}
        differing = [column for column in record.columns if old.get(column) != new.get(column)]
        shown = differing if before and after else [c for c in differing if (old or new).get(c) not in (None, "")]
        is_open = not closed and self.open_to_reader(table)
        if table == SETTINGS and is_open:
            return self._settings(record, old, new)

        def side(values: Row, column: str) -> str:
            return self._word(record, column, values.get(column), names) if is_open else ""

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


def _by_table(conditions: Iterable[tuple[str, str]]) -> str:
    """One condition for all tables; every text is a constant of an installed module."""
    cases = "".join(
        f" WHEN '{table}' THEN EXISTS (SELECT 1 FROM (VALUES (entry.before), (entry.after)) AS side(kept)"
        f" WHERE kept IS NOT NULL AND ({condition}))"
        for table, condition in sorted(conditions)
        if condition
    )
    return f"(CASE entry.table_name{cases} ELSE false END)" if cases else "false"
