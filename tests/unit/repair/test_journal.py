"""The journal: each line is on the disk before the next step, and nobody changes one unseen."""

import errno
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from console.errors import StoreError
from console.repair import journal as module
from console.repair.journal import GENESIS, NAME, Journal


def three(folder: Path) -> bytes:
    """A journal of three lines; its bytes."""
    journal = Journal(folder)
    journal.add("begin", operator="李工")
    journal.add("intent", file=0, path="/a b/\n.dcm")
    journal.add("done", file=0)
    return (folder / NAME).read_bytes()


def test_every_line_carries_the_hash_of_the_line_before(tmp_path: Path) -> None:
    # GIVEN a journal of three lines WHEN its bytes are read
    lines = three(tmp_path).splitlines()
    # THEN they are chained, numbered, and ASCII of one line each, whatever the file is called
    found = [json.loads(line) for line in lines]
    assert [line["n"] for line in found] == [1, 2, 3]
    assert [line["previous"] for line in found] == [GENESIS, *(sha256(line).hexdigest() for line in lines[:2])]
    assert b"".join(lines).isascii()


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    # GIVEN a journal of three lines WHEN it is opened again THEN it holds them, by kind and by file
    three(tmp_path)
    again = Journal(tmp_path)
    assert [line["what"] for line in again.lines] == ["begin", "intent", "done"]
    assert [line["what"] for line in again.about(0)] == ["intent", "done"]
    assert again.last_words() == {0: "done"}
    assert next(again.of("intent"))["path"] == "/a b/\n.dcm"


def test_a_torn_last_line_is_cut_off_and_the_journal_goes_on(tmp_path: Path) -> None:
    # GIVEN a journal whose last line was torn by a crash, at every byte of it
    whole = three(tmp_path)
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(whole)):
        (tmp_path / NAME).write_bytes(whole[:end])
        # WHEN it is opened THEN the two whole lines are there
        journal = Journal(tmp_path)
        assert [line["what"] for line in journal.lines] == ["begin", "intent"]
        # WHEN the line is written again THEN the journal is what it was
        journal.add("done", file=0)
        assert (tmp_path / NAME).read_bytes() == whole


def test_a_short_line_leaves_nothing_of_a_long_torn_one(tmp_path: Path) -> None:
    # GIVEN a journal behind which a long line was torn
    whole = three(tmp_path)
    (tmp_path / NAME).write_bytes(whole + b'{"n":4,"previous":"' + b"f" * 4000)
    # WHEN a short line is written THEN it is the last of the file
    Journal(tmp_path).add("end")
    assert (tmp_path / NAME).stat().st_size < len(whole) + 200
    assert [line["what"] for line in Journal(tmp_path).lines] == ["begin", "intent", "done", "end"]


def test_reading_a_torn_journal_changes_nothing(tmp_path: Path) -> None:
    # GIVEN a journal with a torn line WHEN it is only read THEN its bytes stay as evidence
    torn = three(tmp_path)[:-4]
    (tmp_path / NAME).write_bytes(torn)
    Journal(tmp_path)
    assert (tmp_path / NAME).read_bytes() == torn


def damage(whole: bytes) -> dict[str, bytes]:
    """Ways in which somebody may change a journal."""
    first, second, third = whole.splitlines(keepends=True)
    return {
        "another word": first + second.replace(b"intent", b"intend") + third,
        "a line gone": first + third,
        "the first gone": second + third,
        "two swapped": second + first + third,
        "one twice": first + second + second + third,
        "a blank line": first + b"\n" + second + third,
        "no JSON": first + b"hello\n" + third,
        "no object": first + b"[1]\n" + third,
        "the last line false": first + second + third.replace(b'"n":3', b'"n":4'),
        "nested without end": first + b"[" * 100_000 + b"\n",
        "bytes": first + b"\xff\xfe\n" + third,
    }


@pytest.mark.parametrize("what", damage(b"1\n2\n3\n"))
def test_a_changed_line_is_refused_with_its_number(tmp_path: Path, what: str) -> None:
    # GIVEN a journal that somebody changed
    changed = damage(three(tmp_path))[what]
    (tmp_path / NAME).write_bytes(changed)
    # WHEN it is opened THEN it says which line, and nothing is touched
    with pytest.raises(StoreError, match=r"Line \d of .*journal\.jsonl was changed"):
        Journal(tmp_path)
    assert (tmp_path / NAME).read_bytes() == changed


def test_a_changed_last_line_is_seen_as_soon_as_another_follows(tmp_path: Path) -> None:
    # GIVEN a journal with a line behind the one that somebody changes
    first, second, third = three(tmp_path).splitlines(keepends=True)
    (tmp_path / NAME).write_bytes(first + second.replace(b'"file":0', b'"file":1') + third)
    # WHEN it is opened THEN line 3 does not fit
    with pytest.raises(StoreError, match="Line 3"):
        Journal(tmp_path)


@pytest.mark.parametrize("step", ["write", "fsync"])
def test_a_line_that_the_disk_refuses_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    # GIVEN a journal on a disk that fills up in the middle of a line
    whole = three(tmp_path)
    journal = Journal(tmp_path)

    def half(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def unsure(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if step == "write":
            patched.setattr(module, "write_all", half)
        else:
            patched.setattr(os, "fsync", unsure)
        # WHEN a line is written THEN it says that the disk is full
        with pytest.raises(StoreError, match="full"):
            journal.add("undoing", file=0)
    # THEN the line is not there, in memory and on the disk, and with room again the next one is whole
    assert (tmp_path / NAME).read_bytes() == whole
    assert [line["what"] for line in journal.lines] == ["begin", "intent", "done"]
    journal.add("undone", file=0)
    assert [line["what"] for line in Journal(tmp_path).lines] == ["begin", "intent", "done", "undone"]


def test_the_first_line_that_the_disk_refuses_leaves_an_empty_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a full disk WHEN the first line of a job is written
    def full(_descriptor: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_all", full)
        with pytest.raises(StoreError):
            Journal(tmp_path).add("begin")
    # THEN the job was not begun
    assert Journal(tmp_path).lines == []


def test_a_line_is_on_the_disk_before_add_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a journal whose calls to the system are noted
    calls: list[str] = []
    real_sync, real_close = os.fsync, os.close

    def sync(descriptor: int) -> None:
        calls.append("fsync")
        real_sync(descriptor)

    def close(descriptor: int) -> None:
        calls.append("close")
        real_close(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "close", close)
    # WHEN its first and its second line are written
    journal = Journal(tmp_path)
    journal.add("begin")
    first = list(calls)
    journal.add("end")
    # THEN each is flushed before its file is closed, and the name too when it is new
    assert first[:2] == ["fsync", "close"]
    assert first.count("fsync") == 2
    assert calls[len(first) :] == ["fsync", "close"]


def test_only_the_owner_reads_a_journal(tmp_path: Path) -> None:
    # GIVEN a journal WHEN it is written THEN others have no right to it: it holds old values
    three(tmp_path)
    if os.name != "nt":
        assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
