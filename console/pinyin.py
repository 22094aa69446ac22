"""Pinyin initials, so that a Chinese name is found by typing letters: 窗位 by "cw"."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """First letters of the pinyin of each character, lower case; Latin letters stay: "DICOM 浏览" is "dicom ll"."""
    from pypinyin import Style, lazy_pinyin  # imported here: its dictionary costs 0.3 s

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
