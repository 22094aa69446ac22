"""Pixel graphics cut where other output may come between: so that a key is answered before a large picture is through.

Sixel: at graphics newlines ("-") that fall on a text row; each strip becomes a picture of its own. Kitty: at the chunks
of its own protocol, which allows text between them but no other graphics. Everything else stays in one piece.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_SIXEL = re.compile(rb'\x1bP[0-9;]*q(?:"\d+;\d+;(?P<width>\d+);(?P<height>\d+))?(?P<palette>(?:#\d+;2;\d+;\d+;\d+)*)')
_BAND = 6
"""Pixels that a line of sixels is high."""
_END = b"\x1b\\"
_KITTY = b"\x1b_G"
_TMUX, _TMUX_END = b"\x1bPtmux;\x1b\x1b_G", b"\x1b\x1b\\\x1b\\"
KITTY_ABORT = b"\x1b_Gm=0,q=2;\x1b\\"
"""Ends a transmission that was begun and is not wanted any more."""
_TMUX_ABORT = _TMUX + b"m=0,q=2;" + _TMUX_END


@dataclass(frozen=True)
class Piece:
    """Bytes to be written with the cursor in the picture's first column."""

    row: int
    """Text row from the picture's upper edge, from 0."""
    data: bytes


@dataclass(frozen=True)
class Cut:
    """A picture in pieces."""

    pieces: tuple[Piece, ...]
    separate: bool
    """True when each piece is drawn by itself; False when nothing is drawn before the last."""
    abort: bytes = b""
    """What ends the picture when only a part of the pieces has been written."""


@dataclass(frozen=True)
class Picture:
    """One picture for one view, ready to be written."""

    pieces: tuple[bytes, ...]
    """Each moves the cursor where it wants it and may be followed by other output."""
    joined: int = 0
    """So many of the first draw nothing before the last of them; each of the others draws by itself, so that it is left
    out where it has not changed."""
    abort: bytes = b""
    """Ends a picture that was begun and is withdrawn."""
    weight: int = 0
    """Bytes that the terminal fetches elsewhere."""


@dataclass(frozen=True)
class Uncut:
    """A picture that is cut only where the line does not take it whole."""

    whole: bytes
    """Moves the cursor where it wants it."""
    cut: Callable[[], Picture]


def cut(blob: bytes, cell_height: int, least: int = 8 * 1024) -> Cut:
    """`blob` in pieces of about `least` bytes; `cell_height` in pixels, 0 when unknown."""
    if blob.startswith(_KITTY):
        return _kitty(blob, _KITTY, _END, KITTY_ABORT, least)
    if blob.startswith(_TMUX):
        return _kitty(blob, _TMUX, _TMUX_END, _TMUX_ABORT, least)
    head = _SIXEL.match(blob)
    if head is not None and cell_height > 0 and head["width"] is not None and blob.endswith(_END):
        return _sixel(blob, head, cell_height, least)
    return Cut((Piece(0, blob),), True)


def _kitty(blob: bytes, begin: bytes, end: bytes, abort: bytes, least: int) -> Cut:
    chunks = blob.split(end)
    if chunks[-1] or not all(chunk.startswith(begin) for chunk in chunks[:-1]):
        return Cut((Piece(0, blob),), True)
    pieces, size = [[]], 0  # type: list[list[bytes]], int
    for chunk in chunks[:-1]:
        if size >= least:
            pieces.append([])
            size = 0
        pieces[-1].append(chunk)
        size += len(chunk)
    return Cut(tuple(Piece(0, end.join((*piece, b""))) for piece in pieces), len(pieces) == 1, abort)


def _sixel(blob: bytes, head: re.Match[bytes], cell_height: int, least: int) -> Cut:
    bands = blob[head.end() : -len(_END)].split(b"-")
    start = blob[: head.start("width")]
    height, palette = int(head["height"]), head["palette"]
    pieces: list[Piece] = []
    first = size = 0
    for at, band in enumerate(bands):
        if size >= least and at * _BAND % cell_height == 0:
            pieces.append(_strip(start, head["width"], palette, bands[first:at], first, height, cell_height))
            first, size = at, 0
        size += len(band) + 1
    if not pieces:
        return Cut((Piece(0, blob),), True)
    pieces.append(_strip(start, head["width"], palette, bands[first:], first, height, cell_height))
    return Cut(tuple(pieces), True)


def _strip(
    start: bytes, width: bytes, palette: bytes, bands: list[bytes], first: int, height: int, cell_height: int
) -> Piece:
    rows = min(len(bands) * _BAND, height - first * _BAND)
    body = b"-".join(bands)
    return Piece(first * _BAND // cell_height, b"%b%b;%d%b%b%b" % (start, width, max(rows, 1), palette, body, _END))
