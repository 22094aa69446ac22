"""Strangers' text made safe to show: what a terminal would obey is taken out."""

_SPACES = "\t\n\v\f\r\x85\u2028\u2029"
_INVISIBLE = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0x061C,
    *range(0x200E, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x2070),
    *range(0xFFF9, 0xFFFC),
    0xFEFF,
    *range(0xE0000, 0xE0080),
]
_CLEAN: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE, None),
    **{ord(space): " " for space in _SPACES},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def clean(text: str) -> str:
    """`text` as one line that is safe on a terminal: visible characters only.

    ESC, C0, C1, DEL, bidirectional controls, byte order marks and tag characters are dropped, line breaks and tabs
    become one space each, lone surrogates the replacement character. Nothing else changes: a name `[b]` stays `[b]`.
    """
    return text.translate(_CLEAN)
