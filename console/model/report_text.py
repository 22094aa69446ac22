"""An object that is no picture, as the operator reads it: plain values, no library types, every line safe to show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportLine:
    """One line of a report."""

    depth: int
    """0 for the topmost lines, one more for each content item above."""
    heading: bool
    """True for a section, whose content stands below it."""
    label: str
    """What the value is (Concept Name); empty where the line continues the one above."""
    text: str
    """The value, cleaned, one line; a number stands with its unit."""
    relation: str = ""
    """How the line belongs to the one above it, translated, where that is more than being its content."""
    personal: bool = False
    """The text may say who the patient is: names and free text. The privacy switch hides it."""


@dataclass(frozen=True)
class Amount:
    """A measured number."""

    value: float
    """In `unit`; the lowest where several were measured."""
    highest: float
    """In `unit`; the same as `value` where one was measured."""
    unit: str
    """For reading: "Gy·cm²", "kV"; never empty."""
    text: str
    """Number and unit for reading, at most six significant digits: "0.0937 Gy·cm²", "70 to 77 kV"."""
    stored: str
    """As it stands in the object: "9.37e-06 Gym2"."""


@dataclass(frozen=True)
class DoseTotal:
    """One accumulated value."""

    key: str
    """dap | rp | fluoro-dap | fluoro-rp | fluoro-time | acquisition-dap | acquisition-rp | acquisition-time | frames |
    events | dlp | agd."""
    label: str
    """Translated."""
    amount: Amount


@dataclass(frozen=True)
class DosePlane:
    """What one plane of the system (or a CT) has accumulated (PS3.16 TID 10002, 10012)."""

    plane: str
    """As the report says it: "Plane A", "Single Plane"; empty where it does not."""
    totals: tuple[DoseTotal, ...]
    """Those that the report states, in a fixed order."""


@dataclass(frozen=True)
class DoseEvent:
    """One irradiation (PS3.16 TID 10003, 10013)."""

    number: int
    """From 1, in the order of the report."""
    plane: str
    kind: str
    """Fluoroscopy, stationary acquisition, spiral, ... translated where it is a usual one."""
    started: str
    """2026-11-20 10:15:30, empty where unknown."""
    protocol: str
    angles: str
    """As clinicians say it: "LAO 32 CRA 2"; for a rotation from where to where."""
    kv: Amount | None = None
    ma: Amount | None = None
    """Tube current."""
    ms: Amount | None = None
    """Exposure time, in the unit that the report states."""
    pulse: Amount | None = None
    """Pulse width."""
    dap: Amount | None = None
    """Dose area product in Gy·cm²."""
    rp: Amount | None = None
    """Air kerma at the reference point in mGy."""
    ctdi: Amount | None = None
    """Mean CTDIvol."""
    dlp: Amount | None = None
    """Dose length product."""


@dataclass(frozen=True)
class DoseSummary:
    """What a dose report comes to."""

    planes: tuple[DosePlane, ...]
    sums: tuple[DoseTotal, ...]
    """The same totals added over the planes; empty with one plane."""
    events: tuple[DoseEvent, ...]


@dataclass(frozen=True)
class Report:
    """An object as text: a structured report, a document, a waveform, a presentation state, anything that is stored."""

    kind: str
    """What it is called: "Dose report"."""
    shows: str
    """picture | report | document | waveform | other, as `console.dicom.kinds.shows_as`."""
    title: str
    """The document's own title; empty where it has none. It may hold free text."""
    overview: tuple[ReportLine, ...]
    """What to read first: state of the document and who made it, dose, channels, what it refers to."""
    lines: tuple[ReportLine, ...]
    """The whole content tree, or the text of a document; empty where there is none."""
    pages: int = 0
    """Pages that can be shown as pictures."""
    dose: DoseSummary | None = None
    problems: tuple[str, ...] = ()
    """Sentences, translated."""
