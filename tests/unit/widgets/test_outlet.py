"""The writer at one end of a pseudo-terminal, the test at the other."""

import os
import pty
import re
import select
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from console.graphics.pieces import Picture, Uncut
from console.widgets.outlet import Outlet

_QUESTION = re.compile(rb"\x1b\[(\d+);(\d+)H\x1b\[6n")


@dataclass
class Desk:
    """The writer and what has come out."""

    outlet: Outlet
    master: int
    seen: bytes = b""

    def read_until(self, text: bytes, *, answering: bool = True) -> bytes:
        """Everything up to `text`, at most 16 kB at a time; questions are answered like a terminal does."""
        deadline = time.monotonic() + 10
        asked = 0
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen[-300:]
            if select.select([self.master], [], [], 0.05)[0]:
                self.seen += os.read(self.master, 16384)
            if answering:
                questions = list(_QUESTION.finditer(self.seen))
                for question in questions[asked:]:
                    self.outlet.answered(int(question[2]), int(question[1]))
                asked = len(questions)
        return self.seen


@pytest.fixture
def desk() -> Iterator[Desk]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    with open(slave, "w", encoding="utf-8") as file:
        outlet = Outlet(file)
        outlet.start()
        found = Desk(outlet, master)
        yield found
        if outlet.is_alive():
            outlet.write("the end")
            found.read_until(b"the end")
            outlet.stop()
    os.close(master)


def picture(letter: bytes, count: int = 40, size: int = 4000) -> Picture:
    return Picture(tuple(b"<%b%d>" % (letter, place) + letter * size for place in range(count)))


def test_text_comes_before_the_rest_of_a_picture_that_is_under_way(desk: Desk) -> None:
    # GIVEN a picture of 160 kB on a line that takes it slowly
    desk.outlet.paint("view", picture(b"a"))
    desk.read_until(b"<a1>", answering=False)
    # WHEN the interface has something to say
    desk.outlet.write("pressed!")
    desk.read_until(b"<a39>")
    # THEN it is said in the middle of it, and the picture is whole
    assert desk.seen.index(b"pressed!") < desk.seen.index(b"<a39>")
    assert all(b"<a%d>" % place in desk.seen for place in range(40))


def test_only_the_newest_picture_waits(desk: Desk) -> None:
    with desk.outlet.held():
        desk.outlet.paint("view", picture(b"a", 2))
        assert desk.outlet.waits("view")
        desk.outlet.paint("view", picture(b"b", 2))
    desk.read_until(b"<b1>")
    assert b"<a0>" not in desk.seen


def test_pieces_that_stand_on_the_terminal_are_not_sent_again(desk: Desk) -> None:
    desk.outlet.paint("view", Picture((b"<one>", b"<two>")))
    desk.read_until(b"<two>")
    desk.seen = b""
    desk.outlet.paint("view", Picture((b"<one>", b"<new>")))
    desk.read_until(b"<new>")
    assert b"<one>" not in desk.seen
    # AND all of them are when something else was written there
    desk.seen = b""
    desk.outlet.forget("view")
    desk.outlet.paint("view", Picture((b"<one>", b"<new>")))
    desk.read_until(b"<new>")
    assert b"<one>" in desk.seen


def test_a_picture_is_cut_only_where_the_line_does_not_take_it_whole(desk: Desk) -> None:
    # GIVEN a picture that fits into what may be under way, and the same again
    small = Uncut(b"<whole>" + b"w" * 400, lambda: pytest.fail("it was cut"))
    desk.outlet.paint("view", small)
    desk.read_until(b"w" * 400)
    desk.outlet.paint("view", small)
    # WHEN one follows that does not
    desk.outlet.paint("view", Uncut(b"<long>" + b"l" * 9_000_000, lambda: picture(b"p", 3)))
    desk.read_until(b"<p2>" + b"p" * 4000)
    # THEN that is cut, and the first was sent once
    assert desk.seen.count(b"<whole>") == 1
    assert b"<long>" not in desk.seen
    assert all(b"<p%d>" % place in desk.seen for place in range(3))


def test_a_picture_that_is_withdrawn_half_way_is_ended_and_erased(desk: Desk) -> None:
    chunks = Picture(picture(b"k").pieces, joined=40, abort=b"<abort>")
    desk.outlet.paint("view", chunks)
    desk.read_until(b"<k1>", answering=False)
    desk.outlet.withdraw("view", b"<erase>")
    desk.read_until(b"<erase>")
    assert b"<abort><erase>" in desk.seen
    assert b"<k39>" not in desk.seen


def test_nothing_of_a_picture_is_written_while_the_compositor_writes(desk: Desk) -> None:
    with desk.outlet.held():
        desk.outlet.paint("view", Picture((b"<picture>",)))
        desk.outlet.write("first")
        desk.read_until(b"first")
        desk.outlet.withdraw("view")
    desk.outlet.write("last")
    assert b"<picture>" not in desk.read_until(b"last")


def test_at_the_end_the_text_is_written_and_pictures_are_not(desk: Desk) -> None:
    desk.outlet.paint("view", picture(b"a"))
    desk.read_until(b"<a1>", answering=False)
    desk.outlet.write("goodbye")
    leaving = threading.Thread(target=desk.outlet.stop)
    leaving.start()
    while leaving.is_alive():
        if select.select([desk.master], [], [], 0.05)[0]:
            desk.seen += os.read(desk.master, 16384)
    desk.read_until(b"goodbye", answering=False)
    assert b"<a39>" not in desk.seen


def test_a_terminal_that_answers_nothing_still_gets_its_pictures(desk: Desk) -> None:
    desk.outlet.measure(0.0, asks=False)
    desk.outlet.paint("view", picture(b"a"))
    desk.read_until(b"<a39>", answering=False)
    assert b"\x1b[6n" not in desk.seen
