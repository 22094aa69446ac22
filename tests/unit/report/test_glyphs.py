"""Faces that are made for one document."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from console.errors import ConsoleError
from console.report.fontfiles import Shelf, of_the_system, open_source, shipped
from console.report.glyphs import BOLD, CELL, EVEN, REGULAR, MadeFace, make_face
from tests.unit.report.making import RARE


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf(system=())
    yield shelf
    shelf.close()


def outline(face: MadeFace, letter: str) -> Any:
    """The glyph of a character."""
    font = TTFont(BytesIO(face.data))
    return font["glyf"][font.getBestCmap()[ord(letter)]]


def square_font(path: Path, characters: str, embedding: int = 0) -> Path:
    """A font in which every character is a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    order = [".notdef", *(f"u{ord(letter):04X}" for letter in characters)]
    builder = FontBuilder(2000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):04X}" for letter in characters})
    builder.setupGlyf(dict.fromkeys(order, square))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (2000, 100)))
    builder.setupHorizontalHeader(ascent=1600, descent=-400)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupOS2(fsType=embedding)
    builder.setupPost()
    builder.save(path)
    return path


def test_rare_characters_of_names_are_in_the_font_that_ships(shelf: Shelf) -> None:
    # GIVEN characters that a GB2312 subset lacks, one beyond U+FFFF WHEN a face is made of them
    face = make_face(REGULAR, map(ord, RARE + "Ab1"), shelf)
    # THEN none is missing and each has an outline
    assert face.missing == ()
    assert all(outline(face, letter).numberOfContours > 0 for letter in RARE)
    assert face.widths[ord("喆")] == 1.0


def test_the_same_characters_are_the_same_bytes_and_others_another_name(shelf: Shelf) -> None:
    first, again = make_face(BOLD, [65, 66], shelf), make_face(BOLD, [66, 65, 65], shelf)
    assert first.data == again.data
    assert make_face(BOLD, [65, 67], shelf).name != first.name
    assert make_face(REGULAR, [65, 66], shelf).name != first.name


def test_the_heavier_face_has_more_ink_and_the_same_widths(shelf: Shelf) -> None:
    regular, bold = make_face(REGULAR, [0x5BFC], shelf), make_face(BOLD, [0x5BFC], shelf)
    wide, heavy = outline(regular, "导"), outline(bold, "导")
    assert regular.widths == bold.widths
    assert heavy.xMin < wide.xMin
    assert heavy.xMax > wide.xMax


def test_answers_of_machines_stand_in_columns(shelf: Shelf) -> None:
    face = make_face(EVEN, map(ord, "iWm0|中"), shelf)
    assert {round(face.widths[ord(letter)] * 1000) for letter in "iWm0|"} == {CELL}
    assert round(face.widths[ord("中")] * 1000) == 2 * CELL


def test_a_character_that_the_first_font_lacks_comes_from_the_one_behind_it(tmp_path: Path) -> None:
    # GIVEN a font that knows only a private character, behind the ones that ship
    shelf = Shelf(system=[square_font(tmp_path / "squares.ttf", "\ue123")])
    # WHEN a face is made THEN the character is in it, in the size of the others, and a third one is said to be missing
    face = make_face(REGULAR, [65, 0xE123, 0xE124], shelf)
    shelf.close()
    assert face.missing == (0xE124,)
    assert face.widths[0xE123] == 1.0
    glyph = outline(face, "\ue123")
    assert (glyph.xMin, glyph.xMax, glyph.yMax) == (50, 400, 350)


def test_a_font_that_must_not_be_embedded_is_left_alone(tmp_path: Path) -> None:
    assert open_source(square_font(tmp_path / "free.ttf", "A")) is not None
    assert open_source(square_font(tmp_path / "bound.ttf", "A", embedding=2)) is None


def test_without_any_font_the_sentence_names_what_was_tried(tmp_path: Path) -> None:
    # GIVEN a file that is no font, and a name that is not there
    broken = tmp_path / "broken.otf"
    broken.write_bytes(b"OTTO" + bytes(50))
    shelf = Shelf([broken, tmp_path / "gone.ttf"], system=())
    # WHEN a face is asked for THEN one sentence names both
    with pytest.raises(ConsoleError) as caught:
        make_face(REGULAR, [65], shelf)
    assert str(broken) in caught.value.detail
    assert "gone.ttf" in caught.value.detail
    assert "pylopdf-fonts-zh-cn" in caught.value.detail


def test_fonts_of_the_system_are_found_by_their_names_the_best_first(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/DejaVuSans.ttf", "MSYH.TTC", "unknown.ttf"):
        (tmp_path / name).touch()
    assert of_the_system([tmp_path]) == (tmp_path / "MSYH.TTC", tmp_path / "a" / "DejaVuSans.ttf")


def test_the_fonts_are_installed_with_the_console() -> None:
    assert [path.is_file() for path in shipped()] == [True, True]
