"""What the terminal page says."""

from dataclasses import dataclass

from console.graphics.choice import MODE_NAMES
from console.graphics.encoder import CHOICES
from console.graphics.terminal import Terminal
from console.i18n import N_, _
from console.model.text import size_text
from console.widgets.line_list import Line

MODES = tuple(mode for mode in MODE_NAMES if mode in CHOICES)
"""Ways to draw that can be tried, in this order."""

SAMPLES = {"quadrant": "▚▞▙▜", "sextant": "🬗🬤🬞🬭", "braille": "⠓⡇⢸⣤"}
"""Characters that not every font has."""

HINTS = (
    ("PuTTY", N_("0.71 or later, character set UTF-8, --colors true for 24 bits; draws half blocks, no graphics")),
    ("Xshell", N_("version 7 or later, terminal type xterm-256color, UTF-8; sixel where its options offer it")),
    ("SecureCRT", N_("terminal Xterm, ANSI colour, UTF-8; sixel where its version offers it")),
    ("MobaXterm", N_("UTF-8, --colors true; half blocks or quadrants; its X server runs xterm -ti vt340 with sixel")),
    ("Windows Terminal", N_("1.22 or later has sixel; older ones show half blocks in 24 bits")),
    ("xterm", N_("start it with -ti vt340 for sixel")),
    ("tmux", N_("set -as terminal-features ',*:RGB' for 24 bits; set -g allow-passthrough on for a local kitty")),
)
"""What to switch on, for the terminals that engineers have."""


@dataclass(frozen=True)
class Measured:
    """What the terminal page has found out by itself."""

    mode: str
    """The way to draw in force."""
    wish: str
    """As the setting says."""
    greys: int
    round_trip: float
    """Seconds; 0 when unknown."""
    rate: float
    """Bytes a second; 0 when unknown."""


def lines(terminal: Terminal, depth: str, measured: Measured) -> list[Line]:
    """Everything, as lines: what was found, the ways to draw, what to switch on."""
    found = [
        Line(_("What was found"), heading=True),
        *(Line(name, 1, right=value) for name, value in _facts(terminal, depth, measured)),
        Line(_("Ways to draw (enter tries one and keeps it)"), heading=True),
    ]
    for mode in MODES:
        fits = _fits(mode, terminal)
        note = _("in force") if mode == measured.wish else ("" if fits else _("not offered here"))
        if fits and mode in SAMPLES:
            # Nothing can be asked about a font: the operator sees whether these are shapes or boxes.
            note = f"{SAMPLES[mode]}  {note}".rstrip()
        found.append(Line(_(MODE_NAMES[mode]), 1, right=note, key=mode))
    found.append(Line(_("What to switch on"), heading=True))
    found += [Line(f"{name}: {_(hint)}", 1) for name, hint in HINTS]
    return found


def caption(measured: Measured) -> str:
    """Below the ramp."""
    sentence = _("grey ramp by {mode}: {greys} greys of 256")
    return sentence.format(mode=_(MODE_NAMES.get(measured.mode, measured.mode)), greys=measured.greys)


def _facts(terminal: Terminal, depth: str, measured: Measured) -> list[tuple[str, str]]:
    yes, no, unknown = _("yes"), _("no"), _("unknown")

    def said(value: bool) -> str:
        return yes if value else no

    name = terminal.name or unknown
    if terminal.remembered:
        name = _("{name} (it did not answer; as remembered)").format(name=name)
    elif not terminal.answered:
        name = _("{name} (it did not answer)").format(name=name)
    cell = terminal.cell_pixels
    sixel = said(terminal.sixel)
    if terminal.sixel and terminal.sixel_colors:
        sixel = _("{colors} colours").format(colors=terminal.sixel_colors)
        if terminal.sixel_pixels is not None:
            sixel += _(", up to {width}x{height} pixels").format(
                width=terminal.sixel_pixels[0], height=terminal.sixel_pixels[1]
            )
    kitty = said(terminal.kitty or terminal.kitty_placeholders)
    if terminal.kitty_shared:
        kitty = _("yes, by shared memory")
    multiplexed = no
    if terminal.multiplexed:
        multiplexed = _("yes, hands graphics through") if terminal.passthrough else _("yes, keeps graphics back")
    width = _("two cells: pictures and frames do without them") if terminal.ambiguous_wide else _("one cell")
    return [
        (_("terminal"), name),
        (_("size in cells"), f"{terminal.columns}x{terminal.rows}"),
        (_("a cell in pixels"), unknown if cell is None else f"{cell[0]}x{cell[1]}"),
        (_("colours"), _("true colour") if depth == "true" else depth),
        (_("sixel graphics"), sixel),
        (_("kitty graphics"), kitty),
        (_("inline images of iTerm2"), said(terminal.iterm)),
        (_("tmux or screen"), multiplexed),
        (_("in a browser"), said(terminal.web)),
        (_("synchronized updates"), said(terminal.synchronized)),
        (_("UTF-8"), said(terminal.utf8)),
        (_("doubtful characters"), width),
        (_("round trip"), f"{measured.round_trip * 1000:.1f} ms" if measured.round_trip else unknown),
        (_("drawn in a second"), size_text(round(measured.rate)) if measured.rate else _("not measured yet: r")),
    ]


def _fits(mode: str, terminal: Terminal) -> bool:
    """Whether the probe vouches for it; what it does not can be tried all the same."""
    graphics = {"sixel": terminal.sixel, "kitty": terminal.kitty, "iterm": terminal.iterm}
    return graphics.get(mode, mode in ("auto", "ascii", "off") or (terminal.utf8 and not terminal.wide_blocks))
