"""Pixel graphics in pieces: together they are the whole."""

import re

from console.graphics.pieces import KITTY_ABORT, cut

PALETTE = b"#0;2;0;0;0#1;2;50;50;50"


def sixel(bands: int) -> bytes:
    body = b"-".join(b"#1" + bytes((63 + band % 64,)) * 900 for band in range(bands))
    return b'\x1bP0;1;0q"1;1;900;%d%b%b\x1b\\' % (bands * 6, PALETTE, body)


def test_a_large_sixel_is_cut_where_its_lines_meet_the_rows_of_the_text() -> None:
    # GIVEN 60 bands of 900 bytes and a text row of 18 pixels, three bands
    whole = cut(sixel(60), 18)
    assert whole.separate
    assert len(whole.pieces) > 3
    rows, bodies = 0, []
    for piece in whole.pieces:
        match = re.fullmatch(rb'\x1bP0;1;0q"1;1;900;(\d+)%b(.*)\x1b\\' % PALETTE, piece.data, re.DOTALL)
        assert match is not None
        # THEN each piece begins at the text row where the one before it ended
        assert piece.row * 18 == rows
        rows += int(match[1])
        bodies.append(match[2])
    # AND all of them are the picture
    assert rows == 360
    assert b'\x1bP0;1;0q"1;1;900;360%b%b\x1b\\' % (PALETTE, b"-".join(bodies)) == sixel(60)


def test_a_sixel_whose_lines_never_meet_a_row_stays_whole() -> None:
    assert [piece.data for piece in cut(sixel(20), 23).pieces] == [sixel(20)]
    assert [piece.data for piece in cut(sixel(60), 0).pieces] == [sixel(60)]


def test_kitty_graphics_are_cut_between_their_own_chunks() -> None:
    chunks = [b"\x1b_Ga=T,i=1,m=1;" + b"A" * 4096 + b"\x1b\\"]
    chunks += [b"\x1b_Gm=%d;" % (place < 8) + b"B" * 4096 + b"\x1b\\" for place in range(9)]
    whole = cut(b"".join(chunks), 18)
    assert len(whole.pieces) == 5
    assert b"".join(piece.data for piece in whole.pieces) == b"".join(chunks)
    # AND nothing of it is drawn before the last, so that a picture given up needs an end
    assert (whole.separate, whole.abort) == (False, KITTY_ABORT)


def test_what_is_not_known_stays_whole() -> None:
    for blob in (
        b"\x1b]1337;File=inline=1:AAAA\x07",
        b"\x1bPtmux;\x1b\x1b]1337;AA\x07\x1b\\",
        b"\x1b_Gi=1;AA\x1b\\text",
    ):
        assert [piece.data for piece in cut(blob, 18).pieces] == [blob]
