"""Letters burned into pictures, drawn from a table: the same dots on every machine, whatever fonts it has."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS = 7
_COLUMNS = 5
_GLYPHS = {
    " ": "00000000000000", "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e",
    "4": "02060a121f0202", "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e",
    "9": "0e11110f01020c", "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1c12111111121c",
    "E": "1f10101e10101f", "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e",
    "J": "0702020202120c", "K": "11121418141211", "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111",
    "O": "0e11111111110e", "P": "1e11111e101010", "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e",
    "T": "1f040404040404", "U": "1111111111110e", "V": "11111111110a04", "W": "1111111515150a", "X": "11110a040a1111",
    "Y": "1111110a040404", "Z": "1f01020408101f", ".": "00000000000c0c", ":": "000c0c000c0c00", "-": "0000001f000000",
    "/": "00010204081000", "%": "18190204081303", "+": "0004041f040400", "=": "00001f001f0000", "(": "02040808080402",
    ")": "08040202020408", ",": "000000000c0408", "^": "040a1100000000",
}  # fmt: skip
"""Rows of five dots, two hexadecimal digits each, from the top."""


def text_mask(text: str, scale: int = 1) -> NDArray[np.bool_]:
    """`text` in capitals as dots, (rows, columns); letters that the table lacks are blanks."""
    spaced = np.zeros((_ROWS * scale, (_COLUMNS + 1) * scale * len(text)), np.bool_)
    for number, letter in enumerate(text.upper()):
        code = _GLYPHS.get(letter, _GLYPHS[" "])
        rows = [int(code[2 * row : 2 * row + 2], 16) for row in range(_ROWS)]
        dots = np.array([[bool(row >> (_COLUMNS - 1 - column) & 1) for column in range(_COLUMNS)] for row in rows])
        left = number * (_COLUMNS + 1) * scale
        spaced[:, left : left + _COLUMNS * scale] = np.kron(dots, np.ones((scale, scale), np.bool_))
    return spaced


def write(
    picture: NDArray[np.uint8], text: str, left: int, top: int, colour: tuple[int, ...] | int = 255, scale: int = 1
) -> None:
    """Write `text` into `picture`, (rows, columns) or (rows, columns, 3), in place; it has to fit."""
    mask = text_mask(text, scale)
    window: Any = picture[top : top + mask.shape[0], left : left + mask.shape[1]]
    window[mask] = colour
