"""DICOM files made for one test each, right or wrong on purpose."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

XA = "1.2.840.10008.5.1.4.1.1.12.1"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
UNDEFINED = 0xFFFFFFFF
ITEM = b"\xfe\xff\x00\xe0"
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"


def pydicom_file(name: str) -> Path:
    """A file that ships with pydicom; nothing is downloaded."""
    found = get_testdata_file(name, download=False)
    assert found is not None, name
    return Path(str(found))


def xa(frames: int = 1, size: int = 16, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Dataset:
    """An XA object of `frames` 8-bit frames without its pixels; `elements` are set on top, None deletes one."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.file_meta.MediaStorageSOPClassUID = UID(XA)
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    ds.SOPClassUID = XA
    ds.SOPInstanceUID = "1.2.3.4"
    ds.Modality = "XA"
    ds.PatientName = "Test^Phantom"
    ds.PatientID = "42"
    ds.Rows = ds.Columns = size
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelRepresentation = 0
    if frames != 1:
        ds.NumberOfFrames = frames
    for keyword, value in elements.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def write(path: Path, ds: Dataset, pixels: bytes | None = None, vr: str = "OB") -> Path:
    """Write `ds` with native `pixels`."""
    if pixels is not None:
        ds.add_new(0x7FE00010, vr, pixels)
    ds.save_as(path, enforce_file_format=True)
    return path


def write_items(path: Path, ds: Dataset, items: Sequence[bytes], end: bytes = DELIMITER) -> Path:
    """Write `ds` and encapsulated pixel data whose items stand exactly as given, the offset table first."""
    ds.save_as(path, enforce_file_format=True)
    body = b"\xe0\x7f\x10\x00OB\0\0" + struct.pack("<I", UNDEFINED)
    body += b"".join(ITEM + struct.pack("<I", len(item)) + item for item in items)
    with path.open("ab") as stream:
        stream.write(body + end)
    return path


def even(data: bytes) -> bytes:
    """`data` padded to an even length."""
    return data + b"\0" * (len(data) % 2)


def picture(number: int, size: int = 16) -> npt.NDArray[np.uint8]:
    """A frame that no other number has."""
    rng = np.random.default_rng(number)
    return rng.integers(0, 256, (size, size), dtype=np.uint8)


def rle(frame: npt.NDArray[np.uint8]) -> bytes:
    """One RLE frame (PS3.5 annex G) of literal runs."""
    flat = frame.tobytes()
    runs = b"".join(bytes([len(part) - 1]) + part for part in (flat[at : at + 128] for at in range(0, len(flat), 128)))
    return even(struct.pack("<16I", 1, 64, *[0] * 14) + runs)


RLE = RLELossless
