"""Several files speak of the same bodies: in any order they give the same, and where they disagree both are named."""

from pathlib import Path

import pytest

from tenancy.blueprints import BlueprintError, BlueprintFault, Body, parents_first, read, read_all

FOLDER = Path(__file__).parents[2] / "tenants" / "blueprints"
FILES = sorted(FOLDER.glob("*.toml"))


def facts(bodies: tuple[Body, ...]) -> dict[str, tuple[Body, frozenset[str]]]:
    """Bodies by slug with their lists as sets: the order inside a list carries no meaning."""
    return {body.slug: (body, frozenset(map(repr, (*body.predecessors, *body.members)))) for body in bodies}


def refusal(paths: list[Path]) -> tuple[BlueprintFault, ...]:
    with pytest.raises(BlueprintError) as caught:
        read_all(paths)
    return caught.value.faults


def spoiled(folder: Path, name: str, right: str, wrong: str) -> Path:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert right in text
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    return folder / name


def line_with(path: Path, words: str) -> int:
    return next(at for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if words in line)


def test_the_sector_and_the_cluster_give_the_same_in_either_order() -> None:
    sector, cluster = FOLDER / "sector.toml", FOLDER / "cluster_11.toml"

    assert facts(read_all([sector, cluster])) == facts(read_all([cluster, sector]))
    assert len(read_all([sector, cluster])) == 42


def test_each_file_about_the_sector_can_be_applied_alone() -> None:
    for name in ("sector.toml", "cluster_11.toml"):
        assert read(FOLDER / name).bodies


def test_all_files_together_are_accepted_in_any_order() -> None:
    turned = [FILES[at:] + FILES[:at] for at in range(len(FILES))]
    results = [facts(read_all(order)) for order in (*turned, FILES[::-1])]

    assert all(result == results[0] for result in results)
    assert {"kien-luong", "giang-thanh", "cum-11", "toi-cao"} <= results[0].keys()


def test_a_file_read_twice_says_nothing_new() -> None:
    assert read_all([FOLDER / "cluster_11.toml"] * 2) == read_all([FOLDER / "cluster_11.toml"])


def test_parents_come_before_their_children() -> None:
    order = [body.slug for body in read_all(reversed(FILES))]

    for body in read_all(FILES):
        assert body.parent is None or order.index(body.parent) < order.index(body.slug)


def test_parents_come_first_even_when_the_tree_is_not_one() -> None:
    bodies = read(FOLDER / "kien_luong.toml", known={"kien-giang"}).bodies

    assert parents_first(bodies) == bodies


def test_a_body_told_in_two_ways_is_refused_and_both_places_are_named(tmp_path: Path) -> None:
    sector = FOLDER / "sector.toml"
    cluster = spoiled(tmp_path, "cluster_11.toml", 'place = "Cà Mau"', 'place = "Bạc Liêu"  # sai')

    at = line_with(sector, 'place = "Cà Mau"')

    (fault,) = refusal([sector, cluster])

    assert (fault.file, fault.line, fault.field) == (str(cluster), line_with(cluster, "# sai"), "body.place")
    assert f"{sector}, dòng {at}" in fault.sentence


def test_an_end_that_one_file_leaves_out_is_a_contradiction(tmp_path: Path) -> None:
    cluster = spoiled(
        tmp_path,
        "cluster_11.toml",
        'place = "Kiên Giang"\nvalid_from = 2004-01-01\nvalid_to = 2025-06-30',
        'place = "Kiên Giang"\nvalid_from = 2004-01-01',
    )

    (fault,) = refusal([FOLDER / "sector.toml", cluster])

    assert (fault.field, "“kien-giang”" in fault.sentence) == ("body.valid_to", True)


def test_an_entry_told_in_two_ways_is_refused(tmp_path: Path) -> None:
    cluster = spoiled(tmp_path, "cluster_11.toml", 'role = "chief"', 'role = "deputy"')

    (fault,) = refusal([FOLDER / "cluster_11.toml", cluster])

    assert (fault.file, fault.field) == (str(cluster), "body.member")


def test_a_sign_in_shared_by_two_bodies_must_be_said_to_be_one_account(tmp_path: Path) -> None:
    guest = spoiled(tmp_path, "giang_thanh.toml", "same_account = true\n", "")

    (fault,) = refusal([FOLDER / "sector.toml", FOLDER / "kien_luong.toml", guest])

    assert (fault.file, fault.line) == (str(guest), line_with(guest, '"hanh.lh"'))
    assert "same_account" in fault.sentence


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[[body", encoding="utf-8")
    cluster = spoiled(tmp_path, "cluster_11.toml", 'kind = "cluster"', 'kind = "block"')

    faults = refusal([tmp_path / "broken.toml", cluster])

    assert [Path(fault.file).name for fault in faults] == ["broken.toml", "cluster_11.toml"]
