"""The catalogue of an earlier visit finds what no parser can."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.demo.damage_kit import at_value, valued
from console.errors import StoreError
from console.model.diagnosis import DoctorReport
from console.repair.doctor import baseline
from console.repair.doctor.baseline import Baseline
from tests.unit.repair.visits import codes, kit, visit

PIXELS = 0x7FE00010


def again(home: Path, *paths: Path, accept: bool = False) -> DoctorReport:
    with closing(Baseline(home / "baseline.sqlite", accept=accept)) as catalogue:
        return visit(*paths, baseline=catalogue)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"IM{number}").write_bytes(kit().native(number))
    assert codes(again(tmp_path, folder)) == set()
    return folder


def rewrite(path: Path, data: bytes, *, quietly: bool) -> None:
    status = path.stat()
    path.write_bytes(data)
    moved = status.st_mtime_ns if quietly else status.st_mtime_ns + 10**9
    os.utime(path, ns=(moved, moved))


def test_nothing_changed_is_nothing_found(archive: Path, tmp_path: Path) -> None:
    assert codes(again(tmp_path, archive)) == set()


def test_one_bit_that_turned_by_itself_is_found_on_the_next_visit(archive: Path, tmp_path: Path) -> None:
    # GIVEN a bit of a pixel that turned, size and time as before
    path = archive / "IM2"
    rewrite(path, at_value(path.read_bytes(), PIXELS, lambda raw: bytes((raw[0] ^ 1,)) + raw[1:]), quietly=True)
    # WHEN nobody compares, THEN nothing is seen
    assert codes(visit(archive)) == set()
    # AND the baseline sees it, however often it is asked
    for _turn in range(2):
        assert codes(again(tmp_path, archive)) == {("IM2", "silent-change")}


def test_a_corrected_name_is_a_note_and_other_pixels_are_critical(archive: Path, tmp_path: Path) -> None:
    first, second = archive / "IM1", archive / "IM2"
    rewrite(first, valued(first.read_bytes(), 0x00081070, "PN", b"OPERATOR"), quietly=False)
    rewrite(second, at_value(second.read_bytes(), PIXELS, lambda raw: raw[::-1]), quietly=False)
    assert codes(again(tmp_path, archive)) == {("IM1", "header-changed"), ("IM2", "pixels-changed")}


def test_a_file_that_is_gone_is_named_where_its_folder_was_visited(archive: Path, tmp_path: Path) -> None:
    (archive / "IM3").unlink()
    assert codes(again(tmp_path, archive)) == {("IM3", "gone")}
    # AND not where only another file was asked about
    assert codes(again(tmp_path, archive / "IM1")) == set()


def test_an_accepted_change_is_not_told_again(archive: Path, tmp_path: Path) -> None:
    path = archive / "IM1"
    rewrite(path, valued(path.read_bytes(), 0x00081070, "PN", b"OPERATOR"), quietly=False)
    (archive / "IM3").unlink()
    assert codes(again(tmp_path, archive, accept=True)) == {("IM1", "header-changed"), ("IM3", "gone")}
    assert codes(again(tmp_path, archive)) == set()


def test_a_catalogue_that_is_damaged_or_newer_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN a file that is no catalogue, and one of a later version
    broken, newer = tmp_path / "broken", tmp_path / "newer"
    broken.write_bytes(b"not a database at all" * 100)
    with closing(sqlite3.connect(newer)) as base:
        base.execute("PRAGMA user_version = 99")
    # THEN both are refused in words
    with pytest.raises(StoreError, match="Move it away"):
        Baseline(broken)
    with pytest.raises(StoreError, match="newer version"):
        Baseline(newer)


def test_two_visits_at_a_time_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a visit that is under way
    monkeypatch.setattr(baseline, "_WAIT_S", 0.05)
    with closing(Baseline(tmp_path / "baseline.sqlite")), pytest.raises(StoreError, match="Wait until"):
        # WHEN another one begins, THEN it is told to wait, and not to move the catalogue away
        Baseline(tmp_path / "baseline.sqlite")


def test_what_a_visit_took_in_before_it_was_killed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a visit that commits after each file and is never closed
    monkeypatch.setattr(baseline, "_COMMIT_EVERY", 1)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "IM1").write_bytes(kit().native())
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(Baseline(tmp_path / "baseline.sqlite")) as under_way:
        visit(tmp_path / "archive", baseline=under_way)
        # WHEN the power goes: what is on disk now is all there is
        for path in tmp_path.glob("baseline.sqlite*"):
            shutil.copy(path, killed)
    # THEN the next visit knows the file that is gone meanwhile
    (tmp_path / "archive" / "IM1").unlink()
    assert codes(again(killed, tmp_path / "archive")) == {("IM1", "gone")}
