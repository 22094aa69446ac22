"""Files that are whole or not there: generations, checksums, damage, leftovers."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from console.errors import StoreError
from console.store import disk
from console.store.files import one_line, previous_of, read_checked, replace_file, sweep, write_checked

FIRST, SECOND, THIRD = b"first", b"second", b"third"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file that was written twice."""
    path = tmp_path / "kept.json"
    write_checked(path, FIRST)
    write_checked(path, SECOND)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def aside(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.damaged-*"))


def test_what_was_written_is_read_back(kept: Path) -> None:
    checked = read_checked(kept)
    assert (checked.data, checked.recovered) == (SECOND, "")


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"#cathlab-store 1 sha256:00 0\n", bytes(range(256)) * 5000],
    ids=["nothing", "a line feed", "a first line", "a megabyte"],
)
def test_any_bytes_come_back_as_they_were(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    write_checked(path, data)
    assert read_checked(path).data == data


def test_a_file_that_never_was_is_no_damage(tmp_path: Path) -> None:
    checked = read_checked(tmp_path / "never")
    assert (checked.data, checked.recovered) == (None, "")
    assert names(tmp_path) == []


def test_the_generation_before_stays_beside_it(kept: Path) -> None:
    assert read_checked(previous_of(kept)).data == FIRST
    assert names(kept.parent) == ["kept.json", "kept.json.prev"]


def test_a_save_that_changes_nothing_keeps_the_generation_before(kept: Path) -> None:
    write_checked(kept, SECOND)
    assert read_checked(previous_of(kept)).data == FIRST


def test_only_the_owner_may_read(kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    assert previous_of(kept).stat().st_mode & 0o777 == 0o600


def flip(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one bit of the content": flip,
    "one bit of the checksum": lambda raw: raw.replace(b"sha256:", b"sha256;", 1),
    "cut": lambda raw: raw[:-2],
    "cut in the first line": lambda raw: raw[:9],
    "emptied": lambda _raw: b"",
    "zeros": lambda raw: bytes(len(raw)),
    "something behind it": lambda raw: raw + b"}",
    "an absurd format number": lambda raw: raw.replace(b" 1 ", b" 99999999999999999999 ", 1),
    "format zero": lambda raw: raw.replace(b" 1 ", b" 0 ", 1),
    "another program's": lambda _raw: b"<html>",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_and_the_generation_before_is_used(kept: Path, damage: str) -> None:
    # GIVEN a file that was damaged on the disk
    damaged = DAMAGES[damage](kept.read_bytes())
    kept.write_bytes(damaged)
    # WHEN it is read
    checked = read_checked(kept)
    # THEN the generation before is used, one sentence says so, and the damaged bytes are kept
    assert checked.data == FIRST
    assert str(kept) in checked.recovered
    (set_aside,) = aside(kept.parent)
    assert set_aside.name in checked.recovered
    assert set_aside.read_bytes() == damaged
    # THEN it is said once, and both generations can be read again
    again = read_checked(kept)
    assert (again.data, again.recovered) == (FIRST, "")
    assert read_checked(previous_of(kept)).data == FIRST
    # THEN the next write goes on as ever
    write_checked(kept, THIRD)
    assert (read_checked(kept).data, read_checked(previous_of(kept)).data) == (THIRD, FIRST)


def test_damage_twice_in_a_second_overwrites_nothing_that_was_set_aside(kept: Path) -> None:
    for damage in (b"one", b"two", b"three"):
        kept.write_bytes(damage)
        assert read_checked(kept).data == FIRST
    assert {path.read_bytes() for path in aside(kept.parent)} == {b"one", b"two", b"three"}


def test_when_both_generations_are_damaged_both_are_kept_and_the_operator_is_told(kept: Path) -> None:
    kept.write_bytes(b"bad")
    previous_of(kept).write_bytes(b"worse")
    checked = read_checked(kept)
    assert checked.data is None
    assert "no earlier version" in checked.recovered
    assert {path.read_bytes() for path in aside(kept.parent)} == {b"bad", b"worse"}
    assert read_checked(kept).recovered == ""


def test_a_file_that_vanished_comes_back_from_the_generation_before(kept: Path) -> None:
    kept.unlink()
    checked = read_checked(kept)
    assert checked.data == FIRST
    assert "missing" in checked.recovered
    assert read_checked(kept).recovered == ""


def test_a_damaged_file_never_pushes_out_a_good_generation(kept: Path) -> None:
    # GIVEN a file that was damaged since it was read WHEN it is written
    kept.write_bytes(b"bad")
    write_checked(kept, THIRD)
    # THEN the good generation before is still there, and the damaged bytes are too
    assert read_checked(previous_of(kept)).data == FIRST
    assert [path.read_bytes() for path in aside(kept.parent)] == [b"bad"]


def test_reading_without_repair_changes_nothing(kept: Path) -> None:
    kept.write_bytes(b"bad")
    before = names(kept.parent)
    checked = read_checked(kept, repair=False)
    assert checked.data == FIRST
    assert str(kept) in checked.recovered
    assert names(kept.parent) == before
    previous_of(kept).write_bytes(b"worse")
    assert read_checked(kept, repair=False).data is None
    assert names(kept.parent) == before


def test_a_sector_that_the_disk_cannot_read_is_damage(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path == kept:
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert read_checked(kept, repair=False).data == FIRST


def test_a_newer_format_is_neither_read_nor_overwritten(kept: Path) -> None:
    newer = kept.read_bytes().replace(b" 1 ", b" 2 ", 1)
    kept.write_bytes(newer)
    with pytest.raises(StoreError, match="newer version"):
        read_checked(kept)
    with pytest.raises(StoreError, match="newer version"):
        write_checked(kept, THIRD)
    assert kept.read_bytes() == newer
    assert names(kept.parent) == ["kept.json", "kept.json.prev"]


def test_a_newer_generation_before_is_left_alone_too(kept: Path) -> None:
    kept.write_bytes(b"bad")
    previous_of(kept).write_bytes(b"#cathlab-store 2 of another kind\n")
    with pytest.raises(StoreError, match="newer version"):
        read_checked(kept)
    assert names(kept.parent) == ["kept.json", "kept.json.prev"]


def test_a_file_written_by_hand_counts_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "hand.json"
    for written in (b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}', b'\n {"a": 1}\n', '{"a": 1}'.encode("utf-16")):
        path.write_bytes(written)
        assert read_checked(path, by_hand=True).data == written
    write_checked(path, SECOND, by_hand=True)
    assert previous_of(path).read_bytes() == '{"a": 1}'.encode("utf-16")
    path.write_bytes(b'{"a": 1}')
    assert read_checked(path).data is None


@pytest.mark.parametrize("refused", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("links", [True, False])
def test_a_call_that_the_system_refuses_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str, links: bool
) -> None:
    # GIVEN a disk that is full at the n-th call
    refusals = 0
    for call in count(1):
        path = tmp_path / str(call) / "kept.json"
        path.parent.mkdir()
        write_checked(path, FIRST)
        write_checked(path, SECOND)
        with monkeypatch.context() as patch:
            if not links:
                patch.setattr(os, "link", no_links)
            refuse(patch, refused, call)
            # WHEN the file is written THEN it says so in a sentence, or the call was none of ours
            refusal = refusal_of(partial(write_checked, path, THIRD))
        if refusal is None:
            break
        refusals += 1
        assert str(path.parent) in refusal.detail
        assert refusal.title
        # THEN a whole generation stands there, the one before is whole too, and nothing is left over
        assert read_checked(path).data in (SECOND, THIRD)
        assert read_checked(path).recovered == ""
        assert read_checked(previous_of(path)).data in (FIRST, SECOND)
        assert names(path.parent) == ["kept.json", "kept.json.prev"]
    assert refusals > 0


def refusal_of(write: Callable[[], None]) -> StoreError | None:
    try:
        write()
    except StoreError as error:
        return error
    return None


def refuse(patch: pytest.MonkeyPatch, name: str, number: int) -> None:
    real, calls = getattr(os, name), 0

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments, **options)

    patch.setattr(os, name, call)


def no_links(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def test_what_the_disk_does_not_confirm_is_said(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync_folder(_folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("console.store.files.sync_folder", sync_folder)
        with pytest.raises(StoreError, match="did not confirm"):
            write_checked(kept, THIRD)
        # THEN saving again, though nothing changed, asks the disk again
        with pytest.raises(StoreError, match="did not confirm"):
            write_checked(kept, THIRD)
    write_checked(kept, THIRD)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EFBIG, "limit"),
        (errno.EACCES, "may not write"),
        (errno.EROFS, "write-protected"),
        (errno.ENOENT, "not there"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_each_refusal_has_its_sentence(kept: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str) -> None:
    def refused(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refused)
        with pytest.raises(StoreError) as caught:
            write_checked(kept, THIRD)
    assert word in caught.value.detail
    assert str(kept.parent) in caught.value.detail
    assert read_checked(kept).data == SECOND


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be synced there")
def test_content_is_synced_before_it_is_moved_and_its_name_after(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a record of the calls that decide what a power cut leaves
    calls: list[str] = []
    descriptors: dict[int, str] = {}
    real_open, real_sync, real_replace = os.open, os.fsync, os.replace

    def opening(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = real_open(path, flags, mode)
        descriptors[descriptor] = "folder" if Path(path).is_dir() else "content"
        return descriptor

    def syncing(descriptor: int) -> None:
        calls.append(f"sync {descriptors[descriptor]}")
        real_sync(descriptor)

    def replacing(source: Path, target: Path) -> None:
        calls.append(f"move to {target.name}")
        real_replace(source, target)

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", replacing)
    # WHEN a file is written, with hard links and without
    write_checked(kept, THIRD)
    assert calls == ["sync content", "move to kept.json.prev", "move to kept.json", "sync folder"]
    calls.clear()
    monkeypatch.setattr(os, "link", no_links)
    write_checked(kept, FIRST)
    assert calls == ["sync content", "sync content", "move to kept.json.prev", "move to kept.json", "sync folder"]


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "real.json", tmp_path / "link.json"
    target.parent.mkdir()
    write_checked(target, FIRST)
    link.symlink_to(target)
    write_checked(link, SECOND)
    assert link.is_symlink()
    assert read_checked(target).data == SECOND
    assert read_checked(link).data == SECOND


def test_on_windows_a_file_that_a_scanner_holds_is_tried_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, refusals = os.replace, iter([True, True, True])

    def replace(source: Path, target: Path) -> None:
        if next(refusals, False):
            raise PermissionError(errno.EACCES, "held by a scanner")
        real(source, target)

    monkeypatch.setattr(disk, "_WINDOWS", True)
    monkeypatch.setattr(disk, "_WINDOWS_PAUSE_S", 0)
    monkeypatch.setattr(os, "replace", replace)
    write_checked(kept, THIRD)
    assert read_checked(kept).data == THIRD


def test_a_folder_in_the_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "kept.json").mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        read_checked(tmp_path / "kept.json")
    with pytest.raises(StoreError, match="cannot be read"):
        write_checked(tmp_path / "kept.json", FIRST)


def test_replacing_a_file_leaves_no_second_generation(tmp_path: Path) -> None:
    path = tmp_path / "head.json"
    replace_file(path, FIRST)
    replace_file(path, SECOND)
    assert path.read_bytes() == SECOND
    assert names(tmp_path) == ["head.json"]


def dead_process() -> int:
    """The number of a process that has just ended."""
    return int(subprocess.check_output([sys.executable, "-c", "import os; print(os.getpid())"]))


def test_sweeping_removes_what_the_dead_left_and_nothing_else(kept: Path) -> None:
    folder = kept.parent
    left = f".kept.json.{dead_process()}.0123abcd.cathlab-tmp"
    stays = [
        f".kept.json.{os.getpid()}.0123abcd.cathlab-tmp",
        ".cathlab-tmp",
        "notes.cathlab-tmp",
        ".notes.txt.cathlab-tmp",
        "kept.json.damaged-20261120-101500",
        ".hidden",
    ]
    for name in (left, *stays):
        (folder / name).write_bytes(b"x")
    assert sweep(folder) == 1
    assert names(folder) == sorted(["kept.json", "kept.json.prev", *stays])


def test_sweeping_goes_by_age_where_nobody_knows_who_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_WINDOWS", True)
    young, old = (tmp_path / f".kept.1234.{number}.cathlab-tmp" for number in ("00000001", "00000002"))
    young.write_bytes(b"x")
    old.write_bytes(b"x")
    os.utime(old, (time.time() - 120,) * 2)
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == [young.name]


def test_sweeping_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert sweep(tmp_path / "never") == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 导管\u3000室", "plain 导管\u3000室"),
        ("a\x1b[31mb\r\nc\x07\x9b", "a [31mb  c  "),
        ("left\u202eright\u2028", "left right "),
        ("\udcc4\udce3.dcm", "\\udcc4\\udce3.dcm"),
    ],
    ids=["plain", "escape sequences", "bidi and line separators", "not UTF-8"],
)
def test_text_is_made_harmless(text: str, shown: str) -> None:
    assert one_line(text) == shown
