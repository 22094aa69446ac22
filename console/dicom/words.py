"""Whether a decoded text looks like words of a language with an alphabet, or like the bytes of something else."""

import re
from itertools import pairwise

_SEGMENT = re.compile(r"[\\^=\s]+")
_BEYOND = re.compile("[^\x00-\x7f]+")
_PAIR_IN_WORD = re.compile("(?<=[A-Za-z])[\xdf-\xf6\xf8-\u024f]{2}(?=[A-Za-z])")
"""Two accented small letters inside a word; the first bytes of common Han characters would be capitals there."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    (0x0250, "latin"),
    (0x0370, ""),
    (0x0400, "greek"),
    (0x0530, "cyrillic"),
    (0x0590, "armenian"),
    (0x0600, "hebrew"),
    (0x0780, "arabic"),
    (0x0E00, ""),
    (0x0E80, "thai"),
    (0x1E00, ""),
    (0x1F00, "latin"),
    (0x2000, "greek"),
    (0x3040, ""),
    (0x3100, "kana"),
    (0x4E00, ""),
    (0xA000, "han"),
    (0xAC00, ""),
    (0xD7A4, "hangul"),
)
"""Ends of ranges of letters."""
_SYLLABIC = {"han", "hangul", "kana"}


def is_european(text: str) -> bool:
    """Whether a reading as Latin letters looks like European words: accents alone, or in pairs inside ASCII letters.

    Two-byte characters read so give long runs, signs between letters, capitals inside words or control characters.
    """
    return all(_is_european_word(part) for part in _SEGMENT.split(text) if not part.isascii())


def _is_european_word(word: str) -> bool:
    runs = ["°" if run == "°±" else run for run in _BEYOND.findall(word)]
    longest = max(map(len, runs))
    if longest == 1:
        return not any("\x80" <= char < "\xa0" for char in word)
    if any(not char.isalpha() or char in "ªµº" for run in runs for char in run):
        return False
    pairs = sum(len(run) == 2 for run in runs)
    if longest == 2 and len(_PAIR_IN_WORD.findall(word)) == pairs:
        return True
    letters = sum(char.isascii() and char.isalpha() for char in word)
    return longest == 2 and letters >= 2 * longest - 1 and not _capital_inside(word)


def _capital_inside(word: str) -> bool:
    """Whether an accented capital follows a small letter, as in `aÕÅ`; words do not look like that."""
    return any(before.islower() and after.isupper() and after > "\x7f" for before, after in pairwise(word))


def alphabet_strength(text: str, name: bool) -> int:
    """How surely a reading in some alphabet is meant: 0 not, 1 perhaps, 2 surely.

    GB 2312 characters may be valid UTF-8 of two bytes, which then mixes alphabets, capitals and signs at random.
    """
    count = 0
    if any(char > "\x7f" and not char.isalpha() for char in text) and (name or not text.isprintable()):
        return 0
    for word in _LETTERS.findall(text):
        beyond = sum(char > "\x7f" for char in word)
        if not beyond:
            continue
        scripts = {_script(char) for char in word}
        if len(scripts) > 1 or "" in scripts or (name and len(word) == 1 and not scripts & _SYLLABIC):
            return 0
        cased = word.upper() != word.lower()
        if cased and not (word.isupper() or word[1:].islower() or beyond < len(word) / 2):
            return 0
        if cased and len(word) == 1 and word.islower() and word != "µ":
            return 0
        count += beyond + 3 if beyond < len(word) else beyond
    return 2 if count >= 4 else 1


def has_hangul(text: str) -> bool:
    """Whether there is a Korean syllable."""
    return any("\uac00" <= char <= "\ud7a3" for char in text)


def _script(char: str) -> str:
    return next((name for end, name in _SCRIPTS if ord(char) < end), "")
