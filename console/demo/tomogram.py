"""A short axial CT series: a chest drawn in Hounsfield units, lying on a pad with rods of known size and density.

CT Image (PS3.3 A.3), one file a section, uncompressed with implicit VR as older scanners send it.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from console.demo.cases import Item, fixed_uid
from console.demo.contents import Slice
from console.demo.header import IMPLICIT_LITTLE, Maker, decimal, file_bytes, new_dataset
from console.demo.made import Made, Tick
from console.demo.render import Image, blur

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
SIZE = 512
SPACING_MM = 0.74
SLOPE, INTERCEPT = 1, -1024
_MAKER = Maker("Practice scanner", "CT1", "0031")
_RODS = (("water", 0.0, -54.0), ("calcium 200", 200.0, -18.0), ("calcium 400", 400.0, 18.0), ("fat", -95.0, 54.0))
"""Name, Hounsfield units, and how far from the middle the rod lies, mm."""
_ROD_MM = 18.0
_ROD_DOWN_MM = 132.0
_NOISE_HU = 13.0


def make(item: Item, content: Slice, tick: Tick) -> Made:
    """Compute one section and write it."""
    tick(0)
    ds = new_dataset(item, CT_IMAGE, "CT", _MAKER)
    _header(ds, item, content)
    ds.PixelData = stored(content).astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    truth: dict[str, Any] = {
        "rows": SIZE,
        "columns": SIZE,
        "pixel_spacing_mm": SPACING_MM,
        "rescale": {"slope": SLOPE, "intercept": INTERCEPT},
        "slice_location_mm": _height(content),
        "noise_hu": _NOISE_HU,
        "rods": [
            {
                "name": name,
                "hounsfield": hounsfield,
                "diameter_mm": _ROD_MM,
                "diameter_px": round(_ROD_MM / SPACING_MM, 4),
                "middle": [round(_pixel(across), 3), round(_pixel(_ROD_DOWN_MM), 3)],
            }
            for name, hounsfield, across in _RODS
        ],
    }
    return Made(file_bytes(ds, IMPLICIT_LITTLE), IMPLICIT_LITTLE, "Uncompressed, as older scanners send it", truth)


def stored(content: Slice) -> NDArray[np.uint16]:
    """Stored values of one section, (rows, columns)."""
    random = np.random.RandomState([content.seed, 8, content.number])
    noise = blur(random.standard_normal((SIZE, SIZE)).astype(np.float32), 0.7)
    hounsfield = _section(content) + noise * np.float32(_NOISE_HU / noise.std())
    return np.asarray(np.clip(np.rint(hounsfield) - INTERCEPT, 0, 4095), dtype=np.uint16)


def _section(content: Slice) -> Image:
    """The chest without noise, Hounsfield units."""
    # From -1 at the lowest section to 1 at the highest.
    height = 2.0 * (content.number - 1) / max(content.count - 1, 1) - 1.0
    picture: Image = np.full((SIZE, SIZE), -1000.0, np.float32)
    _fill(picture, 0.0, 5.0, 168.0, 112.0, -100.0)
    _fill(picture, 0.0, 5.0, 156.0, 101.0, 45.0)
    swelling = 1.0 - 0.25 * height**2 - 0.12 * height
    for side in (-1.0, 1.0):
        _fill(picture, side * 76.0, 4.0, 60.0 * swelling, 84.0 * swelling, _lung(content.seed))
    grown = float(np.sqrt(max(1.0 - 0.55 * (height + 0.35) ** 2, 0.05)))
    _fill(picture, 22.0, -24.0, 62.0 * grown, 50.0 * grown, 42.0)
    _fill(picture, 34.0, -30.0, 24.0 * grown, 20.0 * grown, 160.0)
    _fill(picture, -4.0, -20.0, 20.0 * grown, 24.0 * grown, 150.0)
    _fill(picture, 24.0, 50.0, 12.5, 12.5, 155.0)
    for number in range(12):
        around = np.pi * (number + 0.5) / 6.0 + 0.22 * height
        _fill(picture, 150.0 * float(np.cos(around)), 5.0 + 95.0 * float(np.sin(around)), 9.0, 4.5, 520.0)
    _fill(picture, 0.0, 66.0, 23.0, 18.0, 480.0)
    _fill(picture, 0.0, 66.0, 20.0, 15.0, 190.0)
    _fill(picture, 0.0, 90.0, 8.0, 8.0, 30.0)
    _fill(picture, 0.0, 104.0, 5.0, 13.0, 430.0)
    line = _line()
    pad = np.clip(0.5 + (13.0 - np.abs(line - _ROD_DOWN_MM - 1.0)) / SPACING_MM, 0.0, 1.0)[:, None]
    across = np.abs(line) < 90.0
    picture[:, across] += pad * (-60.0 - picture[:, across])
    for _name, hounsfield, off in _RODS:
        _fill(picture, off, _ROD_DOWN_MM, 0.5 * _ROD_MM, 0.5 * _ROD_MM, hounsfield)
    table = np.abs(line[:, None] - 150.0 + 0.0011 * np.square(line)[None, :]) < 2.2
    picture[table & (np.abs(line) < 170.0)[None, :]] = -150.0
    return picture


def _fill(picture: Image, at_x: float, at_y: float, half_x: float, half_y: float, hounsfield: float | Image) -> None:
    """Fill an ellipse, with an edge one pixel wide; what lies outside its box is not touched."""
    line = _line()
    columns, rows = (
        slice(*(int(np.clip(_pixel(place + sign * (half + 2.0)), 0, SIZE - 1)) + (sign > 0) for sign in (-1, 1)))
        for place, half in ((at_x, half_x), (at_y, half_y))
    )
    across, down = (line[columns] - at_x) / half_x, (line[rows] - at_y) / half_y
    level = np.hypot(across[None, :], down[:, None])
    share = np.clip(0.5 + (1.0 - level) * (min(half_x, half_y) / SPACING_MM), 0.0, 1.0).astype(np.float32)
    inner = hounsfield if isinstance(hounsfield, float) else hounsfield[rows, columns]
    picture[rows, columns] += share * (inner - picture[rows, columns])


@lru_cache(maxsize=1)
def _lung(seed: int) -> Image:
    """Lung with its vessels, the same in every section of a series."""
    random = np.random.RandomState([seed, 9])
    marks = blur(random.standard_normal((SIZE, SIZE)).astype(np.float32), 2.0)
    return np.asarray(-860.0 + 420.0 * np.clip(marks * 7.0 - 1.15, 0.0, 1.0), dtype=np.float32)


def _line() -> Image:
    """Millimetres from the middle of each column or row."""
    return ((np.arange(SIZE) - (SIZE - 1) / 2.0) * SPACING_MM).astype(np.float32)


def _pixel(millimetres: float) -> float:
    return (SIZE - 1) / 2.0 + millimetres / SPACING_MM


def _height(content: Slice) -> float:
    return round(-120.0 + content.spacing_mm * (content.number - 1), 3)


def _header(ds: "Dataset", item: Item, content: Slice) -> None:
    half = (SIZE - 1) / 2.0 * SPACING_MM
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.AcquisitionDate, ds.AcquisitionTime = item.study.date, item.time
    ds.AcquisitionNumber = 1
    ds.QualityControlImage = "YES"
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    ds.BodyPartExamined = "CHEST"
    ds.PatientPosition = "HFS"
    ds.FrameOfReferenceUID = fixed_uid("frame", item.study.study_id)
    ds.PositionReferenceIndicator = ""
    ds.ImagePositionPatient = [decimal(-half), decimal(-half), decimal(_height(content))]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.SliceLocation = decimal(_height(content))
    ds.SliceThickness = decimal(content.spacing_mm)
    ds.PixelSpacing = [decimal(SPACING_MM)] * 2
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = SIZE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = decimal(INTERCEPT), decimal(SLOPE), "HU"
    ds.WindowCenter, ds.WindowWidth = ["40", "-600"], ["400", "1600"]
    ds.WindowCenterWidthExplanation = ["MEDIASTINUM", "LUNG"]
    ds.KVP = "120"
    ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = 180, 500, 90
    ds.ConvolutionKernel = "STANDARD"
    ds.GantryDetectorTilt = "0"
    ds.TableHeight = "150"
