"""Opening the full-screen console: prepare the environment, ask the terminal, then (and only then) import Textual."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import ConsoleError, StoreError, TerminalError
from console.graphics.answers import LateAnswers
from console.graphics.blocks import GRID
from console.graphics.choice import MODE_NAMES, GraphicsChoice
from console.graphics.encoder import Colors
from console.graphics.probe import drain, probe
from console.graphics.terminal import Terminal
from console.i18n import N_, _
from console.pictures import decoders_sentence
from console.services import Services
from console.store.files import replace_file
from console.terminals import known

if TYPE_CHECKING:
    from console.app import ConsoleApp

_LEAVE_SECONDS = 5.0
"""The console ends this long after it was told to, even when a dead terminal or share holds one of its threads."""

_TEXTUAL_COLORS = {"true": "truecolor", "256": "256", "16": "standard"}


def launch(
    services: Services, *, start_with: Sequence[Path], graphics: str, colors: str, assume_utf8: bool, debug: bool
) -> int:
    """Run the console until the operator leaves. Returns the exit status.

    Raises TerminalError with one sentence when the terminal cannot show it.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TerminalError(
            _("No terminal"), _("The console needs a terminal. For scripts there are the verbs of cathlab --help.")
        )
    terminal = known(
        probe(sys.stdin.fileno(), sys.stdout.fileno()),
        services.home,
        writing=not services.preferences.read_only,
        write=partial(os.write, sys.stdout.fileno()),
    )
    if not (terminal.utf8 or assume_utf8):
        raise TerminalError(
            _("The terminal does not show UTF-8"),
            # In English as well: this terminal will hardly show the Chinese.
            _both(
                N_(
                    "The character 张 did not take two columns. Set LANG to a UTF-8 locale (zh_CN.UTF-8) and the "
                    "character set of the terminal program to UTF-8; --assume-utf8 skips this test."
                )
            ),
        )
    depth = _depth(colors, services.preferences.now.colors, terminal)
    wish = services.preferences.now.graphics if graphics == "auto" else graphics
    if terminal.web and wish not in (*GRID, "off"):
        wish = "blocks"
    app = _build(services, terminal, GraphicsChoice(wish, terminal, depth), start_with)
    with _practice_servers(services):
        status = _run(app)
    if not terminal.answered:
        drain(sys.stdin.fileno())
    if app.fault and not app.hung_up:
        if debug:
            sys.stderr.write(app.fault)
        raise ConsoleError(_("The console stopped"), _fault_sentence(services, app.fault))
    if not app.hung_up:
        services.note("console closed")
    return status


@contextmanager
def _practice_servers(services: Services) -> Iterator[None]:
    """The practice site's servers live as long as its console."""
    if not services.practice or services.preferences.read_only:
        yield
        return
    from console.demo.ward_job import WardJob

    ward = WardJob(services.home)
    try:
        yield
    finally:
        ward.close()


def _both(sentence: str) -> str:
    translated = _(sentence)
    return sentence if translated == sentence else f"{sentence}\n{translated}"


def _depth(option: str, setting: str, terminal: Terminal) -> Colors:
    """Colours from --colors, else NO_COLOR, else the setting, else what the terminal says."""
    depths: tuple[Colors, ...] = ("true", "256", "16", "none")
    for wish in (option, "none" if os.environ.get("NO_COLOR") else "", setting):
        for depth in depths:
            if wish == depth:
                return depth
    return terminal.color


def _build(
    services: Services, terminal: Terminal, graphics: GraphicsChoice, start_with: Sequence[Path]
) -> "ConsoleApp":
    # Input methods lose Chinese text under the kitty keyboard protocol; constants are read when Textual is imported.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    depth = graphics.depth
    if depth == "none":
        os.environ["NO_COLOR"] = "1"
    else:
        os.environ.pop("NO_COLOR", None)
        os.environ["TEXTUAL_COLOR_SYSTEM"] = _TEXTUAL_COLORS[depth]
    from console.app import ConsoleApp
    from console.theme import PLAIN, Symbols, plain_scrollbars
    from console.widgets.direct_paint import filter_input

    if not terminal.answered:
        filter_input(LateAnswers().strip)
    plain = terminal.ambiguous_wide or terminal.wide_blocks or os.environ.get("TERM") == "linux"
    if plain:
        plain_scrollbars()

    def facts() -> tuple[str, ...]:
        depths = {"true": _("true colour"), "none": _("none")}
        return (
            _("terminal: {name}").format(name=terminal.name or _("unknown")),
            _("colours: {depth}").format(depth=depths.get(depth, depth)),
            _("pictures: {mode}").format(mode=_(MODE_NAMES.get(graphics.name, graphics.name))),
            decoders_sentence(),
        )

    app = ConsoleApp(
        services,
        graphics.encoder,
        symbols=PLAIN if plain else Symbols(),
        start_with=start_with,
        machine_facts=facts,
        graphics=graphics,
    )
    app.round_trip = terminal.round_trip_ms / 1000
    app.terminal_answers = terminal.answered
    app.cell_height = terminal.cell_pixels[1] if terminal.cell_pixels else 0
    return app


def _run(app: "ConsoleApp") -> int:
    def leave_when_cut() -> None:
        while not (app.hung_up or app.leaving):
            time.sleep(0.5)
        time.sleep(_LEAVE_SECONDS)
        os._exit(129 if app.hung_up else 0)

    # Of our own threads: without this the traceback would be written across the screen, and the picture stand still.
    threading.excepthook = lambda arguments: app.fail(arguments.exc_value)
    threading.Thread(target=leave_when_cut, name="hang-up", daemon=True).start()
    try:
        status = app.run()
    except OSError:
        # Writing the last bytes to a terminal that is gone.
        if not app.hung_up:
            raise
        status = 129
    return status or 0


def _fault_sentence(services: Services, fault: str) -> str:
    path = services.home / "faults" / f"{services.clock():%Y%m%d-%H%M%S}.txt"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        replace_file(path, fault.encode())
    except (OSError, StoreError) as error:
        return _("A fault of its own ended the console, and its record could not be written ({reason}).").format(
            reason=error
        )
    return _(
        "A fault of its own ended the console. Nothing that was confirmed is lost; the record is in {path}."
    ).format(path=path)
