"""A scripted terminal at the other end of a pseudo-terminal."""

import fcntl
import os
import select
import struct
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""


@dataclass
class FakeTerminal:
    """What the program under test talks to."""

    master: int
    fd: int
    """The program's side."""
    asked: bytes = b""
    """What the program has written so far."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def listen(self, until: bytes) -> bool:
        """Read until the program has written `until`; False when the test is over first."""
        while until not in self.asked:
            if self.stopped.is_set():
                return False
            if select.select([self.master], [], [], 0.05)[0]:
                self.asked += os.read(self.master, 4096)
        return True

    def answer(self, data: bytes) -> None:
        """Send all of `data`, as fast as the program reads it."""
        while data and not self.stopped.is_set():
            if select.select([], [self.master], [], 0.05)[1]:
                data = data[os.write(self.master, data[:1000]) :]

    def waiting(self) -> int:
        """Bytes that the program has not read yet."""
        return int(struct.unpack("i", fcntl.ioctl(self.fd, termios.FIONREAD, bytes(4)))[0])


@contextmanager
def fake_terminal(
    play: Callable[[FakeTerminal], None], size: tuple[int, int] = (100, 30), pixels: tuple[int, int] = (0, 0)
) -> Iterator[FakeTerminal]:
    """A terminal of `size` (columns, rows) on which `play` runs in a thread of its own."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], *pixels))
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ICANON  # so that FIONREAD counts; the probe sets its own modes
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    terminal = FakeTerminal(master, slave)
    player = threading.Thread(target=play, args=(terminal,), daemon=True)
    player.start()
    try:
        yield terminal
    finally:
        terminal.stopped.set()
        player.join(PATIENCE)
        for fd in (slave, terminal.master):
            if fd >= 0:
                os.close(fd)
        assert not player.is_alive(), "the fake terminal never ended"
