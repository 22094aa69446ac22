"""Questions to a terminal, and its answers picked out of whatever else arrives.

Sources: ECMA-48; xterm's ctlseqs for DA1, DA2, XTVERSION, DECRQM, DECRQSS and the window operations; the kitty graphics
protocol. Terminals answer in the order they were asked, and all of them answer DA1, which is therefore asked last.
"""

import re
from base64 import b64encode
from dataclasses import dataclass

from console.graphics.terminal import ColorDepth

AMBIGUOUS = "──"
WIDE = "张张"
BLOCKS = "▀▀"
"""Measured in pairs. A UTF-8 terminal moves by two or four cells. A GBK terminal reads the six bytes as three
characters and loses nothing of the sequence that follows, as it would after the odd number of bytes of a single one.
A Latin-1 terminal takes some bytes for C1 controls; those in these characters move nothing and end with DECRC."""

LAST = b"\x1b[c"
"""DA1."""

_WIDTHS = b"".join(b"\r" + text.encode() + b"\x1b[6n" for text in (AMBIGUOUS, WIDE, BLOCKS))
_IDENTITY = b"\x1b[>0q\x1b[>c"
_SIZES = b"\x1b[14t\x1b[16t"
_SYNCHRONIZED = b"\x1b[?2026$p"
_SIXEL = b"\x1b[?1;1;0S\x1b[?2;1;0S"
_COLOR = b"\x1b[38;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
_KITTY_QUERY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_SHARED_QUERY = b"\x1b_Gi=32,s=1,v=1,a=q,t=s,f=24,S=3;%b\x1b\\"


def questions(plain: bool, multiplexed: bool, shared: str = "") -> bytes:
    """Everything to ask, as one string. The cursor returns to where it was; its line is erased.

    `plain` leaves only what a Linux console understands: the rest it would print. Inside tmux or screen the graphics
    queries are left out, since they would make them the pane's title, and the one for colours, which tmux 3.4 and 3.5
    take for a sixel picture. `shared` names three bytes of shared memory, for
    one pixel; a terminal on another machine does not find them.
    """
    beyond = b"" if multiplexed else _COLOR + _KITTY_QUERY
    if shared and beyond:
        beyond += _SHARED_QUERY % b64encode(shared.encode("ascii"))
    more = b"" if plain else _IDENTITY + _SIZES + _SYNCHRONIZED + _SIXEL + beyond
    # What an old terminal prints of a question it does not know stands on the line that is erased at the end.
    return b"\x1b7" + more + _WIDTHS + b"\r\x1b[2K\x1b8" + LAST


@dataclass(frozen=True)
class Answers:
    """What came back."""

    complete: bool
    """DA1, the last question, was answered."""
    begun: bool
    """At least one answer was recognised."""
    attributes: tuple[int, ...]
    """DA1: the kind of terminal, then its features (4 is sixel)."""
    secondary: tuple[int, ...]
    """DA2: kind and version."""
    name: str
    """XTVERSION."""
    widths: tuple[float, float, float] | None
    """Cells of one "─", "张" and "▀"."""
    window_pixels: tuple[int, int] | None
    """Width and height of the text area."""
    cell_pixels: tuple[int, int] | None
    """Width and height of a cell."""
    true_color: bool
    """A 24-bit colour was kept as it was set."""
    synchronized: bool
    kitty: bool
    kitty_shared: bool = False
    """It found the shared memory."""
    sixel_colors: int = 0
    """Colour registers for sixel graphics (XTSMGRAPHICS); 0 when the terminal does not say."""
    sixel_pixels: tuple[int, int] | None = None
    """Width and height of the largest sixel picture."""


_DA1 = re.compile(rb"\x1b\[\?([\d;]*)c")
_DA2 = re.compile(rb"\x1b\[>([\d;]*)c")
_VERSION = re.compile(rb"\x1bP>\|([^\x1b\x07]*)\x1b\\")
_CURSOR = re.compile(rb"\x1b\[(\d{1,5});(\d{1,5})R")
_PIXELS = re.compile(rb"\x1b\[([46]);(\d{1,5});(\d{1,5})t")
_MODE = re.compile(rb"\x1b\[\?2026;([0-4])\$y")
_SGR = re.compile(rb"\x1bP[01]\$r([\d;:]*)m\x1b\\")
_SGR_KEPT = re.compile(rb"38[:;]2[:;](?:\d*:)?1[:;]2[:;]3(?!\d)")
_GRAPHICS = re.compile(rb"\x1b_Gi=31;([^\x1b]*)\x1b\\")
_SHARED = re.compile(rb"\x1b_Gi=32;([^\x1b]*)\x1b\\")
_GEOMETRY = re.compile(rb"\x1b\[\?([12]);0;(\d{1,9})(?:;(\d{1,9}))?S")
_ANY = (_DA1, _DA2, _VERSION, _CURSOR, _PIXELS, _MODE, _SGR, _GRAPHICS, _SHARED, _GEOMETRY)


def parse(data: bytes) -> Answers:
    """The answers in `data`; keys that were typed meanwhile, noise and cut sequences are passed over."""
    final, second, version = _DA1.search(data), _DA2.search(data), _VERSION.search(data)
    mode, sgr, graphics = _MODE.search(data), _SGR.search(data), _GRAPHICS.search(data)
    shared = _SHARED.search(data)
    sizes = {match[1]: (int(match[3]), int(match[2])) for match in _PIXELS.finditer(data)}
    sixel = {match[1]: (int(match[2]), int(match[3] or 0)) for match in _GEOMETRY.finditer(data)}
    width, height = sixel.get(b"2", (0, 0))
    return Answers(
        complete=final is not None,
        begun=any(pattern.search(data) for pattern in _ANY),
        attributes=_numbers(final),
        secondary=_numbers(second),
        name="" if version is None else _printable(version[1]),
        widths=_widths(data),
        window_pixels=sizes.get(b"4"),
        cell_pixels=sizes.get(b"6"),
        true_color=sgr is not None and _SGR_KEPT.search(sgr[1]) is not None,
        synchronized=mode is not None and mode[1] in (b"1", b"2", b"3"),
        kitty=graphics is not None and graphics[1] == b"OK",
        kitty_shared=shared is not None and shared[1] == b"OK",
        sixel_colors=sixel.get(b"1", (0, 0))[0],
        sixel_pixels=(width, height) if width and height else None,
    )


def _numbers(match: re.Match[bytes] | None) -> tuple[int, ...]:
    if match is None:
        return ()
    return tuple(int(number[:9]) for number in match[1].split(b";") if number)


def _printable(name: bytes) -> str:
    text = "".join(character for character in name.decode("utf-8", "replace") if character.isprintable())
    return text[:64]


def _widths(data: bytes) -> tuple[float, float, float] | None:
    """Cells from the three cursor reports, which stand on one row; ctrl+F3 looks like a report and may come between."""
    reports = [(int(match[1]), int(match[2])) for match in _CURSOR.finditer(data)]
    triples = zip(reports, reports[1:], reports[2:], strict=False)
    measured = [
        ((first[1] - 1) / 2, (second[1] - 1) / 2, (third[1] - 1) / 2)
        for first, second, third in triples
        if first[0] == second[0] == third[0]
    ]
    expected = [widths for widths in measured if widths[1] == 2 and widths[0] in (1, 2) and widths[2] in (1, 2)]
    return next(iter(expected or reversed(measured)), None)


_TRUE_COLOR_NAME = re.compile(r"(?i:kitty|wezterm|foot|ghostty|contour|iterm2|konsole|mintty|vte|alacritty|rio|tmux)\b")
_XTERM = re.compile(r"XTerm\((\d+)\)")
_XTERM_TRUE_COLOR = 331


def identify(secondary: tuple[int, ...]) -> tuple[str, ColorDepth | None]:
    """Name and colour depth that DA2 gives away, for terminals that do not answer XTVERSION.

    PuTTY and what is built on it say 0;136;0; 24 bits came with 0.71 under the same answer, so 256 it is.
    """
    kind, version, third = (*secondary, 0, 0, 0)[:3]
    if (kind, version, third) == (0, 136, 0) and len(secondary) == 3:
        return "PuTTY", "256"
    if (kind, version, third) == (0, 10, 1):
        return "Windows Terminal", "true"
    if kind == 65 and version >= 3600:
        return "VTE", "true"
    if kind == 77 and version >= 20000:
        return "mintty", "true"
    if kind == 41 and version >= _XTERM_TRUE_COLOR:
        return f"XTerm({version})", "true"
    return "", None


def name_has_true_color(name: str) -> bool:
    """Whether XTVERSION names a terminal known to show 24-bit colour. tmux is one: it converts where it must."""
    xterm = _XTERM.match(name)
    if xterm is not None:
        return int(xterm[1]) >= _XTERM_TRUE_COLOR
    return _TRUE_COLOR_NAME.match(name) is not None


_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_PLACEHOLDERS_SINCE = (0, 28)


def name_has_placeholders(name: str) -> bool:
    """Whether kitty graphics may be placed with placeholder characters. The query says OK without them as well."""
    kitty = _KITTY.match(name)
    if kitty is not None:
        return (int(kitty[1]), int(kitty[2])) >= _PLACEHOLDERS_SINCE
    return name.lower().startswith("ghostty")


def name_has_inline_images(name: str) -> bool:
    """Whether XTVERSION names a terminal that shows iTerm2's inline images."""
    return re.match(r"(?i:iterm2|wezterm|mintty)\b", name) is not None


class LateAnswers:
    """Takes answers out of input that is meant as keys, for a terminal that had not answered when the probe gave up.

    Put it between the terminal and the key parser. Nothing else is changed or lost: what could be the beginning of an
    answer is held back until the rest arrives, and a lone escape never is.
    """

    def __init__(self) -> None:
        self.done = False
        """The last answer has come: from now on everything passes."""
        self._held = ""

    def strip(self, text: str) -> str:
        """`text`, with what was held back before it, without answers."""
        if self.done:
            return text
        text = self._held + text
        self._held = ""
        kept, end = [], 0
        for match in _LATE.finditer(text):
            kept.append(text[end : match.start()])
            end = match.end()
            if match["last"]:
                self.done = True
                return "".join(kept) + text[end:]
        rest = text[end:]
        begun = _BEGUN.search(rest)
        if begun is not None:
            self._held = begun[0]
            rest = rest[: begun.start()]
        return "".join(kept) + rest


_LATE = re.compile(
    r"(?P<last>\x1b\[\?[\d;]*c)"
    r"|\x1b\[>[\d;]*c|\x1b\[\?[12];\d[\d;]*S|\x1b\[\d+;\d+R|\x1b\[[46];\d+;\d+t|\x1b\[\?2026;\d\$y"
    r"|\x1bP(?:>\||[01]\$r)[^\x1b\x07]*\x1b\\|\x1b_Gi=3[12];[^\x1b]*\x1b\\"
)
_BEGUN = re.compile(r"\x1b(?:\[[>?]?\d[\d;]*\$?|\[[>?]|P[>01][^\x1b\x07]*\x1b?|_G[^\x1b]*\x1b?)\Z")
