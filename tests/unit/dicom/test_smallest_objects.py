"""Objects of one pixel: the byte that makes the length even is not a frame."""

from pathlib import Path

import numpy as np
import pytest

from console.dicom.object import open_object
from tests.unit.dicom.pipeline.makers import grey_object


@pytest.mark.parametrize("frames", [1, 3])
def test_the_pad_byte_of_odd_pixel_data_is_no_frame(tmp_path: Path, frames: int) -> None:
    # GIVEN pixel data of one or three bytes, padded to an even length
    pixels = np.arange(1, frames + 1, dtype=np.uint8).reshape(frames, 1, 1)
    opened = grey_object(tmp_path / "a", pixels, 8)
    # THEN there are as many frames as the header says, each with its own value, and no complaint
    assert opened.info.frames == frames
    assert [int(opened.frame(number)[0, 0]) for number in range(1, frames + 1)] == list(range(1, frames + 1))
    assert opened.info.problems == ()
    assert open_object(tmp_path / "a").info.frames == frames
