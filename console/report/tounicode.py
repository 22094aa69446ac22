"""What a reader of the PDF gets when the text is copied or searched: the characters that were printed.

reportlab writes a character beyond U+FFFF with five digits, which readers take for another one, and all entries of a
font in one block, where a CMap may hold 100. Here both are written as ISO 32000-1, 9.10.3 and Adobe's technical note
5411 say.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase import ttfonts

_BLOCK = 100


def to_unicode(name: str, subset: Sequence[int]) -> str:
    """The CMap of a font whose codes 0, 1, 2 … are these code points; 0 among them means that a code is not used."""
    rows = [
        f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset) if point
    ]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


@contextmanager
def whole_characters() -> Iterator[None]:
    """While it lasts, reportlab writes `to_unicode`."""
    module: Any = ttfonts
    before = module.makeToUnicodeCMap
    module.makeToUnicodeCMap = to_unicode
    try:
        yield
    finally:
        module.makeToUnicodeCMap = before
