"""Building the practice site: always the same, finished after a kill, stopped at once, never in a real home."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from console import child
from console.demo import build
from console.demo.build import RECORD, PracticeSite, build_practice, truth_of
from console.demo.cases import Item
from console.demo.contents import Angiogram
from console.demo.make import make
from console.demo.recipe import Recipe
from console.errors import Cancelled, StoreError
from console.paths import ensure_home, is_practice
from tests.unit.demo.small import CINE, STEPS

ROOT = Path(__file__).parents[3]


def quiet(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def never() -> bool:
    return False


def contents(home: Path) -> dict[str, str]:
    """SHA-256 of every file below `home`."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def other_process(home: Path, tail: str = "") -> "subprocess.Popen[str]":
    """Build the small site in another interpreter; it writes a line for each sign of progress."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from console.demo import build\n"
        "from tests.unit.demo.small import SMALL\n"
        "build._PROGRESS_S = 0.0\n"
        "items, processes = SMALL, None\n"
        "def progress(done, total):\n"
        "    sys.stdout.write(f'{done}\\n')\n"
        "    sys.stdout.flush()\n"
        f"{tail}\n"
        "build.ITEMS = items\n"
        "build.build_practice(Path(sys.argv[1]), progress, lambda: False, processes)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_builds_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    # GIVEN a site built by this process alone, WHEN another interpreter builds one elsewhere, with helpers of its own
    build_practice(small, quiet, never, 1)
    process = other_process(tmp_path / "other", "processes = 2")
    _, trouble = process.communicate(timeout=120)
    assert process.returncode == 0, trouble
    # THEN every file is the same, the marker too
    assert contents(tmp_path / "other") == contents(small)


def test_the_full_site_does_not_depend_on_the_number_of_processes(site: PracticeSite, files: dict[Path, Item]) -> None:
    # GIVEN the full site, WHEN one file of every kind is made again, here
    seen = set()
    for path, item in files.items():
        if type(item.content) in seen or item.frames > 40:
            continue
        seen.add(type(item.content))
        picture, truth = make(item, lambda number: None)
        # THEN it is the same to the last byte
        assert (path.read_bytes() == picture, truth_of(path).read_bytes() == truth) == (True, True), path
    assert len(seen) == 8


def test_the_site_stands_where_the_screens_look_for_it(site: PracticeSite) -> None:
    home = site.truth.parents[3]
    assert is_practice(home)
    assert [path.relative_to(home).parts[0] for path in site.pictures] == ["pictures"] * len(site.pictures)
    assert all(path.is_file() and truth_of(path).is_file() for path in site.pictures)
    assert site.truth == truth_of(site.pictures[0])
    assert site.overview.parent == home
    truth = json.loads(site.truth.read_text("utf-8"))
    assert truth["sha256"] == hashlib.sha256(site.pictures[0].read_bytes()).hexdigest()
    assert not list(home.rglob("*.cathlab-tmp"))


def test_importing_the_builder_does_not_load_pydicom_or_the_screen() -> None:
    program = "import sys, console.demo.build\nsys.stdout.write(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"pydicom", "imagecodecs", "textual", "rich"} & set(loaded.stdout.split())


def test_a_finished_site_is_recognised_and_nothing_is_written(small: Path) -> None:
    first = build_practice(small, quiet, never)
    before = {path: path.stat().st_mtime_ns for path in small.rglob("*")}
    seen: list[tuple[int, int]] = []
    # WHEN it is asked for again, even by someone who wants to stop
    second = build_practice(small, lambda done, total: seen.append((done, total)), lambda: True)
    # THEN the answer is the same and no file has been touched
    assert second == first
    assert seen[-1] == (STEPS, STEPS)
    assert {path: path.stat().st_mtime_ns for path in small.rglob("*")} == before


def test_a_trainees_changes_stay(small: Path) -> None:
    site = build_practice(small, quiet, never)
    site.pictures[0].write_bytes(b"repaired by a trainee")
    build_practice(small, quiet, never)
    assert site.pictures[0].read_bytes() == b"repaired by a trainee"


def test_a_missing_file_is_made_again_and_the_others_are_left_alone(small: Path) -> None:
    site = build_practice(small, quiet, never)
    before = contents(small)
    other = site.pictures[0].stat().st_mtime_ns
    truth_of(site.pictures[1]).unlink()
    build_practice(small, quiet, never)
    assert contents(small) == before
    assert site.pictures[0].stat().st_mtime_ns == other
    # AND so is the overview
    site.overview.unlink()
    build_practice(small, quiet, never)
    assert contents(small) == before


@pytest.mark.parametrize("content", [b'{"generator_version": 0, "files": {}}', b"", b"\xff{", b"[1]"])
def test_a_site_of_another_generator_or_with_a_damaged_record_is_built_anew(small: Path, content: bytes) -> None:
    site = build_practice(small, quiet, never)
    before = contents(small)
    site.pictures[0].write_bytes(b"of an older generator")
    (small / RECORD).write_bytes(content)
    build_practice(small, quiet, never)
    assert contents(small) == before


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("when", [1, 9])
def test_a_killed_build_is_finished_by_the_next_and_leaves_no_process(small: Path, when: int, processes: int) -> None:
    # GIVEN what a complete site holds
    expected = contents(build_practice(small.with_name("whole"), quiet, never).overview.parent)
    # AND a build that is killed on the way
    process = other_process(small, f"processes = {processes}")
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= when:
            break
    helpers = psutil.Process(process.pid).children() if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    # WHEN it is built again
    found = build_practice(small, quiet, never)
    # THEN it is whole, and nothing else lies about
    assert contents(small) == expected
    assert found.pictures[0].is_file()
    # AND the helpers have ended with the process that started them
    assert psutil.wait_procs(helpers, timeout=20)[1] == []


@pytest.mark.parametrize("last_write", range(2, 12))
def test_a_build_that_dies_at_any_write_is_finished_by_the_next(
    small: Path, monkeypatch: pytest.MonkeyPatch, last_write: int
) -> None:
    # GIVEN what a complete site holds
    expected = contents(build_practice(small.with_name("other"), quiet, never).overview.parent)
    # AND a build that dies in the middle of its n-th write, its temporary file left behind
    writes = 0
    replace = os.replace

    def dying(source: Path, target: Path) -> None:
        nonlocal writes
        writes += 1
        if writes == last_write:
            source.with_name(".x.99999999999.0f.cathlab-tmp").write_bytes(b"half")
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            build_practice(small, quiet, never)
    # WHEN it is built again, THEN everything is there and the leftover is gone
    build_practice(small, quiet, never)
    assert contents(small) == expected


def test_progress_comes_by_time_not_by_frame(small: Path) -> None:
    seen: list[tuple[int, int]] = []
    began = time.monotonic()
    build_practice(small, lambda done, total: seen.append((done, total)), never)
    took = time.monotonic() - began
    assert seen[0] == (0, STEPS)
    assert seen[-1] == (STEPS, STEPS)
    assert {total for _, total in seen} == {STEPS}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) <= 3 + took / 0.1


@pytest.mark.parametrize("asks", [0, 1, 5, 10, 15])
def test_stopping_works_at_once_and_leaves_nothing_half_done(small: Path, asks: int) -> None:
    # GIVEN an operator who stops after so many frames
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > asks

    # WHEN the site is built
    with pytest.raises(Cancelled) as stopped:
        build_practice(small, quiet, cancelled)
    # THEN it stops at the very next question, in words, and what lies there is whole
    assert asked == asks + 1
    assert stopped.value.detail.endswith(".")
    left = {path.name for path in small.rglob("*") if path.is_file()} - {".cathlab-home"}
    whole = {RECORD, "0001-LCA-RAO30-CAU15.dcm", "0001-LCA-RAO30-CAU15.json"}
    assert left == (set() if asks < 12 else whole)
    # AND building again goes on
    assert build_practice(small, quiet, never).truth.is_file()


def test_stopping_ends_the_other_processes_at_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN work for half a minute, which two processes have begun
    longer = [
        replace(CINE, content=Angiogram(Recipe(frames=2000)), file=f"pictures/{number}.dcm") for number in range(2)
    ]
    monkeypatch.setattr(build, "ITEMS", tuple(longer))
    monkeypatch.setattr(build, "_PROGRESS_S", 0.0)
    seen: list[int] = []
    stopped = 0.0

    def cancelled() -> bool:
        nonlocal stopped
        if len(seen) > 3 and not stopped:
            stopped = time.monotonic()
        return bool(stopped)

    # WHEN the operator stops
    with pytest.raises(Cancelled):
        build_practice(small, lambda done, total: seen.append(done), cancelled, 2)
    # THEN it takes no time, and no process is left
    assert time.monotonic() - stopped < 2.0
    assert [one for one in psutil.Process().children() if "crew_process" in " ".join(one.cmdline())] == []


def test_where_no_process_can_be_started_the_work_is_done_here(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = contents(build_practice(small.with_name("other"), quiet, never, 1).overview.parent)

    def refuse(*_command: object, **_more: object) -> "subprocess.Popen[bytes]":
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(child, "start", refuse)
    build_practice(small, quiet, never, 2)
    assert contents(small) == expected


def test_what_a_dying_process_leaves_undone_is_done_here(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = contents(build_practice(small.with_name("other"), quiet, never, 1).overview.parent)
    dies = [sys.executable, "-c", "import pickle, sys; pickle.load(sys.stdin.buffer)"]

    def spawn(*_command: object, **_more: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(dies, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(child, "start", spawn)
    seen: list[tuple[int, int]] = []
    build_practice(small, lambda done, total: seen.append((done, total)), never, 2)
    assert contents(small) == expected
    assert seen[-1] == (STEPS, STEPS)


@pytest.mark.parametrize("marked", [False, True], ids=["files of somebody", "a home of the console"])
def test_a_real_home_is_refused_and_not_touched(tmp_path: Path, marked: bool) -> None:
    # GIVEN a home that is in use
    home = tmp_path / "home"
    (home / "inspections").mkdir(parents=True)
    (home / "settings.json").write_text("{}")
    if marked:
        ensure_home(home)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    # WHEN a practice site is to be built there, THEN it is refused with a sentence and nothing is written
    with pytest.raises(StoreError) as refused:
        build_practice(home, quiet, never)
    assert str(home) in refused.value.detail
    assert refused.value.detail.endswith(".")
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    assert not is_practice(home)


def test_a_practice_home_may_hold_a_lock_before_the_pictures(small: Path) -> None:
    ensure_home(small, practice=True)
    (small / "console.lock").write_text("1")
    assert build_practice(small, quiet, never).truth.is_file()
    assert (small / "console.lock").read_text() == "1"


def test_the_console_that_opens_it_knows_it_for_a_practice_site(small: Path) -> None:
    build_practice(small, quiet, never)
    ensure_home(small)
    assert is_practice(small)


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StoreError) as refused:
        build_practice(tmp_path / "home", quiet, never)
    assert str(tmp_path / "home") in refused.value.detail
    assert (tmp_path / "home").read_text() == "not a folder"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_cannot_lead_the_pictures_into_another_folder(small: Path, tmp_path: Path) -> None:
    ensure_home(small, practice=True)
    real = tmp_path / "real"
    real.mkdir()
    (small / "pictures").symlink_to(real)
    with pytest.raises(StoreError, match="leads out"):
        build_practice(small, quiet, never)
    assert list(real.iterdir()) == []


def test_a_full_disk_is_one_sentence(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    ensure_home(small, practice=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="full") as trouble:
            build_practice(small, quiet, never)
    assert str(small) in trouble.value.detail
    assert [path.name for path in small.rglob("*") if path.is_file()] == [".cathlab-home"]
    assert build_practice(small, quiet, never).truth.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_disk_that_takes_no_more_leaves_no_half_file(tmp_path: Path) -> None:
    # GIVEN a process that may not write files as large as the cine
    limit = "import resource, signal\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    process = other_process(tmp_path / "home", limit)
    # WHEN it builds the site
    _, trouble = process.communicate(timeout=120)
    # THEN it fails with our sentence and no picture is there
    assert process.returncode != 0
    assert trouble.strip().splitlines()[-1].startswith("console.errors.StoreError")
    assert [path.name for path in (tmp_path / "home").rglob("*") if path.is_file()] == [".cathlab-home"]
