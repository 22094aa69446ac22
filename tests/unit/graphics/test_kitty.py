"""Kitty's placeholders, shared memory, and the way through tmux."""

import base64
import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from console.graphics import shared
from console.graphics.encoder import best, choose
from console.graphics.painting import Painting
from console.graphics.pieces import cut
from console.graphics.shared import SharedMemory, sweep
from console.graphics.terminal import Terminal
from tests.unit.graphics import undraw
from tests.unit.graphics.test_encoder import XTERM

KITTY = replace(XTERM, sixel=False, kitty=True, kitty_placeholders=True, name="kitty(0.41.1)", cell_pixels=(6, 12))
TMUX = replace(KITTY, kitty=False, multiplexed=True, passthrough=True, kitty_shared=True, name="tmux 3.5a")
PLACEHOLDER = "\U0010eeee"


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shared memory of this test's own."""
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    return tmp_path


def noise(rows: int, columns: int, seed: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns), dtype=np.uint8)


def painted(terminal: Terminal, columns: int = 30, rows: int = 10, seed: int = 1) -> Painting:
    return choose("kitty", terminal, "true").encode(noise(rows * 12, columns * 6, seed), columns, rows)


def marks() -> Iterator[str]:
    """What numbers rows and columns, by the rule of the protocol: Unicode 6.0 ends before U+0898 in this range."""
    composed = {
        int(part, 16)
        for code in range(0x30000)
        if (whole := unicodedata.decomposition(chr(code))) and not whole.startswith("<")
        for part in whole.split()
    }
    for code in range(0x300, 0x898):
        character = chr(code)
        plain = not unicodedata.decomposition(character) and code not in composed
        if unicodedata.combining(character) == 230 and plain:
            yield character


def test_placeholders_say_where_each_row_begins_and_whose_they_are() -> None:
    painting = painted(KITTY, 30, 120)
    control, _picture = undraw.kitty(painting.blob)
    number = int(control["i"])
    # GIVEN a virtual placement THEN it has no place of its own
    assert (control["U"], control["c"], control["r"]) == ("1", "30", "120")
    assert "C" not in control
    assert "p" not in control
    numbering = list(marks())
    assert len(painting.behind) == 120
    for row, line in enumerate(painting.behind):
        match = re.fullmatch(r"\x1b\[38;2;(\d+);(\d+);(\d+)m(.*)\x1b\[39m", line.decode())
        assert match is not None
        assert int(match[1]) << 16 | int(match[2]) << 8 | int(match[3]) == number
        # AND the first cell of a row names it, the others follow
        assert match[4] == PLACEHOLDER + numbering[row] + numbering[0] + PLACEHOLDER * 29


def test_a_picture_with_more_rows_than_can_be_numbered_is_placed_directly() -> None:
    painting = painted(KITTY, 4, 200)
    assert painting.behind == ()
    assert undraw.kitty(painting.blob)[0]["C"] == "1"


def test_on_the_same_machine_a_frame_goes_through_memory_each_time_it_is_shown(memory: Path) -> None:
    painting = painted(replace(KITTY, kitty_shared=True))
    assert painting.shared is not None
    for _time in range(2):
        # WHEN it is shown THEN the terminal is told a name, and finds every pixel there, readable by nobody else
        said = painting.shared(painting.blob)
        match = re.fullmatch(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", said)
        assert match is not None
        control = dict(part.split("=") for part in match[1].decode().split(","))
        path = memory / base64.b64decode(match[2]).decode()
        assert (control["t"], control["f"], int(control["S"])) == ("s", "100", path.stat().st_size)
        assert path.stat().st_mode & 0o777 == 0o600
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            assert np.array_equal(np.asarray(image), noise(120, 180))
    # AND what the terminal does not fetch is counted, and does not grow
    assert painting.shared.unread() == 2
    for _time in range(20):
        painting.shared(painting.blob)
    assert painting.shared.unread() == len(list(memory.iterdir())) == 6
    for path in memory.iterdir():
        path.unlink()
    assert painting.shared.unread() == 0


def test_without_room_the_frame_takes_the_line(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painting = painted(replace(KITTY, kitty_shared=True))
    monkeypatch.setattr(shared, "FOLDER", memory / "gone")
    assert painting.shared is not None
    assert np.array_equal(undraw.kitty(painting.shared(painting.blob))[1], noise(120, 180))


def test_nothing_is_left_in_memory_when_the_program_ends(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from console.graphics import shared\n"
        f"shared.FOLDER = Path({str(tmp_path)!r})\n"
        "memory = shared.SharedMemory(); memory.put(b'patient'); print(len(list(shared.FOLDER.iterdir())))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_console_left_is_removed_and_nothing_else(memory: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, other = memory / f"cathlab-{gone.pid}-1", memory / "cathlab-notes"
    left.write_bytes(b"patient")
    other.write_bytes(b"mine")
    mine = SharedMemory()
    name = mine.put(b"shown now")
    sweep()
    assert {path.name for path in memory.iterdir()} == {name, "cathlab-notes"}
    mine.clear()


def test_tmux_hands_each_chunk_through_and_they_are_the_picture() -> None:
    # GIVEN a terminal behind tmux that was asked for by name, without memory to share
    painting = painted(replace(TMUX, kitty_shared=False), 100, 40)
    wrapped = re.findall(rb"\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\", painting.blob)
    assert b"".join(b"\x1bPtmux;%b\x1b\\" % chunk for chunk in wrapped) == painting.blob
    plain = b"".join(chunk.replace(b"\x1b\x1b", b"\x1b") for chunk in wrapped)
    control, picture = undraw.kitty(plain)
    assert np.array_equal(picture, noise(480, 600))
    # THEN its number is one of the palette, which tmux leaves as it is
    assert painting.behind[0].startswith(b"\x1b[38;5;%bm" % control["i"].encode())
    # AND it is cut between chunks, with an end that goes through as well
    whole = cut(painting.blob, 12)
    assert len(whole.pieces) > 10
    assert b"".join(piece.data for piece in whole.pieces) == painting.blob
    assert not whole.separate
    assert whole.abort == b"\x1bPtmux;\x1b\x1b_Gm=0,q=2;\x1b\x1b\\\x1b\\"
    assert painting.erase.startswith(b"\x1bPtmux;\x1b\x1b_Ga=d,d=I,")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "kitty"),
        ({"kitty_shared": False}, "half"),
        ({"kitty_placeholders": False}, "half"),
        ({"web": True}, "half"),
    ],
)
def test_in_tmux_pictures_are_for_a_terminal_of_this_machine(changes: dict[str, bool], expected: str) -> None:
    terminal: Terminal = replace(TMUX, **changes)  # type: ignore[arg-type]
    assert best(terminal) == expected


def test_the_place_of_shared_memory_is_the_system_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if sys.platform == "linux":
        assert shared.available() == os.access("/dev/shm", os.W_OK)
