"""Modules read of people and units only what is published, and write nothing of the core's: read off their SQL."""

import re
from pathlib import Path

import pytest

from platform_core.people import tables
from platform_core.people.tables import Person, Unit
from plugin_api import ports

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(file.parent for file in (ROOT / "plugins").glob("*/__init__.py"))
CORE_TABLES = (
    "person", "unit", "appointment", "role_assignment", "role_request", "access_rule", "module", "setting_patch",
    "tenant",
)
WRITE = re.compile(rf"\b(?:UPDATE|INTO|DELETE FROM)\s+(?:app\.)?({'|'.join(CORE_TABLES)})\b")
OTHERS = re.compile(rf"\b(?:FROM|JOIN)\s+(?:app\.)?({'|'.join(CORE_TABLES[2:])})\b")


def published() -> dict[str, set[str]]:
    """Table → columns, as the contract states them."""
    stated = re.findall(r"`app\.(\w+) \(([\w, ]+)\)`", ports.__doc__ or "")
    return {table: {*columns.split(", "), "tenant_id"} for table, columns in stated}


def faults(sql: str) -> list[str]:
    """Columns and tables of the core that a statement has no business with."""
    found = [f"writes {table}" for table in WRITE.findall(sql)] + [f"reads {table}" for table in OTHERS.findall(sql)]
    for name, table in (("person", Person), ("unit", Unit)):
        private = {column._meta.name for column in table._meta.columns} - published()[name]
        aliases = re.findall(rf"\b(?:FROM|JOIN)\s+(?:app\.)?{name}\s+(?!WHERE|ON|ORDER|LEFT|JOIN)(\w+)\b", sql)
        used = {column for alias in [*aliases, name] for column in re.findall(rf"\b{alias}\.(\w+)", sql)}
        if re.search(rf"\bFROM\s+(?:app\.)?{name}\s+(?:WHERE|ORDER)", sql):
            used |= set(re.findall(r"\b(\w+)\b", sql))
        found += [f"{name}.{column} is not published" for column in sorted(used & private)]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_reads_only_what_is_published(lint, module):
    reading = lint("reading")
    texts = [(file.name, line, text) for file in sorted(module.rglob("*.py"))
             for line, text in reading.Source.of(file, ROOT).texts()]
    assert [f"{name}:{line}: {fault}" for name, line, text in texts for fault in faults(text)] == []


def test_what_is_published_exists():
    assert published().keys() == {"person", "unit"}
    for name, table in (("person", Person), ("unit", Unit)):
        assert published()[name] <= {column._meta.name for column in table._meta.columns}
    assert set(CORE_TABLES) - {"tenant"} == {table._meta.tablename for table in vars(tables).values()
                                             if isinstance(table, type) and table.__module__ == tables.__name__}


@pytest.mark.parametrize(("sql", "expected"), [
    ("SELECT p.email FROM person p WHERE p.tenant_id = $1", "person.email is not published"),
    ("SELECT email FROM person WHERE tenant_id = $1", "person.email is not published"),
    ("SELECT 1 FROM x JOIN unit u ON u.tenant_id = $1 AND u.valid_to IS NULL", "unit.valid_to is not published"),
    ("UPDATE person SET full_name = $2 WHERE tenant_id = $1", "writes person"),
    ("SELECT role FROM role_assignment WHERE tenant_id = $1", "reads role_assignment")])
def test_an_unpublished_column_is_found(sql, expected):
    assert expected in faults(sql)
