"""The console in a real terminal: a pseudo-terminal that answers, tmux from Debian, a line that is cut."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import termios
import time
import unicodedata
from pathlib import Path

import psutil
import pytest

from tests.phantoms import write_cine
from tests.support import need_program, need_samples
from tests.terminal import Session

CONSOLE = (sys.executable, "-m", "console")
ROOT = str(Path(__file__).parents[2])
FRAME = b"\x1b[?2026h\x1b7"
"""How each directly painted picture begins."""


@pytest.fixture
def cine(tmp_path: Path) -> Path:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=20, fps=20.0)
    return path


def start(*words: str, columns: int = 100, rows: int = 30, **environ: str) -> Session:
    return Session((*CONSOLE, "--lang", "en", *words), columns, rows, {"PYTHONPATH": ROOT, **environ})


def painted_frames(output: bytes, total: int) -> list[int]:
    """The frame numbers in the corner of the pictures painted, in order."""
    return [int(number) for number in re.findall(rb"(\d+)/%d\x1b" % total, output)]


def test_a_cine_plays_straight_to_the_terminal_and_stops_on_space(cine: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        playing = session.read(2.0)
        # THEN pictures are painted directly, each whole, at about the file's rate, and in order
        assert abs(playing.count(FRAME) - playing.count(b"\x1b8\x1b[?2026l")) <= 1
        numbers = painted_frames(playing, 20)
        assert len(numbers) > 20
        steps = [(after - before) % 20 for before, after in itertools.pairwise(numbers)]
        assert max(steps) < 10
        # WHEN it is paused THEN the terminal is left alone
        session.send(" ")
        session.wait_for("paused")
        session.read(1.0)
        assert session.read(1.0) == b""
        session.send("\x11")
        assert session.finish() == 0


def test_quitting_puts_the_terminal_back_as_it_was(cine: Path) -> None:
    with start("view", str(cine)) as session:
        before = termios.tcgetattr(session.master)
        session.wait_for("/20")
        assert termios.tcgetattr(session.master) != before
        session.send("\x11")
        assert session.finish() == 0
        output = bytes(session.output)
        assert termios.tcgetattr(session.master) == before
    # THEN the alternate screen is left, the cursor is back, the mouse is off, and nothing is painted afterwards
    end = output.rindex(b"\x1b[?1049l")
    assert b"\x1b[?25h" in output[end - 200 :]
    assert b"\x1b[?1000l" in output
    assert FRAME not in output[end:]


def test_a_dialog_over_a_playing_cine_is_not_painted_over(cine: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        session.read(0.5)
        session.send("\x1bOP")
        session.wait_for("On this screen")
        session.read(0.3)
        # THEN nothing is painted under it
        assert FRAME not in session.read(1.0)
        # WHEN it closes THEN the cine goes on
        mark = len(session.output)
        session.send("\x1b")
        session.wait_for("/20", since=mark)
        assert painted_frames(session.read(1.0), 20)
        session.send("\x11")
        assert session.finish() == 0


def test_a_resized_terminal_gets_a_picture_of_its_new_size(cine: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        session.resize(140, 45)
        mark = len(session.output)
        session.read(1.5)
        output = bytes(session.output[mark:])
        rows = {int(row) for row in re.findall(rb"\x1b\[(\d+);1H", output)}
        assert max(rows) >= 42
        session.send("\x11")
        assert session.finish() == 0


def test_a_cut_line_ends_the_console_and_everything_it_started(cine: Path, isolated_home: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        console = psutil.Process(session.process.pid)
        family = [console, *console.children(recursive=True)]
        assert len(family) >= 2
        # WHEN the connection drops while a cine plays
        session.hang_up()
        gone, alive = psutil.wait_procs(family, timeout=12)
        # THEN nobody is left
        assert not alive, alive
        assert len(gone) == len(family)
    # AND what was confirmed is on disk, whole
    verdict = subprocess.run(
        [*CONSOLE, "audit", "verify", "--json"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    report = json.loads(verdict.stdout)
    assert report["ok"] is True
    assert report["lines"] >= 2
    recent = json.loads((isolated_home / "settings.json").read_text().partition("\n")[2])["recent"]
    assert recent == [str(cine)]


def test_forty_by_twelve_is_told_that_it_is_too_small(cine: Path) -> None:
    with start("view", str(cine), columns=40, rows=12) as session:
        session.wait_for("too small")
        session.send("\x11")
        assert session.finish() == 0


@pytest.mark.parametrize(
    ("colors", "pattern"), [("256", rb"\x1b\[[0-9;]*38;5;\d+"), ("16", rb"\x1b\[[0-9;]*(?:3|9)\dm?")]
)
def test_colours_can_be_chosen_for_terminals_that_do_not_say(cine: Path, colors: str, pattern: bytes) -> None:
    with start("view", str(cine), "--colors", colors) as session:
        session.wait_for("/20")
        session.read(0.5)
        session.send("\x11")
        session.finish()
        output = bytes(session.output)
    # THEN not one true-colour sequence is sent after the question whether the terminal knows them
    assert b"38;2;" not in output[output.index(b"\x1b[?1049h") :]
    assert re.search(pattern, output)


def test_no_color_draws_with_characters_and_without_any_colour(cine: Path) -> None:
    words = (*CONSOLE, "--lang", "en", "view", str(cine), "--colors", "none")
    with Session(words, 100, 30, {"PYTHONPATH": ROOT}) as session:
        session.wait_for("/20")
        session.read(0.5)
        session.send("\x11")
        session.finish()
        frames = [part.partition(b"\x1b8")[0] for part in bytes(session.output).split(FRAME)[1:]]
    assert frames
    assert all(b"38;" not in frame and b"48;" not in frame for frame in frames)


def test_without_a_terminal_one_sentence_and_no_traceback(cine: Path) -> None:
    result = subprocess.run(
        [*CONSOLE, "--lang", "en", "view", str(cine)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert result.returncode == 1
    assert "needs a terminal" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_fault_of_our_own_is_a_sentence_and_a_record_without_patient_data(cine: Path, isolated_home: Path) -> None:
    # GIVEN a console in which drawing the top line fails
    broken = (
        "import sys; from console.widgets import bars; "
        "bars.TopBar.render = lambda self: 1 / 0; from console.cli import main; sys.exit(main())"
    )
    words = (sys.executable, "-c", broken, "--lang", "en", "view", str(cine))
    with Session(words, 100, 30, {"PYTHONPATH": ROOT}) as session:
        status = session.finish(20)
        said = session.text()
    assert status == 1
    assert "A fault of its own ended the console" in said
    assert "Traceback" not in said
    [record] = (isolated_home / "faults").iterdir()
    assert "ZeroDivisionError" in record.read_text()
    assert "P0017" not in record.read_text()
    assert record.stat().st_mode & 0o077 == 0


def test_tmux_shows_the_picture_and_the_words(cine: Path, tmp_path: Path) -> None:
    # GIVEN tmux from Debian, which answers for itself and draws only cells
    tmux = [need_program("tmux"), "-L", f"cathlab-{os.getpid()}", "-f", "/dev/null"]
    environ = {**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    command = " ".join((*CONSOLE, "--lang", "zh", "view", str(cine)))
    try:
        subprocess.run([*tmux, "new", "-d", "-x", "100", "-y", "30", command], check=True, env=environ)
        deadline = time.monotonic() + 15
        shown = ""
        while not all(part in shown for part in ("/20", "▀", "张", "诊断")) and time.monotonic() < deadline:
            shown = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, env=environ).stdout
        assert "▀" in shown
        assert "张伟" in shown
        assert "不作诊断" in shown
        colours = subprocess.run([*tmux, "capture-pane", "-pe"], capture_output=True, text=True, env=environ).stdout
        assert "38;2;" in colours or "38;5;" in colours
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, env=environ)


def test_the_real_coronary_cine_plays_at_its_own_rate() -> None:
    # GIVEN the real sample, 96 frames at 30 a second, in a terminal of 190x54
    sample = need_samples() / "xa" / "rubo-0002_rca_96f_jpeg50.dcm"
    with start("view", str(sample), columns=190, rows=54) as session:
        session.wait_for("/96")
        session.read(2.0)
        loop = session.read(96 / 30.303)
        session.send("\x11")
        assert session.finish() == 0
    # THEN a loop brings most of the frames, distinct ones (the benchmark asks for 90 of 96 on a quiet machine)
    assert len(set(painted_frames(loop, 96))) >= 60


def test_answers_that_come_too_late_are_never_taken_for_keys(cine: Path) -> None:
    # GIVEN a terminal that answers nothing while the probe waits, over a line of some seconds
    with start("--assume-utf8", "view", str(cine)) as session:
        session.silent = True
        session.wait_for("/20", 20)
        session.send(" ")
        session.wait_for("paused")
        session.read(1.0)
        # WHEN the answers arrive at last (t, i, c and m are keys here)
        os.write(
            session.master,
            b"\x1b[1;3R\x1b[1;5R\x1b[6;20;9t\x1b[?2026;2$y\x1b[>0;136;0c\x1bP>|XTerm(379)\x1b\\\x1b[?62;22c",
        )
        quiet = session.read(1.0)
        # THEN nothing happens, and the next real key works
        assert FRAME not in quiet
        mark = len(session.output)
        session.send("i")
        session.wait_for("inverted", since=mark)
        session.send("\x11")
        assert session.finish() == 0


def test_graphics_off_shows_the_texts_and_no_picture(cine: Path) -> None:
    with start("--graphics", "off", "view", str(cine)) as session:
        session.wait_for("P0017")
        session.read(0.5)
        session.send("\x11")
        assert session.finish() == 0
        assert "▀" not in session.text(bytes(session.output).index(b"\x1b[?1049h"))


def test_a_terminal_with_wide_ambiguous_characters_gets_ascii_borders_and_letters(cine: Path) -> None:
    with start("--home", str(cine.parent / "home")) as session:
        session.wide_ambiguous = True
        session.wait_for("Who works here?")
        session.send("Li\r")
        session.wait_for("Last looked at")
        session.read(0.5)
        drawn = session.text(bytes(session.output).index(b"\x1b[?1049h"))
        session.send("\x11")
        session.finish()
    # THEN not one character whose width is in doubt is on the screen
    assert "+-" in drawn
    doubtful = {letter for letter in drawn if unicodedata.east_asian_width(letter) == "A"}
    assert doubtful == set()


def test_a_terminal_without_utf8_is_told_in_one_sentence_what_to_set(cine: Path) -> None:
    with Session((*CONSOLE, "--lang", "zh", "view", str(cine)), 100, 30, {"PYTHONPATH": ROOT}) as session:
        session.latin = True
        status = session.finish()
        said = session.text()
    assert status == 1
    assert "Set LANG to a UTF-8 locale" in said
    assert "Traceback" not in said
    # AND the screen was never taken
    assert b"\x1b[?1049h" not in session.output


KEYS = (
    *"owidefnphjklm/y,.;'+-= q123",
    *("\r", "\x1b", "\t", "\x0c", "\x10", "\x14", "\x15", "\x7f"),
    *("\x1bOP", "\x1bOQ", "\x1b[19~", "\x1b[20~", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F"),
)
"""Letters, enter, escape, tab, ctrl+l p t u, backspace, F1 F2 F8 F9, arrows, home and end; nothing that quits."""


@pytest.mark.parametrize("seed", [3, 6])
def test_any_keys_in_any_order_do_no_harm(cine: Path, isolated_home: Path, seed: int) -> None:
    # GIVEN a folder with two cines and a file that is none, and a finger that falls asleep on the keyboard
    write_cine(cine.parent / "second.dcm", frames=3)
    (cine.parent / "third.dcm").write_bytes(b"\0" * 500)
    before = {path: path.read_bytes() for path in cine.parent.glob("*.dcm")}
    dice = random.Random(seed)
    with start("view", str(cine.parent), HOME=str(cine.parent / "nowhere")) as session:
        session.wait_for("/20")
        for _burst in range(40):
            session.send("".join(dice.choice(KEYS) for _key in range(dice.randint(1, 8))))
            session.read(0.05)
            if dice.random() < 0.1:
                session.resize(*dice.choice(((100, 30), (80, 24), (50, 15), (160, 48))))
        session.resize(100, 30)
        session.read(1.0)
        session.send("\x11")
        assert session.finish(15) == 0, session.text()[-500:]
    # THEN no record was touched, and the console has no fault to report
    assert {path: path.read_bytes() for path in before} == before
    assert not (isolated_home / "faults").exists()


def test_a_suspended_console_leaves_the_terminal_and_comes_back(cine: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        mark = len(session.output)
        # WHEN it is stopped as by ctrl+Z
        os.kill(session.process.pid, signal.SIGTSTP)
        session.wait_for("\x1b[?1004l", since=mark)
        session.read(0.5)
        left = bytes(session.output[mark:])
        # THEN the shell has its screen and its cursor, and nothing is painted any more
        assert b"\x1b[?1049l" in left
        assert b"\x1b[?25h" in left
        assert FRAME not in left[left.index(b"\x1b[?1049l") :]
        assert session.read(0.5) == b""
        # WHEN it goes on THEN the whole picture is drawn again, and keys are heard
        mark = len(session.output)
        os.kill(session.process.pid, signal.SIGCONT)
        session.wait_for("/20", since=mark)
        back = bytes(session.output[mark:])
        assert b"\x1b[?1049h" in back
        mark = len(session.output)
        session.send(" ")
        session.wait_for("paused", since=mark)
        session.send("\x11")
        assert session.finish() == 0


def test_a_signal_to_go_on_without_a_stop_before_it_does_nothing(cine: Path) -> None:
    with start("view", str(cine)) as session:
        session.wait_for("/20")
        session.send(" ")
        session.wait_for("paused")
        session.read(1.0)
        os.kill(session.process.pid, signal.SIGCONT)
        assert b"\x1b[?1049h" not in session.read(0.7)
        session.send("\x11")
        assert session.finish() == 0


def test_keys_are_answered_while_a_slow_line_is_full(cine: Path) -> None:
    # GIVEN a terminal that reads 4 kB every 4 milliseconds, some 1 MB/s at most
    with start("view", str(cine), columns=190, rows=58) as session:
        session.wait_for("/20")
        session.piece, session.pause_s = 4096, 0.004
        session.read(3.0)
        size = len(session.output)
        session.send("\x1b[19~")
        session.wait_for("privacy", since=size)
        # THEN not much of the picture came before the answer
        assert len(session.output) - size < 120_000
        session.send("\x11")
        assert session.finish() == 0
