"""A blueprint that is written out and read again is the same blueprint."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.blueprints import (
    About,
    Appointment,
    Blueprint,
    Body,
    ClusterMember,
    ModuleUse,
    Person,
    Predecessor,
    RoleGrant,
    Unit,
    read,
    write,
)
from tenancy.blueprints.shaping import shape

FOLDER = Path(__file__).parents[2] / "tenants" / "blueprints"

SLUG = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6})?", fullmatch=True)
SIGNS = "aăâbcdđeêghiklmnoôơpqrstuưvxyộừẵẨ019 .,-–/()“”'\"\\ßЖπ€"
LINE = st.text(SIGNS, min_size=1, max_size=11).filter(str.strip)
DAY = st.dates(min_value=date(1960, 1, 1))
SPAN = {"valid_from": DAY, "valid_to": st.none() | DAY}
SETTING = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | DAY | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def few(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=2).map(tuple)


APPOINTMENT = st.builds(Appointment, unit=SLUG, position=st.none() | LINE, **SPAN)
GRANT = st.builds(RoleGrant, role=st.sampled_from(["member", "leader"]), unit=st.none() | SLUG, **SPAN)
UNIT = st.builds(
    Unit, code=SLUG, kind=st.sampled_from(["cell", "department"]), name=LINE, parent=st.none() | SLUG, **SPAN
)
PERSON = st.builds(Person, code=SLUG, name=LINE, demo=st.booleans(), units=few(APPOINTMENT), roles=few(GRANT))
MODULE = st.builds(ModuleUse, name=st.just("some_module"), settings=st.dictionaries(st.text(), SETTING, max_size=3))
BODY = st.builds(
    Body,
    slug=SLUG,
    name=LINE,
    short_name=LINE,
    kind=st.sampled_from(["province", "cluster"]),
    place=LINE,
    predecessors=few(st.builds(Predecessor, body=SLUG, on=DAY)),
    units=few(UNIT),
    persons=few(PERSON),
    modules=few(MODULE),
    members=few(st.builds(ClusterMember, year=st.integers(1960, 2100), body=SLUG)),
    **SPAN,
)
BLUEPRINT = st.builds(
    Blueprint,
    about=st.builds(About, name=LINE, source=LINE, demo=st.booleans()),
    bodies=st.lists(BODY, min_size=1, max_size=2).map(tuple),
)


@settings(max_examples=25, deadline=None)
@given(BLUEPRINT)
def test_any_blueprint_comes_back_as_it_was(blueprint: Blueprint) -> None:
    again, complaints = shape(tomllib.loads(write(blueprint)))

    assert complaints == []
    assert again == blueprint


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.toml")))
def test_the_files_of_the_project_come_back_as_they_were(name: str, tmp_path: Path) -> None:
    stated = read(FOLDER / name, known={"kien-giang"})
    (tmp_path / name).write_text(write(stated), encoding="utf-8")

    assert read(tmp_path / name, known={"kien-giang"}) == stated


def test_text_typed_with_separate_accents_is_read_as_the_same_text(tmp_path: Path) -> None:
    stated = (FOLDER / "cluster_11.toml").read_text(encoding="utf-8")
    (tmp_path / "nfd.toml").write_text(stated.replace("ê", "e\u0302"), encoding="utf-8")

    assert read(tmp_path / "nfd.toml") == read(FOLDER / "cluster_11.toml")
