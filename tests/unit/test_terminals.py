"""What is remembered of a terminal, and what tmux and a browser make of it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from console.graphics.terminal import unasked
from console.multiplexer import passthrough_allowed
from console.terminals import known
from tests.support import need_program

ENVIRON = {"TERM": "xterm-kitty", "LANG": "C.UTF-8"}
SILENT = unasked(ENVIRON, (80, 24), windows=False)
KITTY = replace(SILENT, answered=True, kitty=True, name="kitty(0.40.0)", cell_pixels=(9, 20), round_trip_ms=3.0)


def test_a_terminal_that_does_not_answer_is_what_it_was_when_it_did(tmp_path: Path) -> None:
    assert known(KITTY, tmp_path, ENVIRON) == KITTY
    # WHEN the line is too slow the next time
    found = known(replace(SILENT, columns=120, rows=40), tmp_path, ENVIRON)
    # THEN its size is that of today, the rest that of yesterday, and it says so
    assert (found.columns, found.rows, found.name, found.kitty) == (120, 40, "kitty(0.40.0)", True)
    assert found.cell_pixels == (9, 20)
    assert (found.answered, found.remembered) == (False, True)


def test_another_terminal_is_not_taken_for_it(tmp_path: Path) -> None:
    known(KITTY, tmp_path, ENVIRON)
    assert known(SILENT, tmp_path, {**ENVIRON, "TERM": "xterm"}) == SILENT
    assert known(SILENT, tmp_path, {**ENVIRON, "SSH_CONNECTION": "10.0.0.7 1 10.0.0.1 22"}) == SILENT


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff\xfe", b'{"xterm-kitty||||||||||": {"columns": "x"}}', b"[" * 9000]
)
def test_a_damaged_memory_costs_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "terminals.json").write_bytes(content)
    found = known(SILENT, tmp_path, ENVIRON)
    assert (found.kitty, found.sixel) == (False, False)
    assert known(KITTY, tmp_path, ENVIRON) == KITTY
    assert known(SILENT, tmp_path, ENVIRON).remembered


def test_a_console_that_only_reads_remembers_nothing(tmp_path: Path) -> None:
    known(KITTY, tmp_path, ENVIRON, writing=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", [{"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}, {"TEXTUAL_WEB": "1"}])
def test_a_browser_never_gets_graphics(tmp_path: Path, sign: dict[str, str]) -> None:
    found = known(KITTY, tmp_path, {**ENVIRON, **sign})
    assert found.web
    assert (found.kitty, found.sixel, found.iterm) == (False, False, False)


@pytest.mark.parametrize(("value", "allowed"), [("on", True), ("off", False)])
def test_tmux_is_asked_whether_it_hands_graphics_through(tmp_path: Path, value: str, allowed: bool) -> None:
    command = [need_program("tmux"), "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    subprocess.run([*command, "new-session", "-d", "sleep 60"], check=True)
    try:
        subprocess.run([*command, "set", "-g", "allow-passthrough", value], check=True)
        environ = {**os.environ, "TMUX": f"{tmp_path / 'tmux'},1,0"}
        assert passthrough_allowed(environ) is allowed
    finally:
        subprocess.run([*command, "kill-server"], check=False)
    # AND one that is gone is no reason to fail
    assert passthrough_allowed(environ) is False
