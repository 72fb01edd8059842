"""The blueprints that ship: the sector since 01/07/2025, cluster 11 of 2020, two demo districts of invented people."""

from datetime import date
from pathlib import Path

import pytest

from tenancy.blueprints import Blueprint, Body, Person, read

FOLDER = Path(__file__).parents[2] / "tenants" / "blueprints"
DEMO_FILES = ("kien_luong.toml", "giang_thanh.toml")
NAMED_IN_THE_SOURCES = {
    "Đỗ Anh Núi",
    "Thái Xuân Nguyên",
    "Nguyễn Thị Cẩm Linh",
    "Văn Phụng",
    "Trần Thị Bích Hạnh",
    "Đăng Đản",
    "Nguyễn Ngọc Phúc",
    "Văn Ty",
}


def blueprint_of(name: str) -> Blueprint:
    return read(FOLDER / name, known={"kien-giang"})


def body_of(name: str, slug: str) -> Body:
    return next(body for body in blueprint_of(name).bodies if body.slug == slug)


def members_of_the_cell(body: Body) -> list[Person]:
    return [person for person in body.persons if any(place.unit == "chi-bo" for place in person.units)]


def holders(body: Body, role: str) -> list[str]:
    return [person.name for person in body.persons if any(grant.role == role for grant in person.roles)]


def names_from_the_sources(body: Body) -> set[str]:
    return NAMED_IN_THE_SOURCES & {person.name for person in body.persons}


def test_the_sector_has_one_supreme_body_and_34_provinces_today() -> None:
    today = [body for body in blueprint_of("sector.toml").bodies if body.valid_to is None]

    assert [body.slug for body in today if body.kind == "supreme"] == ["toi-cao"]
    provinces = [body for body in today if body.kind == "province"]
    assert len(provinces) == 34
    assert {body.parent for body in provinces} == {"toi-cao"}
    assert sum("thành phố" in body.name.lower() for body in provinces) == 6


def test_the_mergers_that_the_sources_speak_of_are_stated() -> None:
    bodies = blueprint_of("sector.toml").bodies
    merged = {entry.body: body.slug for body in bodies for entry in body.predecessors}

    assert merged == {
        "kien-giang": "an-giang",
        "bac-lieu": "ca-mau",
        "soc-trang": "can-tho",
        "hau-giang": "can-tho",
        "ha-giang": "tuyen-quang",
        "bac-giang": "bac-ninh",
    }
    assert {entry.on for body in bodies for entry in body.predecessors} == {date(2025, 7, 1)}
    assert {body.slug: body.valid_to for body in bodies if body.valid_to} == dict.fromkeys(merged, date(2025, 6, 30))


def test_cluster_11_has_the_six_members_of_2020_and_kien_giang_as_chief() -> None:
    members = body_of("cluster_11.toml", "cum-11").members

    assert {member.body: member.role for member in members} == {
        "kien-giang": "chief",
        "hau-giang": "member",
        "an-giang": "member",
        "bac-lieu": "member",
        "ca-mau": "member",
        "soc-trang": "member",
    }
    assert {member.year for member in members} == {2020}


def test_the_cell_of_kien_luong_has_ten_members_in_their_roles() -> None:
    body = body_of("kien_luong.toml", "kien-luong")

    members = members_of_the_cell(body)

    assert len(members) == 10
    assert holders(body, "member") == [person.name for person in members]
    positions = [place.position for person in members for place in person.units if place.unit == "chi-bo"]
    assert positions.count("Bí thư") == positions.count("Phó Bí thư") == 1
    assert (len(holders(body, "chair")), len(holders(body, "clerk")), len(holders(body, "leader"))) == (1, 1, 2)
    assert len([unit for unit in body.units if unit.kind == "department"]) == 3


@pytest.mark.parametrize(("file", "slug"), [("kien_luong.toml", "kien-luong"), ("giang_thanh.toml", "giang-thanh")])
def test_a_demo_body_works_today_and_its_administrator_is_outside_the_cell(file: str, slug: str) -> None:
    body = body_of(file, slug)

    assert body.valid_to is None
    assert [module.name for module in body.modules] == ["monthly_rating"]
    assert len(holders(body, "admin")) == 1
    assert not set(holders(body, "admin")) & {person.name for person in members_of_the_cell(body)}


@pytest.mark.parametrize("file", DEMO_FILES)
def test_demo_people_are_all_marked_and_none_is_named_in_the_sources(file: str) -> None:
    blueprint = blueprint_of(file)

    assert blueprint.about.demo
    for body in blueprint.bodies:
        assert all(person.demo and person.login and person.email is None for person in body.persons)
        assert not names_from_the_sources(body)


def test_the_check_for_names_from_the_sources_would_find_one(tmp_path: Path) -> None:
    text = (FOLDER / "kien_luong.toml").read_text(encoding="utf-8").replace("Phạm Thúy Hà", "Đỗ Anh Núi")
    (tmp_path / "spoiled.toml").write_text(text, encoding="utf-8")

    (body,) = read(tmp_path / "spoiled.toml", known={"kien-giang"}).bodies

    assert names_from_the_sources(body) == {"Đỗ Anh Núi"}


@pytest.mark.parametrize("file", ["sector.toml", "cluster_11.toml"])
def test_the_files_about_the_sector_name_no_person(file: str) -> None:
    assert not any(body.persons for body in blueprint_of(file).bodies)


def test_one_person_works_in_both_demo_bodies_with_one_account() -> None:
    home, guest = (
        {person.login: person for person in body_of(file, slug).persons}
        for file, slug in [("kien_luong.toml", "kien-luong"), ("giang_thanh.toml", "giang-thanh")]
    )

    (shared,) = home.keys() & guest.keys()

    assert home[shared].name == guest[shared].name
    assert guest[shared].same_account
    assert len(guest) == 6


def test_every_file_says_where_its_facts_come_from() -> None:
    for path in FOLDER.glob("*.toml"):
        assert len(blueprint_of(path.name).about.source) > 10, path.name
