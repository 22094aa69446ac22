"""Frames decoded, and some of them twice: what one library shows and another does not is worth knowing.

Runs in the doctor's own process only: a codec that breaks on a damaged frame ends that process and nothing else.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from console.dicom.codestream import examine
from console.dicom.dataset import read_file
from console.dicom.decoders import decode, decoder_for
from console.dicom.elements import UNREADABLE
from console.dicom.frames import FrameBytes
from console.dicom.matrix import Matrix, read_matrix
from console.dicom.samples import CannotDecode, Samples
from console.dicom.source import FileSource
from console.dicom.syntaxes import RLE
from console.errors import ConsoleError
from console.i18n import N_
from console.repair.doctor.codes import Found

_JPEG_BASELINE = (0xC0, 0xC1)
_TOLERANCE = 4
"""Steps by which two decoders of lossy frames may differ (ISO 10918-2 allows one in the transform)."""


def decode_findings(path: str) -> list[Found]:
    """Every frame decoded; the first, the middle and the last by a second library where there is one."""
    try:
        source = FileSource(Path(path))
    except OSError:
        return []
    try:
        file = read_file(source, Path(path).name)
        matrix = read_matrix(file)
        if matrix.frames is None or matrix.form is None or not decoder_for(matrix.syntax):
            return []
        return _frames(file.source if file.source is not source else source, matrix)
    except ConsoleError as error:
        return [Found("cannot-decode", N_("{reason}"), {"reason": error.detail})]
    except UNREADABLE:
        return [Found("cannot-decode")]
    finally:
        source.close()


def _frames(source: Any, matrix: Matrix) -> list[Found]:
    assert matrix.frames is not None
    count = matrix.frames.count
    twice = {1, (count + 1) // 2, count}
    failed: list[tuple[int, str]] = []
    for number in range(1, count + 1):
        try:
            data = matrix.frames.read(source, number)
            samples = _decoded(data, matrix)
        except CannotDecode as error:
            failed.append((number, str(error)))
            continue
        except UNREADABLE as error:
            failed.append((number, type(error).__name__))
            continue
        if number in twice and (difference := _difference(data, matrix, samples)):
            values = {"number": number, "difference": difference}
            detail = N_("Frame {number}: they differ by up to {difference} steps.")
            return [*_failed(failed, count), Found("decoders-disagree", detail, values)]
    return _failed(failed, count)


def _failed(failed: list[tuple[int, str]], count: int) -> list[Found]:
    if not failed:
        return []
    values = {"number": failed[0][0], "count": len(failed), "frames": count, "reason": failed[0][1]}
    detail = N_("Frame {number} is the first, {count} of {frames} in all: {reason}")
    return [Found("cannot-decode", detail, values)]


def _decoded(data: FrameBytes, matrix: Matrix) -> Samples:
    assert matrix.form is not None
    assert matrix.frames is not None
    return decode(data, matrix.form, matrix.syntax, matrix.frames.encapsulated)


def _difference(data: FrameBytes, matrix: Matrix, samples: Samples) -> int:
    """By how many steps the second library's picture differs, 0 within what is allowed or where there is none."""
    if matrix.form is None or matrix.frames is None or not matrix.frames.encapsulated:
        return 0
    try:
        second, exact = _second(data.data, matrix, samples)
    except UNREADABLE:
        return 0
    if second is None or second.shape != samples.values.shape:
        return 0
    steps = second.astype(np.int64) - samples.values.astype(np.int64)
    if matrix.syntax == RLE:
        # The bytes are compared, whatever sign each library gives them.
        steps &= (1 << matrix.form.bits_allocated) - 1
    difference = int(np.abs(steps).max(initial=0))
    return difference if difference > (0 if exact else _TOLERANCE) else 0


def _second(data: bytes, matrix: Matrix, samples: Samples) -> tuple[npt.NDArray[Any] | None, bool]:
    """The frame by another library than the first, and whether both must give the very same."""
    assert matrix.form is not None
    if matrix.syntax == RLE:
        return (_packbits(data, matrix) if matrix.form.samples == 1 else None), True
    stream = examine(data)
    if stream is None or samples.by == "Pillow":
        return None, True
    from PIL import Image

    if stream.process in _JPEG_BASELINE and stream.bits == 8 and stream.samples == 1:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            return np.asarray(image), False
    if not stream.process and stream.samples == 1 and stream.bits in (8, 16) and not stream.signed:
        with Image.open(BytesIO(data), formats=("JPEG2000",)) as image:
            return np.asarray(image), bool(stream.reversible)
    return None, True


def _packbits(data: bytes, matrix: Matrix) -> npt.NDArray[Any] | None:
    """RLE by imagecodecs (PS3.5 G); None where it is not installed."""
    assert matrix.form is not None
    try:
        from imagecodecs import packbits_decode
    except ImportError:
        return None
    count = int.from_bytes(data[:4], "little")
    starts = [int.from_bytes(data[at : at + 4], "little") for at in range(4, 4 + 4 * count, 4)]
    pixels = matrix.form.rows * matrix.form.columns
    planes: list[npt.NDArray[Any]] = []
    for begin, end in zip(starts, [*starts[1:], len(data)], strict=True):
        plane = np.frombuffer(packbits_decode(data[begin:end]), np.uint8)[:pixels]
        if len(plane) < pixels:
            return None
        planes.append(plane.astype(np.int64))
    value: npt.NDArray[Any] = planes[0]
    for plane in planes[1:]:
        value = value << 8 | plane
    return value.reshape(matrix.form.rows, matrix.form.columns)
