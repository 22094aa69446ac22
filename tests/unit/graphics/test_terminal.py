"""What the environment alone says about the terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

import console
from console.graphics.terminal import environment_color, environment_utf8, multiplexed, unasked


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, "16"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "putty-256color"}, "256"),
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "xterm-direct"}, "true"),
        ({"TERM": "xterm-kitty"}, "true"),
        ({"TERM": "foot"}, "true"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "true"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "true"),
        ({"TERM": "xterm", "COLORTERM": "yes"}, "16"),
        ({"WT_SESSION": "7a1f"}, "true"),
    ],
)
def test_colour_depth_by_the_environment(environ: dict[str, str], color: str) -> None:
    assert environment_color(environ) == color


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.utf8"}, True),
        ({"LANG": "zh_CN.GBK"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
    ],
)
def test_character_set_by_the_locale(environ: dict[str, str], utf8: bool) -> None:
    assert environment_utf8(environ) is utf8


@pytest.mark.parametrize(
    ("environ", "inside"),
    [
        ({"TERM": "xterm"}, False),
        ({"TERM": "xterm", "TMUX": "/tmp/tmux-0/default,1,0"}, True),
        ({"TERM": "screen.xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
    ],
)
def test_tmux_and_screen_are_noticed(environ: dict[str, str], inside: bool) -> None:
    assert multiplexed(environ) is inside


def test_windows_terminal_has_true_colour_and_utf8_without_being_asked() -> None:
    terminal = unasked({"WT_SESSION": "7a1f"}, (120, 30), windows=True)
    assert (terminal.columns, terminal.rows) == (120, 30)
    assert (terminal.color, terminal.utf8, terminal.name) == ("true", True, "Windows Terminal")
    assert (terminal.answered, terminal.cell_aspect) == (False, 2.0)


def test_everything_imports_and_answers_on_windows_where_there_is_no_termios() -> None:
    # GIVEN an interpreter as on Windows: no termios, no fcntl, os.name is "nt"
    script = """
import os, pkgutil, importlib, sys
sys.modules["termios"] = sys.modules["fcntl"] = sys.modules["tty"] = None
import console.graphics
for module in pkgutil.iter_modules(console.graphics.__path__):
    importlib.import_module("console.graphics." + module.name)
from console.graphics.probe import drain, probe
os.name = "nt"
terminal = probe(0, 1, environ={"WT_SESSION": "7a1f"})
assert terminal.color == "true", terminal
assert not terminal.answered
assert not drain(0)
"""
    # WHEN every module of the package is imported and the terminal probed THEN it works
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(console.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_the_older_windows_console_has_256_colours() -> None:
    assert unasked({}, (80, 25), windows=True).color == "256"
    assert unasked({}, (80, 25), windows=False).color == "16"
