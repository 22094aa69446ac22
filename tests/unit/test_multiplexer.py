"""tmux itself, with a client that we play: it says it is kitty, and reads shared memory or does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.graphics import shared
from console.multiplexer import clients
from tests.support import need_program
from tests.tmux_client import Client, until

_INSIDE = """
import json, os, sys
from console.graphics.terminal import unasked
from console.multiplexer import seen_through
found = seen_through(unasked({}, (80, 24), windows=False), os.environ, lambda data: os.write(1, data))
with open(sys.argv[1], "w") as stream:
    json.dump([found.passthrough, found.kitty_placeholders, found.kitty_shared], stream)
"""


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
        until(lambda: any(line.endswith(name) for line in clients(environ)), "tmux knows its client")
        # WHEN the console looks through it THEN it believes what it has seen
        subprocess.run([*tmux, "send-keys", "Enter"], check=True)
        until(lambda: found.exists() and found.read_text().endswith("]"), "the answer")
        assert json.loads(found.read_text()) == expected
    finally:
        if client is not None:
            client.end()
        subprocess.run([*tmux, "kill-server"], check=False)
    assert clients(environ) == ()
