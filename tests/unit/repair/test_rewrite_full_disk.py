"""A disk that is full at any moment of a job: a sentence, the old file or the new one, and a job that goes on."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.errors import ConsoleError, UsageError
from console.model.repair import JobState
from console.repair import job, preparing
from tests.unit.repair.jobs import IN_PLACE, NAME, NEW_NAME, made_file, planned, plant, small, top
from tests.unit.store.test_full_disk import mounting

if sys.platform == "win32":
    pytest.skip("Windows has neither file size limits nor small disks made at will", allow_module_level=True)

CHECKOUT = Path(__file__).parents[3]
FILLING = ("write", "posix_fallocate", "sendfile", "mkdir")
BIG = 300_000


class Disk:
    """A disk on which the n-th call that takes space, and all that follow, are refused until there is room again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.full_from = 0
        """The number of that call; 0 while there is room."""
        self.refused = 0
        for name in FILLING:
            monkeypatch.setattr(os, name, self._cramped(getattr(os, name)))

    def fill(self, step: int) -> None:
        self.calls, self.refused, self.full_from = 0, 0, step

    def _cramped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        write = os.write

        def call(*arguments: Any, **options: Any) -> Any:
            self.calls += 1
            if not self.full_from or self.calls < self.full_from:
                return real(*arguments, **options)
            self.refused += 1
            if real is write and self.calls == self.full_from and len(arguments[1]) > 1:
                # The disk takes what it still can.
                return real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

        return call


def test_a_disk_that_fills_up_at_any_write_leaves_old_or_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    disk = Disk(monkeypatch)
    seen: set[str] = set()
    sentences: set[str] = set()
    step = 0
    while True:
        # GIVEN a job of two files and one that is made WHEN the disk is full at its n-th write, and stays so
        step += 1
        home, data = tmp_path / str(step) / "home", tmp_path / str(step) / "data"
        home.mkdir(parents=True)
        paths = plant(data, "IM1", "IM2")
        name = planned(home, *paths, made=[made_file(data / "NEW")]).id
        disk.fill(step)
        try:
            report = job.apply(home, name, IN_PLACE)
            sentences.add(report.problem)
        except ConsoleError as error:
            sentences.add(error.detail)
        refused = disk.refused
        disk.fill(0)
        # THEN each file is the old or the new one, and nothing else lies beside it
        for number, path in enumerate(paths, 1):
            now = path.read_bytes()
            seen.add("old" if now == small(number) else "new")
            assert now == small(number) or top(now, NAME) == NEW_NAME
        # THEN with room again it goes on, and is undone
        if job.report(home, name).state is JobState.PLANNED:
            job.apply(home, name, IN_PLACE)
        elif job.report(home, name).state is not JobState.APPLIED:
            assert job.resume(home, name).state is JobState.APPLIED
        assert [top(path.read_bytes(), NAME) for path in paths] == [NEW_NAME] * 2
        assert job.verify(home, name) == ()
        job.undo(home, name)
        assert [path.read_bytes() for path in paths] == [small(1), small(2)]
        assert sorted(os.listdir(data)) == ["IM1", "IM2"]
        if not refused:
            break
    # THEN both ends were seen, and every refusal is a sentence about the disk
    assert seen == {"old", "new"}
    assert step > 20
    assert all("full" in sentence for sentence in sentences - {""})


def test_a_disk_that_fills_up_at_any_write_of_an_undo_leaves_old_or_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    disk = Disk(monkeypatch)
    sentences: set[str] = set()
    step, refused = 0, 1
    while refused:
        # GIVEN a job that was applied WHEN the disk is full at the n-th write of its undo
        step += 1
        home, data = tmp_path / str(step) / "home", tmp_path / str(step) / "data"
        home.mkdir(parents=True)
        paths = plant(data, "IM1", "IM2")
        name = planned(home, *paths).id
        job.apply(home, name, IN_PLACE)
        disk.fill(step)
        try:
            job.undo(home, name)
        except ConsoleError as error:
            sentences.add(error.detail)
        refused = disk.refused
        disk.fill(0)
        # THEN with room again it is undone
        if job.report(home, name).state is not JobState.UNDONE:
            assert job.undo(home, name).state is JobState.UNDONE
        assert [path.read_bytes() for path in paths] == [small(1), small(2)]
        assert sorted(os.listdir(data)) == ["IM1", "IM2"]
    assert step > 6
    assert all("full" in sentence for sentence in sentences)


def cramped(folder: Path, way: str, size: int) -> dict[str, Any]:
    """What a process tells that applied a job in a place with little room."""
    line = [sys.executable, "-B", "-m", "tests.unit.repair.test_rewrite_full_disk", str(folder), way, str(size)]
    if way == "tmpfs":
        world = mounting(folder)
        if world is None:
            way, line[-2] = "limit", "limit"
        else:
            line = [*world, "sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', str(folder), *line]
    result = subprocess.run(line, cwd=CHECKOUT, capture_output=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr.decode()
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@pytest.mark.parametrize(("way", "size"), [("limit", 100_000), ("limit", BIG), ("limit", BIG + 400), ("tmpfs", 4096),
                                           ("tmpfs", BIG // 2), ("tmpfs", BIG)])  # fmt: skip
def test_a_real_limit_is_said_in_a_sentence_and_harms_nothing(tmp_path: Path, way: str, size: int) -> None:
    # GIVEN a file of 300 KB where less can be written WHEN its job is applied
    told = cramped(tmp_path, way, size)
    # THEN the reason is the disk, the file is old, nothing is left over, and with room it is applied
    assert "full or a size limit is reached" in told["sentence"]
    assert (told["file"], told["left over"], told["after"]) == ("old", [], "applied")


@pytest.mark.parametrize("in_place", [True, False])
def test_a_disk_that_will_be_full_is_foreseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool) -> None:
    # GIVEN less free space than a job writes WHEN it is applied
    (path,) = plant(tmp_path, "IM1")
    plan = planned(tmp_path, path)
    monkeypatch.setattr(preparing, "free_bytes", lambda _folder: 1000)
    # THEN it is refused before anything is written, and says how much is needed
    with pytest.raises(UsageError, match=r"bytes are needed, 1000 are free"):
        job.apply(tmp_path, plan.id, job.Order(in_place=in_place, ticket="T-1"))
    assert job.report(tmp_path, plan.id).state is JobState.PLANNED
    assert path.read_bytes() == small()


def main(folder: Path, way: str, size: int) -> None:
    """Apply a job with a limit of `size` bytes a file, or on a disk with `size` bytes free; then with room."""
    import resource

    (path,) = plant(folder / "data", "IM1")
    old = path.read_bytes() + bytes(BIG % 2) + b"\x29\x00\x01\x00UN\0\0" + BIG.to_bytes(4, "little") + bytes(BIG)
    old = small()[: small().index(b"\xe0\x7f\x10\0")] + old[len(small()) :]
    path.write_bytes(old)
    (folder / "home").mkdir()
    name = planned(folder / "home", path).id
    filler = folder / "filler"
    if way == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    else:
        preparing._SPARE = -(1 << 40)
        free = os.statvfs(folder)
        filler.write_bytes(bytes(free.f_bavail * free.f_frsize - size))
    sentence = ""
    try:
        sentence = job.apply(folder / "home", name, IN_PLACE).problem
    except ConsoleError as error:
        sentence = error.detail
    found = path.read_bytes()
    kind = "old" if found == old else "new" if top(found, NAME) == NEW_NAME else "neither"
    left = sorted(set(os.listdir(folder / "data")) - {"IM1"})
    if way == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        filler.unlink()
    state = job.report(folder / "home", name).state
    after = (
        job.apply(folder / "home", name, IN_PLACE) if state is JobState.PLANNED else job.resume(folder / "home", name)
    )
    told = {"sentence": sentence, "file": kind, "left over": left, "after": after.state}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
