"""What files show together."""

from pathlib import Path

import pytest

from console.demo.damage_kit import directory, valued
from tests.unit.repair.visits import codes, kit, visit


def laid(folder: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_sound_series_shows_nothing(tmp_path: Path) -> None:
    folder = laid(tmp_path, **{f"IM{number}": kit().native(number) for number in range(1, 5)})
    report = visit(folder)
    assert codes(report) == set()
    assert (report.files, report.healthy) == (4, 4)


def test_a_link_to_a_file_is_no_second_copy(tmp_path: Path) -> None:
    # GIVEN one file and a link to it
    laid(tmp_path, IM1=kit().native())
    (tmp_path / "link").symlink_to(tmp_path / "IM1")
    # THEN it does not lie there twice
    assert codes(visit(tmp_path)) == set()


def test_names_in_two_character_sets_are_the_same_name(tmp_path: Path) -> None:
    # GIVEN two files of one study, the name of one in UTF-8 and of the other in GB18030
    first, second = kit().native(1), kit().native(2)
    name = kit().item().patient.name
    second = valued(valued(second, 0x00080005, "CS", b"GB18030"), 0x00100010, "PN", name.encode("gb18030"))
    for tag, vr, text in (
        (0x00080080, "LO", "练习医院"),
        (0x00081030, "LO", "冠状动脉造影"),
        (0x0008103E, "LO", "左冠状动脉"),
    ):
        second = valued(second, tag, vr, text.encode("gb18030"))
    second = valued(second, 0x00104000, "LT", b"")
    laid(tmp_path, IM1=first, IM2=second)
    # THEN they agree
    assert codes(visit(tmp_path)) == set()


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00100010, "PN", b"Other^Name"),
        (0x00100030, "DA", b"19010101"),
        (0x00100040, "CS", b"O"),
        (0x00080020, "DA", b"20210101"),
        (0x00200010, "SH", b"S2"),
        (0x00080050, "SH", b"A2"),
    ],
)
def test_files_of_a_study_that_disagree_are_named(tmp_path: Path, tag: int, vr: str, value: bytes) -> None:
    laid(tmp_path, IM1=kit().native(1), IM2=kit().native(2), IM3=valued(kit().native(3), tag, vr, value))
    report = visit(tmp_path)
    # THEN the one that differs from the two others is shown, with the others beside it
    assert codes(report) == {("IM3", "study-differs")}
    assert [Path(path).name for path in report.findings[0].others] == ["IM1"]


def test_an_empty_value_does_not_disagree(tmp_path: Path) -> None:
    laid(tmp_path, IM1=kit().native(1), IM2=valued(kit().native(2), 0x00080050, "SH", b""))
    assert codes(visit(tmp_path)) == set()


def test_numbers_by_ten_are_no_gaps(tmp_path: Path) -> None:
    laid(tmp_path, **{f"IM{number}": kit().native(number) for number in (10, 20, 30)})
    assert codes(visit(tmp_path)) == set()


def test_a_disc_with_small_letters_and_versions_is_complete(tmp_path: Path) -> None:
    # GIVEN a medium whose names are written as some systems show them
    objects = {number: kit().native(number) for number in (1, 2)}
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "im1").write_bytes(objects[1])
    (tmp_path / "images" / "im2.;1").write_bytes(objects[2])
    (tmp_path / "DICOMDIR").write_bytes(directory([("IMAGES/IM1", objects[1]), ("IMAGES/IM2", objects[2])]))
    # THEN nothing is missing
    assert codes(visit(tmp_path)) == set()


def test_a_series_in_two_studies_is_named(tmp_path: Path) -> None:
    laid(tmp_path, IM1=kit().native(1), IM2=kit().native(2), IM3=valued(kit().native(3), 0x0020000D, "UI", b"1.2.3"))
    assert codes(visit(tmp_path)) == {("IM3", "study-differs")}
