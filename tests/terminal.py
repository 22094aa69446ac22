"""A pseudo-terminal with somebody in front of it: runs a program, answers its questions, reads what it draws."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Mapping, Sequence
from types import TracebackType

_QUESTION = re.compile(rb"\x1b\[(?:6n|c|>0?q)|\x1b\[\?2026\$p")
_PLACED = re.compile(rb"\x1b\[(\d+);(\d+)H\Z")
_ESCAPES = re.compile(rb"\x1b\[[0-9;?>=$]*[ -/]*[@-~]|\x1b[78=>c()][AB0]?|\x1b[\]P_][^\x1b\x07]*(?:\x1b\\|\x07)")


class Session:
    """One program in a pseudo-terminal of `columns` x `rows` that answers as a true-colour xterm would."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int,
        rows: int,
        environ: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        settings = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
        settings.pop("NO_COLOR", None)
        for name in ("TMUX", "TEXTUAL_COLOR_SYSTEM"):
            settings.pop(name, None)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=settings,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.output = bytearray()
        """Everything the program has written so far."""
        self._answered = 0
        self.silent = False
        """True for a terminal that answers nothing."""
        self.wide_ambiguous = False
        """True for a terminal that draws characters of ambiguous width two cells wide, as CJK set-ups do."""
        self.latin = False
        """True for a terminal that takes each byte for a character."""
        self.pause_s = 0.0
        """Seconds to wait after each read, to play a slow line."""
        self.piece = 65536
        """Bytes of one read at most."""

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What the program writes in the next `seconds`; answers its questions meanwhile."""
        start, deadline = len(self.output), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self._read_piece(left):
                break
        return bytes(self.output[start:])

    def wait_for(self, text: str, seconds: float = 10.0, since: int = 0) -> None:
        """Read until `text` has been drawn after position `since` of the output; else AssertionError."""
        deadline = time.monotonic() + seconds
        raw, seen, stripped = text.encode(), since, 0.0
        while True:
            # The bytes as they come, at once; the text between the colours only now and then, since that costs time.
            if self.output.find(raw, max(seen - len(raw), 0)) >= 0:
                return
            seen = len(self.output)
            left = deadline - time.monotonic()
            alive = left > 0 and self._read_piece(min(left, 0.2))
            if not alive or time.monotonic() - stripped > 0.2:
                stripped = time.monotonic()
                if text in self.text(since):
                    return
            if left <= 0 or (not alive and self.process.poll() is not None):
                raise AssertionError(f"{text!r} was not drawn; last: {self.text(since)[-1500:]!r}")

    def text(self, since: int = 0) -> str:
        """The text drawn after position `since` of the output, without the sequences that move and colour it."""
        return _ESCAPES.sub(b"", bytes(self.output[since:])).decode("utf-8", "replace")

    def finish(self, seconds: float = 10.0) -> int:
        """Read until the program ends; its exit status. AssertionError when it does not end in time."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; last: {self.text()[-1500:]!r}")
            self._read_piece(0.1)
        while self._read_piece(0.1):
            pass
        return self.process.wait()

    def hang_up(self) -> None:
        """Cut the line, as a dropped SSH connection does."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self.master >= 0:
            self.hang_up()

    def _read_piece(self, seconds: float) -> bool:
        """Read once, waiting at most `seconds`; False when nothing came or the program has closed the terminal."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self.master, self.piece)
        except OSError:
            return False
        self.output += piece
        if not self.silent:
            self._answer(len(piece))
        if self.pause_s:
            time.sleep(self.pause_s)
        return bool(piece)

    def _answer(self, count: int) -> None:
        """Answer the questions in the last `count` bytes; one may have begun a little before them."""
        start = max(self._answered, len(self.output) - count - 16)
        tail = bytes(self.output[start:])
        for question in _QUESTION.finditer(tail):
            self._answered = start + question.end()
            kind = question.group()
            if kind == b"\x1b[6n":
                place = _PLACED.search(self.output, max(start + question.start() - 8, 0), start + question.start())
                if place is not None:
                    os.write(self.master, b"\x1b[%b;%bR" % place.groups())  # asked behind a picture, to pace the next
                    continue
                before = bytes(self.output[: start + question.start()]).rpartition(b"\r")[2]
                os.write(self.master, b"\x1b[1;%dR" % (self._cells(before) + 1))
            elif kind == b"\x1b[c":
                os.write(self.master, b"\x1b[?62;22c")
            elif kind == b"\x1b[?2026$p":
                os.write(self.master, b"\x1b[?2026;2$y")

    def _cells(self, data: bytes) -> int:
        """How far the cursor moves."""
        data = _ESCAPES.sub(b"", data)
        if self.latin:
            return len(data)
        wide = "WFA" if self.wide_ambiguous else "WF"
        text = data.decode("utf-8", "replace")
        return sum(2 if unicodedata.east_asian_width(letter) in wide else 1 for letter in text if letter.isprintable())
