"""What the file system of a target can hold, and how bytes get onto it for certain."""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from console.model.export import Medium
from console.studies.export.drives import file_system_at, kind_of

FAT_LIMIT = (1 << 32) - 1
"""Bytes of the largest file that FAT12, FAT16 and FAT32 hold."""

_FAT = frozenset(("vfat", "msdos", "fat", "fat12", "fat16", "fat32"))
_FAT_FAMILY = _FAT | {"exfat"}
_UNKNOWN_CLUSTER = 32768
_ATTEMPTS = 5


def medium_of(target: Path) -> Medium:
    """The facts about the file system that `target` is on, or will be; `target` need not exist yet.

    Raises OSError when the place does not answer.
    """
    place = existing(target)
    space = shutil.disk_usage(place)
    mount = file_system_at(place.resolve())
    name = mount.file_system if mount else ""
    read_only = mount is not None and "ro" in mount.options
    return Medium(
        name,
        _cluster(place, name),
        space.total,
        space.free,
        FAT_LIMIT if name in _FAT else 0,
        kind_of(mount) if mount else "unknown",
        read_only,
        Path(mount.path) if mount else place,
    )


def existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that is there. Raises OSError when that cannot be known."""
    place = Path(os.path.abspath(path))
    while True:
        try:
            mode = place.stat().st_mode
            return place if stat.S_ISDIR(mode) else place.parent
        except (FileNotFoundError, NotADirectoryError):
            if place == place.parent:
                raise
            place = place.parent


def clusters(size: int, cluster: int) -> int:
    """Bytes that a file of `size` takes."""
    return -(-size // cluster) * cluster


def _cluster(place: Path, file_system: str) -> int:
    if sys.platform != "win32":
        facts = os.statvfs(place)
        # The kernel's vfat and exfat say their cluster as the block size.
        return max(facts.f_bsize if file_system in _FAT_FAMILY else facts.f_frsize, 512)
    import ctypes

    numbers = [ctypes.c_ulong() for _ in range(4)]
    root = os.path.splitdrive(place)[0] + "\\"
    found = ctypes.windll.kernel32.GetDiskFreeSpaceW(root, *(ctypes.byref(number) for number in numbers))
    return numbers[0].value * numbers[1].value if found else _UNKNOWN_CLUSTER


class Flusher:
    """Gets written files onto the medium, all that wait at once where the system can do that."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._syncfs = _syncfs()

    def flush(self, files: list[Path]) -> None:
        """When this returns, the content of `files` is on the medium. Raises OSError."""
        if self._syncfs is not None:
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                if self._syncfs(descriptor) == 0:
                    return
                raise OSError(_last_error(), os.strerror(_last_error()), str(self._folder))
            finally:
                os.close(descriptor)
        for path in files:
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


if sys.platform == "linux":

    def _syncfs() -> Callable[[int], int] | None:
        """syncfs(2): one file system, not every dead share of the machine, as sync(2) would."""
        import ctypes

        found: Callable[[int], int] | None = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        return found

    def _last_error() -> int:
        import ctypes

        return ctypes.get_errno() or errno.EIO

else:

    def _syncfs() -> Callable[[int], int] | None:
        return None

    def _last_error() -> int:
        return errno.EIO


def open_fresh(path: Path) -> tuple[int, bool]:
    """Open `path` for reading back what was written, with what the system remembers of it thrown away.

    Returns the descriptor and whether the system says that reading has to go to the medium, all of it.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_NOCACHE, 1)
    elif sys.platform == "linux":
        size = os.fstat(descriptor).st_size
        for _attempt in range(_ATTEMPTS):
            # A page that another processor still has in its hands is not thrown away at the first asking.
            with suppress(OSError):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            if size and not _pages_in_memory(descriptor, size):
                return descriptor, True
    return descriptor, False


if sys.platform == "linux":

    def _pages_in_memory(descriptor: int, size: int) -> bool:
        """mincore(2): whether any page of a file is in memory. Asking touches none of them; in doubt, yes."""
        import ctypes
        import mmap

        library = ctypes.CDLL(None)
        library.mmap.restype = ctypes.c_void_p
        library.mmap.argtypes = (
            ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_longlong,
        )  # fmt: skip
        address = library.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
        if address in (None, ctypes.c_void_p(-1).value):
            return True
        place = ctypes.c_void_p(address)
        pages = ctypes.create_string_buffer(-(-size // mmap.PAGESIZE))
        try:
            asked = library.mincore(place, ctypes.c_size_t(size), pages) == 0
            return not asked or any(page & 1 for page in pages.raw)
        finally:
            library.munmap(place, ctypes.c_size_t(size))
