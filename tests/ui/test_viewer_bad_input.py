"""What a viewer must survive: huge pictures, very long cines, frames that cannot be decoded."""

from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from console.screens.viewer.screen import ViewerScreen
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of, viewer_of

SIZE = (80, 24)
KEYS = "t x plus l 1 a b s 6 9 v l escape r enter question_mark question_mark z i 0 f"


async def test_frames_that_cannot_be_decoded_are_a_sentence_and_every_key_still_answers(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=3)
    ds = pydicom.dcmread(path)
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PixelData = encapsulate([b"\xff\xd8\xff\xe0 nothing behind it \xff\xd9" for _frame in range(3)])
    ds["PixelData"].VR = "OB"
    ds.save_as(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "run.dcm" in screen_text(app))
        # Before the view has a size there is no loupe, and escape leaves the screen.
        await until(pilot, lambda: viewer_of(app).playback is not None)
        await until(pilot, lambda: playback_of(app).image_point(0.5, 0.5) is not None)
        for key in f"{KEYS} right q end".split():
            await pilot.press(key)
        await until(pilot, lambda: playback_of(app).state().frame == 3)
        assert isinstance(app.screen, ViewerScreen)
        assert "Traceback" not in screen_text(app)


async def test_ten_thousand_frames_open_play_to_and_fro_and_can_be_trimmed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "long.dcm"
    write_cine(path, frames=10_000, fps=30.0, size=16)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("z", "end", "backslash", "left", "left", "backslash")
        await until(pilot, lambda: "frames 9998 to 10000" in screen_text(app))
        await pilot.press("space")
        await until(pilot, lambda: playback_of(app).state().achieved_fps > 0)


async def test_a_picture_of_16384_by_16384_is_shown_or_refused_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    # GIVEN 268 million pixels, in a file with a hole in the place of the pixels
    path = tmp_path / "huge.dcm"
    write_cine(path, frames=1, size=16)
    ds = pydicom.dcmread(path)
    ds.Rows = ds.Columns = 16_384
    ds.PixelData = np.zeros(16, np.uint8).tobytes()
    ds.save_as(path)
    data = path.read_bytes()
    cut = data.rindex(b"\xe0\x7f\x10\x00")
    head = data[:cut] + data[cut : cut + 8] + (16_384 * 16_384).to_bytes(4, "little")
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(len(head) + 16_384 * 16_384)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(
            pilot, lambda: isinstance(app.screen, ViewerScreen) and "16384" in screen_text(app).replace(" ", ""), 30
        )
        for key in "t plus 1 a f".split():
            await pilot.press(key)
        assert "Traceback" not in screen_text(app)
