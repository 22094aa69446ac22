"""Texts as they may stand on paper: what was entered, without what no paper can show."""

import re
from unicodedata import category, normalize

from console.plain import clean

_COMPATIBLE = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""Ideographs that NFC would turn into others; a name keeps the one it was written with."""

_DROPPED = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x200B, 0x200C, 0x200D, 0x2060, 0xAD])
"""Variation selectors, joiners and what has no width: no face here knows them."""


def printable(text: str) -> str:
    """One line of `text`: composed (NFC) except for compatibility ideographs, control characters taken out."""
    pieces = _COMPATIBLE.split(clean(text).translate(_DROPPED))
    return "".join(piece if index % 2 else normalize("NFC", piece) for index, piece in enumerate(pieces))


def paragraphs(text: str) -> tuple[str, ...]:
    """`text` as its lines, each printable; empty ones at both ends are left out."""
    lines = [printable(line).rstrip() for line in re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text)]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def is_blank(character: str) -> bool:
    """Whether it leaves no ink."""
    return category(character) == "Zs"
