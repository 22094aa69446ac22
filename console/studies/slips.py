"""Slips of the hand: two characters swapped, one wrong, one missing, one too many. What they are called, and where a
word stands in a haystack with one of them in it."""

import numpy as np
import numpy.typing as npt

from console.i18n import N_, _
from console.studies.haystack import Haystack, Mask, Places, Rows

SWAPPED, OTHER, MISSING, SURPLUS = "swapped", "other", "missing", "surplus"

_WORDS = {
    (SWAPPED, "digit"): N_("two digits swapped"),
    (OTHER, "digit"): N_("one digit differs"),
    (MISSING, "digit"): N_("one digit missing"),
    (SURPLUS, "digit"): N_("one digit too many"),
    (SWAPPED, "letter"): N_("two letters swapped"),
    (OTHER, "letter"): N_("one letter differs"),
    (MISSING, "letter"): N_("one letter missing"),
    (SURPLUS, "letter"): N_("one letter too many"),
    (SWAPPED, "character"): N_("two characters swapped"),
    (OTHER, "character"): N_("one character differs"),
    (MISSING, "character"): N_("one character missing"),
    (SURPLUS, "character"): N_("one character too many"),
}

_MOST_ZEROS = 16
_KINDS = np.zeros(256, np.uint8)
"""1 for the digits, 2 for what Latin words are written with: letters, and bytes of characters beyond ASCII."""
_KINDS[ord("0") : ord("9") + 1] = 1
_KINDS[ord("a") : ord("z") + 1] = 2
_KINDS[128:] = 2


def slip(typed: str, meant: str) -> str:
    """The one slip that makes `typed` of `meant`: SWAPPED, OTHER, MISSING or SURPLUS; empty for none or several."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    one, two = typed[start:], meant[start:]
    if len(typed) == len(meant):
        if one and one[1:] == two[1:]:
            return OTHER
        return SWAPPED if len(one) > 1 and one[:2] == two[1::-1] and one[2:] == two[2:] else ""
    if len(typed) + 1 == len(meant):
        return MISSING if one == two[1:] else ""
    return SURPLUS if len(typed) == len(meant) + 1 and one[1:] == two else ""


def slip_text(typed: str, meant: str) -> str:
    """What `slip` found, in words, translated: "two digits swapped"."""
    code = slip(typed, meant)
    place = next((at for at, (one, two) in enumerate(zip(typed, meant, strict=False)) if one != two), -1)
    longer = typed if len(typed) >= len(meant) else meant
    touched = longer[place:][: 2 if code == SWAPPED else 1] if place >= 0 else longer[-1:]
    if code == OTHER:
        touched += meant[place]
    kind = "digit" if touched.isdecimal() else "letter" if touched.isascii() and touched.isalpha() else "character"
    return _(_WORDS[code, kind])


def rows_with_slip(haystack: Haystack, word: str) -> tuple[Rows, Rows]:
    """The rows that hold `word` with two characters swapped, and those with one wrong, missing or too many; ascending.

    It must begin a run of digits or letters; one that ends in a digit must also end the run. Either half of the word
    stands there unharmed (unless the swapped ones lie across the middle), so both are found first, and what stands
    beside them is compared for all of them at once. `word` has at least 3 characters. 10 to 50 ms for 10 MB.
    """
    wanted = word.encode()
    middle = len(wanted) // 2
    data = haystack.bytes
    last_counts = _KINDS[wanted[-1]] == 1
    head = haystack.places(wanted[:middle])
    head = head[_begins(data[head - 1], wanted[0])]
    swapped, slipped = _reads(data, head + middle, wanted[middle:], last_counts)
    tail = haystack.places(wanted[middle:])
    if last_counts:
        tail = tail[_begins(data[tail + len(wanted) - middle], wanted[-1])]
    # Read backwards: the haystack, the place, and what should stand there.
    before = _reads(data[::-1], len(data) - tail, wanted[middle - 1 :: -1], True)
    across = wanted[: middle - 1] + wanted[middle : middle + 1] + wanted[middle - 1 : middle] + wanted[middle + 1 :]
    crossed = haystack.places(across) if across != wanted else head[:0]
    crossed = crossed[_begins(data[crossed - 1], wanted[0])]
    if last_counts:
        crossed = crossed[_begins(data[crossed + len(wanted)], wanted[-1])]
    first = np.concatenate((head[swapped], tail[before[0]], crossed))
    rest = np.concatenate((head[slipped], tail[before[1]]))
    return np.unique(haystack.rows_of(first)), np.unique(haystack.rows_of(rest))


def rows_with_zeros(haystack: Haystack, before: str, number: str) -> Rows:
    """The rows that hold `before`, any zeros, `number`: as runs of their own, a digit on neither side."""
    data = haystack.bytes
    at = haystack.places(number.encode())
    at = at[_begins(data[at + len(number)], ord(number[-1]))]
    at = at[(data[at - 1] == ord("0")) | _begins(data[at - 1], ord(number[0]))]
    for _zero in range(_MOST_ZEROS):
        at = at - (data[at - 1] == ord("0"))
    for char in reversed(before.encode()):
        at = at[data[at - 1] == char] - 1
    return np.unique(haystack.rows_of(at[_begins(data[at - 1], ord((before or number)[0]))]))


def _begins(before: npt.NDArray[np.uint8], char: int) -> Mask:
    """Whether a run of `char`'s kind begins (or, read backwards, ends) where this byte stands outside of it."""
    kind = _KINDS[char]
    return _KINDS[before] != kind if kind else np.ones(len(before), np.bool_)


def _reads(data: npt.NDArray[np.uint8], at: Places, rest: bytes, bounded: bool) -> tuple[Mask, Mask]:
    """Whether `rest` can be read from each place on with one slip: swapped, other. `bounded`: a run must end there.

    One step a character for all places at once, with what is possible so far: no slip yet, one behind (the text is as
    far as the word, one ahead, one behind).
    """
    columns = [data[np.minimum(at + index, len(data) - 1)] for index in range(len(rest) + 2)]
    none = np.zeros(len(at), np.bool_)
    clean, level, ahead, behind, crossed, crossing = ~none, none, none, none, none, none
    for index, char in enumerate(rest):
        here, after = columns[index] == char, columns[index + 1] == char
        solid = _KINDS[columns[index]] > 0
        crossed = (crossed & here) | crossing
        following = rest[index + 1] if index + 1 < len(rest) else char
        crossing = clean & after & (columns[index] == following) if following != char else none
        ahead = (ahead | (clean & solid)) & after
        behind = (behind & (columns[index - 1] == char)) | clean if index else clean
        level = (level & here) | (clean & solid & ~here)
        clean = clean & here
    if bounded:
        ends = [_begins(column, rest[-1]) for column in columns[-3:]]
        # One more character behind the word is a slip as well.
        ahead = (ahead | (clean & ~ends[1])) & ends[2]
        level, crossed, behind = level & ends[1], crossed & ends[1], behind & ends[0]
    return crossed, level | ahead | behind
