"""Thumbnails come from a helper of their own, what is looked at now first."""

import queue
from pathlib import Path

import pytest

from console.errors import DicomReadError
from console.graphics.encoder import Painting, choose
from console.graphics.terminal import unasked
from console.thumbnails import Thumbnails, Wish
from tests.phantoms import write_cine

TERMINAL = unasked({"LANG": "C.UTF-8", "COLORTERM": "truecolor", "TERM": "test"}, (80, 24), windows=False)


class Wall:
    """Where the pictures arrive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arrived: queue.Queue[tuple[str, Painting | None]] = queue.Queue()
        self.thumbnails = Thumbnails(
            self.file_of,
            lambda: choose("half", TERMINAL, "true"),
            lambda key, painting: self.arrived.put((key, painting)),
        )

    def file_of(self, instance: int) -> Path:
        if instance == 0:
            raise DicomReadError("gone", "It is gone.")
        return self.folder / f"{instance}.dcm"

    def next(self) -> tuple[str, Painting | None]:
        return self.arrived.get(timeout=20)


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(tmp_path)


def test_a_thumbnail_is_the_middle_frame_in_the_cells_that_were_wished_for(wall: Wall) -> None:
    write_cine(wall.folder / "1.dcm")
    wall.thumbnails.want(Wish("a", 1, 10, 4))
    # WHEN
    key, painting = wall.next()
    wall.thumbnails.close()
    # THEN
    assert key == "a"
    assert painting is not None
    assert painting.size == (10, 4)
    assert len({run.fg for row in range(4) for run in painting.cells(row)}) > 3


def test_what_cannot_be_pictured_is_none_and_the_next_one_comes_all_the_same(wall: Wall) -> None:
    (wall.folder / "2.dcm").write_bytes(b"no picture")
    write_cine(wall.folder / "3.dcm")
    for instance in (0, 2, 3):
        wall.thumbnails.want(Wish(str(instance), instance, 6, 3))
    arrived = dict(wall.next() for _turn in range(3))
    wall.thumbnails.close()
    assert arrived["0"] is None
    assert arrived["2"] is None
    assert arrived["3"] is not None


def test_what_is_wished_for_last_is_made_first_and_what_is_out_of_sight_not_at_all(wall: Wall) -> None:
    for instance in range(1, 31):
        write_cine(wall.folder / f"{instance}.dcm", frames=1)
    for instance in range(1, 21):
        wall.thumbnails.want(Wish(str(instance), instance, 6, 3))
    wall.next()
    # WHEN the list is scrolled
    wall.thumbnails.forget_wishes()
    for instance in range(21, 31):
        wall.thumbnails.want(Wish(str(instance), instance, 6, 3))
    keys = [wall.next()[0]]
    while "21" not in keys:
        keys.append(wall.next()[0])
    wall.thumbnails.close()
    # THEN at most what was in hand when it was scrolled comes late
    assert len([key for key in keys if int(key) <= 20]) <= 2
    late = [key for key in keys if int(key) > 20]
    assert late[-1] == "21"
