"""The console in tmux: graphics for a kitty of this machine, characters as soon as somebody else looks."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.graphics import shared
from tests.phantoms import write_cine
from tests.support import need_program
from tests.tmux_client import Client, until

PLACEHOLDER = "\U0010eeee".encode()
SHOWN = re.compile(rb"\x1b_Ga=T,[^;]*U=1,[^;]*t=s[^;]*;")
ROOT = str(Path(__file__).parents[2])


@pytest.mark.skipif(not shared.available(), reason="this system shows no shared memory as files")
def test_pictures_follow_whoever_looks_at_tmux(tmp_path: Path) -> None:
    # GIVEN the viewer in a tmux that lets graphics through, and a kitty that shows it
    path = tmp_path / "run.dcm"
    write_cine(path, frames=20, fps=10.0)
    tmux = [need_program("tmux"), "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    words = f"exec {sys.executable} -m console --lang en --home {tmp_path / 'home'} view {path}"
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "90", "-y", "30", "-e", f"PYTHONPATH={ROOT}", f"read go; {words}"],
        check=True,
        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
    )
    looking: list[Client] = []

    def look(name: str) -> Client:
        looking.append(Client(tmux, name, fetches=name.startswith("kitty")))
        return looking[-1]

    try:
        subprocess.run([*tmux, "set", "-g", "allow-passthrough", "on"], check=True)
        kitty = look("kitty(0.41.1)")
        until(lambda: "kitty" in _names(tmux), "tmux knows its client")
        subprocess.run([*tmux, "send-keys", "Enter"], check=True)
        # THEN frame after frame comes through, behind placeholders, and is fetched
        until(lambda: len(SHOWN.findall(bytes(kitty.seen))) > 5, "frames in kitty")
        assert PLACEHOLDER in kitty.seen
        # WHEN kitty is gone and an xterm attaches
        kitty.end()
        looking.clear()
        xterm = look("XTerm(379)")
        # THEN what it gets are characters
        until(lambda: "▀".encode() in xterm.seen, "half blocks in xterm")
        mark = len(xterm.seen)
        until(lambda: len(xterm.seen) > mark + 100_000, "more frames")
        assert not SHOWN.search(bytes(xterm.seen[mark:]))
        assert PLACEHOLDER not in xterm.seen[mark:]
        # AND back in kitty it is graphics again
        xterm.end()
        looking.clear()
        again = look("kitty(0.41.1)")
        until(lambda: len(SHOWN.findall(bytes(again.seen))) > 5, "frames in kitty again")
    finally:
        for client in looking:
            client.end()
        subprocess.run([*tmux, "kill-server"], check=False)


def _names(tmux: list[str]) -> str:
    shown = subprocess.run(
        [*tmux, "list-clients", "-F", "#{client_termtype}"], capture_output=True, text=True, check=False
    )
    return shown.stdout
