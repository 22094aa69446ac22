"""The way from stored values to the screen (PS3.4 N.2): what a header says of it, and what the operator wants.

Frames are counted from 1; rows and columns of shutters, overlays and regions too, as DICOM does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.picture import Grayscale, LookupTable, Window
from console.model.sentence import Sentence, Value

Voi = Window | LookupTable
"""How values become grey: a window or a table."""

STAGES = (
    "decode",
    "state",
    "padding",
    "modality-lut",
    "mask",
    "voi",
    "presentation",
    "colour",
    "shutter",
    "overlay",
    "annotation",
    "spatial",
)
"""The stages in the order of PS3.4 figure N.2-1."""

SWITCHES = ("padding", "modality-lut", "mask", "shutter", "overlay", "spatial")
"""Stages that the operator may switch off (`Presentation.off`)."""


@dataclass(frozen=True)
class RegionShift:
    """A pixel shift of its own for a part of the frame (PS3.3 C.11.19.1.2)."""

    shift: tuple[float, float]
    """Down and right, in pixels."""
    vertices: tuple[tuple[float, float], ...] = ()
    """(row, column) of the corners, from 1; empty is the whole frame."""


@dataclass(frozen=True)
class Mask:
    """One item of the Mask Subtraction Sequence (0028,6100) (PS3.3 C.7.6.10, C.11.19)."""

    operation: str
    """Mask Operation (0028,6101): AVG_SUB, TID, REV_TID or NONE."""
    ranges: tuple[tuple[int, int], ...] = ()
    """Applicable Frame Range (0028,6102), first and last frame; empty is every frame."""
    frames: tuple[int, ...] = ()
    """Mask Frame Numbers (0028,6110), for AVG_SUB."""
    averaged: int = 1
    """Contrast Frame Averaging (0028,6112)."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Mask Sub-pixel Shift (0028,6114): down and right, in pixels."""
    tid_offset: int = 1
    """TID Offset (0028,6120)."""
    visibility: float = 0.0
    """Mask Visibility Percentage (0028,9478): how much of the mask stays visible, 0 to 100."""
    item: int | None = None
    """Subtraction Item ID (0028,9416), which the frames' own shifts refer to."""
    regions: tuple[RegionShift, ...] = ()
    """Region Pixel Shift Sequence (0028,9502), in its order: the last that holds a pixel counts."""


@dataclass(frozen=True)
class Shutter:
    """What of the frame may be seen (PS3.3 C.7.6.11): the part that lies inside every shape."""

    rectangle: tuple[int, int, int, int] | None = None
    """Left, right (columns), upper, lower (rows); the edges themselves stay visible."""
    circle: tuple[int, int, int] | None = None
    """Row and column of the centre, radius."""
    polygon: tuple[tuple[int, int], ...] = ()
    """(row, column) of the corners."""
    value: int = 0
    """Shutter Presentation Value (0018,1622): a P-value, 0 black to 65,535 white."""
    overlay: int | None = None
    """Shutter Overlay Group (0018,1623) for a BITMAP shutter: what is 1 in it is hidden."""

    @property
    def shapes(self) -> tuple[str, ...]:
        """Shutter Shape (0018,1600), as far as it can be drawn."""
        there = (
            ("RECTANGULAR", self.rectangle is not None),
            ("CIRCULAR", self.circle is not None),
            ("POLYGONAL", bool(self.polygon)),
            ("BITMAP", self.overlay is not None),
        )
        return tuple(name for name, present in there if present)


@dataclass(frozen=True)
class Overlay:
    """One overlay plane, group 60xx (PS3.3 C.9.2, C.9.3)."""

    group: int
    """0x6000 to 0x60FE."""
    rows: int
    columns: int
    origin: tuple[int, int] = (1, 1)
    """Row and column of the image under its upper left corner; may lie outside."""
    kind: str = "G"
    """Overlay Type (60xx,0040): G graphics, R region of interest."""
    frames: int = 1
    """Number of Frames in Overlay (60xx,0015)."""
    first_frame: int = 1
    """Image Frame Origin (60xx,0051): the image frame that its first frame lies on."""
    bit: int | None = None
    """Bit of the pixel cell it is kept in; None where it has data of its own."""
    label: str = ""
    """Overlay Label (60xx,1500) or Overlay Description (60xx,0022)."""
    data: bytes = b""
    """Bits of a plane that comes from a presentation state, least significant first; else the file is asked."""

    def frame_on(self, number: int, image_frames: int) -> int | None:
        """Which of its frames (from 1) lies on image frame `number`, None where none does.

        A plane of one frame lies on every frame of the image (PS3.3 C.9.2), bits of the pixel cells on their own.
        """
        if self.bit is not None:
            return number
        if self.frames <= 1 and (self.first_frame == 1 or image_frames == 1):
            return 1
        place = number - self.first_frame + 1
        return place if 1 <= place <= self.frames else None


@dataclass(frozen=True)
class GraphicObject:
    """A line or a shape of a presentation state (PS3.3 C.10.5)."""

    kind: str
    """Graphic Type: POINT, POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE."""
    points: tuple[tuple[float, float], ...]
    """(x, y): pixels from the upper left corner of the upper left pixel (PIXEL: that corner is 0.5), or 0 to 1."""
    units: str = "PIXEL"
    """PIXEL or DISPLAY, of the points."""
    filled: bool = False
    layer: str = ""


@dataclass(frozen=True)
class TextObject:
    """A text of a presentation state (PS3.3 C.10.5)."""

    text: str
    anchor: tuple[float, float] | None = None
    """(x, y)."""
    anchor_units: str = "PIXEL"
    box: tuple[float, float, float, float] | None = None
    """x and y of the upper left and the lower right corner."""
    box_units: str = "PIXEL"
    layer: str = ""


@dataclass(frozen=True)
class DisplayedArea:
    """What part of the image is to be seen, and how large (PS3.3 C.10.4)."""

    top_left: tuple[int, int]
    """Column and row, from 1."""
    bottom_right: tuple[int, int]
    mode: str = "SCALE TO FIT"
    """SCALE TO FIT, TRUE SIZE or MAGNIFY."""
    magnification: float | None = None
    spacing: tuple[float, float] | None = None
    """Presentation Pixel Spacing, mm: row, column."""
    aspect: float = 1.0
    """Height of a pixel divided by its width."""


@dataclass(frozen=True)
class Orientation:
    """Rotation, and then a horizontal flip (PS3.3 C.10.6)."""

    rotation: int = 0
    """Image Rotation (0070,0042), degrees clockwise: 0, 90, 180 or 270."""
    flip: bool = False
    """Image Horizontal Flip (0070,0041) is Y, done after the rotation."""


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline for one frame: what it does, and why, or why not."""

    stage: str
    """One of STAGES."""
    applied: bool
    what: Sentence
    parameters: Mapping[str, Value] = field(default_factory=dict)
    """Its numbers and words, by DICOM keyword in snake_case."""


@dataclass(frozen=True)
class FrameDescription:
    """What differs from frame to frame in an enhanced object (PS3.3 C.7.6.16)."""

    grayscale: Grayscale | None = None
    shutter: Shutter | None = None
    shifts: tuple[tuple[int | None, tuple[float, float]], ...] = ()
    """Frame Pixel Shift Sequence (0028,9415): Subtraction Item ID, and down and right in pixels."""
    graphics: tuple[GraphicObject, ...] = ()
    texts: tuple[TextObject, ...] = ()
    area: DisplayedArea | None = None


@dataclass(frozen=True)
class Description:
    """What the header, or a presentation state in its place, says about the way to the screen."""

    rows: int
    columns: int
    frames: int
    samples: int = 1
    pixel_aspect: float = 1.0
    """Height of a pixel divided by its width: a circular shutter is round on the patient."""
    grayscale: Grayscale | None = None
    """Of the first frame; None for colour."""
    relationship: str = ""
    """Pixel Intensity Relationship (0028,1040): LIN, LOG, DISP or empty."""
    per_frame: tuple[FrameDescription, ...] = ()
    """One for each frame where frames differ; empty where they are alike."""
    masks: tuple[Mask, ...] = ()
    viewing_mode: str = ""
    """Recommended Viewing Mode (0028,1090): SUB, NAT or empty."""
    shutter: Shutter | None = None
    overlays: tuple[Overlay, ...] = ()
    presentation_table: LookupTable | None = None
    """Presentation LUT Sequence (2050,0010): output of the VOI stage to P-values."""
    orientation: Orientation = Orientation()
    area: DisplayedArea | None = None
    graphics: tuple[GraphicObject, ...] = ()
    texts: tuple[TextObject, ...] = ()
    state: str = ""
    """Label of the presentation state that replaced the header's values; empty where the header speaks."""
    notes: tuple[Stage, ...] = ()
    """What reading the header found worth saying: values that cannot be used, stages that it rules out."""

    def frame(self, number: int) -> FrameDescription:
        """What holds for frame `number`: its own values, or those that all frames share."""
        if 1 <= number <= len(self.per_frame):
            return self.per_frame[number - 1]
        return FrameDescription(self.grayscale, self.shutter, (), self.graphics, self.texts, self.area)


@dataclass(frozen=True)
class Presentation:
    """What the operator wants of the pipeline; two equal ones give equal pixels of the same frame."""

    voi: Voi | None = None
    """Window or table for frames as they stand. None, or one of the header: what the header says for each frame."""
    difference: Voi | None = None
    """Window or table for subtracted frames, whose values lie around 0; None lets the description decide."""
    inverted: bool = False
    subtracted: bool | None = None
    """True or False is the operator's; None follows Recommended Viewing Mode."""
    mask_frames: tuple[int, ...] = ()
    """The operator's own mask, averaged; empty is the header's."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Down and right, in pixels: added to the mask's own shift."""
    visibility: float | None = None
    """How much of the mask stays visible, 0 to 100; None is the header's."""
    off: frozenset[str] = frozenset()
    """Stages that are switched off, of SWITCHES."""

    def switched(self, stage: str) -> bool:
        """Whether the operator left a stage on."""
        return stage not in self.off


PLAIN = Presentation()
"""Everything as the header says."""
