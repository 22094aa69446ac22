"""An ultrasound cine: apical view of a beating left heart with colour Doppler, as RGB frames.

Ultrasound Multi-frame Image (PS3.3 A.7) with calibrated regions (PS3.3 C.8.5.5). The picture is a drawing in
millimetres under a sector of speckle, so its diameters are known.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from console.demo.cases import Item
from console.demo.codec import rle_encoder
from console.demo.contents import Echo
from console.demo.header import Maker, decimal, encapsulate_frames, file_bytes, new_dataset
from console.demo.heart import contraction
from console.demo.lettering import write
from console.demo.made import Made, Tick
from console.demo.render import Image, blur

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

US_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.3.1"
ROWS, COLUMNS = 480, 640
MM_PER_PIXEL = 0.4
_MAKER = Maker("Practice echo", "ECHO1", "0042")
_APEX_X, _APEX_Y = 320, 34
_DEPTH_MM = 160.0
_SECTOR = (44, 30, 597, 436)
"""First column, first row, last column, last row."""
_REGIONS = (("tissue", 1, _SECTOR), ("colour flow", 2, (250, 190, 400, 400)))
"""What, Region Data Type (0018,6014), and place of each calibrated region."""
_CORNERS = ("x0", "y0", "x1", "y1")
_STRIP = (90, 444, 550, 474)
_STRIP_SPEED = 153.0
"""Columns a second."""
_VALVES = (slice(130, 440), slice(205, 435))
"""Rows and columns in which valves move and blood flows."""
_LONG_MM, _WIDE_MM = 82.0, 46.0
"""Inner length and width of the left ventricle at end-diastole."""
_MIDDLE_MM = 74.0


class EchoScene:
    """One cine, ready to give any of its frames."""

    def __init__(self, content: Echo) -> None:
        self._content = content
        random = np.random.RandomState([content.seed, 7])
        row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
        self._x, self._y = (column - _APEX_X) * MM_PER_PIXEL, (row - _APEX_Y) * MM_PER_PIXEL
        reach = np.hypot(self._x, self._y)
        angle = np.arctan2(self._x, np.maximum(self._y, 1e-3))
        inside = (reach < _DEPTH_MM) & (reach > 4.0) & (np.abs(angle) < 0.76) & (self._y > 0)
        self._sector = blur(inside.astype(np.float32), 0.7) * inside
        # Speckle is finer along the beam than across it, and across it grows with depth: drawn in beam coordinates.
        beams = random.standard_normal((2, 420, 150)).astype(np.float32)
        speckle = np.hypot(blur(beams[0], 1.0), blur(beams[1], 1.0))
        speckle /= speckle.mean()
        depth = np.clip(reach / _DEPTH_MM * 419, 0, 419).astype(np.int64)
        beam = np.clip((angle / 0.76 + 1.0) * 74.5, 0, 149).astype(np.int64)
        self._speckle = blur(speckle[depth, beam], 0.6)
        self._beams = np.cos(angle * 46.0) * 0.05 + 1.0
        self._furniture = _furniture(content)
        self._gain = np.clip(1.15 - 0.0035 * reach, 0.4, 1.2)

    def squeeze(self, number: int) -> float:
        """Contraction (0 to 1) in frame `number`, from 0."""
        phase = round(number / self._content.fps * self._content.heart_rate / 60.0, 9) % 1.0
        return float(contraction(phase))

    def width_mm(self, number: int) -> float:
        """Inner width of the left ventricle at its middle in frame `number`, from 0."""
        return _WIDE_MM * (1.0 - 0.30 * self.squeeze(number))

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` (from 0), RGB (rows, columns, 3)."""
        squeeze = self.squeeze(number)
        x, y = self._x, self._y
        base = _MIDDLE_MM + 0.5 * _LONG_MM - 12.0 * squeeze
        apex = _MIDDLE_MM - 0.5 * _LONG_MM
        half = 0.5 * (base - apex)
        left = _ellipse(x, y, 0.0, apex + half, 0.5 * self.width_mm(number), half)
        wall = _ellipse(x, y, 0.0, apex + half - 2.0, 0.5 * _WIDE_MM + 9.0 - 2.0 * squeeze, half + 9.0)
        right = _ellipse(x, y, -42.0 + 3.0 * squeeze, apex + half + 10.0, 12.0 - 3.0 * squeeze, 0.78 * half)
        atrium = _ellipse(x, y, 2.0, base + 23.0, 21.0 + 3.0 * squeeze, 20.0 + 4.0 * squeeze)
        second = _ellipse(x, y, -44.0, base + 20.0, 18.0, 18.0)
        tissue = 0.24 + 0.0 * x
        tissue = tissue + 0.36 * _soft(1.0 - wall, 0.06) + 0.5 * np.exp(-np.square((wall - 1.05) / 0.035))
        for cavity in (left, right, atrium, second):
            tissue = tissue * (1.0 - 0.9 * _soft(1.0 - cavity, 0.05))
        opened = 1.0 - np.clip(3.0 * squeeze, 0.0, 1.0)
        for side in (-1.0, 1.0):
            tip = side * (2.0 + 11.0 * opened), base - 6.0 - 9.0 * opened
            tissue[_VALVES] += 0.7 * _line(x[_VALVES], y[_VALVES], (side * 17.0, base), tip, 1.1)
        grey = tissue * self._speckle * self._beams * self._gain
        grey = np.sqrt(np.clip(grey, 0.0, 1.4) / 1.4) * 255.0 * self._sector
        picture = np.repeat(np.clip(grey, 0.0, 255.0).astype(np.uint8)[:, :, None], 3, axis=2)
        self._flow(picture[_VALVES], squeeze, base, left[_VALVES], atrium[_VALVES], number)
        drawn = self._furniture.any(axis=2)
        picture[drawn] = self._furniture[drawn]
        now = _STRIP[0] + round(number / self._content.fps * _STRIP_SPEED)
        picture[_STRIP[1] : _STRIP[3], min(now, _STRIP[2] - 1)] = (255, 255, 255)
        return picture

    def _flow(
        self, picture: NDArray[np.uint8], squeeze: float, base: float, left: Image, atrium: Image, number: int
    ) -> None:
        """Red towards the transducer while the ventricle fills, blue away from it through a leak while it empties."""
        filling = max(0.0, 1.0 - 2.4 * squeeze)
        leak = max(0.0, 2.0 * squeeze - 0.8)
        x, along = self._x[_VALVES], (self._y[_VALVES] - base) / 30.0
        stream = np.exp(-np.square(x / (9.0 + 3.0 * np.abs(along))) - np.square(along + 0.45))
        jet = np.exp(-np.square((x - 4.0 * along) / (3.0 + 5.0 * np.abs(along))) - np.square((along - 0.5) / 0.6))
        mosaic = 0.75 + 0.25 * np.sin(9.0 * self._speckle[_VALVES] + number)
        red = filling * stream * (left < 1.0) * mosaic
        blue = leak * jet * (atrium < 1.0) * mosaic
        for strength, colour in ((red, (235, 90, 20)), (blue, (30, 110, 250))):
            seen = strength > 0.22
            shade = np.clip(strength[seen], 0.0, 1.0)[:, None]
            picture[seen] = np.clip(shade * np.array(colour, np.float32), 0.0, 255.0).astype(np.uint8)


def _furniture(content: Echo) -> NDArray[np.uint8]:
    """Scale, colour bar, ECG strip, and words, as such devices burn them in; black where nothing is drawn."""
    picture = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    for centimetre in range(int(_DEPTH_MM / 10.0) + 1):
        row = round(_APEX_Y + 10.0 * centimetre / MM_PER_PIXEL)
        picture[row : row + 1, 622 : 632 if centimetre % 5 == 0 else 627] = 200
    ramp = np.linspace(1.0, -1.0, 100)
    bar = np.stack([235 * np.maximum(ramp, 0), 100 * np.abs(ramp), 250 * np.maximum(-ramp, 0)], axis=1)
    picture[40:140, 600:614] = np.rint(bar).astype(np.uint8)[:, None, :]
    write(picture, "+64", 598, 30)
    write(picture, "-64 CM/S", 586, 144)
    write(picture, "PRACTICE - NOT A PERSON", 8, 8, (255, 220, 90))
    write(picture, f"{content.heart_rate:.0f} BPM", 8, 450, (90, 255, 120))
    column = np.arange(_STRIP[0], _STRIP[2])
    seconds = (column - _STRIP[0]) / _STRIP_SPEED
    phase = np.mod(seconds * content.heart_rate / 60.0 + 0.05, 1.0)
    beat = np.exp(-np.square((phase - 0.05) / 0.012)) + 0.22 * np.exp(-np.square((phase - 0.36) / 0.05))
    height = np.rint(_STRIP[3] - 5 - 19.0 * beat).astype(np.int64)
    lows, highs = np.minimum(height[:-1], height[1:]), np.maximum(height[:-1], height[1:])
    for low, high, place in zip(lows, highs, column[:-1], strict=True):
        picture[low : high + 1, place] = (90, 255, 120)
    return picture


def make(item: Item, content: Echo, tick: Tick) -> Made:
    """Compute and compress every frame, then write the header around them."""
    scene, encoder = EchoScene(content), rle_encoder()
    fragments = []
    for number in range(content.frames):
        tick(number)
        fragments.append(encoder.encode(scene.frame(number)))
    ds = new_dataset(item, US_MULTIFRAME, "US", _MAKER)
    _header(ds, item, content)
    encapsulate_frames(ds, fragments)
    data, truth = file_bytes(ds, encoder.transfer_syntax), _truth(scene, content)
    return Made(data, encoder.transfer_syntax, encoder.reason, truth)


def _header(ds: "Dataset", item: Item, content: Echo) -> None:
    from pydicom.tag import Tag

    ds.ImageType = ["ORIGINAL", "PRIMARY", "TTE", "0011"]
    ds.AcquisitionDate, ds.AcquisitionTime = item.study.date, item.time
    ds.PatientOrientation = ""
    ds.QualityControlImage = "YES"
    ds.BurnedInAnnotation = "YES"
    ds.LossyImageCompression = "00"
    ds.BodyPartExamined = "HEART"
    ds.SamplesPerPixel = 3
    ds.PhotometricInterpretation = "RGB"
    ds.PlanarConfiguration = 0
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.UltrasoundColorDataPresent = 1
    ds.NumberOfFrames = content.frames
    ds.FrameIncrementPointer = Tag("FrameTime")
    ds.FrameTime = decimal(1000.0 / content.fps)
    ds.CineRate = ds.RecommendedDisplayFrameRate = round(content.fps)
    ds.HeartRate = round(content.heart_rate)
    ds.TransducerType = "SECTOR_PHASED"
    ds.TransducerData = ["P4", "", ""]
    ds.SequenceOfUltrasoundRegions = [_region(place, data) for _what, data, place in _REGIONS]


def _region(place: tuple[int, int, int, int], data: int) -> "Dataset":
    """One item of Sequence of Ultrasound Regions: a 2D format whose units, 3, are centimetres."""
    from pydicom.dataset import Dataset

    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, data, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = place[:2]
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = place[2:]
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.1 * MM_PER_PIXEL
    region.ReferencePixelX0, region.ReferencePixelY0 = _APEX_X - place[0], _APEX_Y - place[1]
    region.ReferencePixelPhysicalValueX = region.ReferencePixelPhysicalValueY = 0.0
    return region


def _truth(scene: EchoScene, content: Echo) -> dict[str, Any]:
    widths = [scene.width_mm(number) for number in range(content.frames)]
    found = []
    for name, number in (("end-diastole", int(np.argmax(widths))), ("end-systole", int(np.argmin(widths)))):
        # The drawing's middle moves up as the base descends.
        row = _APEX_Y + (_MIDDLE_MM - 6.0 * scene.squeeze(number)) / MM_PER_PIXEL
        half = 0.5 * widths[number] / MM_PER_PIXEL
        found.append(
            {
                "moment": name,
                "frame": number + 1,
                "inner_width_mm": round(widths[number], 3),
                "edges": [[round(_APEX_X - half, 3), round(row, 3)], [round(_APEX_X + half, 3), round(row, 3)]],
            }
        )
    return {
        "fps": content.fps,
        "rows": ROWS,
        "columns": COLUMNS,
        "mm_per_pixel": MM_PER_PIXEL,
        "heart_rate_bpm": content.heart_rate,
        "regions": [
            {"what": what, "data_type": data, "mm_per_pixel": MM_PER_PIXEL} | dict(zip(_CORNERS, place, strict=True))
            for what, data, place in _REGIONS
        ],
        "left_ventricle": found,
        "burned_in_text": True,
    }


def _ellipse(x: Image, y: Image, at_x: float, at_y: float, half_x: float, half_y: float) -> Image:
    """1 on the ellipse, less inside."""
    return np.asarray(np.sqrt(np.square((x - at_x) / half_x) + np.square((y - at_y) / half_y)), dtype=np.float32)


def _soft(value: Image, width: float) -> Image:
    return np.asarray(np.clip(0.5 + value / width, 0.0, 1.0), dtype=np.float32)


def _line(x: Image, y: Image, start: tuple[float, float], stop: tuple[float, float], width: float) -> Image:
    along_x, along_y = stop[0] - start[0], stop[1] - start[1]
    share = ((x - start[0]) * along_x + (y - start[1]) * along_y) / (along_x**2 + along_y**2)
    share = np.clip(share, 0.0, 1.0)
    away = np.hypot(x - start[0] - share * along_x, y - start[1] - share * along_y)
    return np.asarray(np.exp(-np.square(away / width)), dtype=np.float32)
