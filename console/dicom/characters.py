"""Every Specific Character Set of DICOM: bytes to text and back, code extensions included (PS3.5 6.1.2.5).

pydicom is not asked: it leaves the escapes of ISO 2022 IR 58 in the text, omits them when writing, and must not be
imported by the process that draws. Reading never fails; what no set can explain becomes U+FFFD.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from console.dicom.character_sets import ALONE, ASCII, BY_ESCAPE, KANA, ROMAJI, Codes, Declaration, label_of, sets_of
from console.dicom.character_sets import normalise as normalise

Kind = Literal["name", "text"]
"""Whether a value is a person name, in which ^ and = are delimiters, or any other text."""

_DESIGNATION = re.compile(rb"\x1b[\x20-\x2f]+[\x30-\x7e]")
_ENDS: dict[Kind, re.Pattern[bytes]] = {
    "name": re.compile(rb"[\\^=\r\n\f\t]"),
    "text": re.compile(rb"[\\\r\n\f\t]"),
}
_PARTS_OF_TEXT = re.compile(r"([\\^=\r\n\f\t])")


def decode(raw: bytes, declared: str, kind: Kind = "name") -> str:
    """One raw value as its label says, escapes honoured and removed (PS3.5 6.1.2.5); nothing stripped or cleaned.

    Never raises: bytes that the label does not explain become U+FFFD. Bytes above 80 of a value that forgot its
    escape are read in the extension that the label names.
    """
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    label = label_of(declared)
    if b"\x1b" not in raw:
        if label.alone:
            return _alone(raw, label)
        return _run(raw, label.left, label.right or label.spare)
    return "".join(_extended(raw, label, kind)).replace("\x1b", "")


def designations(raw: bytes) -> tuple[str, ...]:
    """The codecs that the escapes of a value bring in; empty where it has no escape that means anything."""
    if b"\x1b" not in raw:
        return ()
    return tuple(BY_ESCAPE[escape].codec for escape in _DESIGNATION.findall(raw) if escape in BY_ESCAPE)


def _alone(raw: bytes, label: Declaration) -> str:
    codecs = dict.fromkeys(ALONE[term] for term in label.terms if term in ALONE)
    for codec in codecs if len(codecs) > 1 else ():
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode(label.alone, "replace")


def _extended(raw: bytes, label: Declaration, kind: Kind) -> Iterator[str]:
    """The pieces of a value with escapes. A delimiter brings the first set back (PS3.5 6.1.2.5.3)."""
    start = label.right
    if label.alone:
        start = BY_ESCAPE[b"\x1b$)A"] if label.alone == "gb18030" else Codes(label.alone, b"", 1, True)
    left, right, spare = label.left, start, start or label.spare
    at = 0
    for found in [*_DESIGNATION.finditer(raw), None]:
        piece = raw[at : found.start() if found else len(raw)]
        for part, ended in _until_delimiter(piece, left, right, (label.left, start), kind):
            yield _run(part, left, right or spare)
            if ended:
                left, right = label.left, start
        if found is None:
            return
        at = found.end()
        codes = BY_ESCAPE.get(found[0])
        if codes is not None and codes.area == 0:
            left = codes
        elif codes is not None:
            right = spare = codes


def _until_delimiter(
    piece: bytes, left: Codes, right: Codes | None, first: tuple[Codes, Codes | None], kind: Kind
) -> Iterator[tuple[bytes, bool]]:
    """`piece` cut behind its first delimiter, where the sets change back; whole where there is nothing to change.

    In two-byte sets below 80 a delimiter may be half of a character, so they are walked in pairs.
    """
    end = len(piece)
    if left.wide:
        at = 0
        while at < len(piece):
            if 0x21 <= piece[at] < 0x7F and at + 1 < len(piece) and 0x21 <= piece[at + 1] < 0x7F:
                at += 2
            elif _ENDS[kind].match(piece, at):
                end = at
                break
            else:
                at += 1
    elif (left, right) != first and not (first[1] is None and left == first[0]):
        found = _ENDS[kind].search(piece)
        end = found.start() if found else end
    yield piece[:end], end < len(piece)
    if end < len(piece):
        yield piece[end:], False


def _run(data: bytes, left: Codes, right: Codes | None) -> str:
    """Bytes without escapes, in one state of the two areas."""
    codec = right.codec if right else "ascii"
    if not left.wide and left.codec != "kana low":
        if codec == KANA:
            return data.decode("latin-1").translate(_KANA_AND_ROMAJI if left.codec == ROMAJI else _KANA)
        text = data.decode(codec, "replace")
        return text.replace("~", "\u203e") if left.codec == ROMAJI else text
    parts: list[str] = []
    for low, high in re.findall(rb"([\x00-\x7f]+)|([\x80-\xff]+)", data):
        if high:
            parts.append(_run(high, ASCII, right))
        elif left.wide:
            parts += _pairs(low, left.codec)
        else:
            parts.append("".join(chr(byte + 0xFF40) if 0x21 <= byte <= 0x5F else chr(byte) for byte in low))
    return "".join(parts)


def _pairs(data: bytes, codec: str) -> Iterator[str]:
    """Two-byte characters below 80; blanks and controls between them stand for themselves."""
    at = 0
    while at < len(data):
        pair = data[at : at + 2]
        if not 0x21 <= pair[0] < 0x7F:
            yield chr(pair[0])
            at += 1
        elif len(pair) < 2 or not 0x21 <= pair[1] < 0x7F:
            yield chr(pair[0]) if pair in (b"^", b"=", b"\\") else "\ufffd"
            at += 1
        else:
            high = bytes((pair[0] | 0x80, pair[1] | 0x80))
            if codec == "jisx0212":
                yield (b"\x8f" + high).decode("euc_jp", "replace")[:1]
            else:
                yield high.decode("euc_jp" if codec == "jisx0208" else codec, "replace")[:1]
            at += 2


_KANA = {byte: byte + 0xFEC0 if 0xA1 <= byte <= 0xDF else 0xFFFD for byte in range(0x80, 0x100)}
_KANA_AND_ROMAJI = {**_KANA, 0x7E: 0x203E}


def encode(text: str, term: str) -> bytes:
    """`text` in the character set `term` (several terms joined by a backslash allow code extensions).

    Each name component, value and line starts in the first set and names again what it needs, as PS3.5 H to K show
    it: ISO 2022 IR 58 writes ESC $ ) A at the start of each one with Han characters. Raises UnicodeEncodeError for a
    character that none of the sets has.
    """
    label = label_of(term)
    if label.alone:
        return text.encode("gbk" if "GBK" in label.terms else label.alone)
    sets = tuple(codes for each in label.terms for codes in sets_of(each))
    parts = _PARTS_OF_TEXT.split(text)
    encoded = [part.encode("ascii") if at % 2 else _encode_part(part, label, sets) for at, part in enumerate(parts)]
    return b"".join(encoded)


def _encode_part(part: str, label: Declaration, sets: Sequence[Codes]) -> bytes:
    left, right = label.left, label.right if label.right and not label.right.wide else None
    extended = len(label.terms) > 1 or label.terms[0].startswith("ISO 2022 ")
    out: list[bytes] = []
    named: set[bytes] = set()
    plain = True
    for at, char in enumerate(part):
        found = next((codes for codes in (left, right) if codes and _bytes_of(char, codes)), None)
        if found is None:
            found = next((codes for codes in (label.left, *sets, ASCII) if _bytes_of(char, codes)), None)
            if found is None or not extended:
                raise UnicodeEncodeError(label.used, part, at, at + 1, "not in this character set")
            out.append(found.escape)
            named.add(found.escape)
            if found.area == 0:
                left = found
            else:
                right = found
        elif found.area == 1 and not named:
            plain = False
        out.append(_bytes_of(char, found))
    if left != label.left:
        out.append(label.left.escape)
    joined = b"".join(out)
    if plain and len(named) == 1 and right is not None and right.wide and right.escape in named:
        return right.escape + joined.replace(right.escape, b"", 1)
    return joined


def _bytes_of(char: str, codes: Codes) -> bytes:
    """One character in one set, empty where the set has no such character."""
    point = ord(char)
    if codes.area == 0 and not codes.wide:
        if codes.codec == ROMAJI:
            return b"\x7e" if point == 0x203E else b"" if point > 0x7D else char.encode("ascii")
        return char.encode("ascii") if point < 0x80 else b""
    if codes.codec == KANA:
        return bytes((point - 0xFEC0,)) if 0xFF61 <= point <= 0xFF9F else b""
    if point < 0x80:
        return b""
    try:
        if codes.codec in ("jisx0208", "jisx0212"):
            data = char.encode("euc_jp")
            size = 3 if codes.codec == "jisx0212" else 2
            whole = len(data) == size and (size == 3 or data[0] != 0x8E)
            return bytes(byte & 0x7F for byte in data[-2:]) if whole else b""
        data = char.encode(codes.codec)
        if codes.wide:
            data.decode("gb2312" if codes.codec == "gb18030" else "euc_kr")
            return data if len(data) == 2 and min(data) > 0xA0 else b""
        return data
    except UnicodeError:
        return b""
