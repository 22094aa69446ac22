"""Small CT files as a hospital has by the million, and how fast their headers are read beside pydicom and dicomsdl."""

import random
import time
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure

ELEMENTS = 258
"""Elements of each file, as in a CT of a large maker."""
KEYWORDS = (
    "SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID StudyDate StudyTime AccessionNumber Modality Manufacturer "
    "InstitutionName StationName StudyDescription SeriesDescription ManufacturerModelName PatientName PatientID "
    "PatientBirthDate PatientSex BodyPartExamined ProtocolName StudyInstanceUID SeriesInstanceUID StudyID SeriesNumber "
    "InstanceNumber NumberOfFrames Rows Columns BitsStored PhotometricInterpretation AcquisitionDate AcquisitionTime"
).split()
"""What an index asks of each file."""
_COMPARED = 3000


def make_ct_files(folder: Path, count: int, per_folder: int = 500) -> Path:
    """`count` CT files of 258 elements and 39 KB below `folder`, one series a folder; those that are there stay."""
    whole, places = _template()
    for number in range(count):
        series, place = divmod(number, per_folder)
        below = folder / f"{series:05d}"
        path = below / f"IM{place:05d}"
        if path.exists():
            continue
        below.mkdir(parents=True, exist_ok=True)
        data = bytearray(whole)
        for at, text in zip(places, (f"{series:06d}", f"{series:06d}", f"{series:06d}{place:06d}"), strict=True):
            data[at : at + len(text)] = text.encode()
        path.write_bytes(data)
    return folder


def _template() -> tuple[bytes, tuple[int, int, int]]:
    """One file, and where the numbers of its study, series and instance stand in its UIDs."""
    from pydicom.datadict import DicomDictionary
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import UID

    dice = random.Random(1)
    ds = Dataset()
    ds.SpecificCharacterSet = "GB18030"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.8.999999999999"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3.6.777777", "1.2.3.7.888888"
    ds.StudyDate = ds.AcquisitionDate = "20261120"
    ds.StudyTime = ds.AcquisitionTime = "093215"
    ds.AccessionNumber, ds.Modality, ds.Manufacturer, ds.InstitutionName = "A1", "CT", "Acme", "市第一医院"
    ds.StationName, ds.StudyDescription, ds.SeriesDescription = "CT1", "冠脉CTA", "0.6 mm"
    ds.ManufacturerModelName, ds.PatientName, ds.PatientID = "Model 7", "张^伟", "P0017"
    ds.PatientBirthDate, ds.PatientSex, ds.BodyPartExamined, ds.ProtocolName = "19580517", "M", "HEART", "CTA"
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "1", "2", "17"
    ds.Rows = ds.Columns = 128
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.SamplesPerPixel, ds.PixelRepresentation = 16, 12, 11, 1, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    texts = {"LO": "ABCDEFGHIJ", "SH": "ABCD", "DS": "12.5", "IS": "12", "CS": "ABC", "UI": "1.2.3.4.5.6"}
    spare = [
        (tag, entry[0])
        for tag, entry in DicomDictionary.items()
        if entry[0] in texts and entry[1] == "1" and 0x00180000 < tag < 0x00280000 and tag not in ds and entry[4]
    ]
    for tag, vr in dice.sample(spare, ELEMENTS - len(ds) - 62):
        ds.add_new(tag, vr, texts[vr])
    for group in (0x0019, 0x0043):
        ds.add_new(group << 16 | 0x10, "LO", "ACME_ACQU_01")
        for number in range(30):
            ds.add_new(group << 16 | 0x1000 + number, "DS", "1.25")
    ds.add_new(0x7FE00010, "OW", bytes(128 * 128 * 2))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1")
    ds.file_meta = meta
    stream = BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    whole = stream.getvalue()
    numbers = (b"777777", b"888888", b"999999999999")
    return whole, (whole.index(numbers[0]), whole.index(numbers[1]), whole.rindex(numbers[2]))


def with_pydicom(path: str) -> list[Any]:
    """What the index asks, asked of pydicom."""
    import pydicom

    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return [ds.get(keyword) for keyword in KEYWORDS]


def with_dicomsdl(path: str) -> list[Any]:
    """What the index asks, asked of dicomsdl, which stops before the pixels too."""
    import dicomsdl

    ds = dicomsdl.open_file(path, 0x7FE00000)
    return [getattr(ds, keyword, None) for keyword in KEYWORDS]


def headers(folder: Path) -> list[Figure]:
    """Headers a second on one core: ours against both peers, in turns in one run."""
    from console.dicom.quick_row import read_row

    files = sorted(str(path) for path in make_ct_files(folder / "ct", _COMPARED).rglob("IM*"))[:_COMPARED]
    readers: dict[str, Callable[[str], Any]] = {"ours": read_row, "pydicom": with_pydicom, "dicomsdl": with_dicomsdl}
    best = dict.fromkeys(readers, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _turn in range(3):
            for name, read in readers.items():
                some = files if name != "pydicom" else files[: _COMPARED // 10]
                started = time.process_time()
                for path in some:
                    read(path)
                best[name] = max(best[name], len(some) / (time.process_time() - started))
    note = f"ours {best['ours']:.0f}, pydicom {best['pydicom']:.0f}, dicomsdl {best['dicomsdl']:.0f} headers a second"
    return [
        Figure("headers / pydicom", best["ours"] / best["pydicom"], "times", 10.0, at_least=True, note=note),
        Figure("headers / dicomsdl", best["ours"] / best["dicomsdl"], "times", 2.0, at_least=True, note=note),
    ]
