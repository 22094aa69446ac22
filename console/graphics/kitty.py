"""Kitty's graphics protocol, and the inline images of iTerm2.

One image that each frame replaces. It stands in a placement over the cells, or, where the terminal knows them, behind
placeholder characters: those are text, which tmux moves, hides and clips like any other.
"""

import itertools
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from console.graphics.palette import Bytes, Depth
from console.graphics.pixels import Encoded, PixelEncoder
from console.graphics.png import PngWriter
from console.graphics.shared import SharedMemory
from console.graphics.terminal import Terminal

MOST_KITTY = 1_000_000
"""Pixels of a frame for terminals that scale it themselves."""
_CHUNK = 4096
_ids = itertools.count(os.getpid() % 60_000 * 256 + 1)
PLACEHOLDER = "\U0010eeee"
_MARKS = (
    "0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B 0363-036F 0483-0487 0592-0595 0597-0599 "
    "059C-05A1 05A8-05A9 05AB-05AC 05AF 05C4 0610-0617 0657-065B 065D-065E 06D6-06DC 06DF-06E2 06E4 06E7-06E8 "
    "06EB-06EC 0730 0732-0733 0735-0736 073A 073D 073F-0741 0743 0745 0747 0749-074A 07EB-07F1 07F3 0816-0819 "
    "081B-0823 0825-0827 0829-082D"
)
"""The marks that number rows and columns, in order: what Unicode 6.0 puts above a character (combining class 230), but
what is, or belongs to, a composed character (kitty's graphics protocol, "Unicode placeholders")."""


class KittyEncoder(PixelEncoder):
    """One image that each frame replaces; the terminal scales."""

    name = "kitty"

    def __init__(self, terminal: Terminal, depth: Depth, fonts: Sequence[Path]) -> None:
        super().__init__(terminal, depth, fonts)
        number = next(_ids)
        # In tmux a number of one byte: a colour of 24 bits may be changed on its way, one of the palette never is.
        self._id = number % 255 + 1 if terminal.multiplexed else number
        self._wrap = _through_tmux if terminal.multiplexed else _plain
        self._placeholders = terminal.kitty_placeholders
        self._memory = SharedMemory() if terminal.kitty_shared else None
        self._png = PngWriter()

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """The pixels of so many cells, fewer where they are very many: the terminal enlarges them."""
        width, height = super().pixel_size(columns, rows)
        factor = min((MOST_KITTY / max(width * height, 1)) ** 0.5, 1.0)
        return max(int(width * factor), 1) if columns else 0, max(int(height * factor), 1) if rows else 0

    def _encoded(self, pixels: Bytes, columns: int, rows: int, still: bool) -> Encoded:
        cells = placeholders(self._id, columns, rows) if self._placeholders else ()
        place = b"U=1," if cells else b"p=1,C=1,"
        control = b"a=T,f=100,i=%d,%bc=%d,r=%d,q=2" % (self._id, place, columns, rows)
        erase = self._wrap(b"\x1b_Ga=d,d=I,i=%d,q=2\x1b\\" % self._id)
        if self._memory is not None:
            # Nothing is gained by making it smaller.
            file = self._png.write(pixels, stored=True)
            return Encoded(file, erase, cells, Handed(self._memory, control, self._wrap))
        return Encoded(_chunks(control, self._png.write(pixels), self._wrap), erase, cells)


class ItermEncoder(KittyEncoder):
    """Inline images as iTerm2 and WezTerm show them."""

    name = "iterm"

    def _encoded(self, pixels: Bytes, columns: int, rows: int, still: bool) -> Encoded:
        file = self._png.write(pixels)
        size = b"inline=1;size=%d;width=%d;height=%d" % (len(file), columns, rows)
        how = b"preserveAspectRatio=0;doNotMoveCursor=1"
        return Encoded(b"\x1b]1337;File=%b;%b:%b\x07" % (size, how, b64encode(file)))


@dataclass(frozen=True)
class Handed:
    """Puts a file into shared memory when it is shown."""

    memory: SharedMemory
    control: bytes
    wrap: Callable[[bytes], bytes]

    def __call__(self, file: bytes) -> bytes:
        """What tells the terminal where it is; the file itself where there is no room."""
        name = self.memory.put(file)
        if name is None:
            return _chunks(self.control, file, self.wrap)
        where = b64encode(name.encode())
        return self.wrap(b"\x1b_G%b,t=s,S=%d;%b\x1b\\" % (self.control, len(file), where))

    def unread(self) -> int:
        """Files that the terminal has not fetched."""
        return self.memory.unread()


def through_tmux_query(name: str) -> bytes:
    """Has the terminal behind tmux read (and remove) three bytes of shared memory, without an answer."""
    return _through_tmux(b"\x1b_Gi=32,s=1,v=1,a=q,t=s,f=24,S=3,q=2;%b\x1b\\" % b64encode(name.encode()))


def _chunks(control: bytes, file: bytes, wrap: Callable[[bytes], bytes]) -> bytes:
    """The file in chunks of the protocol."""
    data = b64encode(file)
    parts = []
    for start in range(0, len(data), _CHUNK):
        more = start + _CHUNK < len(data)
        head = b"%b,m=%d" % (control, more) if start == 0 else b"m=%d,q=2" % more
        parts.append(wrap(b"\x1b_G%b;%b\x1b\\" % (head, data[start : start + _CHUNK])))
    return b"".join(parts)


def _plain(sequence: bytes) -> bytes:
    return sequence


def _through_tmux(sequence: bytes) -> bytes:
    """For the terminal behind tmux (tmux(1), allow-passthrough): each chunk by itself."""
    return b"\x1bPtmux;%b\x1b\\" % sequence.replace(b"\x1b", b"\x1b\x1b")


@lru_cache(maxsize=4)
def placeholders(image: int, columns: int, rows: int) -> tuple[bytes, ...]:
    """One line of cells for each row of the image; () where it has more rows than there are marks.

    The first cell of a line says its row and column, those after it go on from there. The image is their colour.
    """
    marks = _marks()
    if rows > len(marks):
        return ()
    color = b"38;5;%d" % image if image < 256 else b"38;2;%d;%d;%d" % (image >> 16 & 255, image >> 8 & 255, image & 255)
    rest = PLACEHOLDER * (columns - 1)
    return tuple(
        b"\x1b[%bm%b\x1b[39m" % (color, f"{PLACEHOLDER}{marks[row]}{marks[0]}{rest}".encode()) for row in range(rows)
    )


@lru_cache(maxsize=1)
def _marks() -> str:
    found = []
    for part in _MARKS.split():
        first, _dash, last = part.partition("-")
        found += [chr(code) for code in range(int(first, 16), int(last or first, 16) + 1)]
    return "".join(found)
