"""What a walk meets: changes, links, folders that cannot be read, things that are no files, media that go away."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from console.studies import ahead, scan
from console.studies.lister import Listing, list_folder
from tests.unit.studies.discs import archive, ask, burn, content, counts, dicom, index
from tests.unit.studies.processes import without_rights

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")


def test_an_unchanged_folder_is_not_read_again(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 4), tmp_path / "home"
    first = index(home, disc)
    before = content(home)
    second = index(home, disc)
    assert (first.read, first.unchanged, first.files) == (40, 0, 40)
    assert (second.read, second.unchanged, second.files) == (0, 40, 40)
    assert counts(second) == counts(first) == (40, 4, 4, 8)
    assert content(home) == before


def test_what_was_changed_added_or_removed_is_noticed(tmp_path: Path) -> None:
    # GIVEN an index, then a file that changed, one that is new, one that is gone, a folder that is gone, one that moved
    disc, home = archive(tmp_path / "disc", 4), tmp_path / "home"
    index(home, disc)
    changed = disc / "p000" / "s0" / "IM0"
    changed.write_bytes(dicom("1.2.0.0.0", study="1.2.0", series="1.2.0.0", patient_id="P0", name="NEW^NAME" * 9))
    burn(disc, {"p001/s0/NEW": dicom("7.7", study="1.2.1", series="1.2.1.0", patient_id="P1")})
    (disc / "p001" / "s1" / "IM3").unlink()
    shutil.rmtree(disc / "p002")
    (disc / "p003" / "s1").rename(disc / "p003" / "s9")
    # WHEN it is refreshed
    report = index(home, disc)
    # THEN only what differs was read, and the index is the same as a new one
    assert (report.read, report.unchanged, report.removed) == (1 + 1 + 5, 40 - 1 - 1 - 10 - 5, 1 + 10 + 5)
    fresh = tmp_path / "fresh"
    assert counts(index(fresh, disc)) == counts(report)
    assert content(home) == content(fresh)


def test_a_file_with_another_content_of_the_same_size_is_noticed_by_its_time(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"a": dicom("1.1", name="DOE^JOHN")}), tmp_path / "home"
    index(home, disc)
    (disc / "a").write_bytes(dicom("1.1", name="ROE^JANE"))
    os.utime(disc / "a", ns=(0, 1_000_000_000))
    assert index(home, disc).read == 1
    assert ask(home, "SELECT name FROM study") == [("ROE^JANE",)]


def test_a_file_that_becomes_dicom_and_one_that_is_no_longer(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"a": b"just text, nothing else", "b": dicom("1.1")}), tmp_path / "home"
    assert counts(index(home, disc)) == (1, 1, 1, 1)
    burn(disc, {"a": dicom("2.2", study="5", series="5.1"), "b": b"no DICOM any more at all"})
    report = index(home, disc)
    assert counts(report) == (1, 1, 1, 1)
    assert ask(home, "SELECT uid FROM instance") == [("2.2",)]
    assert ask(home, "SELECT name, what FROM other") == [("b", "")]
    # AND the text is not read a second time
    assert index(home, disc).read == 0


def test_one_file_of_a_folder_can_be_taken_in_alone(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 1), tmp_path / "home"
    one = disc / "p000" / "s0" / "IM2"
    report = index(home, one)
    assert (report.files, counts(report)) == (1, (1, 1, 1, 1))
    # AND the whole folder afterwards, and the file again, which is now part of it
    assert counts(index(home, disc)) == (10, 1, 1, 2)
    again = index(home, one)
    assert (again.unchanged, counts(again)) == (1, (1, 1, 1, 1))
    # AND a file that went is gone
    one.unlink()
    index(home, disc)
    assert ask(home, "SELECT count(*) FROM instance") == [(9,)]


def test_paths_that_overlap_are_taken_in_once(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 3), tmp_path / "home"
    assert index(home, disc / "p001").files == 10
    report = index(home, disc, disc / "p000", disc / "p001" / "s0" / "IM0")
    assert (report.files, report.read, report.unchanged) == (30, 20, 10)
    assert ask(home, "SELECT path, kind FROM root") == [(str(disc), "folder")]
    # AND a part of it refreshes that part
    shutil.rmtree(disc / "p001" / "s0")
    part = index(home, disc / "p001")
    assert (part.files, part.removed, counts(part)) == (5, 5, (5, 1, 1, 1))
    assert ask(home, "SELECT count(*) FROM instance") == [(25,)]


@POSIX
def test_links_are_followed_and_loops_are_named(tmp_path: Path) -> None:
    # GIVEN links to a file, to a folder elsewhere, to a folder of the tree, to folders above, and to nothing
    home = tmp_path / "home"
    elsewhere = burn(tmp_path / "elsewhere", {"x": dicom("5.5", study="5")})
    disc = burn(tmp_path / "disc", {"a/one": dicom("1.1"), "b/two": dicom("2.2")})
    (disc / "file").symlink_to(disc / "a" / "one")
    (disc / "far").symlink_to(elsewhere)
    (disc / "again").symlink_to(disc / "a")
    (disc / "b" / "up").symlink_to(disc)
    (disc / "b" / "self").symlink_to(disc / "b")
    (disc / "nothing").symlink_to(disc / "not there")
    (disc / "ring").symlink_to(disc / "ring")
    # WHEN it is taken in
    report = index(home, disc)
    # THEN every object once under its own path, the linked file as a copy, and the loops have a sentence each
    assert counts(report) == (3, 1, 2, 2)
    folders = {path for (path,) in ask(home, "SELECT d.path FROM instance i JOIN dir d ON d.id = i.dir")}
    assert folders == {str(disc), str(disc / "a"), str(disc / "b"), str(disc / "far")}
    assert sorted(problem.path for problem in report.problems) == [
        str(disc / "b" / "self"), str(disc / "b" / "up"), str(disc / "ring")
    ]  # fmt: skip
    assert {problem.what for problem in report.problems} == {
        "This link leads back to a folder above it and is not followed."
    }
    # AND nothing changes the second time
    assert index(home, disc).read == 0


@POSIX
def test_pipes_sockets_and_devices_are_passed_over(tmp_path: Path) -> None:
    import socket

    disc, home = burn(tmp_path / "disc", {"a": dicom("1.1")}), tmp_path / "home"
    os.mkfifo(disc / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        os.chdir(disc)
        door.bind("door")
        report = index(home, disc)
    os.chdir(tmp_path)
    assert (report.files, counts(report), report.problems) == (1, (1, 1, 1, 1), ())


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another account can reach, which pytest's own (0700) is not."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)
        for folder, _folders, _files in os.walk(name):
            os.chmod(folder, 0o700)


@POSIX
def test_folders_and_files_without_rights_have_a_sentence_and_keep_their_lines(place: Path) -> None:
    # GIVEN a folder that was readable once
    disc, home = archive(place / "disc", 3), place / "home"
    home.mkdir()
    home.chmod(0o777)
    first = without_rights("build", home, disc)
    assert (first["instances"], first["problems"]) == (30, [])
    # WHEN rights are taken from a folder and from a file that changed meanwhile
    burn(disc, {"p001/s0/IM0": dicom("9.9", study="1.2.1", name="CHANGED^NAME")})
    (disc / "p001" / "s0" / "IM0").chmod(0)
    (disc / "p002").chmod(0)
    second = without_rights("build", home, disc)
    # THEN both are named, and nothing is taken out
    sentence = "This account may not read it. Have the right granted, then take it in again."
    assert sorted(second["problems"]) == [["IM0", sentence], ["p002", sentence]]
    assert (second["instances"], second["removed"]) == (30, 0)
    # WHEN the rights are back THEN all is well, and the change is in
    (disc / "p002").chmod(0o755)
    (disc / "p001" / "s0" / "IM0").chmod(0o644)
    third = without_rights("build", home, disc)
    assert (third["problems"], third["read"], third["instances"]) == ([], 1, 30)
    assert "CHANGED^NAME" in {name for row in ask(home, "SELECT name, name_other FROM study") for name in row}


def test_a_medium_that_is_gone_keeps_its_lines_and_has_a_sentence(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 2), tmp_path / "home"
    other = archive(tmp_path / "other", 1)
    index(home, disc)
    disc.rename(tmp_path / "away")
    # WHEN it is looked for together with another THEN the other is taken in
    report = index(home, disc, other)
    assert [problem.path for problem in report.problems] == [str(disc)]
    assert ask(home, "SELECT count(*) FROM instance") == [(20 + 10,)]
    # AND when it is back it is as it was
    (tmp_path / "away").rename(disc)
    again = index(home, disc)
    assert (again.read, again.problems) == (0, ())


def test_a_medium_pulled_in_the_middle_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a medium that the index knows, with one more study, that is pulled while it is walked
    disc, home = archive(tmp_path / "disc", 6), tmp_path / "home"
    index(home, disc)
    archive(disc, 7)
    seen: list[str] = []

    def pulled(path: str) -> Listing:
        seen.append(path)
        if len(seen) == 5:
            disc.rename(tmp_path / "away")
        return list_folder(path)

    monkeypatch.setattr(scan, "list_folder", pulled)
    # WHEN it is refreshed
    report = index(home, disc)
    # THEN one sentence, nothing is taken out, and the state says so
    (problem,) = report.problems
    assert problem.path == str(disc)
    assert "went away" in problem.what
    assert report.removed == 0
    assert ask(home, "SELECT state FROM root") == [("gone",)]
    assert ask(home, "SELECT count(*) FROM instance")[0][0] >= 60
    # AND the next run, with the medium back, takes the rest in
    monkeypatch.undo()
    (tmp_path / "away").rename(disc)
    assert counts(index(home, disc)) == (70, 7, 7, 14)
    assert ask(home, "SELECT state FROM root") == [("",)]


def test_a_disk_error_in_one_folder_keeps_what_is_known_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disc, home = archive(tmp_path / "disc", 3), tmp_path / "home"
    index(home, disc)

    def scratched(path: str) -> Listing:
        if path.endswith("p001"):
            raise OSError(5, "Input/output error")
        return list_folder(path)

    monkeypatch.setattr(scan, "list_folder", scratched)
    report = index(home, disc)
    (problem,) = report.problems
    assert (problem.path, report.removed) == (str(disc / "p001"), 0)
    assert problem.what.startswith("The disk or disc cannot give its content back.")
    assert ask(home, "SELECT count(*) FROM instance") == [(30,)]
    assert ask(home, "SELECT state FROM root") == [("part",)]


def test_an_empty_mount_point_is_not_an_emptied_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a folder that was on another file system when it was taken in
    disc, home = archive(tmp_path / "disc", 2), tmp_path / "home"
    monkeypatch.setattr(scan, "list_folder", lambda path: list_folder(path)._replace(device=4711))
    monkeypatch.setattr(scan.Walk, "still_there", lambda self: True)
    index(home, disc)
    monkeypatch.undo()
    # WHEN nothing is mounted there THEN the index keeps what it knows
    shutil.rmtree(disc)
    disc.mkdir()
    report = index(home, disc)
    assert "as when nothing is mounted there" in report.problems[0].what
    assert ask(home, "SELECT count(*) FROM instance") == [(20,)]


def test_a_folder_that_was_emptied_is_empty(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 2), tmp_path / "home"
    index(home, disc)
    for part in disc.iterdir():
        shutil.rmtree(part)
    report = index(home, disc)
    assert (report.removed, counts(report), report.problems) == (20, (0, 0, 0, 0), ())
    left = {table: rows for table, rows in content(home).items() if rows and table != "dir"}
    assert left == {}


@POSIX
def test_names_that_are_no_unicode_are_taken_in_and_found_again(tmp_path: Path) -> None:
    # GIVEN a folder and a file with names in GBK, as they come from an old disc
    home = tmp_path / "home"
    folder = os.path.join(os.fsencode(tmp_path), b"disc", "造影".encode("gb18030"))
    os.makedirs(folder)
    with open(os.path.join(folder, "张伟.dcm".encode("gb18030")), "wb") as stream:
        stream.write(dicom("1.1"))
    disc = tmp_path / "disc"
    assert counts(index(home, disc)) == (1, 1, 1, 1)
    assert index(home, disc).unchanged == 1
    assert ask(home, "SELECT typeof(name) FROM instance") == [("blob",)]
    os.unlink(os.path.join(folder, "张伟.dcm".encode("gb18030")))
    assert index(home, disc).removed == 1


def test_the_folder_of_unpacked_members_is_not_taken_in(tmp_path: Path) -> None:
    home = burn(tmp_path / "home", {"cache/x.dcm": dicom("1.1"), "pictures/y.dcm": dicom("2.2")})
    assert counts(index(home, home)) == (1, 1, 1, 1)


def test_a_second_process_lists_an_archive_and_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an archive that is large enough for a second process, and changes in it
    monkeypatch.setattr(scan, "_ALONE", 5)
    disc, home = archive(tmp_path / "disc", 40, instances=2), tmp_path / "home"
    index(home, disc)
    started: list[ahead.Ahead] = []

    class Counted(ahead.Ahead):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(ahead, "Ahead", Counted)
    assert index(home, disc, processes=2).unchanged == 160
    assert len(started) == 1
    burn(disc, {"p007/s0/NEW": dicom("7.7", study="1.2.7"), "p031/s1/IM0": dicom("8.8", study="1.2.31")})
    (disc / "p020" / "s0" / "IM1").unlink()
    shutil.rmtree(disc / "p033")
    if sys.platform != "win32":
        (disc / "p012" / "up").symlink_to(disc)
    # WHEN it is refreshed with its help
    report = index(home, disc, processes=2)
    # THEN the index is that of a fresh run
    assert (report.read, report.removed) == (2, 1 + 4)
    fresh = tmp_path / "fresh"
    index(fresh, disc)
    assert content(home) == content(fresh)
