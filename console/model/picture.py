"""A DICOM object as the screens and the command line know it: plain values, no pixels, no library types.

Frames are counted from 1, as DICOM does. Names follow the DICOM keywords where one exists.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.model.pipeline import Description


@dataclass(frozen=True)
class Window:
    """One VOI window (PS3.3 C.11.2)."""

    center: float
    """Window Center (0028,1050), in the units that leave the modality LUT."""
    width: float
    """Window Width (0028,1051), same units."""
    function: str = "LINEAR"
    """VOI LUT Function (0028,1056): LINEAR, LINEAR_EXACT or SIGMOID."""
    explanation: str = ""
    """Window Center & Width Explanation (0028,1055), cleaned for display."""
    source: str = "header"
    """header | automatic | region | operator."""


@dataclass(frozen=True)
class LookupTable:
    """A modality or VOI table (PS3.3 C.11.1.1.1): input `first` maps to values[0]; inputs outside are clamped."""

    first: int
    """First input value mapped."""
    bits: int
    """Bits for each entry."""
    values: tuple[int, ...]
    """Output values."""
    explanation: str = ""
    """LUT Explanation (0028,3003)."""


@dataclass(frozen=True)
class Grayscale:
    """What the grayscale pipeline (PS3.4 N.2) needs to know of one object."""

    bits_stored: int
    """Bits Stored (0028,0101)."""
    signed: bool
    """Pixel Representation (0028,0103) is 1."""
    inverted: bool
    """True for MONOCHROME1, or Presentation LUT Shape INVERSE: the lowest value is white."""
    slope: float = 1.0
    """Rescale Slope (0028,1053); 1 where the modality LUT is skipped."""
    intercept: float = 0.0
    """Rescale Intercept (0028,1052); 0 where the modality LUT is skipped."""
    modality_table: LookupTable | None = None
    """Modality LUT Sequence, when it applies (not for XA/XRF with relationship LOG or DISP, PS3.3 C.8.7.1.1.2)."""
    windows: tuple[Window, ...] = ()
    """The windows of the header, in its order."""
    voi_tables: tuple[LookupTable, ...] = ()
    """The VOI LUT Sequence, in its order."""
    padding: float | None = None
    """Pixel Padding Value (0028,0120), or its float forms (0028,0122) and (0028,0123), a stored value; None: absent."""
    padding_limit: float | None = None
    """Pixel Padding Range Limit (0028,0121): everything between it and `padding` is padding too."""


@dataclass(frozen=True)
class Rate:
    """How fast the frames follow one another, and who says so."""

    fps: float
    """Frames a second; 0 for a still."""
    source: str
    """FrameTime | FrameTimeVector | RecommendedDisplayFrameRate | CineRate | assumed | still."""
    frame_times_ms: tuple[float, ...] = ()
    """Time from each frame to the next in ms, one a frame, only for a Frame Time Vector."""


@dataclass(frozen=True)
class Calibration:
    """Where millimetres would come from (PS3.3 10.7); the unit is mm only when the source says so."""

    source: str
    """user | fiducial | enhanced | geometry | pixel-spacing | ermf | sid-sod | detector | region | none."""
    unit: str
    """"mm" or "px"."""
    row_spacing: float | None
    """Distance between the centres of two rows (vertical), in `unit`; None when uncalibrated."""
    column_spacing: float | None
    """Distance between the centres of two columns (horizontal), in `unit`; None when uncalibrated."""
    warnings: tuple[str, ...] = ()
    """Contradictions and limits, one sentence each, translated."""
    errors: tuple[str, ...] = ()
    """Those of `warnings` in which the header contradicts itself: shown as an ERROR."""
    uncertainty_percent: float | None = None
    """How far lengths may be off because the object's depth is not known, per cent; None where nobody can say."""


@dataclass(frozen=True)
class UltrasoundRegion:
    """One item of the Sequence of Ultrasound Regions (0018,6011) (PS3.3 C.8.5.5): a part with a scale of its own."""

    left: int
    """Region Location Min X0 (0018,6018): first column, from 0."""
    top: int
    right: int
    """Region Location Max X1 (0018,601C): last column, itself included."""
    bottom: int
    units: tuple[int, int]
    """Physical Units X and Y Direction (0018,6024), (0018,6026); 3 is cm."""
    deltas: tuple[float, float]
    """Physical Delta X and Y (0018,602C), (0018,602E): units a pixel; NaN where absent."""
    spatial_format: int = 1
    """Region Spatial Format (0018,6012); 1 is a cross section (2D)."""
    low_priority: bool = False
    """Bit 0 of Region Flags (0018,6016): where regions overlap, the other one counts."""


@dataclass(frozen=True)
class Angles:
    """C-arm position (PS3.3 C.8.7.5): LAO and CRA positive, RAO and CAU negative."""

    primary_deg: float | None
    """Positioner Primary Angle (0018,1510)."""
    secondary_deg: float | None
    """Positioner Secondary Angle (0018,1511)."""
    text: str
    """As clinicians say it: "LAO 32 CRA 2"; empty when unknown."""


@dataclass(frozen=True)
class CharacterSet:
    """How the texts were read (PS3.3 C.12.1.1.2)."""

    declared: str
    """Specific Character Set (0008,0005) as it stands, values joined by a backslash."""
    used: str
    """The character set the texts were decoded with."""
    repaired: bool
    """True when the bytes did not fit the declared set and another reading is shown."""


@dataclass(frozen=True)
class PipelineStep:
    """One stage from stored values to the screen, applied or skipped, and why."""

    stage: str
    """One of console.model.pipeline.STAGES."""
    what: str
    """One sentence, translated."""
    applied: bool = True
    """False where the stage is skipped, or there is nothing for it to do."""
    parameters: tuple[tuple[str, str | int | float], ...] = ()
    """Its numbers and words, by name."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with the file that the operator should know."""

    what: str
    """One sentence, translated."""


@dataclass(frozen=True)
class Identity:
    """Whose picture it is. Everything here is hidden by the privacy switch."""

    patient_name: str = ""
    """Patient's Name, control characters stripped, groups joined by " = ", components by ^ as they stand."""
    patient_id: str = ""
    birth_date: str = ""
    """As 2026-11-20, or as it stands when it is no date."""
    sex: str = ""
    accession_number: str = ""
    institution: str = ""
    patient_name_other: str = ""
    """The other reading of the name where its bytes do not fit the character set, or it is in doubt."""


@dataclass(frozen=True)
class HeaderElement:
    """One line of the header inspector."""

    depth: int
    """0 for the dataset and the file meta group, one more for each sequence item above."""
    tag: str
    """"(0028,0010)"."""
    vr: str
    name: str
    """The DICOM name, or the private creator's, or "Unknown"."""
    keyword: str
    """The DICOM keyword, empty where there is none."""
    value: str
    """For reading: control characters stripped, at most 512 characters; "<1048576 bytes>" for bulk values."""


@dataclass(frozen=True)
class PictureInfo:
    """Everything about one DICOM object that can be known without decoding a pixel."""

    path: str
    """The file, absolute."""
    size: int
    """Bytes on disk."""
    mtime_ns: int
    """Modification time when it was read; a file that changed is read again."""
    sop_class: str
    """SOP Class UID."""
    sop_class_name: str
    sop_instance_uid: str
    transfer_syntax: str
    """Transfer Syntax UID that was used to read (declared, or detected when the declared one is missing)."""
    transfer_syntax_name: str
    modality: str
    rows: int
    """0 when the object holds no picture."""
    columns: int
    frames: int
    """Frames that can be addressed; 0 when the object holds no picture."""
    samples: int
    """Samples per Pixel: 1 or 3."""
    photometric: str
    """Photometric Interpretation as it stands."""
    rate: Rate
    duration_s: float
    calibration: Calibration
    angles: Angles
    identity: Identity
    character_set: CharacterSet
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    series_description: str = ""
    series_number: str = ""
    instance_number: str = ""
    manufacturer: str = ""
    model_name: str = ""
    grayscale: Grayscale | None = None
    """None for colour objects and objects without a picture."""
    pixel_aspect: float = 1.0
    """Height of a pixel divided by its width, from the spacing or Pixel Aspect Ratio; 1 for square pixels."""
    pipeline: tuple[PipelineStep, ...] = ()
    """The stages for the first frame, as the header wants it."""
    description: "Description | None" = None
    """What the pipeline needs to know beyond `grayscale`; None when the object holds no picture."""
    problems: tuple[Problem, ...] = field(default=())
    frame_calibrations: tuple[Calibration, ...] = ()
    """One a frame where they differ (the C-arm or the table moves), else empty."""
    regions: tuple[UltrasoundRegion, ...] = ()
    """The parts of an ultrasound frame that have a scale of their own."""
    frame_regions: tuple[tuple[UltrasoundRegion, ...], ...] = ()
    """One set a frame where they differ, else empty."""
    frame_angles: tuple[Angles, ...] = ()
    """One a frame where the C-arm moves and the file says how, else empty."""

    def angles_on(self, frame: int) -> Angles:
        """Where the C-arm stood for a frame (from 1)."""
        return self.frame_angles[frame - 1] if 0 < frame <= len(self.frame_angles) else self.angles

    def calibration_on(self, frame: int) -> Calibration:
        """The header's calibration of a frame (from 1)."""
        return self.frame_calibrations[frame - 1] if 0 < frame <= len(self.frame_calibrations) else self.calibration

    @property
    def is_cine(self) -> bool:
        """True when there is more than one frame to play; the pages of a document do not play."""
        return self.frames > 1 and self.rate.fps > 0
