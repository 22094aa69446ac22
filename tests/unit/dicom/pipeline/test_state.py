"""Presentation states: what they say counts, what they do not say is the identity, and what they cannot be for."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

from console.dicom.object import DicomObject
from console.dicom.pipeline.renderer import Renderer
from console.dicom.pipeline.spatial import displayed, oriented
from console.errors import DicomReadError
from console.model.picture import PictureInfo
from console.model.pipeline import DisplayedArea, Orientation
from tests.support import need_program
from tests.unit.dicom.builders import XA
from tests.unit.dicom.pipeline.makers import dataset, grey_object, overlay

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
XA_STATE = "1.2.840.10008.5.1.4.1.1.11.5"
RAMP = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4


def image(path: Path, frames: int = 1) -> DicomObject:
    """A ramp in MONOCHROME1, with a window, a rescale and a shutter that no state wants."""
    return grey_object(
        path, np.tile(RAMP, (frames, 1, 1)), 8, PhotometricInterpretation="MONOCHROME1", WindowCenter="10",
        WindowWidth="5", RescaleSlope="3", RescaleIntercept="7", ShutterShape="CIRCULAR",
        CenterOfCircularShutter=[4, 4], RadiusOfCircularShutter=2,
    )  # fmt: skip


def state(path: Path, sop_class: str = GSPS, of: str = "1.2.3.4", **elements: Any) -> Path:
    """A state of one image that says nothing but `elements`."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.9.9")
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = sop_class, "1.2.9.9", "PR"
    ds.PatientName, ds.PatientID, ds.StudyInstanceUID = "A", "1", "1.2.7"
    ds.SeriesInstanceUID, ds.InstanceNumber = "1.2.8", "1"
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "TRY", "", ""
    ds.PresentationCreationDate, ds.PresentationCreationTime = "20261123", "120000"
    reference = dataset(ReferencedSOPClassUID=XA, ReferencedSOPInstanceUID=of)
    series = dataset(SeriesInstanceUID="1.2.6", ReferencedImageSequence=[reference])
    ds.ReferencedSeriesSequence = Items([series])
    area = dataset(PresentationSizeMode="SCALE TO FIT", PresentationPixelAspectRatio=["1", "1"])
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [1, 1], [8, 8]
    ds.DisplayedAreaSelectionSequence = Items([area])
    ds.PresentationLUTShape = "IDENTITY"
    for keyword, value in elements.items():
        if keyword == "plane":
            overlay(ds, 0x6000, value)
            ds.add_new(0x60001001, "CS", "LAYER")
        else:
            setattr(ds, keyword, Items(value) if isinstance(value, list) and isinstance(value[0], Dataset) else value)
    ds.save_as(path, enforce_file_format=True)
    return path


def shown(opened: DicomObject, info: PictureInfo, number: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A frame as the state wants it."""
    assert info.description is not None
    return Renderer(info.description, opened.frame, opened.planes).visible(number, opened.frame(number))


def test_a_state_that_says_nothing_shows_the_stored_values_as_they_are(tmp_path: Path) -> None:
    # GIVEN an image whose header has a rescale, a window, a shutter and MONOCHROME1 WHEN an empty state speaks instead
    opened = image(tmp_path / "image")
    info = opened.under_state(state(tmp_path / "state"))
    # THEN all of that counts for nothing (PS3.4 N.2)
    assert np.array_equal(shown(opened, info), RAMP)
    told = {step.stage: step for step in info.pipeline}
    assert "TRY" in told["state"].what
    assert not told["shutter"].applied


STATES: dict[str, dict[str, Any]] = {
    "window": {"SoftcopyVOILUTSequence": [dataset(WindowCenter="100", WindowWidth="90")]},
    "rescale": {
        "RescaleSlope": "2", "RescaleIntercept": "-50", "RescaleType": "US",
        "SoftcopyVOILUTSequence": [dataset(WindowCenter="200", WindowWidth="300")],
    },
    "inverse": {"PresentationLUTShape": "INVERSE"},
    "turned": {"ImageRotation": 90, "ImageHorizontalFlip": "N"},
    "flipped": {"ImageRotation": 270, "ImageHorizontalFlip": "Y"},
    "upside down": {"ImageRotation": 180, "ImageHorizontalFlip": "Y"},
}  # fmt: skip
"""States that dcmp2pgm 3.6.7 knows all about; it takes every VOI LUT Function for LINEAR."""


@pytest.mark.parametrize("name", STATES)
def test_states_look_as_dcmtk_shows_them(tmp_path: Path, name: str) -> None:
    # GIVEN one state, and DCMTK's own picture of it
    program = need_program("dcmp2pgm")
    opened = image(tmp_path / "image")
    given = state(tmp_path / "state", **STATES[name])
    target = tmp_path / "peer.pgm"
    subprocess.run([program, "-q", "-p", given, tmp_path / "image", target], check=True, capture_output=True)
    # WHEN it is applied, turned as it says
    info = opened.under_state(given)
    assert info.description is not None
    ours = oriented(shown(opened, info), info.description.orientation)
    # THEN both are one grey level apart at most
    assert np.abs(ours.astype(int) - np.array(Image.open(target))).max() <= 1


def test_a_state_brings_its_own_shutter_overlay_and_marks(tmp_path: Path) -> None:
    # GIVEN a rectangular shutter, a plane, a circle and a text, for the second frame only where that can be said
    second = dataset(ReferencedSOPClassUID=XA, ReferencedSOPInstanceUID="1.2.3.4", ReferencedFrameNumber="2")
    circle = dataset(
        GraphicAnnotationUnits="PIXEL", GraphicDimensions=2, NumberOfGraphicPoints=2,
        GraphicData=[4.0, 4.0, 6.0, 4.0], GraphicType="CIRCLE", GraphicFilled="N",
    )  # fmt: skip
    text = dataset(
        UnformattedTextValue="HERE", AnchorPoint=[2.0, 3.0], AnchorPointAnnotationUnits="PIXEL",
        AnchorPointVisibility="Y",
    )  # fmt: skip
    marks = dataset(
        ReferencedImageSequence=[second], GraphicLayer="LAYER", GraphicObjectSequence=[circle],
        TextObjectSequence=[text],
    )  # fmt: skip
    plane = np.zeros((8, 8), np.uint8)
    plane[7, 7] = 1
    given = state(
        tmp_path / "state", ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=1, ShutterRightVerticalEdge=8,
        ShutterUpperHorizontalEdge=2, ShutterLowerHorizontalEdge=8, plane=plane,
        GraphicAnnotationSequence=[marks],
    )  # fmt: skip
    opened = image(tmp_path / "image", frames=2)
    info = opened.under_state(given)
    # THEN the picture has shutter and plane
    pixels = shown(opened, info)
    assert not pixels[0].any()
    assert pixels[7, 7] == 255
    assert np.array_equal(pixels[1:7], RAMP[1:7])
    # AND the marks are geometry of the second frame
    assert info.description is not None
    assert info.description.frame(1).graphics == ()
    frame = info.description.frame(2)
    assert [(line.kind, line.points) for line in frame.graphics] == [("CIRCLE", ((4.0, 4.0), (6.0, 4.0)))]
    assert [(one.text, one.anchor) for one in frame.texts] == [("HERE", (2.0, 3.0))]


def test_a_state_of_x_ray_runs_subtracts_with_its_own_mask(tmp_path: Path) -> None:
    # GIVEN three frames, the last with a vessel; a state with a mask, a shift of nothing and a window for it
    frames = np.full((3, 4, 4), 200, np.uint8)
    frames[2, 1, 1] = 100
    mask = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=[1, 2], ApplicableFrameRange=[3, 3])
    given = state(
        tmp_path / "state", XA_STATE, MaskSubtractionSequence=[mask], RecommendedViewingMode="SUB",
        SoftcopyVOILUTSequence=[dataset(WindowCenter="0.5", WindowWidth="201")],
    )  # fmt: skip
    opened = grey_object(tmp_path / "image", frames, 8)
    info = opened.under_state(given)
    # THEN the window of the state is used for the difference
    pixels = shown(opened, info, 3)
    assert pixels[0, 0] == 128
    assert pixels[1, 1] == 0


@pytest.mark.parametrize(
    ("sop_class", "of", "part"), [(GSPS, "9.9.9", "other images"), (XA, "1.2.3.4", "no grayscale presentation state")]
)
def test_a_state_that_is_not_for_this_image_is_refused(tmp_path: Path, sop_class: str, of: str, part: str) -> None:
    opened = image(tmp_path / "image")
    with pytest.raises(DicomReadError, match=part):
        opened.under_state(state(tmp_path / "state", sop_class, of))
    with pytest.raises(DicomReadError, match="does not exist"):
        opened.under_state(tmp_path / "nowhere")


def test_rotation_is_clockwise_and_the_flip_comes_after_it() -> None:
    pixels = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert oriented(pixels, Orientation(90)).tolist() == [[4, 1], [5, 2], [6, 3]]
    assert oriented(pixels, Orientation(90, flip=True)).tolist() == [[1, 4], [2, 5], [3, 6]]
    assert oriented(pixels, Orientation(180)).tolist() == [[6, 5, 4], [3, 2, 1]]


def test_a_displayed_area_cuts_out_what_lies_inside_the_frame() -> None:
    assert displayed(RAMP, DisplayedArea((2, 3), (4, 4))).tolist() == RAMP[2:4, 1:4].tolist()
    assert displayed(RAMP, DisplayedArea((-5, 7), (99, 99))).tolist() == RAMP[6:].tolist()
    assert np.array_equal(displayed(RAMP, DisplayedArea((90, 90), (99, 99))), RAMP)
