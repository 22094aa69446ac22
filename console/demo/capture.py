"""A secondary capture (PS3.3 A.8.1): the screen of a measuring station as colour picture, with burned-in words."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from console.demo.cases import Item
from console.demo.codec import rle_encoder
from console.demo.contents import Capture
from console.demo.header import Maker, encapsulate_frames, file_bytes, new_dataset
from console.demo.lettering import write
from console.demo.made import Made, Tick

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ROWS, COLUMNS = 480, 640
_MAKER = Maker("Practice workstation", "WS1", "0002")


def make(item: Item, content: Capture, tick: Tick) -> Made:
    """Draw the screen and write it."""
    tick(0)
    encoder = rle_encoder()
    ds = new_dataset(item, SECONDARY_CAPTURE, "OT", _MAKER)
    _header(ds, item)
    encapsulate_frames(ds, [encoder.encode(screen(content))])
    truth = {"rows": ROWS, "columns": COLUMNS, "burned_in_text": list(content.lines)}
    return Made(file_bytes(ds, encoder.transfer_syntax), encoder.transfer_syntax, "RLE suits a drawn screen", truth)


def screen(content: Capture) -> NDArray[np.uint8]:
    """The picture, RGB (rows, columns, 3)."""
    picture = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    picture[:] = (12, 16, 34)
    picture[:30] = (32, 52, 96)
    write(picture, "PRACTICE STATION - NOT FOR DIAGNOSIS", 12, 8, (240, 240, 240), 2)
    for number, line in enumerate(content.lines):
        write(picture, line, 24, 52 + 24 * number, (190, 235, 200), 2)
    if content.narrowing_percent:
        _draw_curve(picture, content.narrowing_percent / 100.0)
    return picture


def _draw_curve(picture: NDArray[np.uint8], share: float) -> None:
    """A vessel's diameter along its way, and what it would be without the narrowing."""
    left, top, width, height = 60, 300, 520, 140
    picture[top : top + height, left] = picture[top + height, left : left + width] = (150, 150, 150)
    column = np.arange(width)
    dip = np.exp(-np.square((column - 270.0) / 46.0))
    curve = 3.4 - 0.85 * column / width
    for diameter, colour in ((curve, (90, 90, 200)), (curve * (1.0 - share * dip), (250, 210, 60))):
        row = np.rint(top + height - 4 - 36.0 * diameter).astype(np.int64)
        for thick in range(2):
            picture[row + thick, left + column] = colour
    write(picture, "MM", left - 26, top, (150, 150, 150))


def _header(ds: "Dataset", item: Item) -> None:
    ds.ConversionType = "WSD"
    ds.ImageType = ["DERIVED", "SECONDARY"]
    ds.DateOfSecondaryCapture, ds.TimeOfSecondaryCapture = item.study.date, item.time
    ds.PatientOrientation = ""
    ds.BodyPartExamined = "HEART"
    ds.QualityControlImage = "YES"
    ds.BurnedInAnnotation = "YES"
    ds.LossyImageCompression = "00"
    ds.SamplesPerPixel = 3
    ds.PhotometricInterpretation = "RGB"
    ds.PlanarConfiguration = 0
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
