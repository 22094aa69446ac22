"""The audit log: appending, and every way to tamper with it."""

import errno
import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import StoreError
from console.store.audit import AuditLog
from console.store.chain import GENESIS, LINE_LIMIT
from tests.unit.store.processes import start

COUNT = 6


def clock() -> datetime:
    return datetime(2026, 11, 20, 10, 15, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder whose log has six lines."""
    log = AuditLog(tmp_path, clock)
    for number in range(1, COUNT + 1):
        log.append("test.line", number=str(number))
    return tmp_path


def lines_of(home: Path) -> list[bytes]:
    return (home / "audit.jsonl").read_bytes().splitlines(keepends=True)


def put(home: Path, lines: list[bytes]) -> None:
    (home / "audit.jsonl").write_bytes(b"".join(lines))


def test_each_line_carries_the_digest_of_the_one_before(home: Path) -> None:
    lines = [line.removesuffix(b"\n") for line in lines_of(home)]
    before = GENESIS
    for number, line in enumerate(lines, 1):
        content = json.loads(line)
        assert content == {
            "n": number,
            "time": "2026-11-20T10:15:00+08:00",
            "event": "test.line",
            "details": {"number": str(number)},
            "previous": before,
        }
        before = hashlib.sha256(line).hexdigest()
    assert AuditLog(home).head() == (COUNT, before)
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.first_bad, report.head, report.note) == (COUNT, True, None, before, "")


def test_a_log_that_has_not_begun_is_in_order(tmp_path: Path) -> None:
    report = AuditLog(tmp_path).verify()
    assert (report.lines, report.ok, report.first_bad, report.head) == (0, True, None, GENESIS)
    assert AuditLog(tmp_path).head() == (0, GENESIS)
    assert not (tmp_path / "audit.jsonl").exists()


def test_details_are_made_harmless_and_short(tmp_path: Path) -> None:
    AuditLog(tmp_path).append("test\n.line", text="a\x1b[31m\r\nb\u202e", path="\udcc4.dcm", long="x" * 10_000)
    (line,) = lines_of(tmp_path)
    content = json.loads(line)
    assert content["event"] == "test .line"
    assert content["details"]["text"] == "a [31m  b "
    assert content["details"]["path"] == "\\udcc4.dcm"
    assert len(content["details"]["long"]) == 4096
    assert AuditLog(tmp_path).verify().ok


def test_details_may_have_any_name(tmp_path: Path) -> None:
    AuditLog(tmp_path).append("test.line", event="a", n="7", previous="b", self="c")
    assert AuditLog(tmp_path).verify().ok
    assert json.loads(lines_of(tmp_path)[0])["details"] == {"event": "a", "n": "7", "previous": "b", "self": "c"}


def test_appending_does_not_read_the_log(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a count of the bytes that are read
    real, read = os.read, 0

    def counting(descriptor: int, size: int) -> bytes:
        nonlocal read
        data = real(descriptor, size)
        read += len(data)
        return data

    monkeypatch.setattr(os, "read", counting)
    AuditLog(home).append("test.line")
    # THEN it is the last byte alone
    assert read <= 1


def edit(lines: list[bytes], number: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[number - 1]
    return [*lines[: number - 1], lines[number - 1].replace(old, new), *lines[number:]]


def forged(lines: list[bytes], count: int) -> list[bytes]:
    """`lines` and `count` more that fit the chain."""
    result = list(lines)
    for _number in range(count):
        previous = hashlib.sha256(result[-1].removesuffix(b"\n")).hexdigest()
        result.append(json.dumps({"n": len(result) + 1, "event": "forged", "previous": previous}).encode() + b"\n")
    return result


def rehashed(lines: list[bytes], number: int) -> list[bytes]:
    """Line `number` changed, and the chain behind it made to fit again."""
    result = edit(lines, number, b"test.line", b"test.lies")
    for place in range(number, len(result)):
        content = json.loads(result[place])
        content["previous"] = hashlib.sha256(result[place - 1].removesuffix(b"\n")).hexdigest()
        result[place] = json.dumps(content).encode() + b"\n"
    return result


TAMPERING: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "the first line changed": (lambda lines: edit(lines, 1, b"test.line", b"test.lies"), 1),
    "a line changed": (lambda lines: edit(lines, 3, b"test.line", b"test.lies"), 3),
    "a time changed": (lambda lines: edit(lines, 4, b"10:15", b"09:15"), 4),
    "the line before the last changed": (lambda lines: edit(lines, 5, b"test.line", b"test.lies"), 5),
    "the last line changed": (lambda lines: edit(lines, 6, b"test.line", b"test.lies"), 6),
    "a digest changed": (lambda lines: edit(lines, 4, b'"previous": "', b'"previous": "0'), 4),
    "the first digest changed": (lambda lines: edit(lines, 1, GENESIS.encode(), b"1" * 64), 1),
    "a number changed": (lambda lines: edit(lines, 4, b'"n": 4', b'"n": 9'), 4),
    "a blank added inside a line": (lambda lines: edit(lines, 2, b'"n": 2', b'"n":  2'), 2),
    "a line made unreadable": (lambda lines: edit(lines, 3, b"{", b""), 3),
    "a line made another kind of JSON": (lambda lines: [*lines[:2], b"[1]\n", *lines[3:]], 3),
    "the first line removed": (lambda lines: lines[1:], 1),
    "a line removed": (lambda lines: [*lines[:2], *lines[3:]], 3),
    "two lines exchanged": (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
    "a line doubled": (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
    "a blank line inserted": (lambda lines: [*lines[:3], b"\n", *lines[3:]], 4),
    "the last line cut": (lambda lines: lines[:-1], 6),
    "the last three lines cut": (lambda lines: lines[:-3], 4),
    "everything cut": (lambda _lines: [], 1),
    "the end of the last line cut": (lambda lines: [*lines[:-1], lines[-1][:-5]], 6),
    "a cut inside, and what followed it lost": (lambda lines: [*lines[:3], lines[3][:20]], 4),
    "lines appended that fit": (lambda lines: forged(lines, 2), 7),
    "a line appended that does not fit": (lambda lines: [*lines, lines[-1]], 7),
    "another program's line appended": (lambda lines: [*lines, b'{"event": "hello"}\n'], 7),
    "a word appended": (lambda lines: [*lines, b"hello\n"], 7),
    "a blank line appended": (lambda lines: [*lines, b"\n"], 7),
    "a line changed and the chain made to fit": (lambda lines: rehashed(lines, 2), 6),
    "a line of absurd length": (lambda lines: [*lines[:2], b"x" * (2 * LINE_LIMIT + 3) + b"\n", *lines[3:]], 3),
    "deep nesting": (lambda lines: [*lines[:2], b"[" * 100_000 + b"\n", *lines[3:]], 3),
    "zeros": (lambda lines: [*lines[:3], bytes(len(lines[3])), *lines[4:]], 4),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found_and_stays_found(home: Path, what: str) -> None:
    # GIVEN a log that somebody tampered with
    tamper, first_bad = TAMPERING[what]
    put(home, tamper(lines_of(home)))
    # WHEN it is verified THEN the first bad line is named
    report = AuditLog(home).verify()
    assert (report.ok, report.first_bad) == (False, first_bad), report.note
    assert str(first_bad) in report.note
    # WHEN the console goes on writing THEN it can, its lines are whole, and the tampering still shows
    log = AuditLog(home)
    log.append("test.after", mark="after")
    log.append("test.after", mark="after that")
    assert log.verify().ok is False
    last = [json.loads(line) for line in lines_of(home)[-2:]]
    assert [content["details"]["mark"] for content in last] == ["after", "after that"]
    assert log.head() == (last[-1]["n"], hashlib.sha256(lines_of(home)[-1].removesuffix(b"\n")).hexdigest())


def test_a_line_feed_that_was_cut_is_found_and_put_back(home: Path) -> None:
    whole = (home / "audit.jsonl").read_bytes()
    (home / "audit.jsonl").write_bytes(whole[:-1])
    report = AuditLog(home).verify()
    assert (report.ok, report.first_bad) == (False, COUNT)
    # WHEN the console goes on THEN every byte is as it was, so there is nothing left to find
    AuditLog(home).append("test.next")
    assert (home / "audit.jsonl").read_bytes().startswith(whole)
    assert AuditLog(home).verify().ok


@pytest.mark.parametrize(
    "damage", [None, b"", b"{", b"[]", b'{"format": 1}', b'{"format": 0, "count": 6, "hash": "", "size": 1}', b"\xff"]
)
def test_a_log_whose_head_is_gone_is_not_in_order_ever_again(home: Path, damage: bytes | None) -> None:
    # GIVEN a log whose head was deleted or damaged
    head = home / "audit-head.json"
    if damage is None:
        head.unlink()
    else:
        head.write_bytes(damage)
    # THEN that is said, and no head is made up
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.head) == (COUNT, False, "")
    assert "head" in report.note
    with pytest.raises(StoreError, match="audit verify"):
        AuditLog(home).head()
    # WHEN the console goes on THEN the line where it did shows it for good
    AuditLog(home).append("test.after")
    AuditLog(home).append("test.after")
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.first_bad) == (COUNT + 2, False, COUNT + 1)
    kept = [path.read_bytes() for path in home.glob("audit-head.json.damaged-*")]
    assert kept == ([] if damage is None else [damage])


def test_an_older_head_put_back_with_its_log_is_only_seen_by_a_printed_head(home: Path) -> None:
    # GIVEN the limit that the module names: both files replaced by older ones
    printed = AuditLog(home).head()
    old = {path: path.read_bytes() for path in home.iterdir()}
    AuditLog(home).append("test.later")
    later = AuditLog(home).head()
    for path, content in old.items():
        path.write_bytes(content)
    assert AuditLog(home).verify().ok
    assert AuditLog(home).head() == printed != later


def test_a_head_of_a_newer_version_is_left_alone(home: Path) -> None:
    newer = b'{"format": 2, "count": 1}'
    (home / "audit-head.json").write_bytes(newer)
    before = (home / "audit.jsonl").read_bytes()
    for use in (AuditLog(home).verify, AuditLog(home).head, lambda: AuditLog(home).append("test.line")):
        with pytest.raises(StoreError, match="newer version"):
            use()
    assert (home / "audit.jsonl").read_bytes() == before
    assert (home / "audit-head.json").read_bytes() == newer


def test_one_line_more_than_the_head_knows_is_a_crash_and_is_adopted(home: Path) -> None:
    # GIVEN a crash between the line and its head
    head = (home / "audit-head.json").read_bytes()
    AuditLog(home).append("test.unconfirmed")
    (home / "audit-head.json").write_bytes(head)
    # THEN it is in order, with a note
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.first_bad) == (COUNT + 1, True, None)
    assert "crash" in report.note
    # THEN the next line confirms it
    AuditLog(home).append("test.next")
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.note) == (COUNT + 2, True, "")


@pytest.mark.parametrize(
    "piece",
    [b"{", b'{"n": 7, "time": "2026', bytes(300), bytes(4096) + b'ious": "00"}\n', b"x" * 5000],
    ids=["a byte", "half a line", "zeros", "a page of zeros and the end", "long"],
)
def test_a_torn_line_is_set_aside_and_breaks_nothing(home: Path, piece: bytes) -> None:
    # GIVEN what a power cut leaves of a line that nobody was told is kept
    with (home / "audit.jsonl").open("ab") as stream:
        stream.write(piece)
    # THEN the log is in order, with a note
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.first_bad) == (COUNT, True, None)
    assert "incomplete" in report.note
    # WHEN the console goes on THEN the piece is kept in a file beside, and the chain is whole
    AuditLog(home).append("test.next")
    AuditLog(home).append("test.next")
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.note) == (COUNT + 2, True, "")
    (torn,) = home.glob("audit.jsonl.torn-*")
    assert torn.read_bytes() == piece


def test_a_torn_line_with_another_behind_it_is_no_crash(home: Path) -> None:
    with (home / "audit.jsonl").open("ab") as stream:
        stream.write(bytes(10) + b"\nmore")
    report = AuditLog(home).verify()
    assert (report.ok, report.first_bad) == (False, COUNT + 1)
    AuditLog(home).append("test.next")
    assert AuditLog(home).verify().ok is False


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_line_that_the_disk_refuses_is_not_acknowledged_and_breaks_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    # GIVEN a disk that takes half of the line, or the line but not its sync, or not its head
    real_write = os.write

    def refused(*arguments: object) -> int:
        if call == "write":
            descriptor, data = arguments
            assert isinstance(descriptor, int)
            assert isinstance(data, memoryview)
            if len(data) > 10:
                return real_write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refused)
        with pytest.raises(StoreError, match="full"):
            AuditLog(home).append("test.refused")
    # THEN the log is in order, and stays so
    report = AuditLog(home).verify()
    assert report.ok, report.note
    assert report.lines == (COUNT + 1 if call == "replace" else COUNT)
    AuditLog(home).append("test.next")
    report = AuditLog(home).verify()
    assert (report.ok, report.note) == (True, "")
    assert json.loads(lines_of(home)[-1])["event"] == "test.next"


def test_many_processes_append_at_once_and_no_line_is_lost(home: Path) -> None:
    # GIVEN four processes that append at the same time, while this one verifies
    children = [start("append-some", home, str(who), "25") for who in range(4)]
    while any(child.poll() is None for child in children):
        report = AuditLog(home).verify()
        assert report.ok, report.note
    assert [child.returncode for child in children] == [0] * 4
    for child in children:
        child.communicate()
    # THEN every line is there, in the order of each, in one whole chain
    report = AuditLog(home).verify()
    assert (report.lines, report.ok, report.note) == (COUNT + 100, True, "")
    contents = [json.loads(line) for line in lines_of(home)[COUNT:]]
    for who in range(4):
        numbers = [entry["details"]["number"] for entry in contents if entry["details"]["who"] == str(who)]
        assert numbers == [str(number) for number in range(25)]


def test_threads_append_through_one_log(home: Path) -> None:
    log = AuditLog(home)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: log.append("test.line", number=str(number)), range(40)))
    report = log.verify()
    assert (report.lines, report.ok) == (COUNT + 40, True)


def test_a_log_that_another_program_holds_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("console.store.audit._PATIENCE_S", 0.01)
    with FileLock(str(home / "audit.lock")), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(AuditLog(home).append, "test.line")
        with pytest.raises(StoreError, match="another program"):
            waiting.result()
        # THEN verifying, which changes nothing, works all the same
        assert pool.submit(AuditLog(home).verify).result().ok
    assert AuditLog(home).verify().lines == COUNT


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_single_change_of_a_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.getbasetemp() / "audit-bytes"
    if not home.exists():
        home.mkdir()
        for number in range(COUNT):
            AuditLog(home, clock).append("test.line", number=str(number))
        (home / "kept").write_bytes((home / "audit.jsonl").read_bytes())
    whole = (home / "kept").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    (home / "audit.jsonl").write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
    report = AuditLog(home).verify()
    assert report.ok is False
    assert report.first_bad is not None
    # THEN the line that is named is the changed one, or the one after it where the change hit a line feed
    assert report.first_bad - 1 <= whole[: place + 1].count(b"\n") <= report.first_bad
