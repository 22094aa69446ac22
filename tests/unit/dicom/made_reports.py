"""Structured reports, PDF documents and waveforms made for one test each."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

COMPREHENSIVE = "1.2.840.10008.5.1.4.1.1.88.33"
DOSE_REPORT = "1.2.840.10008.5.1.4.1.1.88.67"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
CDA = "1.2.840.10008.5.1.4.1.1.104.2"


def plain_object(sop_class: str, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Dataset:
    """An object of a class with as little as can be."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = "1.2.3.4"
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str, scheme: str = "DCM", meaning: str = "") -> Dataset:
    """One code."""
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return ds


def item(
    kind: str, name: Dataset | None, content: Sequence[Dataset] = (), relation: str = "CONTAINS", **elements: Any
) -> Dataset:
    """One content item."""
    ds = Dataset()
    ds.RelationshipType = relation
    ds.ValueType = kind
    if name is not None:
        ds.ConceptNameCodeSequence = [name]
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    if content:
        ds.ContentSequence = list(content)
    return ds


def text(name: str, value: str, **elements: Any) -> Dataset:
    """A TEXT item."""
    return item("TEXT", code("1", "99TEST", name), TextValue=value, **elements)


def number(concept: Dataset, value: str, unit: str | None, meaning: str = "", **elements: Any) -> Dataset:
    """A NUM item; without a unit code where `unit` is None."""
    measured = Dataset()
    measured.NumericValue = value
    if unit is not None:
        measured.MeasurementUnitsCodeSequence = [code(unit, "UCUM", meaning or unit)]
    return item("NUM", concept, MeasuredValueSequence=[measured], **elements)


def container(name: Dataset | None, *content: Dataset, **elements: Any) -> Dataset:
    """A CONTAINER item."""
    return item("CONTAINER", name, content, ContinuityOfContent="SEPARATE", **elements)


def structured(*content: Dataset, sop_class: str = COMPREHENSIVE, **elements: Any) -> Dataset:
    """A structured report whose root holds `content`."""
    ds = plain_object(sop_class, Modality="SR", CompletionFlag="COMPLETE", VerificationFlag="UNVERIFIED")
    ds.ValueType = "CONTAINER"
    ds.ContinuityOfContent = "SEPARATE"
    ds.ConceptNameCodeSequence = [code("121111", "DCM", "Summary")]
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    ds.ContentSequence = list(content)
    return ds


def save(path: Path, ds: Dataset) -> Path:
    """Write `ds` as it is."""
    ds.save_as(path, enforce_file_format=True)
    return path


def accumulated(plane: str, **totals: tuple[str, str]) -> Dataset:
    """Accumulated X-Ray Dose Data of one plane; `totals` are c113722=("0.5", "Gy.m2") and so on."""
    return container(
        code("113702", "DCM", "Accumulated X-Ray Dose Data"),
        item("CODE", code("113764", "DCM", "Acquisition Plane"), ConceptCodeSequence=[code(plane, "DCM", "a plane")]),
        *(number(code(key[1:], "DCM", key), value, unit) for key, (value, unit) in totals.items()),
    )


def irradiation(*content: Dataset, **numbers: tuple[str, str]) -> Dataset:
    """One irradiation event."""
    return container(
        code("113706", "DCM", "Irradiation Event X-Ray Data"),
        *content,
        *(number(code(key[1:], "DCM", key), value, unit) for key, (value, unit) in numbers.items()),
    )


def large_dose_report(events: int) -> Dataset:
    """A dose report with 30 content items for each irradiation."""
    filters = [
        container(
            code("113771", "DCM", "X-Ray Filters"),
            item("CODE", code("113757", "DCM", "Material"), ConceptCodeSequence=[code("C-120F9", "SRT", "Aluminum")]),
            number(code("113758", "DCM", "Minimum"), "1.0", "mm"),
            number(code("113773", "DCM", "Maximum"), "1.0", "mm"),
        )
        for _each in range(2)
    ]
    made = [
        irradiation(
            item("DATETIME", code("111526", "DCM", "DateTime Started"), DateTime=f"20261120{at // 3600:02d}1530"),
            *filters,
            *(number(code(str(900 + each), "99MAKER", f"Value {each}"), str(each), "mm") for each in range(13)),
            c122130=(f"{at}e-07", "Gy.m2"),
            c113738=(f"{at}e-05", "Gy"),
            c112011=("30.2", "deg"),
            c112012=("-20.4", "deg"),
            c113733=("80", "kV"),
            c113734=("500", "mA"),
            c113735=("40", "ms"),
        )
        for at in range(events)
    ]
    return structured(accumulated("113622", c113722=("0.5", "Gy.m2")), *made, sop_class=DOSE_REPORT)


Page = tuple[tuple[float, float], str]
"""Width and height in points, and the drawing operators."""

TWO_PAGES: tuple[Page, ...] = (
    ((300, 200), "0 0 0 rg 30 40 120 90 re f BT /F1 24 Tf 40 150 Td (Angiogram) Tj ET"),
    ((200, 400), "1 0 0 rg 20 20 100 100 re f 0 0 1 rg 60 200 100 150 re f"),
)


def pdf(pages: Sequence[Page] = TWO_PAGES, trailer: str = "", objects: Sequence[str] = ()) -> bytes:
    """A PDF file with true offsets; `objects` come behind the pages, `trailer` goes into the trailer."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, ((width, height), drawing) in enumerate(pages):
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        bodies.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
    bodies += objects
    data = b"%PDF-1.4\n"
    places = []
    for at, body in enumerate(bodies, 1):
        places.append(len(data))
        data += f"{at} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(data)
    data += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode(
        "latin-1"
    )
    return data


def encrypted_pdf() -> bytes:
    """A PDF that nobody can open: its password is not known (PDF 1.7, 7.6.3, revision 2)."""
    key = "<" + "5a" * 32 + ">"
    locked = f"<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -4 >>"
    return pdf(trailer="/Encrypt 8 0 R /ID [<00> <00>]", objects=[locked])


def encapsulated(data: bytes, sop_class: str = PDF, mime: str = "application/pdf", **elements: Any) -> Dataset:
    """An object with a document."""
    ds = plain_object(sop_class, Modality="DOC", DocumentTitle="Ward report", MIMETypeOfEncapsulatedDocument=mime)
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    ds.EncapsulatedDocument = data + b"\0" * (len(data) % 2)
    return ds


def hemodynamic(samples: int) -> Dataset:
    """Aortic pressure and one ECG lead, then a short second recording of the lead alone."""
    channels = []
    for label, sensitivity, unit in (("Ao", "0.1", "mm[Hg]"), ("II", "2.5", "uV")):
        channel = Dataset()
        channel.ChannelLabel = label
        channel.ChannelSensitivity = sensitivity
        channel.ChannelSensitivityUnitsSequence = [code(unit, "UCUM", unit)]
        channels.append(channel)
    group = Dataset()
    group.MultiplexGroupLabel = "HEMO"
    group.NumberOfWaveformChannels = 2
    group.NumberOfWaveformSamples = samples
    group.SamplingFrequency = "400"
    group.ChannelDefinitionSequence = channels
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    group.add_new(0x54001010, "OW", struct.pack("<h", 7) * (2 * samples))
    second = Dataset()
    second.MultiplexGroupLabel = "REST"
    second.NumberOfWaveformChannels = 1
    second.NumberOfWaveformSamples = 4
    second.SamplingFrequency = "1000"
    second.ChannelDefinitionSequence = channels[1:]
    second.WaveformBitsAllocated = 16
    second.add_new(0x54001010, "OW", b"\1\0" * 4)
    return plain_object("1.2.840.10008.5.1.4.1.1.9.2.1", Modality="HD", WaveformSequence=[group, second])
