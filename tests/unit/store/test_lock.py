"""One writer for a home folder, and who it is."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.errors import StoreError
from console.store.lock import Holder, HomeLock
from tests.unit.store.processes import start


def clock() -> datetime:
    return datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def test_the_first_console_takes_the_folder(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path, clock)
    assert lock.holder() is None
    assert lock.acquire("李工")
    assert lock.acquire("李工")
    holder = lock.holder()
    assert holder is not None
    assert (holder.pid, holder.operator, holder.since) == (os.getpid(), "李工", "2026-11-20T10:15:00+00:00")
    lock.release()
    assert lock.holder() is None


def test_a_second_console_is_refused_and_can_say_who_holds_it(tmp_path: Path) -> None:
    # GIVEN a console in another process
    child = start("hold", tmp_path)
    assert child.stdout is not None
    assert child.stdout.readline() == b"1\n"
    # WHEN a second one comes
    lock = HomeLock(tmp_path)
    # THEN it is refused and can name the first
    assert lock.acquire() is False
    holder = lock.holder()
    assert holder is not None
    assert (holder.pid, holder.operator) == (child.pid, "李工")
    assert holder.host
    assert datetime.fromisoformat(holder.since).tzinfo is not None
    # WHEN the first is killed THEN what it left behind names nobody, and the folder is free
    child.kill()
    child.communicate()
    assert (tmp_path / "console.holder").exists()
    assert lock.holder() is None
    assert lock.acquire("second")
    assert lock.holder() == Holder(os.getpid(), "second", holder.host, lock.holder().since)  # type: ignore[union-attr]
    lock.release()


def test_asking_who_holds_it_does_not_take_it(tmp_path: Path) -> None:
    asking, other = HomeLock(tmp_path), HomeLock(tmp_path)
    assert asking.holder() is None
    assert other.acquire()
    assert asking.acquire() is False
    other.release()


def test_the_name_of_a_dead_console_is_never_shown_for_the_living(tmp_path: Path) -> None:
    # GIVEN a holder that has not introduced itself yet, and the words of a dead one before it
    child = start("hold", tmp_path)
    assert child.stdout is not None
    child.stdout.readline()
    left = json.loads((tmp_path / "console.holder").read_bytes())
    child.kill()
    child.communicate()
    lock = HomeLock(tmp_path)
    assert lock.acquire("living")
    (tmp_path / "console.holder").write_text(json.dumps(left), "utf-8")
    # WHEN another console asks THEN it learns that somebody does, not who is dead
    assert HomeLock(tmp_path).holder() == Holder()
    lock.release()


@pytest.mark.parametrize("words", ["", "[]", "null", '{"pid": "x"}', '{"pid": 1', "\0" * 9])
def test_a_damaged_introduction_is_nobody_in_particular(tmp_path: Path, words: str) -> None:
    lock = HomeLock(tmp_path)
    assert lock.acquire()
    (tmp_path / "console.holder").write_text(words, "utf-8")
    assert HomeLock(tmp_path).holder() == Holder()
    lock.release()


def test_the_operator_is_named_once_known(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    lock.name_operator("nobody holds it")
    assert not (tmp_path / "console.holder").exists()
    lock.acquire()
    lock.name_operator("李\x1b[31m工")
    holder = HomeLock(tmp_path).holder()
    assert holder is not None
    assert holder.operator == "李 [31m工"
    lock.release()


def test_a_full_disk_does_not_keep_the_console_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "console.holder").write_text('{"pid": 1}', "utf-8")

    def no_space(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", no_space)
    lock = HomeLock(tmp_path)
    assert lock.acquire("operator")
    assert not (tmp_path / "console.holder").exists()
    lock.release()


def test_releasing_what_is_not_held_is_no_error(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    lock.release()
    assert lock.acquire()
    lock.release()
    lock.release()
    assert HomeLock(tmp_path).acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="no such path there")
def test_a_folder_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError):
        HomeLock(tmp_path / "file").acquire()
