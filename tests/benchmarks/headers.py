"""Small CT files as a hospital has by the million, and how fast their headers are read beside pydicom and dicomsdl."""

import random
import struct
import time
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import with_dicomsdl, with_pydicom

ELEMENTS = 258
"""Elements of each file, as in a CT of a large maker."""
_COMPARED = 3000
_SLICE = (0x00080032, 0x00080033, 0x00200013, 0x00200032, 0x00201041)
"""Elements that differ between neighbours in any series: two times, number, position, location."""
_OWN = (0x0019, range(0x1002, 0x101A, 2))
"""Private elements that differ too. Real series of three makers had 5 to 18 of 181 elements that did."""


def make_ct_files(folder: Path, count: int, per_folder: int = 500) -> Path:
    """`count` CT files of 258 elements and 39 KB below `folder`, one series a folder; those that are there stay.

    Neighbours differ in 18 elements, some of them in length, as the slices of a real series do: files that were copies
    of one another would flatter a reader that remembers.
    """
    whole, places = _template()
    cuts = sorted(_cut(whole, tag) for tag in _varied())
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
        path.write_bytes(_of_its_own(data, cuts, place, random.Random(number)))
    return folder


def _varied() -> list[int]:
    group, numbers = _OWN
    return [*_SLICE, *(group << 16 | number for number in numbers)]


def _cut(whole: bytes, tag: int) -> tuple[int, int, int]:
    """Where the length field of an element stands, where its value ends, and its tag."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    (at,) = [at for at in range(len(whole) - 8) if whole.startswith(head, at) and whole[at + 4 : at + 6].isalpha()]
    return at + 6, at + 8 + int.from_bytes(whole[at + 6 : at + 8], "little"), tag


def _of_its_own(data: bytearray, cuts: list[tuple[int, int, int]], place: int, dice: random.Random) -> bytes:
    """`data` with the values of slice `place`."""
    parts: list[bytes] = []
    done = 0
    for start, end, tag in cuts:
        text = f"{dice.uniform(-900, 900):.{dice.randint(1, 4)}f}"
        if tag in (0x00080032, 0x00080033):
            text = f"0932{place // 60 % 60:02d}.{place:06d}"
        elif tag == 0x00200013:
            text = str(place + 1)
        elif tag == 0x00200032:
            text = f"{-120.5}\\{-118.25}\\{place * 0.6 - 150:.3f}"
        elif tag == 0x00201041:
            text = f"{place * 0.6 - 150:.3f}"
        text += " " * (len(text) % 2)
        parts += [bytes(data[done:start]), struct.pack("<H", len(text)), text.encode()]
        done = end
    return b"".join([*parts, bytes(data[done:])])


def _template() -> tuple[bytes, tuple[int, int, int]]:
    """One file, and where the numbers of its study, series and instance stand in its UIDs."""
    from pydicom._dicom_dict import DicomDictionary
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
    ds.StudyTime = ds.AcquisitionTime = ds.ContentTime = "093215"
    ds.ImagePositionPatient, ds.SliceLocation = ["1", "2", "3"], "3"
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
