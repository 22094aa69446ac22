"""A row of the index from a header: numbers parsed, texts left as raw bytes, the rate as the viewer would say it."""

import math
import os
import stat

from console.dicom.quick_header import Header, read_header
from console.dicom.quick_walk import ReadAt
from console.dicom.rate import Timing, duration, rate
from console.model.index_row import IndexRow

_TEXTS: dict[bytes, str] = {}
_TEXTS_LIMIT = 10_000
_ANGLED = ("XA", "RF", "XRF")
_ENHANCED = frozenset(
    "1.2.840.10008.5.1.4.1.1." + ending
    for ending in ("2.1", "2.2", "4.1", "4.3", "4.4", "6.2", "12.1.1", "12.2.1", "13.1.1", "13.1.2", "130", "128.1")
)
"""Classes that keep rate and angles in functional groups, which the walk does not open."""


def read_row(path: str) -> tuple[IndexRow | None, str, int, int]:
    """(row, trouble, size in bytes, mtime in ns) of a file.

    The row is None for what is no DICOM object; `trouble` is then empty, or "pipe" for what is no regular file.
    Raises OSError where the file cannot be opened or read. Nothing is written, and no pipe is waited for.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None, "pipe", status.st_size, status.st_mtime_ns
        header = read_header(_reader(descriptor), status.st_size)
    finally:
        os.close(descriptor)
    row = None if header is None else row_of(header, path)
    return row, "", status.st_size, status.st_mtime_ns


def read_row_of(read_at: ReadAt, size: int) -> IndexRow | None:
    """The row of `size` bytes that come from `read_at`, such as a member of a zip file; None for no DICOM object."""
    header = read_header(read_at, size)
    return None if header is None else row_of(header, "")


def row_of(header: Header, path: str) -> IndexRow:
    """The row of one object.

    `path` is asked again for an enhanced object; empty where there is no file of its own.
    """
    get = header.values.get
    little = header.little
    sop_class = _text(get(0x00080016, b"")) or header.sop_class
    modality = _text(get(0x00080060, b"")).upper()
    rows, columns = _short(get(0x00280010, b""), little), _short(get(0x00280011, b""), little)
    pictured = header.pixel_tag and rows and columns
    frames = max(_whole(get(0x00280008, b"")) or 1, 1) if pictured else 0
    notes = tuple(header.notes)
    fps = duration_s = 0.0
    primary = secondary = None
    if frames > 1:
        fps, duration_s = _speed(header, frames)
    if modality in _ANGLED:
        primary, secondary = _angle(get(0x00181510, b"")), _angle(get(0x00181511, b""))
    if sop_class in _ENHANCED:
        # A member of a zip file has no path under which the viewer's reader could open it.
        note = "enhanced-unread"
        if path:
            fps, duration_s, primary, secondary, note = _enhanced(path, fps, duration_s, primary, secondary)
        notes = (*notes, note)
    return IndexRow(
        sop_class,
        _uid(get(0x00080018, b"")) or header.sop_instance,
        _text(get(0x0020000D, b"")),
        _text(get(0x0020000E, b"")),
        header.transfer_syntax or _spoken(header),
        _text(get(0x00080005, b"")) if b"\\" not in get(0x00080005, b"") else _terms(get(0x00080005, b"")),
        _raw(get(0x00100010, b"")),
        _raw(get(0x00100020, b"")),
        _text(get(0x00100030, b"")),
        _text(get(0x00100040, b"")),
        _text(get(0x00080020, b"")),
        _text(get(0x00080030, b"")),
        _raw(get(0x00200010, b"")),
        _raw(get(0x00080050, b"")),
        _raw(get(0x00081030, b"")),
        _raw(get(0x00080080, b"")),
        _raw(get(0x00080090, b"")),
        modality,
        _whole(get(0x00200011, b"")),
        _raw(get(0x0008103E, b"")),
        _raw(get(0x00181030, b"")),
        _text(get(0x00180015, b"")),
        _raw(get(0x00081010, b"")),
        _raw(get(0x00080070, b"")),
        _raw(get(0x00081090, b"")),
        _whole(get(0x00200013, b"")),
        frames,
        rows,
        columns,
        _short(get(0x00280101, b""), little),
        _text(get(0x00280004, b"")),
        fps,
        duration_s,
        primary,
        secondary,
        _acquired(header),
        _text(get(0x00080008, b"")),
        _raw(get(0x00420010, b"") or get(0x0040A043, b"") or get(0x00700080, b"")),
        header.pixel_offset,
        header.pixel_length,
        notes,
    )


def _reader(descriptor: int) -> ReadAt:
    if hasattr(os, "pread"):
        pread = os.pread
        return lambda offset, count: pread(descriptor, count, offset)

    def read_at(offset: int, count: int) -> bytes:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, count)

    return read_at


def _raw(value: bytes) -> bytes:
    return value.strip(b"\0 ")


def _text(value: bytes) -> str:
    """Text whose character set does not matter. Most values are those of the file before."""
    known = _TEXTS.get(value)
    if known is None:
        if len(_TEXTS) >= _TEXTS_LIMIT:
            _TEXTS.clear()
        known = _TEXTS[value] = _uid(value)
    return known


def _uid(value: bytes) -> str:
    return value.decode("latin-1").strip("\0 ")


def _terms(value: bytes) -> str:
    return "\\".join(part.strip() for part in _uid(value).split("\\"))


def _short(value: bytes, little: bool) -> int:
    return int.from_bytes(value[:2], "little" if little else "big") if len(value) >= 2 else 0


def _whole(value: bytes) -> int | None:
    """An Integer String; None where it is none or would not fit into a column."""
    first = value.split(b"\\", 1)[0].strip(b"\0 ")
    try:
        number = int(first)
    except ValueError:
        found = _number(first)
        if found is None or found != int(found):
            return None
        number = int(found)
    return number if -(1 << 31) <= number < 1 << 31 else None


def _angle(value: bytes) -> float | None:
    """Degrees; beyond 180 there are none (console.dicom.geometry.angles)."""
    found = _number(value)
    return found if found is not None and abs(found) <= 180 else None


def _number(value: bytes) -> float | None:
    """The first value when it is a finite number."""
    found = _numbers(value)
    return found[0] if found and math.isfinite(found[0]) else None


def _numbers(value: bytes) -> list[float]:
    """Decimal Strings; NaN where one is no number, as the viewer has it."""
    value = value.strip(b"\0 ")
    return [_decimal(part) for part in value.split(b"\\")] if value else []


def _decimal(part: bytes) -> float:
    try:
        return float(part.strip(b"\0 "))
    except ValueError:
        return math.nan


def _speed(header: Header, frames: int) -> tuple[float, float]:
    get = header.values.get
    pointer = None
    data = get(0x00280009, b"")
    if len(data) >= 4:
        pointer = _short(data, header.little) << 16 | _short(data[2:], header.little)
    singles = [_number(get(tag, b"")) for tag in (0x00181063, 0x00082144, 0x00180040)]
    found = rate(Timing(frames, pointer, singles[0], _numbers(get(0x00181065, b"")), singles[1], singles[2]), [])
    return found.fps, duration(found, frames)


def _acquired(header: Header) -> str:
    """Date and time of the first of acquisition, content and series that has a date."""
    get = header.values.get
    whole = _digits(get(0x0008002A, b""))
    if len(whole) >= 8:
        return whole[:14]
    for day, clock in ((0x00080022, 0x00080032), (0x00080023, 0x00080033), (0x00080021, 0x00080031)):
        date = _digits(get(day, b""))[:8]
        if len(date) == 8:
            return date + _digits(get(clock, b""))[:6]
    return ""


def _digits(value: bytes) -> str:
    text = _text(value).split(".")[0] if value.count(b".") == 1 else _text(value)
    if text.isascii() and text.isdigit():
        return text
    return "".join(char for char in text if char in "0123456789")


def _spoken(header: Header) -> str:
    if header.implicit:
        return "1.2.840.10008.1.2"
    return "1.2.840.10008.1.2.1" if header.little else "1.2.840.10008.1.2.2"


def _enhanced(
    path: str, fps: float, duration_s: float, primary: float | None, secondary: float | None
) -> tuple[float, float, float | None, float | None, str]:
    """Rate and angles out of the functional groups, through the reader of the viewer, and the reason as a note."""
    from pathlib import Path

    from console.dicom.object import open_object
    from console.errors import ConsoleError

    try:
        info = open_object(Path(path)).info
    except (ConsoleError, OSError, RecursionError):
        return fps, duration_s, primary, secondary, "enhanced-unread"
    return info.rate.fps, info.duration_s, info.angles.primary_deg, info.angles.secondary_deg, "pydicom:enhanced"
