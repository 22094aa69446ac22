"""The plan: names, space, limits, and where nothing is written."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from console.errors import Cancelled
from console.model.export import ExportOptions, Medium
from console.studies.export import names
from console.studies.export.medium import FAT_LIMIT, medium_of
from console.studies.export.plan import plan_export
from tests.unit.studies.export.objects import ANONYMOUS, PLAIN, item_of, plan_of, run_file

STICK = Medium("vfat", 32768, 8_000_000_000, 4_000_000_000, FAT_LIMIT, "removable", False, Path("/media/STICK"))


def test_file_ids_say_nothing_of_the_patient_and_fit_dicom_media(tmp_path: Path) -> None:
    # GIVEN two patients with two objects each
    paths = [run_file(tmp_path / "in", number, patient) for patient in (1, 2) for number in (1, 2)]
    # WHEN the export is planned
    plan = plan_of(paths, tmp_path / "out")
    # THEN names are numbers only, distinct, and may stand in a DICOMDIR
    assert [file.target for file in plan.files] == [
        "DICOM/PAT00001/ST00001/SE00001/IM00001",
        "DICOM/PAT00001/ST00001/SE00001/IM00002",
        "DICOM/PAT00002/ST00001/SE00001/IM00001",
        "DICOM/PAT00002/ST00001/SE00001/IM00002",
    ]
    assert all(names.is_file_id(file.target) and file.in_dicomdir for file in plan.files)
    assert plan.refused == ""
    assert plan.studies == 2
    assert not (tmp_path / "out").exists()


def test_names_stand_in_folders_only_when_asked_for(tmp_path: Path) -> None:
    # GIVEN a patient with a name that Windows would refuse
    path = run_file(tmp_path / "in", 1)
    items = [item_of(path, patient_id="CON", patient_name="张^伟: a/b", series_description="LAO 32?", series_number=3)]
    # WHEN readable folders are asked for
    plan = plan_export(items, tmp_path / "out", ExportOptions(layout="names"))
    # THEN they are readable, safe, and no DICOMDIR is promised
    assert [file.target for file in plan.files] == ["STUDIES/CON 张 伟 a b/20261120/S003 XA LAO 32/IM00001.dcm"]
    assert not plan.options.dicomdir
    assert any("refuse" in note for note in plan.notes)
    # THEN together with de-identification they are not given
    plan = plan_export(items, tmp_path / "out", ExportOptions(layout="names", deidentify=True))
    assert [file.target for file in plan.files] == ["DICOM/PAT00001/ST00001/SE00001/IM00001"]


def test_a_fat_stick_counts_whole_clusters_and_refuses_4_gb(tmp_path: Path) -> None:
    # GIVEN ten tiny files and one that FAT cannot hold
    paths = [run_file(tmp_path / "in", number) for number in range(10)]
    large = run_file(tmp_path / "in", 99)
    with large.open("r+b") as stream:
        stream.truncate(FAT_LIMIT)  # sparse: takes no room
    # WHEN the export to a stick with 32 KiB clusters is planned
    plan = plan_of([*paths, large], tmp_path / "out", medium=STICK)
    # THEN the large file is left out with a sentence, and each small one takes a cluster
    assert [(problem.path, "exFAT" in problem.what) for problem in plan.left_out] == [(str(large), True)]
    assert len(plan.files) == 10
    assert plan.bytes_on_medium >= 10 * 32768 > plan.bytes
    # THEN on another file system it is taken
    elsewhere = replace(STICK, largest_file=0, free=2 * FAT_LIMIT)
    assert len(plan_of([*paths, large], tmp_path / "out", medium=elsewhere).files) == 11


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    path = run_file(tmp_path / "in", 1, pixels=bytes(100_000))
    plan = plan_of([path], tmp_path / "out", medium=replace(STICK, free=150_000))
    assert "free" in plan.refused
    assert "150 kB" in plan.refused
    assert plan_of([path], tmp_path / "out", medium=replace(STICK, free=1_500_000)).refused == ""


def test_copies_and_nameless_objects_stay_out_of_the_dicomdir(tmp_path: Path) -> None:
    # GIVEN the same object twice, one without a class, one without a preamble
    first, second = run_file(tmp_path / "a", 1), run_file(tmp_path / "b", 1)
    items = [
        item_of(first),
        item_of(second),
        item_of(run_file(tmp_path / "a", 2), sop_class=""),
        item_of(run_file(tmp_path / "a", 3), notes=("no-preamble",)),
    ]
    # WHEN planned THEN all four are exported, and one stands in the DICOMDIR
    plan = plan_export(items, tmp_path / "out", PLAIN)
    assert [file.in_dicomdir for file in plan.files] == [True, False, False, False]
    assert any("3 files" in note for note in plan.notes)


def test_sources_that_are_gone_are_left_out_with_their_reason(tmp_path: Path) -> None:
    path = run_file(tmp_path / "in", 1)
    items = [item_of(path), replace(item_of(path), path=tmp_path / "gone"), replace(item_of(path), path=tmp_path)]
    plan = plan_export([*items, items[0]], tmp_path / "out", PLAIN)
    assert [Path(problem.path).name for problem in plan.left_out] == ["gone", tmp_path.name]
    assert len(plan.files) == 1
    assert plan_export(items[1:], tmp_path / "out", PLAIN).refused


def test_planning_can_be_stopped(tmp_path: Path) -> None:
    items = [item_of(run_file(tmp_path / "in", 1))]
    with pytest.raises(Cancelled):
        plan_export(items, tmp_path / "out", PLAIN, cancelled=lambda: True)


def test_nothing_is_written_where_sources_or_an_index_are(tmp_path: Path) -> None:
    path = run_file(tmp_path / "archive" / "st1", 1)
    for place in (path.parent, tmp_path / "archive", tmp_path, path):
        assert plan_of([path], place).refused, place
    assert plan_of([path], tmp_path / "archive" / "out", roots=[tmp_path / "archive"]).refused
    (tmp_path / "link").symlink_to(tmp_path / "archive")
    assert plan_of([path], tmp_path / "link").refused
    assert plan_of([path], tmp_path / "out", roots=[tmp_path / "archive"]).refused == ""


@pytest.mark.parametrize("kind", ["orthanc", "conquest", "dcm4chee"])
def test_nothing_is_written_into_the_storage_of_a_pacs(tmp_path: Path, kind: str) -> None:
    # GIVEN a folder as that PACS lays it out
    storage = tmp_path / "storage"
    if kind == "orthanc":
        (storage / "0a" / "ff").mkdir(parents=True)
        sqlite3.connect(storage / "index").execute("create table t(x)")
    elif kind == "conquest":
        storage.mkdir()
        (storage / "acrnema.map").touch()
    else:
        storage = tmp_path / "dcm4chee-fs1"
        (storage / "2026" / "11").mkdir(parents=True)
    path = run_file(tmp_path / "in", 1)
    # WHEN an export into it, or deep below it, is planned THEN it is refused in words
    for place in (storage, storage / "0a" / "export"):
        assert "PACS" in plan_of([path], place).refused
    assert plan_of([path], tmp_path / "out").refused == ""


def test_what_stands_on_the_target_is_never_written_over(tmp_path: Path) -> None:
    # GIVEN a stick with another hospital's DICOMDIR
    path, target = run_file(tmp_path / "in", 1), tmp_path / "out"
    target.mkdir()
    (target / "dicomdir").write_bytes(b"theirs")
    # WHEN planned THEN it is refused, and a free folder is suggested that would do
    plan = plan_of([path], target)
    assert "written over" in plan.refused
    assert plan.suggestion == target / "EXPORT1"
    assert plan_of([path], target / "EXPORT1").refused == ""
    # THEN other things on it are no hindrance, and are mentioned
    (target / "dicomdir").rename(target / "letter.doc")
    plan = plan_of([path], target)
    assert plan.refused == ""
    assert any("not empty" in note for note in plan.notes)


def test_a_write_protected_medium_is_refused(tmp_path: Path) -> None:
    plan = plan_of([run_file(tmp_path / "in", 1)], tmp_path / "out", medium=replace(STICK, read_only=True))
    assert "write-protected" in plan.refused


def test_the_key_list_never_lies_beside_the_copies(tmp_path: Path) -> None:
    path = run_file(tmp_path / "in", 1)
    keys = replace(ANONYMOUS, key_folder=tmp_path / "out" / "home")
    assert "who is who" in plan_of([path], tmp_path / "out", keys).refused
    stick = replace(STICK, root=tmp_path)
    assert (
        "who is who"
        in plan_of([path], tmp_path / "out", replace(keys, key_folder=tmp_path / "h"), medium=stick).refused
    )
    assert plan_of([path], tmp_path / "out", replace(keys, key_folder=tmp_path / "home")).refused == ""


@pytest.mark.parametrize(
    ("sop_class", "taken", "when_asked"),
    [
        ("1.2.840.10008.5.1.4.1.1.12.1", True, True),
        ("1.2.840.10008.5.1.4.1.1.2", True, True),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", True, True),
        ("1.2.840.10008.5.1.4.1.1.6.1", False, True),
        ("1.2.840.10008.5.1.4.1.1.7", False, True),
        ("1.2.840.10008.5.1.4.1.1.77.1.4", False, True),
        ("1.2.840.10008.5.1.4.1.1.88.67", False, False),
        ("1.2.840.10008.5.1.4.1.1.88.59", False, False),
        ("1.2.840.10008.5.1.4.1.1.104.1", False, False),
        ("1.2.840.10008.5.1.4.1.1.66", False, False),
        ("1.3.12.2.1107.5.9.1", False, False),
        ("", False, False),
    ],
)
def test_kinds_that_cannot_be_de_identified_are_left_out(
    tmp_path: Path, sop_class: str, taken: bool, when_asked: bool
) -> None:
    items = [item_of(run_file(tmp_path / "in", 1), sop_class=sop_class)]
    for asked, expected in ((False, taken), (True, when_asked)):
        plan = plan_export(items, tmp_path / "out", replace(ANONYMOUS, doubtful_pictures=asked))
        assert len(plan.files) == expected
        assert len(plan.left_out) == (not expected)
    assert len(plan_export(items, tmp_path / "out", PLAIN).files) == 1


def test_the_facts_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    facts = medium_of(tmp_path / "not" / "yet")
    # Other programs write to the same disk meanwhile.
    assert replace(facts, free=0) == replace(medium_of(tmp_path), free=0)
    assert facts.total >= facts.free > 0
    assert facts.cluster >= 512
