"""Where the characters of a report come from: the fonts that ship, and behind them those of the system.

Noto Sans SC and Noto Serif SC (SIL Open Font License) come with the package pylopdf-fonts-zh-cn. A system font is asked
only for characters that neither has, and only where its maker allows embedding.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from console.errors import ConsoleError
from console.i18n import _
from console.resources import fonts

_KNOWN = (
    # Best first: whole Chinese faces, then faces with many signs.
    "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf", "NotoSansCJKsc-Regular.otf", "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf", "NotoSansCJK-Regular.ttc", "msyh.ttc", "msyh.ttf", "Deng.ttf", "simhei.ttf",
    "simsun.ttc", "simsunb.ttf", "STHeiti Light.ttc", "Hiragino Sans GB.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc",
    "uming.ttc", "DejaVuSans.ttf", "seguisym.ttf", "Arial Unicode.ttf", "Apple Symbols.ttf", "Symbola.ttf",
    "NotoSansSymbols2-Regular.ttf", "FreeSerif.ttf",
)  # fmt: skip
_RESTRICTED = 0x0002
"""OS/2 fsType: the maker forbids embedding."""


@dataclass
class Source:
    """A font file that outlines are taken from. `close` it, or its file stays open."""

    path: Path
    font: Any
    """fontTools' TTFont, read from memory: nothing stays open behind it."""
    characters: dict[int, str] = field(default_factory=dict)
    """Glyph name of each code point."""
    glyphs: Any = None
    scale: float = 1.0
    """To 1,000 units an em."""
    drawn: dict[str, Any] = field(default_factory=dict)
    """Outlines that were made quadratic already, by glyph name."""


def open_source(path: Path) -> Source | None:
    """The font of a file; None when it cannot be read, holds no outlines, or must not be embedded."""
    try:
        font = TTFont(BytesIO(path.read_bytes()), lazy=True, recalcTimestamp=False, fontNumber=0)
        outlines = "glyf" in font or "CFF " in font
        if not outlines or ("OS/2" in font and font["OS/2"].fsType & 0x000F == _RESTRICTED):
            return None
        return Source(path, font, font.getBestCmap() or {}, font.getGlyphSet(), 1000 / font["head"].unitsPerEm)
    except (OSError, TTLibError, LookupError, ValueError, AssertionError):
        return None


def shipped() -> tuple[Path, ...]:
    """The font files that are installed with the console, the first choice first; those that are missing too."""
    return fonts()


def of_the_system(folders: Iterable[Path] | None = None) -> tuple[Path, ...]:
    """Fonts of this machine that may help out, the best first. Walks the font folders: tens of milliseconds."""
    found: dict[str, Path] = {}
    for folder in system_folders() if folders is None else folders:
        for parent, _names, files in os.walk(folder):
            for name in files:
                found.setdefault(name.lower(), Path(parent) / name)
    return tuple(found[name.lower()] for name in _KNOWN if name.lower() in found)


def system_folders() -> tuple[Path, ...]:
    """Where this system keeps its fonts."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        folders = [Path(os.environ.get("WINDIR", "C:\\Windows")) / "Fonts"]
        return (*folders, *([Path(local) / "Microsoft" / "Windows" / "Fonts"] if local else []))
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"
    return Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"


class Shelf:
    """The fonts of one report, opened as they are needed."""

    def __init__(self, paths: Sequence[Path] | None = None, system: Sequence[Path] | None = None) -> None:
        self._waiting = list(shipped() if paths is None else paths)
        self._system = system
        self._searched = False
        self._tried: list[Path] = []
        self._open: list[Source] = []

    def source_of(self, code: int) -> Source | None:
        """The first font that has the character; None when none has it.

        Raises ConsoleError, with what was tried, when there is no font at all.
        """
        for source in self._sources():
            if code in source.characters:
                return source
        if not self._open:
            sentence = _(
                "No font was found that a report can be printed with. Tried: {files}. Install the package "
                "pylopdf-fonts-zh-cn, or a Chinese font such as Noto Sans CJK."
            )
            files = ", ".join(str(path) for path in self._tried) or ", ".join(map(str, system_folders()))
            raise ConsoleError(_("No font for the report"), sentence.format(files=files))
        return None

    def close(self) -> None:
        """Let go of every font."""
        for source in self._open:
            source.font.close()
        self._open.clear()

    def _sources(self) -> Iterator[Source]:
        yield from list(self._open)
        while self._waiting or not self._searched:
            if not self._waiting:
                self._waiting = list(of_the_system() if self._system is None else self._system)
                self._searched = True
                continue
            path = self._waiting.pop(0)
            self._tried.append(path)
            source = open_source(path)
            if source is not None:
                self._open.append(source)
                yield source
