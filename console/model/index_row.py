"""One DICOM object as the header reader hands it to the index: plain values that marshal can carry."""

from typing import NamedTuple


class IndexRow(NamedTuple):
    """What the index needs of one header. Texts are raw bytes, undecoded; NULs and blanks at their ends are removed."""

    sop_class: str
    """SOP Class UID (0008,0016), or that of the file meta group."""
    sop_instance: str
    """SOP Instance UID (0008,0018), or that of the file meta group."""
    study: str
    """Study Instance UID (0020,000D)."""
    series: str
    """Series Instance UID (0020,000E)."""
    transfer_syntax: str
    """As declared; where none is, the one that the bytes speak for."""
    charset: str
    """Specific Character Set (0008,0005) as declared, values joined by a backslash."""
    patient_name: bytes
    patient_id: bytes
    birth_date: str
    """As it stands."""
    sex: str
    study_date: str
    """As it stands."""
    study_time: str
    """As it stands."""
    study_id: bytes
    accession: bytes
    """Accession Number (0008,0050)."""
    study_description: bytes
    institution: bytes
    """Institution Name (0008,0080)."""
    referring: bytes
    """Referring Physician's Name (0008,0090)."""
    modality: str
    series_number: int | None
    series_description: bytes
    protocol: bytes
    """Protocol Name (0018,1030)."""
    body_part: str
    station: bytes
    """Station Name (0008,1010)."""
    manufacturer: bytes
    model: bytes
    """Manufacturer's Model Name (0008,1090)."""
    instance_number: int | None
    frames: int
    """0 for an object without a picture."""
    rows: int
    columns: int
    bits: int
    """Bits Stored (0028,0101)."""
    photometric: str
    fps: float
    """Frames a second as `console.dicom.rate` says it; 0 for a still."""
    duration_s: float
    primary_deg: float | None
    """Positioner Primary Angle (0018,1510) of XA, RF and XRF objects."""
    secondary_deg: float | None
    """Positioner Secondary Angle (0018,1511)."""
    acquired: str
    """YYYYMMDDHHMMSS as far as known: of the acquisition, else the content, else the series."""
    image_type: str
    """Values joined by a backslash."""
    title: bytes
    """What a report, a document or a presentation state calls itself."""
    pixel_offset: int
    """Where the value of the pixel data begins in the file; 0 when unknown."""
    pixel_length: int
    """Bytes as declared; -1 for encapsulated frames, 0 without pixel data."""
    notes: tuple[str, ...]
    """Codes of what is odd: no-preamble, syntax-mismatch, truncated, pydicom:REASON and others."""
