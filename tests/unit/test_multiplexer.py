"""tmux itself, with a client that we play: it says it is kitty, and reads shared memory or does not."""

import base64
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from console.graphics import shared
from console.multiplexer import clients
from tests.support import need_program

_ASKED = re.compile(rb"\x1b_Gi=32,s=1,v=1,a=q,t=s,f=24,S=3,q=2;([A-Za-z0-9+/=]*)\x1b\\")
_INSIDE = """
import json, os, sys
from console.graphics.terminal import unasked
from console.multiplexer import seen_through
found = seen_through(unasked({}, (80, 24), windows=False), os.environ, lambda data: os.write(1, data))
with open(sys.argv[1], "w") as stream:
    json.dump([found.passthrough, found.kitty_placeholders, found.kitty_shared], stream)
"""


class Client(threading.Thread):
    """A terminal that shows a tmux session."""

    def __init__(self, tmux: list[str], name: str, *, fetches: bool) -> None:
        super().__init__(daemon=True)
        self._name, self._fetches = name, fetches
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 720, 432))
        environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        environ.pop("TMUX", None)
        self.process = subprocess.Popen([*tmux, "attach"], stdin=slave, stdout=slave, stderr=slave, env=environ)
        os.close(slave)
        self._data = b""
        self.start()

    def run(self) -> None:
        answered = False
        while self.process.poll() is None:
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                self._data += os.read(self.master, 65536)
            except OSError:
                return
            if not answered and re.search(rb"\x1b\[>0?q", self._data):
                answered = True
                os.write(self.master, f"\x1bP>|{self._name}\x1b\\".encode())
            asked = _ASKED.search(self._data)
            if asked is not None and self._fetches:
                (shared.FOLDER / base64.b64decode(asked[1]).decode()).unlink(missing_ok=True)
                self._data = self._data[asked.end() :]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.join(10)
        os.close(self.master)


@pytest.mark.skipif(not shared.available(), reason="this system shows no shared memory as files")
@pytest.mark.parametrize(
    ("name", "fetches", "allowed", "expected"),
    [
        ("kitty(0.41.1)", True, "on", [True, True, True]),
        ("kitty(0.41.1)", False, "on", [True, False, False]),
        ("kitty(0.26.5)", True, "on", [True, False, False]),
        ("XTerm(379)", True, "on", [True, False, False]),
        ("kitty(0.41.1)", True, "off", [False, False, False]),
    ],
)
def test_only_a_terminal_of_this_machine_that_knows_placeholders_gets_pictures(
    tmp_path: Path, name: str, fetches: bool, allowed: str, expected: list[bool]
) -> None:
    # GIVEN tmux, and somebody who looks at it
    tmux = [need_program("tmux"), "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    (tmp_path / "inside.py").write_text(_INSIDE)
    found = tmp_path / "found.json"
    run = f"{sys.executable} {tmp_path / 'inside.py'} {found}; exec sleep 60"
    environ = {**os.environ, "TMUX": f"{tmp_path / 'tmux'},1,0"}
    root = str(Path(shared.__file__).parents[2])
    subprocess.run(
        [*tmux, "new-session", "-d", "-e", f"PYTHONPATH={root}", f"read go; {run}"],
        check=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    client = None
    try:
        subprocess.run([*tmux, "set", "-g", "allow-passthrough", allowed], check=True)
        client = Client(tmux, name, fetches=fetches)
        _until(lambda: any(line.endswith(name) for line in clients(environ)))
        # WHEN the console looks through it THEN it believes what it has seen
        subprocess.run([*tmux, "send-keys", "Enter"], check=True)
        _until(lambda: found.exists() and found.read_text().endswith("]"))
        assert json.loads(found.read_text()) == expected
    finally:
        if client is not None:
            client.end()
        subprocess.run([*tmux, "kill-server"], check=False)
    assert clients(environ) == ()


def _until(happened: object) -> None:
    assert callable(happened)
    for _attempt in range(600):
        if happened():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not happen within 30 seconds")
