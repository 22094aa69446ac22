"""A grayscale softcopy presentation state (PS3.3 A.33.1): a window and a note for one cine, without its pixels."""

from dataclasses import replace
from typing import TYPE_CHECKING

from console.demo.angiogram import XA_IMAGE
from console.demo.cases import Item
from console.demo.contents import Presentation
from console.demo.header import EXPLICIT_LITTLE, Maker, decimal, file_bytes, new_dataset
from console.demo.made import Made
from console.demo.scene import Scene
from console.demo.truth import catheter_at

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GRAYSCALE_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
_MAKER = Maker("Practice workstation", "WS1", "0002")
_NOTE = "CATHETER"


def make(item: Item, content: Presentation) -> Made:
    """Write the state; what it refers to need not exist yet."""
    shown = replace(item, series_number=content.of[0], instance_number=content.of[1])
    place = catheter_at(Scene(content.recipe), content.frame)["middle"]
    ds = new_dataset(item, GRAYSCALE_STATE, "PR", _MAKER)
    _state(ds, item, content)
    image = _reference(shown)
    image.ReferencedFrameNumber = content.frame
    _relationship(ds, shown)
    _note(ds, image, place)
    truth = {
        "of_sop_instance_uid": shown.uid("instance"),
        "window": {"center": content.window[0], "width": content.window[1]},
        "note": _NOTE,
        "frame": content.frame,
        "anchor": place,
        "label": ds.ContentLabel,
    }
    return Made(file_bytes(ds, EXPLICIT_LITTLE), EXPLICIT_LITTLE, "It has no pixels to compress", truth)


def _state(ds: "Dataset", item: Item, content: Presentation) -> None:
    """Presentation State Identification, Displayed Area, VOI and Presentation LUT modules."""
    from pydicom.dataset import Dataset

    # A state has a creation date of its own instead.
    del ds.ContentDate, ds.ContentTime
    ds.BodyPartExamined = "HEART"
    ds.ContentLabel = "CATHETER"
    ds.ContentDescription = "Window and note"
    ds.PresentationCreationDate, ds.PresentationCreationTime = item.study.date, item.time
    ds.ContentCreatorName = ""
    size = content.recipe.c_arm.size
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner = [1, 1]
    area.DisplayedAreaBottomRightHandCorner = [size, size]
    area.PresentationSizeMode = "SCALE TO FIT"
    area.PresentationPixelAspectRatio = [1, 1]
    ds.DisplayedAreaSelectionSequence = [area]
    window = Dataset()
    window.WindowCenter, window.WindowWidth = (decimal(value) for value in content.window)
    ds.SoftcopyVOILUTSequence = [window]
    ds.PresentationLUTShape = "IDENTITY"


def _relationship(ds: "Dataset", shown: Item) -> None:
    from pydicom.dataset import Dataset

    series = Dataset()
    series.SeriesInstanceUID = shown.uid("series")
    series.ReferencedImageSequence = [_reference(shown)]
    ds.ReferencedSeriesSequence = [series]


def _reference(shown: Item) -> "Dataset":
    from pydicom.dataset import Dataset

    image = Dataset()
    image.ReferencedSOPClassUID = XA_IMAGE
    image.ReferencedSOPInstanceUID = shown.uid("instance")
    return image


def _note(ds: "Dataset", image: "Dataset", place: list[float]) -> None:
    """Graphic Annotation and Graphic Layer modules: a word with an arrow's point on the catheter."""
    from pydicom.dataset import Dataset

    text = Dataset()
    text.AnchorPointAnnotationUnits = "PIXEL"
    text.UnformattedTextValue = _NOTE
    # Image-relative positions count from 1 at the corner's pixel, and the middle of a pixel is its half.
    text.AnchorPoint = [place[0] + 1.0, place[1] + 1.0]
    text.AnchorPointVisibility = "Y"
    note = Dataset()
    note.ReferencedImageSequence = [image]
    note.GraphicLayer = "NOTES"
    note.TextObjectSequence = [text]
    ds.GraphicAnnotationSequence = [note]
    layer = Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = "NOTES", 1
    ds.GraphicLayerSequence = [layer]
