"""The comparison of the ways to draw shows what a terminal would, made of the bytes that it gets."""

import numpy as np
import pytest
from PIL import Image

from scripts.modes import CELL, COLUMNS, GAP, LABEL, NAMES, ROWS, compare, paint, seen
from scripts.screenshots import TARGET
from tests.phantoms import cine_pixels

SIZE = COLUMNS * CELL[0], ROWS * CELL[1]


@pytest.mark.parametrize("mode", NAMES)
def test_what_is_seen_is_the_frame_that_was_painted(mode: str) -> None:
    # GIVEN a slanted ramp with a bright square WHEN it is painted and read back
    shown = seen(paint(cine_pixels(1, 512, 512)[0], mode))
    # THEN it fills its cells, is grey, and is near the frame in every part of 32 x 32 pixels
    assert shown.size == SIZE
    found = np.asarray(shown).astype(int)
    assert np.ptp(found, axis=2).max() == 0
    true = np.asarray(Image.fromarray(cine_pixels(1, 512, 512)[0]).resize(SIZE, Image.Resampling.BOX)).astype(int)
    if mode == "braille":
        true = true * 5 // 8  # its cells are darkened, so that dots can be seen on them
    away = (found[:, :, 0] - true).reshape(SIZE[1] // 32, 32, SIZE[0] // 32, 32).mean(axis=(1, 3))
    assert np.abs(away[2:, 2:]).max() <= 3


def test_pixels_are_sharper_than_cells() -> None:
    # GIVEN fine lines THEN only the ways with pixels of their own keep them apart
    lines = np.zeros((480, 480), np.uint8)
    lines[:, ::4] = 255
    contrast = {mode: float(np.asarray(seen(paint(lines, mode)))[:, :, 0].std()) for mode in NAMES}
    assert min(contrast["sixel"], contrast["kitty"]) > 4 * max(contrast["half"], contrast["ascii"])


def test_the_sheet_has_a_column_for_each_way_and_a_row_for_each_distance() -> None:
    # GIVEN a frame of one grey WHEN the sheet is made
    sheet = np.asarray(compare(np.full((64, 64), 120, np.uint8)).convert("L")).astype(int)
    # THEN each place holds it, and over each stand its words
    step = SIZE[0] + GAP
    assert sheet.shape == (2 * (LABEL + SIZE[1]) + GAP, len(NAMES) * step - GAP)
    for place, mode in enumerate(NAMES):
        for row in range(2):
            top, left = row * (LABEL + SIZE[1] + GAP), place * step
            picture = sheet[top + LABEL : top + LABEL + SIZE[1], left : left + SIZE[0]]
            assert np.abs(picture.mean() - (75 if mode == "braille" else 120)) < 2
            assert sheet[top : top + LABEL, left : left + SIZE[0]].max() > 150


def test_the_picture_in_the_docs_is_of_this_layout() -> None:
    with Image.open(TARGET / "modes.png") as image:
        assert image.size == compare(np.zeros((8, 8), np.uint8)).size
