"""Pixel graphics in a pseudo-terminal: the picture gives way and returns, and nothing of it stays behind."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.graphics.encoder import CHOICES
from tests.phantoms import write_cine
from tests.support import missing
from tests.terminal import Session

CONSOLE = (sys.executable, "-m", "console")
ROOT = str(Path(__file__).parents[2])
PICTURE = re.compile(rb"\x1b\[\d+;\d+H\x1b_G[^;]*a=T")
DELETED = re.compile(rb"\x1b_Ga=d[^\x1b]*\x1b\\")


@pytest.fixture
def kitty(tmp_path: Path) -> Iterator[Session]:
    """The viewer, which plays a cine as kitty graphics."""
    if "kitty" not in CHOICES:
        missing("this console has no kitty graphics")
    path = tmp_path / "run.dcm"
    write_cine(path, frames=20, fps=20.0)
    words = (*CONSOLE, "--lang", "en", "--graphics", "kitty", "view", str(path))
    with Session(words, 100, 30, {"PYTHONPATH": ROOT}) as session:
        session.wait_for("fps")
        session.read(1.0)
        yield session


def test_a_picture_is_written_where_its_view_begins_and_the_cursor_is_kept(kitty: Session) -> None:
    playing = kitty.read(1.0)
    assert len(PICTURE.findall(playing)) > 5
    # THEN each lies between saving and restoring the cursor, in one synchronized update
    for piece in playing.split(b"\x1b[?2026h\x1b7")[1:-1]:
        assert piece.count(b"\x1b8\x1b[?2026l") == 1


def test_help_takes_the_picture_away_and_leaving_it_brings_it_back(kitty: Session) -> None:
    mark = len(kitty.output)
    kitty.send("\x1bOP")
    kitty.wait_for("On this screen", since=mark)
    kitty.read(0.5)
    # THEN the picture is deleted, and no other is sent
    assert DELETED.search(bytes(kitty.output[mark:]))
    assert not PICTURE.search(kitty.read(0.7))
    kitty.send("\x1b")
    assert PICTURE.search(kitty.read(1.5))


def test_a_new_size_deletes_the_old_picture_first(kitty: Session) -> None:
    kitty.send(" ")
    kitty.wait_for("paused")
    kitty.read(0.5)
    mark = len(kitty.output)
    kitty.resize(80, 24)
    kitty.read(1.5)
    changed = bytes(kitty.output[mark:])
    deleted = DELETED.search(changed)
    assert deleted is not None
    assert PICTURE.search(changed, deleted.end())


def test_quitting_deletes_the_picture_before_the_screen_is_left(kitty: Session) -> None:
    mark = len(kitty.output)
    kitty.send("\x11")
    assert kitty.finish() == 0
    end = bytes(kitty.output[mark:])
    left = end.index(b"\x1b[?1049l")
    assert DELETED.search(end[:left])
    assert not PICTURE.search(end[left:])
    # AND no transmission was left open: the last chunk of every picture has come, or its end
    chunks = re.findall(rb"\x1b_G([^;\x1b]*)", bytes(kitty.output))
    assert b"m=1" not in chunks[-1]
    assert b"\x1b[?25h" in end[left - 200 :]


def test_a_stopped_console_takes_its_picture_along_and_brings_it_back(kitty: Session) -> None:
    mark = len(kitty.output)
    # WHEN it is stopped as by ctrl+Z
    os.kill(kitty.process.pid, signal.SIGTSTP)
    kitty.wait_for("\x1b[?1004l", since=mark)
    kitty.read(0.5)
    end = bytes(kitty.output[mark:])
    left = end.index(b"\x1b[?1049l")
    # THEN the picture is deleted before the shell has its screen again, and none follows
    assert DELETED.search(end[:left])
    assert not PICTURE.search(end[left:])
    assert kitty.read(0.5) == b""
    # WHEN it goes on THEN it is there again
    os.kill(kitty.process.pid, signal.SIGCONT)
    assert PICTURE.search(kitty.read(2.0))


@pytest.mark.parametrize("end", ["SIGTERM", "fault"])
def test_an_end_that_nobody_asked_for_leaves_no_picture(tmp_path: Path, end: str) -> None:
    # GIVEN a cine that plays, in a console that is ended from outside, or by a fault of its own when a key comes
    path = tmp_path / "run.dcm"
    write_cine(path, frames=20, fps=20.0)
    broken = (
        "import sys; from console.screens.viewer.screen import ViewerScreen; "
        "ViewerScreen.action_invert = lambda self: 1 / 0; from console.cli import main; sys.exit(main())"
    )
    words = (sys.executable, "-c", broken, "--lang", "en", "--graphics", "kitty", "view", str(path))
    with Session(words, 100, 30, {"PYTHONPATH": ROOT}) as session:
        session.wait_for("fps")
        session.read(1.0)
        mark = len(session.output)
        if end == "fault":
            session.send("i")
        else:
            os.kill(session.process.pid, signal.SIGTERM)
        assert session.finish(20) == (1 if end == "fault" else 0)
        said = bytes(session.output[mark:])
    # THEN the picture is gone before the screen is, the cursor is back, and the mouse is the shell's
    left = said.index(b"\x1b[?1049l")
    assert DELETED.search(said[:left])
    assert not PICTURE.search(said[left:])
    assert b"\x1b[?25h" in said
    assert b"\x1b[?1003l" in said
