"""A visit goes on whatever it meets, can be stopped at once, and keeps its memory."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from console import child
from console.errors import UsageError
from console.model.diagnosis import Severity
from console.model.progress import Progress
from console.repair.doctor import examine, listing, reading
from tests.support import need_program
from tests.unit.repair.visits import TODAY, codes, kit, never, quiet, visit


def fill(folder: Path, count: int, data: bytes | None = None) -> Path:
    """`count` sound files, or copies of `data`, twenty to a folder."""
    data = data or kit().native()
    for number in range(count):
        below = folder / f"S{number // 20:03d}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"IM{number % 20:02d}").write_bytes(data)
    return folder


def test_many_files_are_looked_at_by_other_processes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN files that are sound and files that are cut
    fill(tmp_path / "sound", 60)
    fill(tmp_path / "cut", 60, kit(2).native()[:-100])
    others = visit(tmp_path)
    # WHEN all of it is done in this process
    monkeypatch.setattr(examine, "_FEW", 10_000)
    here = visit(tmp_path)
    # THEN both say the same in the same order
    assert others.findings == here.findings
    assert (others.files, others.healthy) == (here.files, here.healthy) == (120, 60)


def test_what_cannot_be_read_is_a_sentence_and_the_visit_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a missing path, a pipe, a socket, a link to nothing, a link to itself, an empty file and a sound one
    (tmp_path / "good.dcm").write_bytes(kit().native())
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "dangling.dcm").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle.dcm").symlink_to(tmp_path / "circle.dcm")
    os.mkfifo(tmp_path / "pipe.dcm")
    (tmp_path / "above").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        # Its name may not be longer than a hundred letters, which the folder's is.
        monkeypatch.chdir(tmp_path)
        listener.bind("socket.dcm")
        # WHEN the folder is visited, and what is no file is named as well
        report = visit(tmp_path, tmp_path / "missing.dcm", tmp_path / "pipe.dcm", Path("/dev/zero"))
    # THEN each has a sentence of its own, the pipe is not waited for, and the loop ends
    assert codes(report) == {
        ("empty.dcm", "empty-file"),
        ("dangling.dcm", "unreadable"),
        ("circle.dcm", "unreadable"),
        ("missing.dcm", "unreadable"),
        ("pipe.dcm", "unreadable"),
        ("zero", "unreadable"),
    }
    assert (report.files, report.healthy, report.unreadable) == (2, 1, 5)
    assert all(str(finding.summary) for finding in report.findings)


def test_a_folder_and_a_file_that_are_forbidden_are_named() -> None:
    # GIVEN a folder and a file that nobody may read, and somebody who is not root
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir()
        (folder / "secret.dcm").write_bytes(kit().native())
        for path in (folder / "closed", folder / "secret.dcm"):
            path.chmod(0)
        try:
            if root:
                os.seteuid(65534)
            report = visit(folder)
        finally:
            if root:
                os.seteuid(0)
            (folder / "closed").chmod(0o700)
    # THEN both are named and the visit ends well
    assert codes(report) == {("closed", "unreadable"), ("secret.dcm", "unreadable")}


def test_an_empty_selection_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="Name the files"):
        examine.examine([], quiet, never)


def test_an_empty_folder_is_nothing_at_all(tmp_path: Path) -> None:
    report = visit(tmp_path)
    assert (report.files, report.findings) == (0, ())


def test_strangers_among_the_files_are_counted_and_left_alone(tmp_path: Path) -> None:
    # GIVEN notes and a picture beside a DICOM file, and notes under a DICOM name
    (tmp_path / "a.txt").write_text("notes")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (tmp_path / "c.dcm").write_text("notes")
    (tmp_path / "d").write_bytes(kit().native())
    report = visit(tmp_path)
    # THEN only the one that should be DICOM is a finding; one that is named is, whatever it is called
    assert codes(report) == {("c.dcm", "not-dicom")}
    assert (report.files, report.foreign) == (2, 2)
    assert codes(visit(tmp_path / "a.txt")) == {("a.txt", "not-dicom")}


def test_names_with_anything_in_them_are_visited(tmp_path: Path) -> None:
    for name in ("影像 一.dcm", "line\nbreak.dcm", "esc\x1b[2J.dcm", os.fsdecode(b"latin-\xe9.dcm")):
        (tmp_path / name).write_bytes(kit().native()[:-1])
    report = visit(tmp_path)
    assert len(report.of_code("cut-native")) == 4
    report.to_json()


def test_a_file_that_vanishes_or_shrinks_while_it_is_read_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a folder from which one file goes and in which another is emptied once both are listed
    for number in (1, 2, 3):
        (tmp_path / f"IM{number}.dcm").write_bytes(kit().native(number))
    listed = listing.files_of

    def late(paths: Sequence[Path]) -> Iterator[listing.Listed]:
        found = list(listed(paths))
        (tmp_path / "IM1.dcm").unlink()
        (tmp_path / "IM2.dcm").write_bytes(b"")
        return iter(found)

    monkeypatch.setattr(examine, "files_of", late)
    # THEN the third is looked at all the same
    report = visit(tmp_path)
    assert codes(report) == {("IM1.dcm", "unreadable"), ("IM2.dcm", "empty-file")}


def test_a_visit_stops_at_once_and_its_processes_with_it(tmp_path: Path) -> None:
    # GIVEN many files, and somebody who stops after the first sign of progress
    fill(tmp_path, 400)
    moments: list[Progress] = []
    stopped = 0.0

    def stop() -> bool:
        nonlocal stopped
        if moments and not stopped:
            stopped = time.monotonic()
        return bool(moments)

    report = examine.examine([tmp_path], moments.append, stop, today=TODAY)
    # THEN it ends within a second, says so, compares nothing, and leaves no process behind
    assert report.cancelled
    assert report.files < 400
    assert time.monotonic() - stopped < 1.5
    left = [child for child in psutil.Process().children(recursive=True) if "doctor" in " ".join(child.cmdline())]
    assert left == []


def test_a_file_that_kills_its_reader_costs_its_own_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a reader that dies on one of 50 files
    fill(tmp_path, 50)
    victim = tmp_path / "S001" / "IM05"
    victim.write_bytes(b"KILL" + bytes(200))
    program = (
        "import os, signal, sys\n"
        "from console.repair.doctor import worker_process as w\n"
        "whole = w.look\n"
        "def look(path, options, today):\n"
        "    if open(path, 'rb').read(4) == b'KILL':\n"
        f"        os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
        "    return whole(path, options, today)\n"
        "w.look = look\n"
        "w.main()\n"
    )
    monkeypatch.setattr(child, "module_command", lambda _module, *words: [sys.executable, "-c", program, *words])
    monkeypatch.setattr(examine, "_FEW", 0)
    report = visit(tmp_path)
    # THEN it is the only one without an answer
    assert [(Path(one.path).name, one.code) for one in report.findings if one.code == "breaks-reader"] == [
        ("IM05", "breaks-reader")
    ]
    assert report.files == 50


def test_a_large_file_is_mapped_and_not_read(tmp_path: Path) -> None:
    # GIVEN a cine of 200 MB, most of it a hole of the disk
    data = kit().native()
    from console.demo.damage_kit import element, places, replaced

    frames = 200 * 1024 * 1024 // (64 * 64)
    head = replaced(data[: places(data)[0x7FE00010].start], 0x00280008, element(0x00280008, "IS", str(frames).encode()))
    size = frames * 64 * 64
    path = tmp_path / "cine.dcm"
    with path.open("wb") as stream:
        stream.write(head + b"\xe0\x7f\x10\x00OB\0\0" + size.to_bytes(4, "little"))
        stream.truncate(stream.tell() + size)
    # THEN it is looked at in no time, and one byte less is seen
    began = time.monotonic()
    assert codes(visit(path)) == set()
    assert time.monotonic() - began < 5
    os.truncate(path, path.stat().st_size - 1)
    assert codes(visit(path)) == {("cine.dcm", "cut-native")}


def test_progress_counts_up_to_the_number_of_files(tmp_path: Path) -> None:
    fill(tmp_path, 100)
    moments: list[Progress] = []
    report = examine.examine([tmp_path], moments.append, never, today=TODAY)
    assert [moment.done for moment in moments] == sorted(moment.done for moment in moments)
    assert (moments[-1].done, moments[-1].total) == (100, 100)
    # AND notes alone do not make a file ill
    assert report.healthy == sum(True for _ in range(100))
    assert {finding.severity for finding in report.findings} <= {Severity.NOTE}


def test_hashes_are_those_of_the_file_and_of_its_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    from console.demo.damage_kit import places

    # GIVEN a small file and one whose pixels a second thread hashes
    data = kit().native()
    path = tmp_path / "IM1"
    path.write_bytes(data)
    place = places(data)[0x7FE00010]
    for limit in (1 << 30, 1):
        monkeypatch.setattr(reading, "_TWO", limit)
        seen = reading.see(str(path), TODAY, hashes=True)
        assert seen.sha256 == hashlib.sha256(data).digest()
        assert seen.pixels == hashlib.sha256(data[place.value : place.end]).digest()


def test_programs_beside_the_console_are_asked_where_they_are(tmp_path: Path) -> None:
    # GIVEN a cut file
    (tmp_path / "IM1.dcm").write_bytes(kit().native()[:-100])
    report = visit(tmp_path, tools=True)
    # THEN what dcmdump says stands there as its own, where it is installed
    assert ("tool-dcmdump" in {one.code for one in report.findings}) == (shutil.which("dcmdump") is not None)
    assert all(one.detail.values["first"] for one in report.findings if one.code.startswith("tool-"))
    assert set(report.tools) == {name for name in ("dcentvfy", "dciodvfy", "dcmdump") if shutil.which(name)}


def test_decoding_finds_a_frame_that_cannot_be_decoded(tmp_path: Path) -> None:
    # GIVEN a compressed cine, one segment of which points outside its frame
    from console.demo.damage_changes import fragments_of

    data = kit().compressed()
    at, _length = fragments_of(data)[2]
    (tmp_path / "good.dcm").write_bytes(data)
    broken = data[: at + 8 + 4] + (60000).to_bytes(4, "little") + data[at + 8 + 8 :]
    (tmp_path / "bad.dcm").write_bytes(kit(2).compressed()[:0] + broken)
    found = codes(visit(tmp_path, decode=True))
    # THEN decoding alone names it
    assert ("bad.dcm", "cannot-decode") in found
    assert ("good.dcm", "cannot-decode") not in found
    assert "cannot-decode" not in {code for _name, code in codes(visit(tmp_path))}


def test_a_visit_that_is_stopped_while_it_compares_says_nothing_about_several_files(tmp_path: Path) -> None:
    # GIVEN a copy, and somebody who stops once every file was looked at
    (tmp_path / "IM1").write_bytes(kit().native())
    (tmp_path / "IM2").write_bytes(kit().native())
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 2

    report = visit(tmp_path, cancelled=stop)
    assert (report.cancelled, report.files, report.findings) == (True, 2, ())


def test_dcmdump_reads_every_sound_object_of_the_kit(tmp_path: Path) -> None:
    # GIVEN the objects that the damaged archive is made of
    program = need_program("dcmdump")
    for number, data in enumerate((kit().native(), kit().implicit(), kit().compressed())):
        path = tmp_path / f"IM{number}.dcm"
        path.write_bytes(data)
        # THEN another reader finds nothing wrong with them either
        assert subprocess.run([program, "-q", str(path)], check=False).returncode == 0
