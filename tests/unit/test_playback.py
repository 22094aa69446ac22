"""The playback on its own: real files, real decoding, a terminal that is only counted."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.dicom.reader import PictureReader
from console.graphics.encoder import choose
from console.graphics.terminal import unasked
from console.graphics.texts import CellText
from console.model.picture import Window
from console.model.view import ViewState
from console.playback import Playback, Shot
from tests.phantoms import write_cine

ENVIRON = {"LANG": "C.UTF-8", "COLORTERM": "truecolor"}


class Screen:
    """Takes shots one at a time, and says so when the test lets it."""

    def __init__(self, reader: PictureReader, path: Path, *, autoplay: bool = False) -> None:
        self.shots: queue.Queue[Shot] = queue.Queue()
        self.playback = Playback(
            reader,
            reader.open(path),
            lambda: choose("half", unasked(ENVIRON, (80, 24), windows=False), "true"),
            self.texts,
            self.shots.put,
            autoplay=autoplay,
        )
        self.playback.resize(40, 12)

    def texts(self, state: ViewState, columns: int, rows: int) -> list[CellText]:
        return [CellText(0, 0, f"frame {state.frame}")]

    def next(self, *, drawn: bool = True) -> Shot:
        """The next shot, painted (or passed over)."""
        shot = self.shots.get(timeout=10)
        self.playback.painted(shot, drawn=drawn)
        return shot

    def settle(self) -> Shot:
        """Paint until nothing more comes; the last shot."""
        shot = self.next()
        while True:
            try:
                shot = self.shots.get(timeout=0.3)
            except queue.Empty:
                return shot
            self.playback.painted(shot, drawn=True)


@pytest.fixture
def reader() -> Iterator[PictureReader]:
    reader = PictureReader()
    yield reader
    reader.close()


@pytest.fixture
def screen(reader: PictureReader, tmp_path: Path) -> Iterator[Screen]:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=10, fps=50.0, WindowCenter=128, WindowWidth=256)
    screen = Screen(reader, path)
    yield screen
    screen.playback.close()


def picture(shot: Shot) -> bytes:
    return b"".join(shot.painting.rows or ())


def test_no_second_shot_is_made_while_the_first_is_on_its_way(screen: Screen) -> None:
    first = screen.shots.get(timeout=10)
    screen.playback.toggle()
    with pytest.raises(queue.Empty):
        screen.shots.get(timeout=0.4)
    screen.playback.painted(first, drawn=True)
    assert screen.next().state.playing


def test_a_shot_that_was_passed_over_is_painted_again_when_the_cine_stands_still(screen: Screen) -> None:
    screen.settle()
    screen.playback.step(1)
    passed = screen.next(drawn=False)
    again = screen.next()
    assert passed.frame == again.frame == 2


def test_the_same_frame_in_the_same_look_is_the_same_painting_and_not_made_twice(screen: Screen) -> None:
    first = screen.settle()
    screen.playback.step(1)
    second = screen.settle()
    screen.playback.step(-1)
    assert screen.settle().painting is first.painting
    assert picture(second) != picture(first)


def test_windows_go_round_and_a_wish_of_the_operator_is_kept(screen: Screen) -> None:
    first = screen.settle()
    assert first.state.window == Window(128.0, 256.0)
    seen: set[object] = {first.state.window}
    for _press in range(5):
        screen.playback.next_window()
        seen.add(screen.settle().state.window)
    assert len(seen) >= 2
    screen.playback.set_window(Window(10, 5, source="operator"))
    assert screen.settle().state.window == Window(10, 5, source="operator")


def test_zoom_is_kept_through_a_resize_and_pan_stops_at_the_edge(screen: Screen) -> None:
    screen.settle()
    for _press in range(5):
        screen.playback.zoom(1)
    zoomed = screen.settle().state.zoom
    assert zoomed > 2.5
    screen.playback.resize(60, 20)
    assert screen.settle().state.zoom == pytest.approx(zoomed)
    screen.playback.pan(100, 100)
    corner = picture(screen.settle())
    screen.playback.pan(100, 100)
    with pytest.raises(queue.Empty):
        screen.shots.get(timeout=0.3)
    assert corner


def test_suspended_means_no_shot_and_resume_goes_on_where_it_stood(screen: Screen) -> None:
    screen.settle()
    screen.playback.toggle()
    screen.next()
    screen.playback.suspend()
    while True:
        try:
            screen.playback.painted(screen.shots.get(timeout=0.3), drawn=True)
        except queue.Empty:
            break
    stood = screen.playback.state().frame
    with pytest.raises(queue.Empty):
        screen.shots.get(timeout=0.3)
    assert screen.playback.state().frame == stood
    screen.playback.resume()
    assert screen.next().state.playing


def test_a_frame_that_cannot_be_decoded_says_so_in_its_place(reader: PictureReader, tmp_path: Path) -> None:
    # GIVEN a file that loses its second half after it was opened
    path = tmp_path / "run.dcm"
    write_cine(path, frames=10, size=256)
    screen = Screen(reader, path)
    screen.playback.close()
    info = reader.open(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    shots: queue.Queue[Shot] = queue.Queue()
    playback = Playback(
        reader, info, lambda: choose("half", unasked(ENVIRON, (80, 24), windows=False), "true"), screen.texts, shots.put
    )
    playback.resize(60, 12)
    shot = shots.get(timeout=10)
    playback.close()
    assert shot.error is not None
    text = "".join(run.text for run in shot.painting.cells(6))
    assert shot.error.detail[:20] in text


def test_closing_stops_both_threads(screen: Screen) -> None:
    screen.settle()
    screen.playback.toggle()
    screen.next()
    screen.playback.close()
    screen.playback._thread.join(timeout=10)
    screen.playback._feed._thread.join(timeout=10)
    assert not screen.playback._thread.is_alive()
    assert not screen.playback._feed._thread.is_alive()
