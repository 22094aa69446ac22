"""The probe in xterm and tmux themselves."""

import json
import os
import re
import select
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import console
from console.graphics import shared
from tests.support import need_program

CHECKOUT = Path(console.__file__).parents[1]
DEADLINE = 60.0


class Report:
    """A pipe through which the program inside the terminal tells what it found."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "found"
        os.mkfifo(self.path)
        self._fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.unit.graphics.asked_by_probe", str(self.path)]

    def read(self) -> dict[str, Any]:
        data = b""
        while not data.endswith(b"\n"):
            assert select.select([self._fd], [], [], DEADLINE)[0], f"nothing came from the terminal: {data!r}"
            data += os.read(self._fd, 65536)
        found: dict[str, Any] = json.loads(data)
        return found

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def report(tmp_path: Path) -> Iterator[Report]:
    one = Report(tmp_path)
    yield one
    one.close()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server without a screen, on a display number it chooses itself."""
    program = need_program("Xvfb")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        assert select.select([reader], [], [], DEADLINE)[0], "Xvfb did not start"
        yield f":{os.read(reader, 20).decode().strip()}"
    finally:
        os.close(reader)
        server.terminate()
        server.wait(DEADLINE)


def environment(**more: str) -> dict[str, str]:
    """As a login shell has it: nothing that speaks for the terminal before it is asked."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(CHECKOUT), **more}


def in_xterm(display: str, report: Report, *options: str, **more: str) -> dict[str, Any]:
    """What is found in an xterm started with `options`."""
    program = need_program("xterm")
    xterm = subprocess.Popen(
        [program, "-geometry", "100x30", *options, "-e", *report.command],
        env=environment(DISPLAY=display, **more),
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
    )
    try:
        return report.read()
    finally:
        xterm.terminate()
        xterm.wait(DEADLINE)


def test_xterm_is_understood_and_nothing_is_left_over(display: str, report: Report) -> None:
    found = in_xterm(display, report)
    terminal = found["terminal"]
    # THEN its size, its name and its true colour are known although TERM is a plain "xterm"
    assert (terminal["columns"], terminal["rows"], terminal["answered"]) == (100, 30, True)
    assert re.fullmatch(r"XTerm\(\d+\)", terminal["name"])
    assert terminal["color"] == "true"
    assert (terminal["utf8"], terminal["ambiguous_wide"], terminal["wide_blocks"]) == (True, False, False)
    assert (terminal["sixel"], terminal["kitty"]) == (False, False)
    width, height = terminal["cell_pixels"]
    assert 4 <= width < height <= 40
    # AND the cursor is back at its place and no answer is left behind
    assert re.fullmatch(r"\x1b\[1;1R\x1b\[\?[\d;]+c", found["leftover"])


def test_xterm_with_sixel_says_so(display: str, report: Report) -> None:
    assert in_xterm(display, report, "-ti", "vt340")["terminal"]["sixel"] is True


def test_xterm_with_wide_ambiguous_characters_is_noticed(display: str, report: Report) -> None:
    terminal = in_xterm(display, report, "-cjk_width")["terminal"]
    assert (terminal["utf8"], terminal["ambiguous_wide"], terminal["wide_blocks"]) == (True, True, True)


def test_xterm_without_utf8_is_noticed_whatever_the_locale_says(display: str, report: Report) -> None:
    # GIVEN an xterm that reads Latin-1
    found = in_xterm(display, report, "-lc", "-en", "ISO-8859-1", "+u8", LC_ALL="C")
    # THEN the characters were too wide, and the sequences after them were still understood
    assert found["terminal"]["utf8"] is False
    assert re.fullmatch(r"\x1b\[1;1R\x1b\[\?[\d;]+c", found["leftover"])


def test_kitty_reads_the_shared_memory_of_its_machine(display: str, report: Report) -> None:
    program = need_program("kitty")
    kitty = subprocess.Popen(
        [program, "-o", "confirm_os_window_close=0", *report.command],
        env=environment(DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1"),
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = report.read()
    finally:
        kitty.terminate()
        kitty.wait(DEADLINE)
    terminal = found["terminal"]
    version = re.fullmatch(r"kitty\((\d+)\.(\d+).*", terminal["name"])
    assert version is not None
    # THEN it knows graphics and found the memory; placeholders it has from 0.28 on
    assert (terminal["kitty"], terminal["kitty_shared"]) == (True, shared.available())
    assert terminal["kitty_placeholders"] == ((int(version[1]), int(version[2])) >= (0, 28))
    assert re.fullmatch(r"\x1b\[1;1R\x1b\[\?[\d;]+c", found["leftover"])


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    command = [need_program("tmux"), "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    yield command
    subprocess.run([*command, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def test_tmux_is_understood_and_its_pane_title_is_left_alone(tmux: list[str], report: Report) -> None:
    # GIVEN a pane whose title is known
    def ask(*arguments: str) -> str:
        return subprocess.run(
            [*tmux, *arguments],
            env=environment(TERM="xterm-256color"),
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        ).stdout

    ask("new-session", "-d", "-x", "120", "-y", "40", f"read go; exec {shlex.join(report.command)}")
    ask("select-pane", "-T", "mine")
    ask("send-keys", "Enter")
    # WHEN the probe has run in it
    found = report.read()
    terminal = found["terminal"]
    # THEN it is known, blocks in true colour are the way to draw, and pixel graphics are off
    assert (terminal["columns"], terminal["rows"], terminal["answered"]) == (120, 40, True)
    assert terminal["name"].startswith("tmux ")
    assert (terminal["color"], terminal["utf8"], terminal["ambiguous_wide"]) == ("true", True, False)
    assert (terminal["sixel"], terminal["kitty"]) == (False, False)
    # AND title, screen and cursor are as they were
    assert ask("display-message", "-p", "#{pane_title}").strip() == "mine"
    assert ask("capture-pane", "-p").strip() == ""
    assert re.fullmatch(r"\x1b\[2;1R\x1b\[\?[\d;]+c", found["leftover"])
