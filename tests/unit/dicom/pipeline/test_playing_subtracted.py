"""A subtracted run in the player: each frame has the window that belongs to it, and the keys turn that one."""

from pathlib import Path

import pytest

from console.dicom.reader import PictureReader
from console.model.picture import Window
from console.model.pipeline import Presentation
from tests.unit.dicom.builders import RLE, rle, write_items, xa
from tests.unit.dicom.builders import picture as frame_of
from tests.unit.dicom.pipeline.test_reader_path import run_with_mask
from tests.unit.test_playback import Screen, picture, reader

__all__ = ["reader"]

HEADER = Window(2048, 4096, explanation="WIDE")
DIFFERENCE = Window(0.5, 2048, source="automatic")


@pytest.fixture
def screen(reader: PictureReader, tmp_path: Path) -> Screen:
    return Screen(reader, run_with_mask(tmp_path / "run.dcm"))


def test_frames_before_the_contrast_keep_the_headers_window_and_subtracted_ones_have_their_own(screen: Screen) -> None:
    assert screen.settle().state.window == HEADER
    screen.playback.seek(3)
    subtracted = screen.settle()
    assert subtracted.state.window == DIFFERENCE
    # WHEN the window is turned on the subtracted frame THEN the picture changes and the other window does not
    screen.playback.adjust_window(0, -10)
    narrower = screen.settle()
    assert isinstance(narrower.state.window, Window)
    assert narrower.state.window.width < DIFFERENCE.width
    assert narrower.state.window.source == "operator"
    assert picture(narrower) != picture(subtracted)
    screen.playback.seek(1)
    assert screen.settle().state.window == HEADER
    screen.playback.close()


def test_the_windows_go_round_on_a_subtracted_frame_too(screen: Screen) -> None:
    screen.settle()
    screen.playback.seek(3)
    screen.settle()
    screen.playback.next_window()
    assert screen.settle().state.window == HEADER
    screen.playback.next_window()
    assert screen.settle().state.window == Window(1000, 1000, explanation="NARROW")
    screen.playback.close()


def test_the_operator_switches_subtraction_off_and_moves_the_mask(screen: Screen) -> None:
    screen.settle()
    screen.playback.seek(3)
    subtracted = screen.settle()
    screen.playback.present(Presentation(subtracted=False))
    plain = screen.settle()
    assert plain.state.window == HEADER
    assert picture(plain) != picture(subtracted)
    # The vessel itself as the mask, two rows lower
    screen.playback.present(Presentation(mask_frames=(3,), shift=(2.0, 0.0)))
    moved = screen.settle()
    assert moved.state.presentation.mask_frames == (3,)
    assert picture(moved) not in (picture(plain), picture(subtracted))
    screen.playback.close()


def test_a_mask_that_cannot_be_decoded_is_said_on_the_picture_and_without_it_the_picture_is_back(
    reader: PictureReader, tmp_path: Path
) -> None:
    # GIVEN a run whose second frame is damaged
    items = [b"", rle(frame_of(1)), b"damaged!", rle(frame_of(3))]
    path = write_items(tmp_path / "run.dcm", xa(3, syntax=RLE), items)
    screen = Screen(reader, path)
    whole = screen.settle()
    # WHEN it is taken for the mask
    screen.playback.present(Presentation(mask_frames=(2,)))
    # THEN the frame says why it is not shown
    error = screen.settle().error
    assert error is not None
    assert "Frame 2" in error.title
    # AND is back without the mask
    screen.playback.present(Presentation(subtracted=False))
    again = screen.settle()
    assert again.error is None
    assert picture(again) == picture(whole)
    screen.playback.close()
