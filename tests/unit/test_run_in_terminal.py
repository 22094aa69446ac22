"""The terminal of CI shows what a real one shows, and notices a program that does not do its work or does not leave."""

import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.run_in_terminal import main
from scripts.screen import Screen
from tests.support import need_program

DRAWN = (
    "\x1b[2J\x1b[Hfirst line\r\nsecond\tline\r\n"
    "\x1b[5;10Hfive ten\x1b[1;1Hupper left"
    "\x1b[6;1H张伟 wide\x1b[6;3Hxy"
    "\x1b[7;1Hto be cut\x1b[7;6H\x1b[K\x1b[8;1Hfrom the left\x1b[8;5H\x1b[1K"
    "\x1b[9;1H\x1b[31mred \x1b[38;2;1;2;3mtrue \x1b[48:5:17mcolour\x1b[0m plain"
    "\x1b[10;1Hback\b\bCK\x1b[2CR\x1b[3DL\x1b[2B\x1b[4Gd"
    "\x1b7\x1b[14;1Haway\x1b8here"
    "\x1b[15;38Hwraps around"
    "\x1b[18;1Hxxxxxxxx\x1b[18;3H\x1b[3X"
    "\x1b]0;a title\x07\x1b[20;1Hlast\r\nscrolled\r\nagain"
)
"""A bit of everything that a full-screen program and an installer write, for 40x20 cells."""


def test_the_screen_is_what_tmux_makes_of_the_same_bytes(tmp_path: Path) -> None:
    # GIVEN a real terminal of the same size that was fed the same bytes
    tmux = need_program("tmux")
    drawn = tmp_path / "drawn"
    drawn.write_text(DRAWN, encoding="utf-8")
    at = [tmux, "-L", f"t{tmp_path.name}", "-f", "/dev/null"]
    show = f"stty -onlcr; cat {shlex.quote(str(drawn))}; {shlex.quote(tmux)} -L t{tmp_path.name} wait-for -S drawn; cat"
    subprocess.run([*at, "-u", "new-session", "-d", "-x", "40", "-y", "20", show], check=True, timeout=30)
    try:
        subprocess.run([*at, "wait-for", "drawn"], check=True, timeout=30)
        deadline = time.monotonic() + 10
        seen = ""
        # tmux has read the bytes a moment after cat has written them.
        while "again" not in seen and time.monotonic() < deadline:
            capture = subprocess.run([*at, "capture-pane", "-p"], check=True, capture_output=True, text=True)
            seen = capture.stdout
    finally:
        subprocess.run([*at, "kill-server"], check=True)
    # WHEN ours is fed them in small pieces
    ours = Screen(40, 20, lambda _reply: None)
    data = DRAWN.encode()
    for start in range(0, len(data), 7):
        ours.feed(data[start : start + 7])
    # THEN both show the same
    assert ours.text().rstrip("\n").splitlines() == seen.rstrip("\n").splitlines()


def test_questions_get_the_answers_of_a_terminal_that_can_draw_pictures_with_characters() -> None:
    answers: list[bytes] = []
    screen = Screen(80, 24, answers.append)
    screen.feed("\r张\x1b[6n\r─\x1b[6n\x1b[38:2::1:2:3m\x1bP$qm\x1b\\\x1b[14t\x1b[?2026$p\x1b[>q".encode())
    screen.feed(b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c")
    assert b"".join(answers) == (
        b"\x1b[1;3R\x1b[1;2R\x1bP1$r0;38;2;1;2;3m\x1b\\\x1b[4;480;800t\x1b[?2026;2$y\x1bP>|scripted(1.0)\x1b\\\x1b[?62;22c"
    )


def test_a_picture_is_told_from_a_scroll_bar() -> None:
    bar, picture = Screen(40, 20, lambda _reply: None), Screen(40, 20, lambda _reply: None)
    for row in range(1, 21):
        bar.feed(f"\x1b[{row};1H\x1b[38;5;4m{'▐' * 40}".encode())
        line = "".join(f"\x1b[38;2;{row};{column};0;48;2;0;{row};{column}m▀" for column in range(40))
        picture.feed(f"\x1b[{row};1H{line}".encode())
    assert bar.picture_cells() == 0
    assert picture.picture_cells() == 800


def run(command: str, *options: str) -> int:
    return main([*options, "--patience", "20", "--leaving", "5", "--", command])


def python(source: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(source)}"


WAITS_FOR_CTRL_Q = """
import sys, tty
tty.setraw(0)
print("\\x1b[?1049h\\x1b[?25lready", end="", flush=True)
while sys.stdin.buffer.raw.read(1) != b"\\x11":
    pass
print("\\x1b[?25h\\x1b[?1049l", end="", flush=True)
"""


def test_a_program_that_shows_and_leaves_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(python(WAITS_FOR_CTRL_Q), "--expect", "rea.y", "--keys", "ctrl+q") == 0
    assert "left in good order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "options", "complaint"),
    [
        ("echo hello", ("--expect", "goodbye"), "ended with status 0 before it showed the text 'goodbye'"),
        ("echo hello; exit 3", ("--expect", "hello"), "ended with status 3"),
        ("echo hello; kill -9 $$", ("--expect", "hello"), "ended with status -9"),
        ("echo hello", ("--expect", "hello", "--picture"), "before it showed a picture"),
        ("printf '\\033[?1049hhello'", ("--expect", "hello"), "left the terminal with the second screen"),
        ("printf '\\033[?25l\\033[?1000hhello'", ("--expect", "hello"), "with the mouse and a hidden cursor"),
    ],
)
def test_a_program_that_does_not_do_its_work_is_found(
    command: str, options: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, *options) == 1
    assert complaint in capsys.readouterr().err


def test_a_program_that_does_not_leave_is_ended_and_found(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN a program that ignores its keys
    command = "echo hello; trap '' INT; while read -r line; do :; done < /dev/zero"
    # THEN it is not waited for longer than it was given
    assert main(["--expect", "hello", "--keys", "ctrl+q", "--leaving", "0.5", "--", command]) == 1
    assert "was still there" in capsys.readouterr().err
