"""Draws the pictures of docs/screenshots: the console on the practice site, as a good terminal shows it.

    python -m scripts.screenshots            all of them, in English and in Chinese
    python -m scripts.screenshots viewer     only the pictures of one screen

No terminal is needed: the application runs without one, and its cells are drawn here. Needs a monospaced font with
Chinese characters (Debian: fonts-dejavu-core, fonts-noto-cjk).
"""

import argparse
import asyncio
import os
import sys
import tempfile
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

# Textual reads these when it is imported: no motion, and the colours as they are meant.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ.pop("NO_COLOR", None)

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip

from console.app import ConsoleApp
from console.demo.build import build_practice
from console.graphics.encoder import choose
from console.graphics.terminal import unasked
from console.i18n import _, set_language
from console.pictures import decoders_sentence
from console.screens.home.screen import HomeScreen
from console.screens.settings.screen import SettingsScreen
from console.screens.viewer.header import HeaderScreen
from console.screens.viewer.screen import ViewerScreen
from console.services import Services, build_services
from console.studies.build import build_index
from console.widgets.line_list import LineList

TARGET = Path(__file__).parent.parent / "docs" / "screenshots"
COLUMNS, ROWS = 120, 36
CELL = (10, 20)
"""Pixels of one cell, across and down."""
FRAME = 24
"""The frame of the practice cine that is shown: the arteries are full of contrast."""
SHOWN_HOME = Path("/srv/cathlab-practice")
"""What the pictures call the home folder, which in truth is a temporary one."""
PATIENCE_S = 60.0

Rgb = tuple[int, int, int]
Box = tuple[int, int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER: Rgb = (18, 18, 18)
INK: Rgb = (218, 218, 218)
"""Where a cell names no colour of its own: those of the dark theme."""

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
           "/System/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip
NARROW = (("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"), ("consola.ttf", "consolab.ttf"))
"""Files with Latin letters, plain and bold; where there is none, the Chinese font has them too."""
WIDE = ("NotoSansMonoCJKsc-Regular.otf", "NotoSansCJK-Regular.ttc", "NotoSansMonoCJK-Regular.ttc", "wqy-microhei.ttc",
        "msyh.ttc", "PingFang.ttc")  # fmt: skip
WIDE_NAME = "Noto Sans Mono CJK SC"
"""The face to take from a collection that holds it."""

Part = tuple[float, float, float, float]


def _sextants() -> dict[str, tuple[Part, ...]]:
    """By the numbers in their names, 1 upper left to 6 lower right."""
    found = {}
    for code in range(0x1FB00, 0x1FB3C):
        numbers = [int(number) - 1 for number in unicodedata.name(chr(code)).rpartition("-")[2]]
        places = [(number % 2 / 2, number // 2 / 3) for number in numbers]
        found[chr(code)] = tuple((x, y, x + 1 / 2, y + 1 / 3) for x, y in places)
    return found


def _braille() -> dict[str, tuple[Part, ...]]:
    """By the numbers of the dots in their names: 1 to 3 and 7 at the left, 4 to 6 and 8 at the right."""
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    found = {}
    for code in range(0x2801, 0x2900):
        dots = [places[int(number) - 1] for number in unicodedata.name(chr(code)).rpartition("-")[2]]
        found[chr(code)] = tuple((x / 2 + 0.13, y / 4 + 0.06, x / 2 + 0.38, y / 4 + 0.19) for x, y in dots)
    return found


BOXES: dict[str, tuple[Part, ...]] = {
    "▀": ((0, 0, 1, 0.5),), "▄": ((0, 0.5, 1, 1),), "█": ((0, 0, 1, 1),), "▌": ((0, 0, 0.5, 1),),
    "▐": ((0.5, 0, 1, 1),), "▘": ((0, 0, 0.5, 0.5),), "▝": ((0.5, 0, 1, 0.5),), "▖": ((0, 0.5, 0.5, 1),),
    "▗": ((0.5, 0.5, 1, 1),), "▚": ((0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1)),
    "▞": ((0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1)), "▙": ((0, 0, 0.5, 1), (0.5, 0.5, 1, 1)),
    "▟": ((0.5, 0, 1, 1), (0, 0.5, 0.5, 1)), "▛": ((0, 0, 1, 0.5), (0, 0.5, 0.5, 1)),
    "▜": ((0, 0, 1, 0.5), (0.5, 0.5, 1, 1)), "▔": ((0, 0, 1, 0.125),), "▕": ((0.875, 0, 1, 1),),
    **{char: ((0, 1 - eighths / 8, 1, 1),) for eighths, char in enumerate("▁▂▃▄▅▆▇", 1)},
    **{char: ((0, 0, eighths / 8, 1),) for eighths, char in enumerate("▏▎▍▌▋▊▉", 1)}, **_sextants(), **_braille(),
}  # fmt: skip
"""Block characters as rectangles, in parts of a cell: left, top, right, bottom. Fonts leave seams between them."""

ARMS = {"─": "lr", "━": "lr", "│": "ud", "┃": "ud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "┌": "rd", "┐": "ld",
        "└": "ru", "┘": "lu", "├": "udr", "┤": "udl", "┬": "lrd", "┴": "lru", "┼": "lrud"}  # fmt: skip
"""Line characters by the sides of the cell that they reach from its middle."""


@dataclass(frozen=True)
class Fonts:
    """What letters are drawn with."""

    narrow: Font
    bold: Font
    wide: Font
    """For characters of two cells."""


def find_fonts() -> Fonts | None:
    """Fonts of this system; None when no monospaced one with Chinese characters is found."""
    found = {path.name: path for folder in FOLDERS for path in sorted(Path(folder).expanduser().rglob("*.[ot]t[fc]"))}
    wide = next((found[name] for name in WIDE if name in found), None)
    if wide is None:
        return None
    narrow, bold = next((pair for pair in NARROW if all(name in found for name in pair)), (wide.name, wide.name))
    return Fonts(ImageFont.truetype(found[narrow], 16), ImageFont.truetype(found[bold], 16), _face(wide, 18))


def _face(path: Path, size: int) -> Font:
    """The font of a file; of a collection, the face with the right name."""
    first = ImageFont.truetype(path, size)
    for index in range(64 if path.suffix == ".ttc" else 0):
        try:
            face = ImageFont.truetype(path, size, index=index)
        except OSError:
            break
        if face.getname()[0] == WIDE_NAME:
            return face
    return first


def draw(strips: Sequence[Strip], columns: int, fonts: Fonts) -> Image.Image:
    """The lines of a screen as an RGB picture, CELL pixels for each of its cells."""
    across, down = CELL
    image = Image.new("RGB", (columns * across, len(strips) * down), PAPER)
    pen = ImageDraw.Draw(image)
    for row, strip in enumerate(strips):
        column = 0
        for character, style in _characters(strip):
            cells = cell_len(character)
            place = (column * across, row * down, (column + cells) * across, (row + 1) * down)
            _draw_cell(image, pen, character, style, place, fonts)
            column += cells
    return image


def _characters(strip: Strip) -> Iterator[tuple[str, Style]]:
    for segment in strip:
        for character in segment.text:
            yield character, segment.style or Style()


def _draw_cell(
    image: Image.Image, pen: ImageDraw.ImageDraw, character: str, style: Style, place: Box, fonts: Fonts
) -> None:
    ink, paper = _rgb(style.color, INK), _rgb(style.bgcolor, PAPER)
    if style.reverse:
        ink, paper = paper, ink
    _fill(pen, place, paper)
    left, top, right, bottom = place
    if character in BOXES:
        for box in BOXES[character]:
            x0, x1 = (left + round(part * (right - left)) for part in box[::2])
            y0, y1 = (top + round(part * (bottom - top)) for part in box[1::2])
            _fill(pen, (x0, y0, x1, y1), ink)
    elif character in ARMS:
        _draw_lines(pen, ARMS[character], place, ink, 2 if character in "━┃" else 1)
    elif character.strip():
        font = fonts.wide if cell_len(character) > 1 else fonts.bold if style.bold else fonts.narrow
        # On a piece of its own, so that no letter reaches into the cell beside it.
        piece = Image.new("RGB", (right - left, bottom - top), paper)
        middle = ((right - left) / 2, (bottom - top) * 0.78)
        anchor = "ms" if isinstance(font, ImageFont.FreeTypeFont) else None
        ImageDraw.Draw(piece).text(middle if anchor else (0, 0), character, ink, font, anchor)
        image.paste(piece, (left, top))


def _draw_lines(pen: ImageDraw.ImageDraw, arms: str, place: Box, ink: Rgb, thick: int) -> None:
    left, top, right, bottom = place
    x, y = (left + right - thick) // 2, (top + bottom - thick) // 2
    reach = {
        "l": (left, y, x + thick, y + thick),
        "r": (x, y, right, y + thick),
        "u": (x, top, x + thick, y + thick),
        "d": (x, y, x + thick, bottom),
    }
    for arm in arms:
        _fill(pen, reach[arm], ink)


def _fill(pen: ImageDraw.ImageDraw, box: Box, color: Rgb) -> None:
    left, top, right, bottom = box
    if right > left and bottom > top:
        pen.rectangle((left, top, right - 1, bottom - 1), color)


def _rgb(color: Color | None, default: Rgb) -> Rgb:
    if color is None or color.is_default:
        return default
    red, green, blue = color.get_truecolor()
    return red, green, blue


def strips_of(app: ConsoleApp) -> list[Strip]:
    """The lines of the screen as the terminal would get them."""
    return app.screen._compositor.render_strips(app.size)


def text_of(app: ConsoleApp) -> str:
    return "\n".join(strip.text for strip in strips_of(app))


# The screens


async def _until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await pilot.pause()
            await asyncio.sleep(0.02)


async def _viewer(pilot: Pilot[int], app: ConsoleApp) -> None:
    await _until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "▀" in text_of(app))
    assert isinstance(app.screen, ViewerScreen)
    app.screen.action_seek(FRAME)
    # The percentage is there until every frame is decoded.
    await _until(pilot, lambda: f" {FRAME}/" in text_of(app) and "%" not in text_of(app))


async def _header(pilot: Pilot[int], app: ConsoleApp) -> None:
    await _viewer(pilot, app)
    await pilot.press("d")
    await _until(pilot, lambda: isinstance(app.screen, HeaderScreen) and "(0008,0005)" in text_of(app))


async def _home(pilot: Pilot[int], app: ConsoleApp) -> None:
    await _until(pilot, lambda: isinstance(app.screen, HomeScreen) and ".dcm" in text_of(app))


async def _studies(pilot: Pilot[int], app: ConsoleApp) -> None:
    await _until(pilot, lambda: isinstance(app.screen, HomeScreen))
    await pilot.press("f4")
    await _until(pilot, lambda: "JPEG Lossless" in text_of(app) and text_of(app).count("▀▀▀▀") > 12)


async def _settings(pilot: Pilot[int], app: ConsoleApp) -> None:
    await _until(pilot, lambda: isinstance(app.screen, HomeScreen))
    await pilot.press("f9")
    await _until(pilot, lambda: any(lists._lines for lists in app.screen.query(LineList)))
    assert isinstance(app.screen, SettingsScreen)


Steps = Callable[[Pilot[int], ConsoleApp], Awaitable[None]]
SCREENS: dict[str, tuple[bool, Steps]] = {
    "viewer": (True, _viewer),
    "header": (True, _header),
    "studies": (False, _studies),
    "home": (False, _home),
    "settings": (False, _settings),
}
"""For each picture: whether the practice cine is opened, and how to get to the screen."""


async def photograph(services: Services, cine: Path, screen: str) -> list[Strip]:
    """The lines of one screen, in the language in force."""
    opens, steps = SCREENS[screen]
    terminal = unasked({"LANG": "C.UTF-8", "COLORTERM": "truecolor", "TERM": "xterm"}, (COLUMNS, ROWS), windows=False)
    facts = (
        _("terminal: {name}").format(name="xterm"),
        _("colours: {depth}").format(depth=_("true colour")),
        _("pictures: {mode}").format(mode=_("half blocks")),
        decoders_sentence(),
    )
    shown, paths = replace(services, home=SHOWN_HOME), (cine,) if opens else ()
    app = ConsoleApp(shown, lambda: choose("auto", terminal), start_with=paths, machine_facts=lambda: facts)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        await steps(pilot, app)
        await pilot.pause()
        return strips_of(app)


def take(screens: Iterable[str], target: Path, fonts: Fonts) -> Iterator[Path]:
    """Write the pictures of these screens into `target`, English as NAME.png and Chinese as NAME.zh.png."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "practice"
        site = build_practice(home, lambda _done, _total: None, lambda: False)
        build_index(home, (home / "pictures",), lambda _moment: None, lambda: False)
        cine = site.pictures[0]
        wall = datetime(2026, 11, 20, 10, 32, tzinfo=UTC)
        services = replace(build_services(home), clock=lambda: wall)
        shown = str(SHOWN_HOME / cine.relative_to(home))
        try:
            for language, operator, ending in (("en", "Li", ".png"), ("zh", "李工", ".zh.png")):
                set_language(language)
                for screen in screens:
                    # Again for each: opening the cine put its true place on the list.
                    services.preferences.change(language=language, operator=operator, autoplay=False, recent=(shown,))
                    strips = asyncio.run(photograph(services, cine, screen))
                    path = target / f"{screen}{ending}"
                    draw(strips, COLUMNS, fonts).save(path, "PNG", optimize=True)
                    yield path
        finally:
            services.close()


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures, or say in one sentence what is missing."""
    parser = argparse.ArgumentParser(description="Draws the pictures of docs/screenshots.")
    parser.add_argument("screens", nargs="*", metavar="SCREEN", help=" ".join(SCREENS))
    parser.add_argument("--into", type=Path, default=TARGET, metavar="FOLDER")
    options = parser.parse_args(arguments)
    if unknown := set(options.screens) - set(SCREENS):
        parser.error(f"no such screen: {', '.join(unknown)}; there are {', '.join(SCREENS)}")
    fonts = find_fonts()
    if fonts is None:
        sentence = "No font with Chinese characters was found; Debian has them in fonts-noto-cjk and fonts-dejavu-core."
        print(sentence, file=sys.stderr)
        return 1
    options.into.mkdir(parents=True, exist_ok=True)
    for path in take(options.screens or SCREENS, options.into, fonts):
        print(f"{path}  {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
