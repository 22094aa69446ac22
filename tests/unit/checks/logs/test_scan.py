"""The search through a log, against a plain reference; encodings, shapes, rules, long lines and holes."""

import gzip
import io
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.checks.logs import scan as scanning
from console.checks.logs.looking import Request
from console.checks.logs.rotation import look
from console.checks.logs.scan import Tally, scan, words_of
from console.checks.logs.shapes import Rules, literal_of, shape_of, tell
from tests.unit.checks.logs.looks import Reader, here

WORDS = ("ERROR", "FATAL")


def found(data: bytes, *, words: tuple[str, ...] = WORDS, final: bool = True) -> list[bytes]:
    """The lines that a search hands over."""
    lines: list[bytes] = []
    scan(io.BytesIO(data), words_of(words), lines.extend, final=final)
    return lines


def line_text() -> st.SearchStrategy[bytes]:
    """Lines that hold words, halves of words, and everything but line breaks."""
    parts = st.sampled_from(
        [b"ERROR", b"FATAL", b"ERRO", b"R", b"E", b"F", b" x1 ", b"\0", "错误".encode(), b"\xb4\xed"]
    )
    return st.lists(parts, max_size=8).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(line_text(), max_size=40), st.booleans(), st.integers(64, 300))
def test_a_search_finds_what_a_plain_loop_finds(lines: list[bytes], ended: bool, block: int) -> None:
    # GIVEN any lines, with blocks so small that every line may lie across two of them
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    whole = data.split(b"\n")[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "BLOCK", block)
        # WHEN they are searched, by the rarest byte and by literals
        for rare in (1, 10**9):
            patch.setattr(scanning, "_RARE", rare)
            got: list[bytes] = []
            reached = scan(io.BytesIO(data), words_of(WORDS), got.extend)
            # THEN each line with a word comes once, in order, but for the bytes of a hole
            expected = [line for line in whole if b"ERROR" in line or b"FATAL" in line]
            assert [line.lstrip(b"\0") for line in got] == [line.lstrip(b"\0") for line in expected]
            # THEN the place is behind the last line break
            assert reached.eaten == len(data) - len(data.split(b"\n")[-1])


def test_one_message_in_two_encodings_is_one_group() -> None:
    # GIVEN a program that changed its encoding
    text = "2026-11-20 10:00:0{n} ERROR 数据库连接失败 会话 {n}\n"
    data = b"".join(text.format(n=n).encode("gb18030" if n % 2 else "utf-8") for n in range(10))
    tally = Tally(Rules())
    # WHEN it is searched
    scan(io.BytesIO(data), words_of(WORDS), tally.take)
    # THEN there is one group, with the first and the last line and their times
    [group] = tally.groups()
    assert (group["shape"], group["count"], group["level"]) == ("ERROR 数据库连接失败 会话 #", 10, "ERROR")
    assert (group["first_stamp"], group["last_stamp"]) == ("2026-11-20 10:00:00", "2026-11-20 10:00:09")
    assert group["last_line"].endswith("会话 9")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_with_a_mark_is_read_and_followed(tmp_path: Path, codec: str) -> None:
    # GIVEN a log as Windows programs write it
    path = tmp_path / "ERRORLOG.log"
    lines = [f"2026-11-20 10:00:{n:02d} ERROR 登录失败 for user{n}\r\n" for n in range(20)]
    path.write_bytes(("\ufeff" + "".join(lines[:12])).encode(codec) + lines[12].encode(codec)[:31])
    reader = Reader(path, here)
    reader.look()
    assert reader.result["lines"] == 12
    # WHEN it grows
    with path.open("ab") as file:
        file.write(lines[12].encode(codec)[31:] + "".join(lines[13:]).encode(codec))
    reader.look()
    # THEN every line is counted once
    assert reader.counts == {"ERROR 登录失败 for user#": 20}
    assert reader.result["state"]["marks"][0][2] == path.stat().st_size


def test_a_word_of_the_site_is_found_in_both_encodings() -> None:
    # GIVEN a word that is no English
    data = "严重: 磁盘满\n".encode("gb18030") + "严重: 磁盘满\n正常\n".encode()
    # WHEN it is searched
    # THEN both lines are found
    assert len(found(data, words=("严重",))) == 2


def test_rules_raise_and_mute_and_raise_wins() -> None:
    # GIVEN lines, some of which the site calls critical, and some noise
    lines = b"ERROR heartbeat lost\nERROR ORA-00600 heartbeat\nWARN ORA-01555 too old\nERROR other\n"
    rules = Rules(("ORA-\\d+",), ("heartbeat",))
    tally = Tally(rules)
    # WHEN they are searched
    scan(io.BytesIO(lines), words_of(WORDS, ("ORA-\\d+",)), tally.take)
    groups = {group["shape"]: group for group in tally.groups()}
    # THEN noise is counted and not shown, a critical line is shown though it is noise too, and a critical line without
    # any of the words is found by what its rule begins with
    assert tally.muted == 1
    assert {shape: group["raised"] for shape, group in groups.items()} == {
        "ERROR ORA-# heartbeat": True,
        "WARN ORA-# too old": True,
        "ERROR other": False,
    }
    assert groups["WARN ORA-# too old"]["level"] == "WARN"


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [("ORA-\\d+", "ORA-"), ("数据库连接失败", "数据库连接失败"), ("FATAL", "FATAL"), ("a|bcd", ""),
     ("ab*c", ""), ("(?i)xyz", ""), ("\\d+ lost", ""), ("connection.*refused", "connection")],
)  # fmt: skip
def test_what_a_rule_begins_with(pattern: str, literal: str) -> None:
    assert literal_of(pattern) == literal


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("2026-11-20 10:00:00,123 ERROR [exec-7] took 12.5 ms", "ERROR [exec-#] took #.# ms"),
        ("Nov  3 10:00:00 pacs-a sshd[123]: ERROR x", "pacs-a sshd[#]: ERROR x"),
        ("20/Nov/2026:10:00:00 +0800 ERROR", "ERROR"),
        ("[2026-11-20T10:00:00.5Z] ERROR 0xDEADbeef", "ERROR #"),
        ("ERROR 550e8400-e29b-41d4-a716-446655440000 gone", "ERROR # gone"),
        ("ERROR study 1.2.840.113619.2.55.3.1 from 10.0.0.7", "ERROR study # from #"),
        ("ERROR d41d8cd98f00b204e9800998ecf8427e", "ERROR #"),
        ("\0\0\0ERROR after a hole\r", "ERROR after a hole"),
        ("ERROR \x1b[31mred\x07", "ERROR [#mred"),
    ],
)
def test_shapes(line: str, shape: str) -> None:
    assert shape_of(line.encode()) == shape


@given(st.text(alphabet="0123456789abcdefxX.- ERO:", max_size=60), st.text("0123456789", min_size=60, max_size=60))
def test_lines_that_differ_only_in_digits_have_one_shape(text: str, digits: str) -> None:
    # GIVEN any line, and the same with other digits
    other = "".join(digits[place] if letter.isdigit() else letter for place, letter in enumerate(text))
    # THEN their shape is the same, which is what lets lines be counted before they are decoded
    prefix = "ERROR "
    assert shape_of((prefix + text).encode()) == shape_of((prefix + other).encode())


def test_what_is_shown_of_a_line_is_safe_and_short() -> None:
    # GIVEN a line with what a terminal obeys, bytes of no encoding, and no end
    told = tell(b"ERROR \x1b]0;x\x07 [b] \xff\xff " + b"y" * 5000)
    # THEN it is cut, and says so
    assert "\x1b" not in told.text
    assert "[b]" in told.text
    assert len(told.text) == 400
    assert told.text.endswith("…")


def test_a_line_without_end_is_cut_and_the_lines_around_it_are_whole(tmp_path: Path) -> None:
    # GIVEN a line much longer than what is looked at once, between ordinary ones, with a word far behind
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.write(b"ERROR before\nERROR long ")
        for _piece in range(64):
            file.write(b"x" * 1_000_000)
        file.write(b" FATAL\nERROR after\n")
    reader = Reader(path, here, Request(first_bytes=10**9, budget_bytes=10**9))
    # WHEN it is searched
    tracemalloc.start()
    reader.look()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # THEN each is counted once, the long one is said to be cut, and memory stays small
    assert sum(reader.counts.values()) == 3
    assert {"ERROR before", "ERROR after"} < set(reader.counts)
    assert reader.result["cut"] == 1
    assert peak < 8_000_000


def test_a_long_line_that_is_still_being_written_is_counted_once(tmp_path: Path) -> None:
    # GIVEN a line that is longer than a block and not ended
    path = tmp_path / "app.log"
    path.write_bytes(b"ERROR " + b"x" * 2_000_000)
    reader = Reader(path, here)
    reader.look()
    assert sum(reader.counts.values()) == 1
    # WHEN it goes on, ends, and others follow
    with path.open("ab") as file:
        file.write(b" ERROR the same line\nERROR next\n")
    reader.look()
    # THEN its rest is no line of its own
    assert sum(reader.counts.values()) == 2
    assert reader.counts["ERROR next"] == 1


@pytest.mark.parametrize("hole", [10, 100_000, 3_000_000])
def test_a_hole_of_nuls_hides_no_line(tmp_path: Path, hole: int) -> None:
    # GIVEN a log that was cut off under a program that goes on at its old place
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.truncate(hole)
        file.seek(hole)
        file.write(b"ERROR first after the hole\nERROR second\n")
    reader = Reader(path, here)
    # WHEN it is searched
    reader.look()
    # THEN the line behind the hole is there
    assert reader.counts == {"ERROR first after the hole": 1, "ERROR second": 1}


def test_many_shapes_stay_in_bounds() -> None:
    # GIVEN a log whose every line is another
    lines = [
        b"ERROR " + bytes([97 + n % 26, 97 + n // 26 % 26, 97 + n // 676 % 26]) + b"q" * (n // 17576)
        for n in range(9000)
    ]
    tally = Tally(Rules())
    # WHEN they are counted
    scan(io.BytesIO(b"\n".join(lines) + b"\n"), words_of(WORDS), tally.take)
    groups = tally.groups()
    # THEN what is too many is counted together, and nothing is lost
    assert len(groups) == scanning.MAX_SHAPES + 1
    assert sum(group["count"] for group in groups) == 9000


def test_first_and_last_line_of_a_group_over_many_blocks() -> None:
    # GIVEN two messages, mixed, over many blocks
    lines = [f"2026-11-20 ERROR {'one' if n % 3 else 'two'} {n}" for n in range(50_000)]
    tally = Tally(Rules())
    scan(io.BytesIO("\n".join([*lines, ""]).encode()), words_of(WORDS), tally.take)
    # THEN the counts are right, and first and last are the first and the last
    groups = {group["shape"]: group for group in tally.groups()}
    expected = Counter("#-#-# ERROR one #" if n % 3 else "#-#-# ERROR two #" for n in range(50_000))
    assert {shape: group["count"] for shape, group in groups.items()} == expected
    assert groups["#-#-# ERROR one #"]["first_line"] == lines[1]
    assert groups["#-#-# ERROR one #"]["last_line"] == lines[49_999]
    assert groups["#-#-# ERROR two #"]["first_line"] == lines[0]
    assert groups["#-#-# ERROR two #"]["last_line"] == lines[49_998]


def test_a_packed_file_that_unpacks_without_end_costs_no_memory(tmp_path: Path) -> None:
    # GIVEN a rotated file of a few kilobytes that holds a hundred megabytes
    live = tmp_path / "app.log"
    live.write_bytes(b"ERROR old\n")
    reader = Reader(live, here)
    reader.look()
    with gzip.open(tmp_path / "app.log.1.gz", "wb", compresslevel=1) as file:
        file.write(b"ERROR old\n")
        for _block in range(100):
            file.write(b"\0" * 1_000_000)
        file.write(b"\nERROR new\n")
    live.write_bytes(b"ERROR live\n")
    reader.request = Request(budget_bytes=10**9, state=reader.request.state)
    # WHEN it is read
    tracemalloc.start()
    reader.look()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # THEN its lines are counted in little memory
    assert reader.counts == {"ERROR old": 1, "ERROR new": 1, "ERROR live": 1}
    assert peak < 8_000_000


def test_a_packed_file_that_is_cut_off_is_said(tmp_path: Path) -> None:
    # GIVEN a rotated file whose packing is not finished
    live = tmp_path / "app.log"
    live.write_bytes(b"ERROR old\n")
    reader = Reader(live, here)
    reader.look()
    packed = gzip.compress(b"ERROR old\n" + b"ERROR new\n" * 1000)
    (tmp_path / "app.log.1.gz").write_bytes(packed[: len(packed) // 2])
    live.write_bytes(b"ERROR live\n")
    # WHEN it is looked at
    result = reader.look()
    # THEN the loss is said, and the live file is read
    assert result["gaps"]
    assert reader.counts["ERROR live"] == 1


def test_progress_is_told(tmp_path: Path) -> None:
    # GIVEN a log of some size
    path = tmp_path / "app.log"
    path.write_bytes(b"INFO nothing at all\n" * 200_000)
    told: list[int] = []
    # WHEN it is looked at
    look(str(path), Request(), told.append)
    # THEN the bytes read so far were told on the way, up to all of them
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size
    assert len(told) > 3
