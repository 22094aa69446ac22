"""Faces of a document: the characters it uses, taken from any font, as one small TrueType font.

reportlab takes TrueType outlines only, and the open Chinese fonts have cubic ones (CFF). Each outline is redrawn with
quadratic curves within one unit of a thousand, which no eye sees on paper. There is no bold among them: outlines
are drawn four times a little apart, and the non-zero rule makes one heavier letter of them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import flagOverlapSimple

from console.report.fontfiles import Shelf, Source

EM = 1000
CELL = 550
"""Width of a Latin letter in the even face; a Chinese character takes two of them."""

_TOLERANCE = 1.0
_BOLD = ((14.0, 5.0), (-14.0, 5.0), (14.0, -5.0), (-14.0, -5.0))
_ROOM = 0.97
"""How much of its cell a squeezed letter may fill."""

_MOMENT = 3_692_217_600
"""When every face says that it was made (2021-01-01, counted from 1904): the same letters are the same bytes."""

REGULAR, BOLD, EVEN = "regular", "bold", "even"
"""The faces: for reading, for headings, and with letters of one width for the answers of machines."""


@dataclass(frozen=True)
class MadeFace:
    """A font that was made for one document."""

    name: str
    """Its PostScript name, unique for its content: reportlab mixes fonts of one name in one process."""
    data: bytes
    widths: Mapping[int, float]
    """Of each code point, in ems."""
    missing: tuple[int, ...]
    """Asked for, and in no font."""


def make_face(kind: str, codes: Iterable[int], shelf: Shelf) -> MadeFace:
    """The face of these characters. ConsoleError when there is no font at all."""
    order = [".notdef"]
    glyphs: dict[str, Any] = {".notdef": _empty()}
    metrics: dict[str, tuple[int, int]] = {".notdef": (EM // 2, 0)}
    characters: dict[int, str] = {}
    missing = []
    for code in sorted(set(codes)):
        source = shelf.source_of(code)
        if source is None:
            missing.append(code)
            continue
        name = f"u{code:04X}"
        glyph, width = _drawn(source, source.characters[code], kind)
        order.append(name)
        glyphs[name] = glyph
        metrics[name] = (width, 0)
        characters[code] = name
    name = f"Cathlab{kind.capitalize()}{_digest(characters)}"
    data = _font(name, order, glyphs, metrics, characters)
    return MadeFace(name, data, {code: metrics[glyph][0] / EM for code, glyph in characters.items()}, tuple(missing))


def _empty() -> Any:
    return TTGlyphPen(None).glyph()


def _drawn(source: Source, name: str, kind: str) -> tuple[Any, int]:
    """A glyph of the new font and its advance."""
    outline = _quadratic(source, name)
    advance = source.glyphs[name].width * source.scale
    across, shift = 1.0, 0.0
    if kind == EVEN and advance:
        cells = 1 if advance < 0.95 * EM else 2
        squeeze = min(1.0, cells * CELL * _ROOM / advance)
        across *= squeeze
        shift = (cells * CELL - advance * squeeze) / 2
        advance = cells * CELL
    pen = TTGlyphPen(None)
    for aside, up in _BOLD if kind == BOLD else ((0.0, 0.0),):
        outline.replay(TransformPen(pen, (across, 0, 0, 1.0, shift + aside, up)))
    glyph = pen.glyph()
    if kind == BOLD and glyph.numberOfContours > 0:
        glyph.flags[0] |= flagOverlapSimple
    return glyph, round(advance)


def _quadratic(source: Source, name: str) -> RecordingPen:
    """The outline with quadratic curves in units of our em; each is made once for all faces."""
    if name not in source.drawn:
        outline = DecomposingRecordingPen(source.glyphs)
        source.glyphs[name].draw(outline)
        made = RecordingPen()
        smooth = Cu2QuPen(made, _TOLERANCE, reverse_direction="CFF " in source.font)
        outline.replay(TransformPen(smooth, (source.scale, 0, 0, source.scale, 0, 0)))
        source.drawn[name] = made
    found: RecordingPen = source.drawn[name]
    return found


def _font(
    name: str,
    order: list[str],
    glyphs: dict[str, Any],
    metrics: dict[str, tuple[int, int]],
    characters: Mapping[int, str],
) -> bytes:
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(dict(characters))
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {glyph: (width, getattr(table[glyph], "xMin", 0)) for glyph, (width, _left) in metrics.items()}
    )
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name, "fullName": name})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=1160, usWinDescent=288, sCapHeight=733)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = _MOMENT
    builder.font.recalcTimestamp = False
    stream = BytesIO()
    builder.font.save(stream)
    builder.font.close()
    return stream.getvalue()


def _digest(characters: Mapping[int, str]) -> str:
    """Letters only, as a PostScript name likes them."""
    number = int(hashlib.sha256(",".join(map(str, sorted(characters))).encode()).hexdigest()[:12], 16)
    return "".join(chr(65 + number // 26**place % 26) for place in range(8))
