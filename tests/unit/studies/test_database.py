"""The index as a file: made, opened for reading, and every way in which it cannot be opened."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from console.errors import StoreError
from console.studies.database import DamagedIndex, index_path, open_index, roots
from tests.unit.studies.discs import archive, ask, content, counts, dicom, index
from tests.unit.studies.processes import without_rights


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another account can reach, which pytest's own (0700) is not."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


def test_a_new_index_is_empty_and_its_owners_alone(tmp_path: Path) -> None:
    with closing(open_index(tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM study").fetchone() == (0,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    if sys.platform != "win32":
        assert index_path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_an_index_that_is_not_there_reads_as_empty_and_is_not_made(tmp_path: Path) -> None:
    assert ask(tmp_path, "SELECT count(*) FROM instance") == [(0,)]
    assert roots(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_an_index_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    # GIVEN an index that a newer version laid out
    with closing(open_index(tmp_path)) as connection:
        connection.execute("PRAGMA user_version=99")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = index_path(tmp_path).read_bytes()
    # WHEN it is read, written, or built THEN one sentence says so, and nothing was changed
    for attempt in (
        lambda: open_index(tmp_path),
        lambda: open_index(tmp_path, True),
        lambda: index(tmp_path, tmp_path),
    ):
        with pytest.raises(StoreError, match="newer version of the console"):
            attempt()
    assert index_path(tmp_path).read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "cut", "other", "middle", "empty schema"])
def test_a_damaged_index_is_set_aside_and_built_anew(tmp_path: Path, damage: str) -> None:
    # GIVEN an index, then what happens to files
    disc, home = archive(tmp_path / "disc", 40), tmp_path / "home"
    fresh = index(home, disc)
    wanted = content(home)
    path = index_path(home)
    data = path.read_bytes()
    if damage == "text":
        path.write_bytes(b"not a database at all" * 100)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 3])
    elif damage == "middle":
        path.write_bytes(data[:20000] + b"\xa5" * (len(data) - 40000) + data[-20000:])
    elif damage == "empty schema":
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE something(else_entirely)")
    else:
        path.write_bytes(os.urandom(len(data)))
    # WHEN the folder is taken in again
    report = index(home, disc)
    # THEN all of it is there again, and a sentence says what became of the old file
    assert counts(report) == counts(fresh)
    assert content(home) == wanted
    if damage != "middle" or report.problems:
        (problem,) = report.problems
        assert "was damaged" in problem.what
        assert [name for name in os.listdir(home) if "damaged" in name]
        assert str(next(name for name in os.listdir(home) if "damaged" in name)) in problem.what


def test_a_reader_is_told_that_the_index_is_damaged(tmp_path: Path) -> None:
    index_path(tmp_path).write_bytes(b"something else" * 400)
    with pytest.raises(DamagedIndex, match="take the folders in again"):
        open_index(tmp_path, read_only=True)


def test_a_head_that_is_not_what_was_written_counts_as_damage(tmp_path: Path) -> None:
    # GIVEN an index whose pages are whole, while a byte of a text is not what it was
    disc, home = archive(tmp_path / "disc", 2), tmp_path / "home"
    index(home, disc)
    with closing(open_index(home)) as connection:
        for number, raw in connection.execute("SELECT rowid, raw FROM head").fetchall():
            connection.execute("UPDATE head SET raw = ? WHERE rowid = ?", (raw.replace(b"Acme", b"Akme"), number))
        connection.execute("INSERT OR IGNORE INTO touched SELECT study FROM head")
    # WHEN it is refreshed THEN the index is built anew rather than shown wrong
    report = index(home, disc)
    assert next(problem.what for problem in report.problems).startswith("The index was damaged")
    assert ask(home, "SELECT DISTINCT manufacturer FROM series") == [("Acme",)]


def test_a_locked_index_is_waited_for_and_then_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disc, home = archive(tmp_path / "disc", 1), tmp_path / "home"
    index(home, disc)
    (disc / "new").write_bytes(dicom("7.7"))
    monkeypatch.setattr("console.studies.database._BUSY_S", 0.05)
    # GIVEN another program that holds the index
    with closing(sqlite3.connect(index_path(home), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        # WHEN something is to be written THEN a sentence says so
        with pytest.raises(StoreError, match="held by another program"):
            index(home, disc)
    # THEN it goes on when that program is gone
    assert index(home, disc).read == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not modes there")
def test_a_home_that_cannot_be_written_can_still_be_read(place: Path) -> None:
    # GIVEN an index in a folder that an account without rights may read only
    home = place / "home"
    index(home, archive(place / "disc", 3))
    (home / "index.sqlite").chmod(0o444)
    home.chmod(0o555)
    try:
        # WHEN it reads and writes
        answers = without_rights("read-and-build", home, place / "disc")
    finally:
        home.chmod(0o700)
    # THEN reading works, and writing is refused in words
    assert answers["studies"] == 3
    assert str(home) in answers["refusal"]
    assert "choose another folder with --home" in answers["refusal"]


def test_roots_are_told_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("b", "a", "c"):
        index(home, archive(tmp_path / name, 1))
    assert roots(home) == (tmp_path / "b", tmp_path / "a", tmp_path / "c")
