"""A presentation state opened in the viewer shows its picture as it wants it."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID

from console.model.pipeline import Orientation
from console.screens.viewer.screen import ViewerScreen
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of
from tests.ui.test_viewer_looking import after, greys
from tests.unit.dicom.pipeline.makers import dataset
from tests.unit.dicom.pipeline.test_state import state

SIZE = (80, 24)


def write_both(folder: Path, **elements: Any) -> Path:
    """A picture of 64x64 in `folder`/images, and a state for it beside that folder's own."""
    write_cine(folder / "images" / "a.dcm", frames=1, SOPInstanceUID="1.2.9.1")
    write_cine(folder / "images" / "b.dcm", frames=1, SOPInstanceUID="1.2.9.2", PatientID="RIGHT")
    for name, uid in (("a", "1.2.9.1"), ("b", "1.2.9.2")):
        path = folder / "images" / f"{name}.dcm"
        ds = pydicom.dcmread(path)
        ds.file_meta.MediaStorageSOPInstanceUID = UID(uid)
        ds.save_as(path)
    (folder / "states").mkdir()
    area = dataset(PresentationSizeMode="SCALE TO FIT", PresentationPixelAspectRatio=["1", "1"])
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [1, 1], [64, 64]
    elements.setdefault("DisplayedAreaSelectionSequence", [area])
    return state(folder / "states" / "pr.dcm", of="1.2.9.2", **elements)


def marks() -> Dataset:
    """A line from the upper left to the middle, and a word at the middle."""
    line = dataset(GraphicAnnotationUnits="PIXEL", GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicType="POLYLINE")
    line.GraphicData, line.GraphicFilled = [0.5, 0.5, 32.5, 32.5], "N"
    text = dataset(AnchorPointAnnotationUnits="PIXEL", UnformattedTextValue="LOOK HERE", AnchorPointVisibility="N")
    text.AnchorPoint = [20.5, 32.5]
    item = dataset(GraphicLayer="L")
    item.GraphicObjectSequence, item.TextObjectSequence = [line], [text]
    return item


async def test_a_state_shows_the_picture_it_names_turned_and_marked(desk: Desk, tmp_path: Path) -> None:
    path = write_both(
        tmp_path, ImageRotation=90, ImageHorizontalFlip="N", GraphicAnnotationSequence=[marks()],
    )  # fmt: skip
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        # THEN it is the right picture, it is turned, and the screen says whose words count
        text = screen_text(app)
        for part in ("RIGHT", "state TRY", "turned 90°", "LOOK HERE"):
            assert part in text, part
        assert playback_of(app).state().orientation == Orientation(90)
        marked = greys(app)
        viewer = app.screen
        assert isinstance(viewer, ViewerScreen)
        # WHEN the annotations are hidden THEN the line and the word go, and nothing else
        viewer.action_annotations()
        await until(pilot, lambda: "LOOK HERE" not in screen_text(app))
        changed = np.argwhere(greys(app) != marked)
        # The upper left corner is at the upper right when turned; the middle stays.
        assert changed[:, 0].min() <= 2
        assert changed[:, 0].max() <= 24
        # WHEN the operator turns on, and takes everything back THEN it is as the state wants it, not as the header does
        await after(pilot, "t")
        await pilot.press("0")
        await until(pilot, lambda: playback_of(app).state().orientation == Orientation(90))


async def test_a_displayed_area_fills_the_view_and_f_shows_the_whole(desk: Desk, tmp_path: Path) -> None:
    area = dataset(PresentationSizeMode="SCALE TO FIT", PresentationPixelAspectRatio=["1", "1"])
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [17, 9], [48, 40]
    path = write_both(tmp_path, DisplayedAreaSelectionSequence=[area])
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        # The view is 80x40 pixels, so 32 rows fill its height, and the middle is that of the area.
        assert playback.image_point(0.5, 0.5) == (32.0, 24.0)
        assert playback.image_point(0.5, 0.0) == (32.0, 8.0)
        await pilot.press("f")
        assert playback.image_point(0.5, 0.0) == (32.0, 0.0)


async def test_a_state_without_its_picture_says_so_and_can_be_read(desk: Desk, tmp_path: Path) -> None:
    path = write_both(tmp_path)
    for one in (tmp_path / "images").iterdir():
        one.unlink()
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: "does not lie" in screen_text(app))
        assert isinstance(app.screen, ViewerScreen)
        await until(pilot, lambda: app.screen.query_one("#report").display)
