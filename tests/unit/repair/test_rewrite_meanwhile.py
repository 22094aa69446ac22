"""What others, and the disk, do to a file while it is rewritten: their bytes stay, and ours never take their place."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from console.model.repair import JobState
from console.repair import job, writing
from tests.unit.repair.jobs import IN_PLACE, NAME, NEW_NAME, planned, plant, small, top

BEFORE_READY = ("intent", "created", "reserved", "copied", "compared", "flushed")


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\0\0")


def cut(path: Path) -> None:
    os.truncate(path, 300)


def swap(path: Path) -> None:
    """Another file of the same size under the same name, as most programs save."""
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"Old^Name", b"New^Name"))
    os.replace(other, path)


def overwrite(path: Path) -> None:
    """Other bytes of the same length, and the clock put back."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(path.read_bytes().index(b"Old^Name"))
        stream.write(b"New^Name")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def at(monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[], object]) -> None:
    """Do something when the protocol reaches a step the first time."""
    done: list[str] = []

    def reached(now: str) -> None:
        if now == step and not done:
            done.append(now)
            act()

    monkeypatch.setattr(writing, "reached", reached)


@pytest.mark.parametrize("step", BEFORE_READY)
@pytest.mark.parametrize("change", [append, cut, swap])
def test_a_file_that_somebody_writes_meanwhile_keeps_what_they_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, change: Callable[[Path], None]
) -> None:
    # GIVEN a job in place WHEN somebody writes to the file at one of its steps
    (path,) = plant(tmp_path / "data", "IM1")
    made = planned(tmp_path, path)
    theirs: list[bytes] = []

    def act() -> None:
        change(path)
        theirs.append(path.read_bytes())

    at(monkeypatch, step, act)
    report = job.apply(tmp_path, made.id, IN_PLACE)
    # THEN their bytes stand, the reason is a sentence, and nothing is left over
    assert [path.read_bytes()] == theirs
    assert report.done == 0
    assert report.state is JobState.PARTLY
    assert report.problem.endswith((".", ")"))
    assert os.listdir(tmp_path / "data") == ["IM1"]


@pytest.mark.parametrize("step", ["intent", "created", "reserved"])
def test_other_bytes_behind_the_same_size_and_time_are_seen_by_the_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    # GIVEN somebody who changes bytes and puts the clock back WHEN that is before the copy
    (path,) = plant(tmp_path / "data", "IM1")
    made = planned(tmp_path, path)
    at(monkeypatch, step, lambda: overwrite(path))
    report = job.apply(tmp_path, made.id, IN_PLACE)
    # THEN their bytes stand
    assert report.done == 0
    assert b"New^Name" in path.read_bytes()


def test_a_copied_byte_that_the_disk_changed_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a disk that gives back another byte than was written, at the first, a middle and the last place
    for place in (0, 500, -1):
        folder = tmp_path / str(place)
        (path,) = plant(folder / "data", "IM1")
        made = planned(folder, path)

        def spoil(data: Path = folder / "data", place: int = place) -> None:
            (temporary,) = data.glob(".*.part")
            raw = bytearray(temporary.read_bytes())
            raw[place] ^= 1
            temporary.write_bytes(raw)

        # WHEN it is verified THEN the old file stands
        at(monkeypatch, "copied", spoil)
        report = job.apply(folder, made.id, IN_PLACE)
        assert report.done == 0, place
        assert report.problem
        assert path.read_bytes() == small()


def test_a_disk_that_does_not_confirm_a_write_never_gets_its_file_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a disk that fails when a file, then when a folder is flushed
    real = os.fsync
    for folders in (False, True):
        folder = tmp_path / str(folders)
        (path,) = plant(folder / "data", "IM1")
        made = planned(folder, path)

        def broken(descriptor: int, data: Path = folder / "data", folders: bool = folders) -> None:
            found = os.fstat(descriptor)
            theirs = found.st_dev, found.st_ino
            if folders and stat.S_ISDIR(found.st_mode):
                if theirs == (data.stat().st_dev, data.stat().st_ino):
                    raise OSError(errno.EIO, "Input/output error")
            elif not folders and any(theirs == (it.stat().st_dev, it.stat().st_ino) for it in data.glob(".*.part")):
                raise OSError(errno.EIO, "Input/output error")
            real(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", broken)
            report = job.apply(folder, made.id, IN_PLACE)
        # THEN that is said; the file is the old one, or the new one of a job that goes on
        assert "Input/output error" in report.problem
        assert top(path.read_bytes(), NAME) == (NEW_NAME if folders else b"Old^Name")
        assert job.resume(folder, made.id).state is JobState.APPLIED
        assert top(path.read_bytes(), NAME) == NEW_NAME
        job.undo(folder, made.id)
        assert path.read_bytes() == small()
