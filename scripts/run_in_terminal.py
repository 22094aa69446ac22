"""Runs a command in a terminal without a window, waits until the screen shows something, types keys, watches it leave.

    python3 -m scripts.run_in_terminal --expect '练习|Practice' --picture --keys ctrl+q -- 'cathlab demo'

Exit status 0 when the screen showed all of it, the command ended with status 0 after the keys, and left the terminal
as it had found it. Needs a POSIX system.
"""

import argparse
import contextlib
import os
import pty
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fcntl import ioctl
from termios import TIOCSWINSZ

from scripts.screen import Screen

LEFT_ON = {47: "the second screen", 1000: "the mouse", 1003: "the mouse", 1006: "the mouse", 1049: "the second screen"}
"""Modes that a program has to switch off before it leaves."""
PICTURE_CELLS = 300
"""Cells that make a picture: an eighth of a screen of 80x24."""

KEYS = {"enter": b"\r", "escape": b"\x1b", "space": b" ", "tab": b"\t", "up": b"\x1b[A", "down": b"\x1b[B"}


class Trouble(Exception):
    """What went otherwise than expected, in one sentence."""


@dataclass(frozen=True)
class Wanted:
    """What the screen has to show, all at the same time."""

    patterns: Sequence[str]
    """Regular expressions, each found somewhere on the screen."""
    picture: bool
    """A picture of block characters."""

    def missing(self, screen: Screen) -> list[str]:
        """What is not there yet, in words."""
        text = screen.text()
        found = [f"the text {pattern!r}" for pattern in self.patterns if not re.search(pattern, text)]
        if self.picture and screen.picture_cells() < PICTURE_CELLS:
            found.append("a picture")
        return found


class Session:
    """One command in a terminal of its own."""

    def __init__(self, command: str, columns: int, rows: int) -> None:
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp("bash", ["bash", "-c", command])
        ioctl(self._terminal, TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20))
        self.screen = Screen(columns, rows, self._write)
        self.status: int | None = None
        """Exit status once the command has ended, negative for a signal."""

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the command has gone away; waiting for it will tell
            os.write(self._terminal, data)

    def read(self, seconds: float) -> None:
        """Take in what the command writes within `seconds`, until something came."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError:
            data = b""
        if data:
            self.screen.feed(data)
        else:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])

    def type(self, key: str) -> None:
        """Type one key: a name, ctrl+letter, or the characters as they stand."""
        if match := re.fullmatch(r"ctrl\+([a-z])", key):
            self._write(bytes([ord(match[1]) - 96]))
        else:
            self._write(KEYS.get(key, key.encode()))

    def close(self) -> None:
        """End the command if it has not ended, and give the terminal back."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._terminal)


@contextlib.contextmanager
def session(command: str, columns: int, rows: int) -> Iterator[Session]:
    """A session that is closed whatever happens."""
    opened = Session(command, columns, rows)
    try:
        yield opened
    finally:
        opened.close()


def watch(running: Session, wanted: Wanted, keys: Sequence[str], patience: float, leaving: float) -> float:
    """Wait, type, wait for the end; seconds until the screen showed everything. Raises Trouble."""
    started = time.monotonic()
    while missing := wanted.missing(running.screen):
        if running.status is not None:
            raise Trouble(f"The command ended with status {running.status} before it showed {' and '.join(missing)}.")
        if time.monotonic() - started > patience:
            raise Trouble(f"After {patience:.0f} s the screen does not show {' and '.join(missing)}.")
        running.read(0.2)
    shown = time.monotonic() - started
    for key in keys:
        running.type(key)
        running.read(0.2)
    deadline = time.monotonic() + leaving
    while running.status is None:
        if time.monotonic() > deadline:
            raise Trouble(f"The command was still there {leaving:.0f} s after {' '.join(keys) or 'nothing'} was typed.")
        running.read(0.2)
    if running.status != 0:
        raise Trouble(f"The command ended with status {running.status}.")
    left = sorted({name for mode, name in LEFT_ON.items() if mode in running.screen.modes})
    if 25 not in running.screen.modes:
        left.append("a hidden cursor")
    if left:
        raise Trouble(f"The command left the terminal with {' and '.join(left)}.")
    return shown


def main(arguments: list[str] | None = None) -> int:
    """Run one command; on trouble show its last screen."""
    parser = argparse.ArgumentParser(description="Runs a command in a terminal without a window.")
    parser.add_argument("--size", default="120x36", metavar="COLSxROWS")
    parser.add_argument("--expect", action="append", default=[], metavar="REGEX", help="text that has to be seen")
    parser.add_argument("--picture", action="store_true", help="a picture has to be seen")
    parser.add_argument("--keys", nargs="*", default=[], help="keys to type then, such as ctrl+q")
    parser.add_argument("--patience", type=float, default=600, metavar="SECONDS", help="for the screen to show it")
    parser.add_argument("--leaving", type=float, default=15, metavar="SECONDS", help="for the command to end")
    parser.add_argument("command", help="for bash")
    options = parser.parse_args(arguments)
    columns, rows = (int(part) for part in options.size.split("x"))
    wanted = Wanted(options.expect, options.picture)
    with session(options.command, columns, rows) as running:
        try:
            seconds = watch(running, wanted, options.keys, options.patience, options.leaving)
        except Trouble as trouble:
            print(f"{running.screen.text()}\n{trouble}", file=sys.stderr)
            return 1
    print(f"Shown after {seconds:.1f} s, left in good order.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
