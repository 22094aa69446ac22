"""The probe against scripted terminals: helpful, silent, slow, late, cut in pieces, mad."""

import os
import select
import termios
import threading
import time
from collections.abc import Callable

import pytest

from console.errors import TerminalError
from console.graphics.answers import LAST
from console.graphics.probe import drain, probe

from .fake_terminal import FakeTerminal, fake_terminal

ENVIRON = {"TERM": "xterm", "LANG": "C.UTF-8"}
MODERN = (
    b"\x1bP>|kitty(0.40.0)\x1b\\\x1b[>1;4000;40c\x1b[6;20;10t\x1b[?2026;2$y"
    b"\x1bP1$r0;38:2:1:2:3m\x1b\\\x1b_Gi=31;OK\x1b\\"
)
DA1 = b"\x1b[?62;4;22c"


def widths(ambiguous: int = 1, wide: int = 2, block: int = 1, row: int = 7) -> bytes:
    """Cursor reports of a terminal that draws the three characters so wide."""
    return b"".join(b"\x1b[%d;%dR" % (row, 1 + 2 * cells) for cells in (ambiguous, wide, block))


def saying(data: bytes) -> Callable[[FakeTerminal], None]:
    """A terminal that answers all at once."""

    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST):
            terminal.answer(data)

    return play


def silent(terminal: FakeTerminal) -> None:
    terminal.listen(b"never written")


def test_a_modern_terminal_is_known_after_one_exchange() -> None:
    # GIVEN a terminal that answers everything
    with fake_terminal(saying(MODERN + widths() + DA1)) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON)
    # THEN everything it said is in the result
    assert (terminal.columns, terminal.rows) == (100, 30)
    assert (terminal.utf8, terminal.ambiguous_wide, terminal.wide_blocks) == (True, False, False)
    assert (terminal.name, terminal.color, terminal.cell_pixels) == ("kitty(0.40.0)", "true", (10, 20))
    assert (terminal.sixel, terminal.kitty, terminal.synchronized) == (True, True, True)
    assert terminal.answered
    assert 0 < terminal.round_trip_ms < 1500


def test_a_silent_terminal_costs_the_time_limit_and_no_more() -> None:
    # GIVEN a terminal that answers nothing
    with fake_terminal(silent) as peer:
        started = time.monotonic()
        terminal = probe(peer.fd, peer.fd, 0.2, ENVIRON)
        elapsed = time.monotonic() - started
    # THEN the environment speaks for it
    assert 0.2 <= elapsed < 2
    assert (terminal.answered, terminal.round_trip_ms) == (False, 0.0)
    assert (terminal.utf8, terminal.color, terminal.name) == (True, "16", "xterm")
    assert (terminal.sixel, terminal.kitty, terminal.synchronized) == (False, False, False)


def test_a_slow_link_is_waited_for() -> None:
    # GIVEN a terminal whose answer takes 0.8 seconds to arrive
    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST) and not terminal.stopped.wait(0.8):
            terminal.answer(MODERN + widths() + DA1)

    with fake_terminal(play) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON)
    # THEN it is complete, and the round trip says how slow the link is
    assert (terminal.answered, terminal.name) == (True, "kitty(0.40.0)")
    assert terminal.round_trip_ms > 700


def test_a_link_that_has_begun_to_answer_is_given_more_time() -> None:
    # GIVEN pieces that come 0.25 seconds apart, together later than the limit of 0.4
    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST):
            for piece in (MODERN[:30], MODERN[30:] + widths(), DA1):
                if not terminal.stopped.wait(0.25):
                    terminal.answer(piece)

    with fake_terminal(play) as peer:
        assert probe(peer.fd, peer.fd, 0.4, ENVIRON).answered


def test_a_terminal_that_never_ends_its_answer_is_given_up_at_last() -> None:
    # GIVEN a terminal that repeats itself without ever coming to the last answer
    def play(terminal: FakeTerminal) -> None:
        terminal.listen(LAST)
        while not terminal.stopped.wait(0.02):
            terminal.answer(widths())

    with fake_terminal(play) as peer:
        started = time.monotonic()
        terminal = probe(peer.fd, peer.fd, 0.2, ENVIRON)
        assert time.monotonic() - started < 2
    assert not terminal.answered


@pytest.mark.parametrize("length", [1, 2, 3, 5, 11])
def test_answers_cut_into_pieces_are_put_together(length: int) -> None:
    # GIVEN an answer in packets, with a moment between them
    data = MODERN + widths(ambiguous=2) + DA1

    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST):
            for start in range(0, len(data), length):
                terminal.answer(data[start : start + length])
                terminal.stopped.wait(0.001)

    with fake_terminal(play) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON)
    assert (terminal.answered, terminal.name, terminal.ambiguous_wide) == (True, "kitty(0.40.0)", True)


@pytest.mark.parametrize(
    "noise",
    [
        b"ls -l\r\x1b[A\x1b",
        bytes(range(256)),
        b"\x1bP>|never ended",
        b"\x1b[999999999999999999;1R\x1b[;R\x1b[?;;;$y\x1b[4;0;0t\x1b[6;99999;99999t",
        "张".encode()[:2] + b"\xff\xfe" + b"x" * 100_000,
    ],
    ids=["keys", "every byte", "an open string", "nonsense", "a paste"],
)
def test_keys_typed_ahead_and_garbage_do_not_disturb_it(noise: bytes) -> None:
    # GIVEN a user who types, or pastes, before the terminal answers
    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST):
            terminal.answer(noise + MODERN + widths() + DA1)

    with fake_terminal(play) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON)
    assert (terminal.answered, terminal.utf8, terminal.kitty) == (True, True, True)
    assert terminal.cell_pixels == (10, 20)


@pytest.mark.parametrize("noise", [b"\x1b[?c", b"\x1b[?;;c", b"\x1b[?99999999999999c", b"\x00" * 50 + DA1])
def test_a_mad_answer_gives_careful_defaults(noise: bytes) -> None:
    with fake_terminal(saying(noise)) as peer:
        terminal = probe(peer.fd, peer.fd, 0.2, {"TERM": "xterm"})
    assert (terminal.kitty, terminal.synchronized, terminal.color, terminal.cell_pixels) == (False, False, "16", None)
    assert (terminal.utf8, terminal.ambiguous_wide, terminal.name) == (False, False, "xterm")


@pytest.mark.parametrize(
    ("measured", "utf8", "ambiguous_wide", "wide_blocks"),
    [
        (widths(1, 2, 1), True, False, False),
        (widths(2, 2, 2), True, True, True),
        (widths(2, 2, 1), True, True, False),
        (b"\x1b[1;7R" * 3, False, False, False),  # GBK: six bytes are three characters of two cells
        (widths(1, 3, 1), False, False, False),  # Latin-1: one cell a byte, except for C1 controls
        (widths(1, 1, 1), False, False, False),
    ],
)
def test_widths_tell_the_character_set(measured: bytes, utf8: bool, ambiguous_wide: bool, wide_blocks: bool) -> None:
    # GIVEN a locale that claims the opposite WHEN the terminal itself shows how wide its characters are
    locale = {"LANG": "zh_CN.GBK" if utf8 else "zh_CN.UTF-8"}
    with fake_terminal(saying(measured + DA1)) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON | locale)
    # THEN the terminal is believed
    assert (terminal.utf8, terminal.ambiguous_wide, terminal.wide_blocks) == (utf8, ambiguous_wide, wide_blocks)


@pytest.mark.parametrize(
    ("said", "environ", "color"),
    [
        (b"", {}, "16"),
        (b"", {"TERM": "xterm-256color"}, "256"),
        (b"", {"COLORTERM": "truecolor"}, "true"),
        (b"\x1bP1$r0;38:2::1:2:3m\x1b\\", {}, "true"),
        (b"\x1bP1$r0;38:5:16m\x1b\\", {"TERM": "xterm-256color"}, "256"),
        (b"\x1bP>|XTerm(379)\x1b\\", {}, "true"),
        (b"\x1bP>|XTerm(327)\x1b\\", {}, "16"),
        (b"\x1b[>0;136;0c", {}, "256"),
        (b"\x1b[>0;10;1c", {"TERM": "xterm-256color"}, "true"),
    ],
)
def test_colour_depth_is_the_best_that_anything_vouches_for(said: bytes, environ: dict[str, str], color: str) -> None:
    with fake_terminal(saying(said + widths() + DA1)) as peer:
        assert probe(peer.fd, peer.fd, environ=ENVIRON | environ).color == color


@pytest.mark.parametrize(
    ("said", "pixels", "cell"),
    [
        (b"\x1b[6;18;9t", (1000, 600), (9, 18)),
        (b"", (1004, 604), (10, 20)),
        (b"\x1b[4;540;800t", (0, 0), (8, 18)),
        (b"\x1b[6;0;0t\x1b[4;0;0t", (0, 0), None),
        (b"", (0, 0), None),
    ],
)
def test_the_size_of_a_cell_comes_from_whoever_knows(
    said: bytes, pixels: tuple[int, int], cell: tuple[int, int] | None
) -> None:
    with fake_terminal(saying(said + widths() + DA1), (100, 30), pixels) as peer:
        assert probe(peer.fd, peer.fd, environ=ENVIRON).cell_pixels == cell


@pytest.mark.parametrize(
    "environ", [{"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "screen"}, {"TERM": "tmux-256color"}]
)
def test_inside_tmux_graphics_are_neither_asked_for_nor_believed(environ: dict[str, str]) -> None:
    with fake_terminal(saying(MODERN + widths() + DA1)) as peer:
        terminal = probe(peer.fd, peer.fd, environ=ENVIRON | environ)
        assert b"\x1b_G" not in peer.asked
    assert (terminal.sixel, terminal.kitty) == (False, False)


def test_the_linux_console_is_asked_only_what_it_does_not_print() -> None:
    with fake_terminal(saying(widths() + b"\x1b[?6c")) as peer:
        terminal = probe(peer.fd, peer.fd, environ={"TERM": "linux"})
        assert b"\x1bP" not in peer.asked
        assert b"\x1b_" not in peer.asked
    assert (terminal.utf8, terminal.color, terminal.answered, terminal.name) == (True, "16", True, "linux")


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_that_cannot_place_the_cursor_is_refused_in_a_sentence(term: str) -> None:
    with fake_terminal(silent) as peer, pytest.raises(TerminalError, match=r"TERM is .+cannot place the cursor"):
        probe(peer.fd, peer.fd, environ={"TERM": term})
    # AND it was not even written to
    assert peer.asked == b""


@pytest.mark.parametrize("play", [saying(MODERN + widths() + DA1), silent])
def test_the_modes_of_the_terminal_are_restored(play: Callable[[FakeTerminal], None]) -> None:
    with fake_terminal(play) as peer:
        before = termios.tcgetattr(peer.fd)
        probe(peer.fd, peer.fd, 0.1, ENVIRON)
        assert termios.tcgetattr(peer.fd) == before


def test_keys_that_follow_the_last_answer_are_left_for_the_application() -> None:
    # GIVEN a user whose key arrives together with the last answer
    with fake_terminal(saying(widths() + DA1 + b"w")) as peer:
        assert probe(peer.fd, peer.fd, environ=ENVIRON).answered
        # THEN the application reads the key
        assert select.select([peer.fd], [], [], 20)[0]
        assert os.read(peer.fd, 100) == b"w"


def test_answers_that_come_too_late_are_drained_before_the_shell_reads() -> None:
    # GIVEN a terminal that answers only after the probe has given up
    given_up = threading.Event()

    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST) and given_up.wait(20):
            terminal.answer(MODERN)
            terminal.answer(widths() + DA1)

    with fake_terminal(play) as peer:
        assert not probe(peer.fd, peer.fd, 0.1, ENVIRON).answered
        # WHEN the application ends and drains
        given_up.set()
        assert drain(peer.fd, 20)
        # THEN nothing is left for the shell
        assert peer.waiting() == 0


def test_draining_a_terminal_that_stays_silent_ends() -> None:
    with fake_terminal(silent) as peer:
        assert not drain(peer.fd, 0.05)


def test_half_an_answer_is_not_left_behind() -> None:
    # GIVEN a terminal that stops in the middle
    with fake_terminal(saying(MODERN[:-3])) as peer:
        assert not probe(peer.fd, peer.fd, 0.1, ENVIRON).answered
        assert peer.waiting() == 0


def test_output_stopped_by_the_user_does_not_hang_it() -> None:
    # GIVEN ctrl+S and impatient keys after it
    with fake_terminal(silent) as peer:
        peer.answer(b"qqq")
        assert select.select([peer.fd], [], [], 20)[0]
        termios.tcflow(peer.fd, termios.TCOOFF)
        started = time.monotonic()
        terminal = probe(peer.fd, peer.fd, 0.2, ENVIRON)
        assert time.monotonic() - started < 2
        # THEN it gives up in time, and what was typed meanwhile does not act on the application
        assert peer.waiting() == 0
        termios.tcflow(peer.fd, termios.TCOON)
    assert not terminal.answered


def test_a_line_that_drops_meanwhile_is_no_crash() -> None:
    # GIVEN a terminal that goes away instead of answering
    def play(terminal: FakeTerminal) -> None:
        if terminal.listen(LAST):
            master, terminal.master = terminal.master, -1
            os.close(master)

    with fake_terminal(play) as peer:
        started = time.monotonic()
        terminal = probe(peer.fd, peer.fd, 5, ENVIRON)
        assert time.monotonic() - started < 4
    assert not terminal.answered


def test_a_pipe_is_not_asked() -> None:
    # GIVEN output into a pipe
    reader, writer = os.pipe()
    try:
        with fake_terminal(silent) as peer:
            terminal = probe(peer.fd, writer, environ={"TERM": "dumb", "COLUMNS": "132", "LINES": "x"})
        assert not select.select([reader], [], [], 0)[0]
    finally:
        os.close(reader)
        os.close(writer)
    # THEN size and colours come from the environment, and TERM=dumb is no error
    assert (terminal.columns, terminal.rows, terminal.answered, terminal.color) == (132, 24, False, "16")
