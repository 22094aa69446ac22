"""Asks the terminal, once, before the application takes it: how wide its characters are, what it can draw.

One write, then reading until the answer to the last question. A terminal that answers late is the difficult case: see
`probe` and `drain` for what is done about it and how far that goes.
"""

import os
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from console.errors import TerminalError
from console.graphics import shared as shared_memory
from console.graphics.answers import (
    Answers,
    identify,
    name_has_inline_images,
    name_has_placeholders,
    name_has_true_color,
    parse,
    questions,
)
from console.graphics.terminal import ColorDepth, Terminal, environment_color, environment_utf8, multiplexed, unasked
from console.i18n import _

TIMEOUT = 1.5
"""Seconds to wait for the first answer, and again for the next: a satellite link needs 0.7."""

_MOST = 4096
"""Bytes kept; a paste while asking must not grow without bound. All answers together are some 200."""

_LONGEST = 256
"""Bytes that hold any answer."""

_ENDS = b"cRtyS\\"
"""Last bytes of the answers."""


def probe(
    stdin_fd: int = 0, stdout_fd: int = 1, timeout: float = TIMEOUT, environ: Mapping[str, str] | None = None
) -> Terminal:
    """What the terminal behind the two descriptors is, by asking it; by the environment where nobody can be asked.

    Nobody is asked on Windows and where either descriptor is not a terminal. TERM=dumb, or none, is a TerminalError:
    such a terminal cannot place the cursor.

    Waits up to `timeout` seconds for an answer and, once one has come, as long again after each piece, three times
    `timeout` in all: a slow link that has begun to answer is waited for. Everything read meanwhile is discarded, keys
    typed ahead included, since they cannot be put back; keys that follow the last answer are left alone.

    If the last answer never came (`answered` is False) the input that lies ready is thrown away too. What is still
    under way then reaches whoever reads next: `console.graphics.answers.LateAnswers` takes it out of the application's
    input, `drain` out of the shell's when the application has ended. Only answers that come after the program is gone
    reach the shell; nothing can stop those.
    """
    environ = os.environ if environ is None else environ
    size = _size(stdout_fd, environ)
    if os.name == "nt" or not (os.isatty(stdin_fd) and os.isatty(stdout_fd)):
        return unasked(environ, size)
    term = environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        raise TerminalError(
            _("This terminal cannot show the console"),
            _("TERM is {term}, a terminal that cannot place the cursor: start the console in another one.").format(
                term=term or _("not set")
            ),
        )
    plain = term == "linux"
    memory = shared_memory.SharedMemory()
    started = time.monotonic()
    with _raw(stdin_fd) as terminal_modes:
        inner = multiplexed(environ)
        here = not (plain or inner or environ.get("SSH_CONNECTION")) and shared_memory.available()
        shared = memory.put(b"\0\0\0") if here else None
        sent = _send(stdout_fd, questions(plain, inner, shared or ""), started + timeout)
        asked = time.monotonic()
        data = _receive(stdin_fd, asked, timeout) if sent else b""
        elapsed = time.monotonic() - asked
        answers = parse(data)
        terminal_modes.discard_input = not answers.complete
    memory.clear()
    return _conclude(answers, environ, size, _cell_from_system(stdout_fd, size), elapsed)


def cell_size(stdout_fd: int, columns: int, rows: int) -> tuple[int, int] | None:
    """Width and height of a cell in pixels as the system knows them now; None where it does not. Asks nobody."""
    cell = _cell_from_system(stdout_fd, (max(columns, 1), max(rows, 1)))
    return cell if cell is not None and _plausible(cell) else None


def drain(stdin_fd: int = 0, timeout: float = 0.3) -> bool:
    """Throw away answers that came after the probe had given up; True when the last of them was seen.

    To be called when the application has ended and `Terminal.answered` was False, before the shell reads again.
    """
    if os.name == "nt" or not os.isatty(stdin_fd):
        return False
    with _raw(stdin_fd) as terminal_modes:
        terminal_modes.discard_input = True
        return parse(_receive(stdin_fd, time.monotonic(), timeout)).complete


class _Modes:
    """What to do when the terminal's modes are put back."""

    discard_input = True


@contextmanager
def _raw(fd: int) -> Iterator[_Modes]:
    """Input unbuffered and unechoed; ctrl+C still works. Restored whatever happens."""
    if sys.platform == "win32":
        raise OSError("a Windows console has no terminal modes")
    import termios

    before = termios.tcgetattr(fd)
    raw = termios.tcgetattr(fd)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    modes = _Modes()
    # TCSANOW everywhere: the other ways wait for output to drain, for ever where the user has stopped it with ctrl+S.
    termios.tcsetattr(fd, termios.TCSANOW, raw)
    try:
        yield modes
    finally:
        # A line that was dropped meanwhile has no modes to restore.
        with suppress(termios.error):
            if modes.discard_input:
                termios.tcflush(fd, termios.TCIFLUSH)
            termios.tcsetattr(fd, termios.TCSANOW, before)


def _send(fd: int, data: bytes, deadline: float) -> bool:
    """Write all of `data`; False when the terminal does not take it in time (output stopped, line gone)."""
    while data:
        if not select.select([], [fd], [], max(deadline - time.monotonic(), 0))[1]:
            return False
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            continue
        except OSError:
            return False
    return True


def _receive(fd: int, started: float, timeout: float) -> bytes:
    """Bytes up to and with the answer to the last question, or what came until the patience ran out.

    Reads byte by byte, so that a key that follows the last answer stays for the application.
    """
    data = bytearray()
    begun = False
    deadline = started + timeout
    while select.select([fd], [], [], max(deadline - time.monotonic(), 0))[0]:
        try:
            byte = os.read(fd, 1)
        except BlockingIOError:
            continue
        except OSError:
            break
        if not byte:
            break
        data += byte
        if byte in _ENDS:
            answers = parse(bytes(data[-_LONGEST:]))
            if answers.complete:
                break
            begun = begun or answers.begun
        if begun:
            deadline = min(time.monotonic() + timeout, started + 3 * timeout)
        del data[:-_MOST]
    return bytes(data)


def _conclude(
    answers: Answers,
    environ: Mapping[str, str],
    size: tuple[int, int],
    system_cell: tuple[int, int] | None,
    elapsed: float,
) -> Terminal:
    """Answers and environment together."""
    columns, rows = size
    inner = multiplexed(environ)
    guessed, guessed_color = identify(answers.secondary)
    utf8, ambiguous_wide, wide_blocks = environment_utf8(environ), False, False
    if answers.widths is not None:
        ambiguous, wide, block = answers.widths
        utf8 = wide == 2 and ambiguous in (1, 2)
        ambiguous_wide = utf8 and ambiguous == 2
        wide_blocks = utf8 and block != 1
    window_cell = None
    if answers.window_pixels is not None:
        window_cell = answers.window_pixels[0] // columns, answers.window_pixels[1] // rows
    cells = (cell for cell in (answers.cell_pixels, system_cell, window_cell) if cell is not None and _plausible(cell))
    return Terminal(
        columns=columns,
        rows=rows,
        utf8=utf8,
        ambiguous_wide=ambiguous_wide,
        cell_pixels=next(cells, None),
        name=answers.name or guessed or environ.get("TERM", ""),
        color=_color(answers, guessed_color, environ),
        sixel=not inner and 4 in answers.attributes[1:],
        kitty=not inner and answers.kitty,
        synchronized=answers.synchronized,
        answered=answers.complete,
        round_trip_ms=elapsed * 1000 if answers.complete else 0.0,
        wide_blocks=wide_blocks,
        sixel_colors=answers.sixel_colors,
        sixel_pixels=answers.sixel_pixels,
        kitty_placeholders=not inner and answers.kitty and name_has_placeholders(answers.name),
        kitty_shared=not inner and answers.kitty and answers.kitty_shared,
        iterm=not inner and name_has_inline_images(answers.name),
        multiplexed=inner,
    )


def _color(answers: Answers, guessed: ColorDepth | None, environ: Mapping[str, str]) -> ColorDepth:
    """The best that anything vouches for."""
    said = environment_color(environ)
    if "true" in (said, guessed) or answers.true_color or name_has_true_color(answers.name):
        return "true"
    return "256" if "256" in (said, guessed) else "16"


def _plausible(cell: tuple[int, int]) -> bool:
    """Some terminals answer with zeros, some with the whole screen."""
    return 2 <= cell[0] <= 200 and 4 <= cell[1] <= 400


def _size(fd: int, environ: Mapping[str, str]) -> tuple[int, int]:
    """(columns, rows) of the terminal, else of COLUMNS and LINES, else 80 x 24."""
    try:
        found = os.get_terminal_size(fd)
    except OSError:
        found = os.terminal_size((0, 0))
    columns = found.columns or _positive(environ.get("COLUMNS", "")) or 80
    return columns, found.lines or _positive(environ.get("LINES", "")) or 24


def _positive(text: str) -> int:
    return int(text) if re.fullmatch(r"[1-9]\d{0,4}", text) else 0


def _cell_from_system(fd: int, size: tuple[int, int]) -> tuple[int, int] | None:
    """Cell size from the window size in pixels (TIOCGWINSZ); whole division drops xterm's border."""
    if sys.platform == "win32":
        return None
    import fcntl
    import struct
    import termios

    try:
        raw = fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    _rows, _columns, width, height = struct.unpack("HHHH", raw)
    return (width // size[0], height // size[1]) if width and height else None
