"""One history of everything that happens to a log: every line is counted once, or its loss is said."""

import gzip
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.checks.logs.looking import Request
from tests.support import need_program
from tests.unit.checks.logs.looks import Reader, Way, here, in_shell, shells, word

BANNER = "=== PACS server log, do not edit ===\n" * 9
WAYS = ["here", *shells()]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an account without rights can read, which pytest's own (0700) is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return here if request.param == "here" else in_shell(request.param)


class Server:
    """A program that logs, and whoever rotates its log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self.clock = time.time_ns() - 3600 * 10**9
        path.write_text(BANNER)
        self.touch()

    def touch(self, path: Path | None = None) -> None:
        """Time passes, without anyone waiting for it."""
        self.clock += 2_000_000_000
        os.utime(path or self.path, ns=(self.clock, self.clock))

    def write(self, count: int, end: str = "\n", padding: str = "") -> None:
        """So many lines, an ERROR each with a shape of its own, and as many that nobody looks for."""
        with self.path.open("a") as file:
            for index in range(count):
                file.write(f"2026-11-20 10:00:{index % 60:02d} INFO fine {index}{padding}\n")
                file.write(f"2026-11-20 10:00:{index % 60:02d} ERROR lost {word(self.written)}")
                file.write("\n" if index < count - 1 else end)
                self.written += 1
        self.touch()

    def end_line(self) -> None:
        with self.path.open("a") as file:
            file.write(" and its end\n")
        self.touch()

    def rename(self, keep: int = 9) -> None:
        """logrotate with `create`."""
        self._shift(keep)
        os.rename(self.path, self.rotated(1))
        self.path.write_text(BANNER)
        self.touch()

    def copytruncate(self, keep: int = 9) -> None:
        self._shift(keep)
        shutil.copyfile(self.path, self.rotated(1))
        self.touch(self.rotated(1))
        os.truncate(self.path, 0)
        with self.path.open("a") as file:
            file.write(BANNER)
        self.touch()

    def zip(self, number: int) -> None:
        path = self.rotated(number)
        found = path.stat()
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes()))
        os.utime(f"{path}.gz", ns=(found.st_mtime_ns, found.st_mtime_ns))
        path.unlink()

    def rotated(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _shift(self, keep: int) -> None:
        for number in range(keep, 0, -1):
            for ending in ("", ".gz"):
                old = Path(f"{self.rotated(number)}{ending}")
                if old.exists():
                    if number == keep:
                        old.unlink()
                    else:
                        os.rename(old, f"{self.rotated(number + 1)}{ending}")

    @property
    def shapes(self) -> Counter[str]:
        return Counter(f"ERROR lost {word(number)}" for number in range(self.written))


def test_every_line_of_a_long_history_is_counted_once(folder: Path, way: Way) -> None:
    # GIVEN a log with a constant banner, and somebody who looks at it
    server = Server(folder / "error.log")
    reader = Reader(folder / "error*.log", way)
    server.write(50)
    reader.look()
    # WHEN it grows, rests, has half a line, is renamed, cut off under its writer, cut off and grown past the old place,
    # renamed and packed, rotated twice between two looks, restored from a copy, replaced by one with the same inode
    write, rename, zip_first = server.write, server.rename, partial(server.zip, 1)
    steps: tuple[tuple[Callable[[], object], ...], ...] = (
        (partial(write, 20),),
        (),
        (partial(write, 5, end=""),),
        (server.end_line,),
        (partial(write, 3), rename, partial(write, 4)),
        (partial(write, 3), server.copytruncate, partial(write, 2)),
        (partial(write, 7), server.copytruncate, partial(write, 90)),
        (partial(write, 3), rename, zip_first, partial(write, 6)),
        (partial(write, 2), rename, partial(write, 8), rename, partial(write, 1)),
        (partial(write, 2), rename, zip_first, partial(write, 8), rename, partial(write, 1)),
        (partial(write, 4), partial(_restored, server)),
        (partial(write, 3), rename),
        (partial(write, 3),),
        (partial(write, 6), partial(os.rename, server.path, server.rotated(20))),
        (partial(server.path.write_text, BANNER), server.touch, partial(write, 2)),
        (),
    )
    for number, step in enumerate(steps):
        for action in step:
            action()
        result = reader.look()
        assert not result["gaps"], f"step {number}: {result}"
        assert not result["troubles"], f"step {number}"
        # THEN after each look, exactly what was written has been counted
        expected = server.shapes
        if number == 2:
            expected[f"ERROR lost {word(server.written - 1)}"] -= 1
        if number >= 3:
            last = f"ERROR lost {word(74)}"
            expected[f"{last} and its end"] = expected.pop(last)
        assert reader.counts == +expected, f"step {number}"


def _restored(server: Server) -> None:
    copy = server.path.with_name("copy")
    shutil.copyfile(server.path, copy)
    os.replace(copy, server.path)
    server.touch()


def test_what_was_lost_is_said(folder: Path, way: Way) -> None:
    # GIVEN a log that was read
    server = Server(folder / "error.log")
    reader = Reader(folder / "error.log", way)
    server.write(5)
    reader.look()
    # WHEN it is emptied with nothing kept, and written anew
    server.write(3)
    os.truncate(server.path, 0)
    server.write(2)
    result = reader.look()
    # THEN the loss is said, and the new lines are read
    assert [gap["why"] for gap in result["gaps"]] == ["rewritten"]
    assert sum(reader.counts.values()) == 7
    # WHEN it is deleted
    server.path.unlink()
    result = reader.look()
    # THEN that is said, once
    assert [gap["why"] for gap in result["gaps"]] == ["gone"]
    assert reader.look()["gaps"] == []
    # WHEN it is there again
    server.path.write_text(BANNER)
    server.clock = 2_000_000_000_000_000_000
    server.write(1)
    # THEN it is read from its beginning
    reader.look()
    assert sum(reader.counts.values()) == 8


def test_a_log_that_is_emptied_and_stays_empty_is_said_once(folder: Path, way: Way) -> None:
    # GIVEN a log that was read, and then emptied
    server = Server(folder / "error.log")
    reader = Reader(folder / "error.log", way)
    server.write(5)
    reader.look()
    os.truncate(server.path, 0)
    server.touch()
    # WHEN it is looked at twice, and written again
    assert [gap["why"] for gap in reader.look()["gaps"]] == ["rewritten"]
    assert reader.look()["gaps"] == []
    server.write(2)
    reader.look()
    # THEN nothing is counted twice
    assert reader.counts == server.shapes


def test_a_new_log_of_each_day_is_read_and_old_ones_may_go(folder: Path, way: Way) -> None:
    # GIVEN a program that begins a file each day
    monday = Server(folder / "app-2026-11-16.log")
    monday.clock -= 5 * 86_400 * 10**9
    monday.write(5)
    reader = Reader(folder / "app-*.log", way)
    reader.look()
    # WHEN it writes on, and into the next day's file
    monday.write(2)
    tuesday = Server(folder / "app-2026-11-17.log")
    tuesday.clock = 2_000_000_000_000_000_000
    tuesday.written = 100
    tuesday.write(3)
    result = reader.look()
    # THEN both are read
    assert sum(reader.counts.values()) == 10
    assert {Path(file["path"]).name for file in result["files"]} == {"app-2026-11-16.log", "app-2026-11-17.log"}
    # WHEN the first, read to its end and long past, is tidied away
    monday.path.unlink()
    # THEN nothing was lost
    assert reader.look()["gaps"] == []


def test_another_log_with_a_similar_name_is_not_taken_for_a_rotated_one(folder: Path, way: Way) -> None:
    # GIVEN two programs whose logs begin alike
    server = Server(folder / "error.log")
    other = Server(folder / "error_ris.log")
    server.write(2)
    reader = Reader(folder / "error.log", way)
    reader.look()
    # WHEN one is rotated and the other written
    server.rename()
    other.clock = server.clock + 10**9
    other.write(9)
    server.write(1)
    reader.look()
    # THEN only the first one's lines are counted
    assert reader.counts == server.shapes


def test_a_program_that_goes_on_writing_into_the_rotated_file_is_followed(folder: Path, way: Way) -> None:
    # GIVEN a log that was rotated, an empty new one, and a program that was not told
    server = Server(folder / "error.log")
    reader = Reader(folder / "error.log", way)
    server.write(4)
    reader.look()
    os.rename(server.path, server.rotated(1))
    server.path.touch()
    reader.look()
    live, server.path = server.path, server.rotated(1)
    # WHEN it writes on there
    server.write(3)
    # THEN that is read
    reader.look()
    assert reader.counts == server.shapes
    # WHEN it is told at last
    server.path = live
    server.write(2)
    reader.look()
    # THEN the new one is read
    assert reader.counts == server.shapes


def test_a_log_that_was_empty_at_first_and_is_rotated(folder: Path, way: Way) -> None:
    # GIVEN an empty log that was looked at
    server = Server(folder / "error.log")
    os.truncate(server.path, 0)
    server.touch()
    reader = Reader(folder / "error.log", way)
    reader.look()
    # WHEN it is written, rotated and packed before the next look
    server.write(3)
    server.rename()
    server.zip(1)
    server.write(2)
    reader.look()
    # THEN nothing is missing
    assert reader.counts == server.shapes


def test_a_first_look_reads_the_end_and_says_so(folder: Path, way: Way) -> None:
    # GIVEN a log that nobody looked at, longer than a first look
    server = Server(folder / "error.log")
    server.write(400)
    reader = Reader(folder / "error.log", way, Request(first_bytes=4000, budget_bytes=10**6))
    # WHEN it is looked at
    result = reader.look()
    # THEN its end was read, from the beginning of a line, and what was not is said
    assert result["first"]
    assert abs(result["skipped"] + 4000 - server.path.stat().st_size) <= 1
    assert 0 < result["lines"] < 60
    assert set(reader.counts) <= set(server.shapes)
    # WHEN it grows
    server.write(5)
    # THEN only that is read
    result = reader.look()
    assert result["lines"] == 5
    assert result["read"] < 1000


def test_a_budget_ends_a_look_and_the_next_one_goes_on(folder: Path, way: Way) -> None:
    # GIVEN more than a look may read, spread over rotated and packed files
    server = Server(folder / "error.log")
    server.write(10)
    reader = Reader(folder / "error.log", way)
    reader.look()
    wide = "." * 300
    server.write(1600, padding=wide)
    server.rename()
    server.zip(1)
    server.write(1500, padding=wide)
    server.rename()
    server.write(1400, padding=wide)
    reader.request = Request(first_bytes=1, budget_bytes=300_000, state=reader.request.state)
    # WHEN it is looked at until nothing is left
    looks, left = 0, 1
    while left:
        left = reader.look()["left"]
        looks += 1
        assert looks < 60
    # THEN it took several looks, and every line was counted once
    assert looks > 2
    assert reader.counts == server.shapes


OPERATIONS = ["write", "look", "rename", "copytruncate", "zip", "restore", "half"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(OPERATIONS), max_size=25), st.integers(0, 10**6))
def test_any_history_is_counted_once(operations: list[str], seed: int) -> None:
    # GIVEN any order of what can happen to a log of which nothing is thrown away, and whose files begin with lines of
    # their own: where all begin with the same words, a place right behind these is in several files at once
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, patch(f"{__name__}.BANNER", ""):
        server = Server(Path(name) / "app.log")
        reader = Reader(Path(name) / "app.log", here)
        server.write(3)
        reader.look()
        for operation in operations:
            if operation == "write":
                server.write(chance.randint(1, 40))
            elif operation == "half":
                server.write(1, end="")
                reader.look()
                with server.path.open("a") as file:
                    file.write("\n")
                server.touch()
            elif operation == "look":
                result = reader.look()
                assert not result["gaps"]
            elif operation == "rename":
                server.rename(keep=99)
            elif operation == "copytruncate":
                server.copytruncate(keep=99)
            elif operation == "restore":
                _restored(server)
            elif server.rotated(1).exists():
                server.zip(1)
        # WHEN it was looked at for the last time
        result = reader.look()
        # THEN every line was counted once
        assert not result["gaps"]
        assert reader.counts == server.shapes


@pytest.mark.parametrize("directives", ["create", "copytruncate", "create\ncompress", "create\ncompress\ndelaycompress",
                                        "copytruncate\ndateext\ndateformat -%Y%m%d-%s", "nocreate"])  # fmt: skip
def test_the_real_logrotate(folder: Path, directives: str) -> None:
    # GIVEN Debian's logrotate with one of its usual settings
    logrotate = need_program("logrotate")
    logs = folder / "logs"
    logs.mkdir(mode=0o755)
    server = Server(logs / "error.log")
    configuration = folder / "rotate.conf"
    configuration.write_text(f"{logs}/error.log {{\nrotate 20\nsu root root\n{directives}\n}}\n")
    if os.getuid():
        configuration.write_text(configuration.read_text().replace("su root root\n", ""))
    configuration.chmod(0o600)
    for way in [here, in_shell(shells()[0])]:
        for old in logs.iterdir():
            old.unlink()
        server = Server(logs / "error.log")
        server.clock = 1_900_000_000_000_000_000
        reader = Reader(logs / "error.log", way)
        server.write(5)
        reader.look()
        # WHEN it rotates between looks, and a program writes
        # A date in the name keeps it from rotating twice in a second.
        for _round in range(1 if "dateext" in directives else 4):
            server.write(3)
            line = [logrotate, "-f", "-s", str(folder / "state"), str(configuration)]
            done = subprocess.run(line, capture_output=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr
            server.write(2)
            assert not reader.look()["gaps"]
        # THEN every line was counted once
        assert reader.counts == server.shapes


@pytest.mark.parametrize(
    "operations",
    [
        ("look", "write", "copytruncate"),
        ("half", "copytruncate", "write"),
        ("look", "write", "copytruncate", "rename"),
        ("half", "rename", "zip", "write"),
    ],
)
def test_files_that_begin_alike_are_told_apart_by_what_follows(tmp_path: Path, operations: tuple[str, ...]) -> None:
    # GIVEN a log that has just been begun anew with the words that all of its files begin with
    server = Server(tmp_path / "app.log")
    reader = Reader(tmp_path / "app.log", here)
    server.write(3)
    reader.look()
    server.rename(keep=99)
    # WHEN it goes on, and is rotated before the next look
    for operation in operations:
        if operation == "write":
            server.write(5)
        elif operation == "half":
            server.write(1, end="")
            reader.look()
            with server.path.open("a") as file:
                file.write("\n")
            server.touch()
        elif operation == "copytruncate":
            server.copytruncate(keep=99)
        elif operation == "rename":
            server.rename(keep=99)
        elif operation == "zip":
            server.zip(1)
        else:
            reader.look()
    # THEN every line was counted once
    assert not reader.look()["gaps"]
    assert reader.counts == server.shapes
