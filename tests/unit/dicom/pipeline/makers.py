"""Objects and descriptions made for the tests of the pipeline."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from console.dicom.object import DicomObject, open_object
from console.dicom.pipeline.renderer import Renderer
from console.model.picture import Grayscale
from console.model.pipeline import Description
from tests.unit.dicom.builders import write, xa

Array = npt.NDArray[Any]


def renderer_of(opened: DicomObject) -> Renderer:
    """The pipeline of an opened object, in this process."""
    assert opened.info.description is not None
    return Renderer(opened.info.description, opened.frame, opened.planes)


def described(grayscale: Grayscale, rows: int = 4, columns: int = 4, frames: int = 1, **more: Any) -> Description:
    """A description of grey frames."""
    return Description(rows, columns, frames, grayscale=grayscale, **more)


def dataset(**elements: Any) -> Dataset:
    """A sequence item."""
    item = Dataset()
    for keyword, value in elements.items():
        setattr(
            item,
            keyword,
            Items(value) if isinstance(value, list) and value and isinstance(value[0], Dataset) else value,
        )
    return item


def grey_object(path: Path, frames: Array, bits: int = 16, **elements: Any) -> DicomObject:
    """An XA object of (frames, rows, columns) integers, written and opened."""
    bytes_ = 1 if frames.dtype.itemsize == 1 else 2
    ds = xa(
        len(frames),
        Rows=frames.shape[1],
        Columns=frames.shape[2],
        BitsAllocated=8 * bytes_,
        BitsStored=bits,
        HighBit=bits - 1,
        PixelRepresentation=int(frames.dtype.kind == "i"),
        **elements,
    )
    return open_object(write(path, ds, frames.astype(f"<{frames.dtype.kind}{bytes_}").tobytes(), "OW"))


def overlay(ds: Dataset, group: int, bits: Array, origin: Sequence[int] = (1, 1), **numbers: int) -> None:
    """Put a plane of 0 and 1, (rows, columns) or (frames, rows, columns), into a dataset."""
    base = group << 16
    ds.add_new(base | 0x0010, "US", bits.shape[-2])
    ds.add_new(base | 0x0011, "US", bits.shape[-1])
    if bits.ndim == 3:
        ds.add_new(base | 0x0015, "IS", len(bits))
    ds.add_new(base | 0x0040, "CS", "G")
    ds.add_new(base | 0x0050, "SS", list(origin))
    if "first_frame" in numbers:
        ds.add_new(base | 0x0051, "US", numbers["first_frame"])
    ds.add_new(base | 0x0100, "US", 1)
    ds.add_new(base | 0x0102, "US", 0)
    packed = np.packbits(bits.reshape(-1).astype(np.uint8), bitorder="little").tobytes()
    ds.add_new(base | 0x3000, "OW", packed + b"\0" * (len(packed) % 2))
