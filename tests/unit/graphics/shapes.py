"""What a block character looks like, by its name in Unicode alone: shares nothing with what draws with them."""

import re
import unicodedata

import numpy as np
import numpy.typing as npt

_BLOCKS = {" ": "", "█": "0123", "▀": "01", "▄": "23", "▌": "02", "▐": "13"}
_PLACES = {"UPPER LEFT": 0, "UPPER RIGHT": 1, "LOWER LEFT": 2, "LOWER RIGHT": 3}


def name(glyph: str) -> str:
    """What Unicode calls it."""
    return unicodedata.name(glyph)


def filled(glyph: str, down: int) -> npt.NDArray[np.bool_]:
    """Which of the 2 x `down` parts of its cell, (down, 2), the glyph fills: quadrants (2) or sextants (3)."""
    called = name(glyph)
    out = np.zeros((down, 2), bool)
    if called.startswith("BLOCK SEXTANT-"):
        assert down == 3
        for number in called.removeprefix("BLOCK SEXTANT-"):
            out[divmod(int(number) - 1, 2)] = True
        return out
    if called.startswith("QUADRANT "):
        quarters = {_PLACES[place] for place in re.split(r" AND ", called.removeprefix("QUADRANT "))}
    else:
        quarters = {int(number) for number in _BLOCKS[glyph]}
    assert down == 2 or quarters in ({0, 2}, {1, 3}, set(), {0, 1, 2, 3}), "no sextant looks like that"
    for quarter in quarters:
        y, x = divmod(quarter, 2)
        out[y * down // 2 : (y + 1) * down // 2, x] = True
    if quarters in ({0, 2}, {1, 3}, {0, 1, 2, 3}):
        for quarter in quarters:
            out[:, quarter % 2] = True
    return out


def dots(glyph: str) -> npt.NDArray[np.bool_]:
    """Which of the 2 x 4 dots of its cell, (4, 2), a braille pattern has."""
    out = np.zeros((4, 2), bool)
    if glyph != " ":
        numbers = name(glyph).removeprefix("BRAILLE PATTERN DOTS-")
        for number in numbers:
            place = int(number) - 1
            out[(place % 3, place // 3) if place < 6 else (3, place - 6)] = True
    return out
