"""Where files can be written to: the drives of this machine. A dead share costs no more than its deadline."""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from console.model.export import Drive, DriveKind
from console.plain import clean

DEADLINE = 1.0
"""Seconds that all drives together have to answer."""

_NETWORK = frozenset(
    "9p afs afpfs ceph cifs davfs fuse.glusterfs fuse.sshfs fuse.rclone glusterfs lustre ncpfs nfs nfs4 smb3 smbfs"
    " webdav vboxsf virtiofs fuse.vmhgfs-fuse".split()
)
_OPTICAL = frozenset(("iso9660", "udf", "cd9660", "cdfs"))
_ROOTS = frozenset(("overlay", "zfs", "btrfs", "rootfs", "tmpfs", "ramfs", "aufs"))
"""Real where they are the root of the machine, or where they stand under a folder for media."""
_MEDIA = ("/media/", "/run/media/", "/mnt/", "/Volumes/")
_SYSTEM_FOLDERS = ("/boot", "/snap", "/var/lib/docker", "/var/lib/containers", "/var/lib/snapd", "/System/Volumes")


class Mount(NamedTuple):
    """One line of the system's list."""

    device: str
    path: str
    file_system: str
    options: tuple[str, ...]


def drives(deadline: float = DEADLINE) -> tuple[Drive, ...]:
    """Every place that could take an export, removable ones first. Never longer than `deadline` seconds."""
    return look_at(real_mounts(_mounts()), deadline)


def look_at(
    mounts: Iterable[Mount], deadline: float = DEADLINE, probe: "Callable[[Mount], Drive] | None" = None
) -> tuple[Drive, ...]:
    """Ask each of `mounts` at the same time; one that does not answer is listed without its numbers.

    A thread that hangs in the system cannot be ended; it is left alone, and its drive is not asked again before it
    comes back.
    """
    ends = time.monotonic() + deadline
    questions = [_Question.of(mount, probe or _probe) for mount in mounts]
    found = [question.answer(ends) for question in questions]
    order = ("removable", "optical", "unknown", "network", "fixed")
    return tuple(sorted(found, key=lambda drive: (order.index(drive.kind), str(drive.path))))


def real_mounts(mounts: Iterable[Mount]) -> list[Mount]:
    """Without pseudo file systems, pieces of the system itself, and second names of one device."""
    chosen: dict[str, Mount] = {}
    for mount in mounts:
        if not _is_real(mount):
            continue
        key = mount.device if mount.device.startswith("/dev/") else f"{mount.device} {mount.path}"
        other = chosen.get(key)
        if other is None or len(mount.path) < len(other.path):
            chosen[key] = mount
    return list(chosen.values())


def kind_of(mount: Mount, sys_folder: Path = Path("/sys")) -> DriveKind:
    """What a drive is: said by its options on Windows, by /sys on Linux."""
    if mount.file_system in _NETWORK or "remote" in mount.options or mount.device.startswith(("//", "\\\\")):
        return "network"
    if mount.file_system in _OPTICAL or "cdrom" in mount.options:
        return "optical"
    if "removable" in mount.options:
        return "removable"
    if "fixed" in mount.options or mount.path == "/":
        return "fixed"
    if not mount.device.startswith("/dev/"):
        return "unknown"
    return _kind_by_sys(os.path.basename(os.path.realpath(mount.device)), sys_folder)


def file_system_at(path: Path) -> Mount | None:
    """The mount that `path` lies on, by its name alone: nothing is touched that could hang."""
    best: Mount | None = None
    text = os.path.abspath(path)
    for mount in _mounts():
        root = mount.path if mount.path.endswith(os.sep) else mount.path + os.sep
        if (text + os.sep).startswith(root) and (best is None or len(mount.path) >= len(best.path)):
            best = mount
    return best


def _mounts() -> list[Mount]:
    import psutil

    try:
        found = psutil.disk_partitions(all=sys.platform != "win32")
    except OSError:
        return []
    return [
        Mount(part.device, part.mountpoint, part.fstype.lower(), tuple(part.opts.lower().split(","))) for part in found
    ]


def _is_real(mount: Mount) -> bool:
    if sys.platform == "win32":
        return True
    if mount.path.startswith(_SYSTEM_FOLDERS) or mount.file_system in ("squashfs", "devtmpfs"):
        return False
    if mount.device.startswith("/dev/") or mount.file_system in _NETWORK:
        # Containers and snaps bind single files of the host into their tree; /proc knows them as mounts.
        return mount.path == "/" or not mount.path.startswith(("/etc/", "/dev/", "/proc/", "/sys/"))
    return mount.file_system in _ROOTS and (mount.path == "/" or mount.path.startswith(_MEDIA))


def _kind_by_sys(name: str, sys_folder: Path) -> DriveKind:
    """Linux: the kernel's "removable", and whether the device hangs on USB or is a memory card."""
    block = sys_folder / "class" / "block" / name
    try:
        real = block.resolve()
        disk = real.parent if (real / "partition").exists() else real
        if not disk.exists():
            return "unknown"
        removable = (disk / "removable").read_text().strip() == "1"
    except OSError:
        return "unknown"
    return "removable" if removable or re.search(r"/(usb\d|mmc_host/)", str(disk)) else "fixed"


class _Question:
    """One drive that was asked, in a thread of its own."""

    _running: "dict[str, _Question]" = {}  # noqa: RUF012  # one for the process: who hangs is not asked twice

    def __init__(self, mount: Mount, probe: Callable[[Mount], Drive]) -> None:
        self._mount = mount
        self._drive: Drive | None = None
        self._thread = threading.Thread(target=self._ask, args=(probe,), name="drive", daemon=True)

    @classmethod
    def of(cls, mount: Mount, probe: Callable[[Mount], Drive]) -> "_Question":
        running = cls._running.get(mount.path)
        if running is not None and running._thread.is_alive():
            return running
        question = cls._running[mount.path] = cls(mount, probe)
        question._thread.start()
        return question

    def _ask(self, probe: Callable[[Mount], Drive]) -> None:
        self._drive = probe(self._mount)

    def answer(self, ends: float) -> Drive:
        self._thread.join(max(0.0, ends - time.monotonic()))
        return self._drive or _silent(self._mount)


def _silent(mount: Mount) -> Drive:
    """What can be said of a drive without touching it."""
    kind: DriveKind = "network" if mount.file_system in _NETWORK else "unknown"
    label = clean(os.path.basename(mount.path.rstrip("/\\")) or mount.path)
    read_only = "ro" in mount.options
    return Drive(Path(mount.path), label, kind, mount.file_system, 0, 0, False, read_only, answers=False)


def _probe(mount: Mount) -> Drive:
    """Ask the drive itself; may hang."""
    drive = replace(_silent(mount), kind=kind_of(mount))
    try:
        total, free = _space(mount.path)
        writable = not drive.read_only and os.access(mount.path, os.W_OK)
    except OSError:
        return drive
    label = _label(mount)
    return replace(
        drive, total=total, free=free, writable=writable, answers=True, label=clean(label) if label else drive.label
    )


def _space(path: str) -> tuple[int, int]:
    import psutil

    usage = psutil.disk_usage(path)
    return int(usage.total), int(usage.free)


def _label(mount: Mount) -> str:
    if sys.platform == "win32":
        return _windows_label(mount.path)
    labels = Path("/dev/disk/by-label")
    try:
        device = os.path.realpath(mount.device)
        for entry in labels.iterdir():
            if os.path.realpath(entry) == device:
                return _unescape(entry.name)
    except OSError:
        return ""
    return ""


def _unescape(name: str) -> str:
    r"""The label that udev wrote as a file name: bytes it would not take stand as \x20."""
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes((int(found[1], 16),)), os.fsencode(name))
    return raw.decode("utf-8", "replace")


if sys.platform == "win32":

    def _windows_label(path: str) -> str:
        import ctypes

        name = ctypes.create_unicode_buffer(261)
        found = ctypes.windll.kernel32.GetVolumeInformationW(path, name, 261, None, None, None, None, 0)
        return name.value if found else ""

else:

    def _windows_label(path: str) -> str:
        return ""
