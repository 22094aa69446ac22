"""Small DICOM files that tests write themselves: known pixels, any header."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, XRayAngiographicImageStorage


def cine_pixels(frames: int, rows: int = 64, columns: int = 64) -> NDArray[np.uint8]:
    """Frames (frames, rows, columns) that all differ: a slanted ramp with a bright square that moves right."""
    ramp = np.add.outer(np.arange(rows), np.arange(columns)) * 180 // max(rows + columns, 1)
    pixels = np.repeat(ramp[None].astype(np.uint8), frames, axis=0)
    for number in range(frames):
        left = number * (columns - 8) // max(frames - 1, 1)
        pixels[number, 8:24, left : left + 8] = 250
    return pixels


def write_cine(
    path: Path, frames: int = 12, fps: float = 10.0, size: int = 64, **elements: object
) -> NDArray[np.uint8]:
    """Write an uncompressed X-ray angiographic object; `elements` are set by DICOM keyword. Returns its pixels."""
    pixels = cine_pixels(frames, size, size)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = XRayAngiographicImageStorage
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.826.0.1.3680043.8.498.{frames}.{size}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = Dataset()
    ds.file_meta = meta
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = XRayAngiographicImageStorage
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ds.Modality = "XA"
    ds.PatientName = "Zhang^Wei=张^伟"
    ds.PatientID = "P0017"
    ds.PatientBirthDate = "19610302"
    ds.PatientSex = "M"
    ds.StudyDate = "20261120"
    ds.StudyInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    ds.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2"
    ds.SeriesNumber = 3
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape[1:]
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    if frames > 1:
        ds.NumberOfFrames = frames
        ds.FrameTime = f"{1000.0 / fps:.6g}"
        ds.FrameIncrementPointer = 0x00181063
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    ds.PixelData = pixels.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return pixels
