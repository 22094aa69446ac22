"""Picture files: what is in them is what the pipeline makes of the frames, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from console.dicom.reader import PictureReader
from console.errors import Cancelled, StoreError, UsageError
from console.graphics.drawing import Drawn, rectangle
from console.look import Look
from console.model.picture import PictureInfo, Window
from console.model.pipeline import Orientation
from console.picture_files import Corners, Film, evenly, write_cine, write_frame, write_sheet
from console.pictures import Pictures
from tests.phantoms import write_cine as write_object

LOOK = Look(window=Window(128, 256))


def going_on(done: int, total: int) -> bool:
    return True


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    reader = PictureReader()
    yield Pictures(reader)
    reader.close()


def opened(pictures: Pictures, folder: Path, frames: int = 4, **elements: Any) -> tuple[PictureInfo, NDArray[np.uint8]]:
    pixels = write_object(folder / "run.dcm", frames=frames, **elements)
    return pictures.info(folder / "run.dcm"), pixels


def grey(path: Path) -> list[NDArray[np.uint8]]:
    with Image.open(path) as image:
        return [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("name", ["run.png", "run.webp"])
def test_an_animation_holds_every_frame_as_it_is_and_as_long_as_it_stands(
    pictures: Pictures, tmp_path: Path, name: str
) -> None:
    info, pixels = opened(pictures, tmp_path)
    target = tmp_path / name
    told: list[tuple[int, int]] = []

    def step(done: int, total: int) -> bool:
        told.append((done, total))
        return True

    film = Film(info, pictures, LOOK)
    write_cine(film, pictures.renderer(info), [2, 3, 4], [40.0, 80.0, 40.0], target, step)
    frames = grey(target)
    assert len(frames) == 3
    for shown, stored in zip(frames, pixels[1:], strict=True):
        assert np.abs(shown.astype(int) - stored).max() <= 1
    with Image.open(target) as image:
        times = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            times.append(image.info["duration"])
    assert times == [40, 80, 40]
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("name", ["run.png", "run.webp"])
def test_an_animation_that_is_stopped_leaves_nothing_behind(pictures: Pictures, tmp_path: Path, name: str) -> None:
    info, _pixels = opened(pictures, tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        write_cine(
            Film(info, pictures, LOOK), pictures.renderer(info), [1, 2, 3], [40.0] * 3, tmp_path / name,
            lambda done, total: done < 2,
        )  # fmt: skip
    assert sorted(tmp_path.iterdir()) == before


def test_a_frame_is_turned_and_drawn_on_as_on_the_screen(pictures: Pictures, tmp_path: Path) -> None:
    info, pixels = opened(pictures, tmp_path, frames=1)
    target = tmp_path / "frame.png"
    look = Look(window=Window(128, 256), orientation=Orientation(90), drawn=Drawn((rectangle(10.5, 20.5, 30.5, 40.5),)))
    # WHEN it is written without lines THEN it is the stored picture, turned
    write_frame(Film(info, pictures, look), pictures.renderer(info), 1, target)
    (shown,) = grey(target)
    assert np.abs(shown.astype(int) - np.rot90(pixels[0], -1)).max() <= 1
    # WHEN with lines THEN only the pixels under the rectangle differ, turned with the picture
    write_frame(Film(info, pictures, look, lines=True), pictures.renderer(info), 1, target)
    with Image.open(target) as image:
        drawn = np.rot90(np.asarray(image.convert("RGB")), 1)
    changed = np.argwhere((drawn != np.rot90(np.asarray(Image.fromarray(shown).convert("RGB")), 1)).any(axis=2))
    assert {(int(x), int(y)) for y, x in changed} == {(x, y) for x in range(10, 31) for y in (20, 40)} | {
        (x, y) for y in range(20, 41) for x in (10, 30)
    }


def test_words_stand_in_the_corners_and_leave_the_middle_alone(pictures: Pictures, tmp_path: Path) -> None:
    info, pixels = opened(pictures, tmp_path, frames=1, size=256)
    words: Corners = (["张伟"], ["XA"], [], ["1/1"])
    target = tmp_path / "frame.png"
    write_frame(Film(info, pictures, LOOK, lambda number: words), pictures.renderer(info), 1, target)
    (shown,) = grey(target)
    changed = np.abs(shown.astype(int) - pixels[0]) > 3
    assert changed[:32, :128].any()
    assert changed[:32, 128:].any()
    assert changed[-32:, 128:].any()
    assert not changed[-32:, :128].any()
    assert not changed[40:-40].any()


def test_wide_pixels_become_square(pictures: Pictures, tmp_path: Path) -> None:
    info, _pixels = opened(pictures, tmp_path, frames=1, PixelAspectRatio=[2, 1])
    target = tmp_path / "frame.png"
    write_frame(Film(info, pictures, LOOK), pictures.renderer(info), 1, target)
    assert grey(target)[0].shape == (128, 64)


def test_a_contact_sheet_shows_frames_from_first_to_last(pictures: Pictures, tmp_path: Path) -> None:
    info, _pixels = opened(pictures, tmp_path, frames=12)
    target = tmp_path / "sheet.png"
    write_sheet(Film(info, pictures, LOOK), pictures.renderer(info), evenly(1, 12, 9), target, going_on)
    (sheet,) = grey(target)
    assert sheet.shape == (3 * 68 + 4, 3 * 68 + 4)
    with pytest.raises(Cancelled):
        write_sheet(Film(info, pictures, LOOK), pictures.renderer(info), [1, 2], target, lambda done, total: False)


@pytest.mark.parametrize(
    ("first", "last", "count", "found"), [(1, 10, 4, [1, 4, 7, 10]), (3, 4, 9, [3, 4]), (5, 5, 3, [5])]
)
def test_frames_are_taken_as_far_apart_as_they_can_be(first: int, last: int, count: int, found: list[int]) -> None:
    assert evenly(first, last, count) == found


def test_ten_thousand_frames_and_dicom_files_are_refused_in_a_sentence(pictures: Pictures, tmp_path: Path) -> None:
    info, _pixels = opened(pictures, tmp_path, size=512)
    renderer = pictures.renderer(info)
    with pytest.raises(UsageError, match="trim"):
        write_cine(Film(info, pictures, LOOK), renderer, [1] * 10_000, [40.0] * 10_000, tmp_path / "a.png", going_on)
    before = (tmp_path / "run.dcm").read_bytes()
    with pytest.raises(StoreError, match="never replaced"):
        write_frame(Film(info, pictures, LOOK), renderer, 1, tmp_path / "run.dcm")
    assert (tmp_path / "run.dcm").read_bytes() == before
