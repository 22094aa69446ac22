"""Zip files: their members are indexed without being unpacked, and one is unpacked when somebody wants to see it.

Zip files come from strangers. Nothing here trusts a size they declare, a member's name is never used as a path, and
what would fill memory or disk is refused before it does.
"""

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from console.errors import DicomReadError
from console.i18n import _
from console.model.text import clean
from console.studies.places import cache_folder, is_zip_name
from console.studies.problems import (
    BOMB,
    CRASHED,
    DAMAGED_ZIP,
    ENCRYPTED_ZIP,
    NESTED_ZIP,
    NOT_DICOM,
    UNKNOWN_ZIP,
    BadArchive,
    code_of,
    problem,
)

MOST_MEMBERS = 200_000
"""More entries than this in one zip file are a trick, or need unpacking."""
_MOST_DIRECTORY = 1 << 27
_LARGEST = 1 << 33
_PROPORTION = 500
_SMALL = 1 << 26
_END = b"PK\5\6"
_HEADER_WINDOW = 1 << 26
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error, IndexError, UnicodeError)


def members(path: str) -> list[tuple[str, int, int]]:
    """(name, size, CRC-32) of each member that is a file. Raises OSError, BadArchive."""
    _look_before(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [info for info in archive.infolist() if not info.is_dir()]
    except NotImplementedError:
        raise BadArchive(UNKNOWN_ZIP) from None
    except _UNREADABLE:
        raise BadArchive(DAMAGED_ZIP) from None
    # A name that stands twice means its last member, as `zipfile` and every program that unpacks see it.
    return list({info.filename: (info.filename, info.file_size, info.CRC) for info in found}.values())


def _look_before(path: str) -> None:
    """Refuse a directory that would not fit into memory, before `zipfile` reads it as a whole."""
    with open(path, "rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - 65_557, 0))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise BadArchive(DAMAGED_ZIP)
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if count == 0xFFFF or length == 0xFFFFFFFF:
        big = tail.rfind(b"PK\6\6", 0, at)
        if big < 0 or big + 56 > len(tail):
            raise BadArchive(DAMAGED_ZIP)
        count, length = struct.unpack_from("<QQ", tail, big + 32)
    if count > MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise BadArchive(BOMB)


def read_members(path: str, names: Sequence[str]) -> "list[tuple[tuple[object, ...] | None, str]]":
    """As `console.studies.objects.read_files`, for members of the zip file at `path`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [_read_member(archive, name) for name in names]
    except OSError as error:
        return [(None, code_of(error))] * len(names)
    except _UNREADABLE:
        return [(None, DAMAGED_ZIP)] * len(names)


def _read_member(archive: zipfile.ZipFile, name: str) -> "tuple[tuple[object, ...] | None, str]":
    from console.dicom.quick_row import read_row_of

    try:
        info = archive.getinfo(name)
        code = _refusal(info)
        if code:
            return None, code
        with archive.open(info) as stream:
            row = read_row_of(_forward(stream.read), info.file_size)
    except OSError as error:
        return None, code_of(error)
    except (NotImplementedError, RuntimeError) as error:
        # RuntimeError, of which RecursionError is one, is what zipfile raises for a member that wants a password.
        return None, UNKNOWN_ZIP if isinstance(error, NotImplementedError) else CRASHED
    except MemoryError:
        return None, CRASHED
    except (*_UNREADABLE, KeyError):
        return None, DAMAGED_ZIP
    return (None if row is None else tuple(row)), NOT_DICOM


def _refusal(info: zipfile.ZipInfo) -> str:
    """Why a member is not opened; empty when it is."""
    if is_zip_name(info.filename):
        return NESTED_ZIP
    if info.flag_bits & 1:
        return ENCRYPTED_ZIP
    if info.file_size > _SMALL and info.file_size > _PROPORTION * max(info.compress_size, 1):
        return BOMB
    return BOMB if info.file_size > _LARGEST else ""


def _forward(read: Callable[[int], bytes]) -> Callable[[int, int], bytes]:
    """`read_at` over a stream that only runs forward: what was passed is kept, and no header needs 64 MB."""
    data = bytearray()

    def read_at(offset: int, count: int) -> bytes:
        end = min(offset + count, _HEADER_WINDOW)
        while len(data) < end:
            part = read(end - len(data))
            if not part:
                break
            data.extend(part)
        return bytes(data[offset : offset + count])

    return read_at


def file_of(home: Path, folder: str, name: str) -> Path:
    """A real file for an instance: where it lies, or, for a member of a zip file, a copy in the home folder's cache.

    Raises DicomReadError with one sentence when it cannot be had.
    """
    path = Path(folder)
    if not path.is_file():
        return path / name
    try:
        status = path.stat()
        stamp = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0{name}"
        target = cache_folder(home) / (sha256(stamp.encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".dcm")
        if not target.is_file():
            _unpack(path, name, target)
    except OSError as error:
        raise _unreadable(path, name, code_of(error)) from error
    return target


def sweep_cache(home: Path) -> None:
    """Remove what was unpacked: done when the console starts, before anything is open."""
    with suppress(OSError), os.scandir(cache_folder(home)) as entries:
        for entry in entries:
            with suppress(OSError):
                os.unlink(entry.path)


def _unpack(path: Path, name: str, target: Path) -> None:
    import shutil

    from console.store.disk import move, temporary_name

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            code = _refusal(info)
            if code or info.file_size > shutil.disk_usage(target.parent).free:
                raise _unreadable(path, name, code or BOMB)
            with temporary_name(target) as temporary, archive.open(info) as source:
                descriptor = os.open(temporary, _CREATE, 0o600)
                with os.fdopen(descriptor, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                move(temporary, target)
    except (NotImplementedError, RuntimeError) as error:
        raise _unreadable(path, name, UNKNOWN_ZIP) from error
    except (*_UNREADABLE, KeyError) as error:
        raise _unreadable(path, name, DAMAGED_ZIP) from error


def _unreadable(path: Path, name: str, code: str) -> DicomReadError:
    sentence = _("{member} in {path}: {reason}")
    reason = problem("", code).what if code != "vanished" else _("it is not there any more.")
    return DicomReadError(_("The file cannot be read"), sentence.format(member=clean(name), path=path, reason=reason))
