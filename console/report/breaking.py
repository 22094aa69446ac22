"""Where a line may end: Chinese between any two characters that may part, Latin between words.

After GB/T 15834-2011 (no closing mark begins a line, no opening one ends it) and the useful part of UAX #14: numbers,
addresses and paths stay whole where they fit on a line.
"""

from collections.abc import Sequence
from functools import lru_cache
from unicodedata import category, east_asian_width

_NEVER_FIRST = frozenset("，。、；：？！…—～·’”）〕】》〉」』］｝％℃°,.;:?!)]}%‰ー々‐–")
_NEVER_LAST = frozenset("（〔【《〈「『［｛‘“([{¥￥$#№")
_PARTS = frozenset("/\\-_.,:;=&?@+")
"""After these a long word of letters may be cut, as in a path."""


@lru_cache(maxsize=8192)
def is_wide(character: str) -> bool:
    """Whether it is set in a square of its own, as Chinese is."""
    return east_asian_width(character) in "WF" or (category(character) == "Lo" and character >= "\u2e80")


def may_part(before: str, after: str) -> bool:
    """Whether a line may end between these two."""
    if after == " " or before == "\u00a0" or after == "\u00a0":
        return False
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return before == " "
    if before == " " or before == "\u3000":
        return True
    return is_wide(before) or is_wide(after)


def break_lines(text: str, widths: Sequence[float], room: float) -> list[tuple[int, int]]:
    """The lines of `text` as (start, end): none wider than `room` unless one character is. Blanks at ends are left out.

    `widths` are those of the characters, in the unit of `room`.
    """
    lines: list[tuple[int, int]] = []
    start, end = 0, len(text)
    while start < end:
        total, index, last = 0.0, start, start
        while index < end:
            if index > start and may_part(text[index - 1], text[index]):
                last = index
            # A blank at the end of a line takes no room.
            if text[index] != " " and total + widths[index] > room + 0.01:
                break
            total += widths[index]
            index += 1
        if index >= end:
            lines.append((start, end))
            break
        stop = last if last > start else _cut(text, start, index)
        lines.append((start, _without_blanks(text, start, stop)))
        start = stop
        while start < end and text[start] == " ":
            start += 1
    return lines or [(0, 0)]


def _cut(text: str, start: int, full: int) -> int:
    """Where a word that does not fit is cut: behind a sign in its second half, or where the line is full."""
    full = max(full, start + 1)
    for index in range(full, (start + full) // 2, -1):
        if text[index - 1] in _PARTS:
            return index
    return full


def _without_blanks(text: str, start: int, stop: int) -> int:
    while stop > start and text[stop - 1] == " ":
        stop -= 1
    return stop
