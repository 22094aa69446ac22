"""What a host tells of its file systems: sections disk.sh and netmounts.sh, and the volumes of Windows."""

import re
from dataclasses import dataclass
from typing import Any

from console.checks.parsers.reading import told
from console.checks.raw import Raw
from console.plain import clean

NETWORK = ("nfs", "cifs", "smb", "ceph", "glusterfs", "lustre", "afs", "ncpfs", "davfs", "9p", "autofs", "fuse")
"""Beginnings of file systems that another machine serves, or that may be."""
_FULL_BY_NATURE = frozenset({"squashfs", "iso9660", "udf", "cdfs", "erofs", "cramfs", "romfs"})
"""Always full and always read-only; nothing of a server's is kept there."""
_SYNTHETIC = frozenset(
    "proc sysfs devpts devtmpfs cgroup cgroup2 securityfs debugfs tracefs pstore bpf mqueue hugetlbfs configfs "
    "binfmt_misc efivarfs fusectl rpc_pipefs nsfs selinuxfs ramfs rootfs".split()
)
_MEMORY_PLACES = ("/run", "/dev", "/sys", "/proc")
_OCTAL = re.compile(r"\\([0-7]{3})")
_FIXED_DRIVE = 3
"""Win32_Volume.DriveType of a disk that stays."""


@dataclass(frozen=True)
class Space:
    """Bytes of a file system, or its inodes."""

    used: int
    free: int
    """What an ordinary account may still take: the reserve of root is not in it."""
    total: int = 0

    @property
    def percent(self) -> float:
        """used / (used + free) in percent, as df shows it; 0 for nothing at all."""
        return 100.0 * self.used / (self.used + self.free) if self.used + self.free > 0 else 0.0


@dataclass(frozen=True)
class Mount:
    """One file system where it is mounted."""

    path: str
    """Mount point, or drive such as "C:"."""
    type: str
    """Such as "ext4", small letters."""
    device: str
    read_only: bool | None
    """None where nobody says, as of a volume of Windows."""
    space: Space | None
    """None where it was not asked (network) or gave no answer."""
    inodes: Space | None
    """None where nobody counts them, as on Windows; all zero where the file system has none."""
    failed: bool = False

    @property
    def network(self) -> bool:
        """Served by another machine."""
        return self.type != "fuseblk" and self.type.startswith(NETWORK)

    @property
    def full_by_nature(self) -> bool:
        """A disc image or the like: always full, always read-only."""
        return self.type in _FULL_BY_NATURE

    @property
    def stores(self) -> bool:
        """Whether a server keeps something there: no synthetic file system, no memory of the system's own."""
        if self.type in _SYNTHETIC or self.network or self.full_by_nature:
            return False
        if self.type == "tmpfs" and self.path.startswith(_MEMORY_PLACES):
            return False
        return not (self.type == "overlay" and self.path != "/")


@dataclass(frozen=True)
class Disks:
    """All file systems of a host."""

    now: float
    """The host's own clock, POSIX seconds."""
    mounts: tuple[Mount, ...]

    def at(self, path: str) -> Mount | None:
        """What is mounted at `path`; the last one where several lie over each other."""
        wanted = path.rstrip("/\\").casefold() if ":" in path else path.rstrip("/") or "/"
        found = [m for m in self.mounts if (m.path.casefold() if ":" in m.path else m.path) == wanted]
        return found[-1] if found else None


def disks_of(raw: Raw) -> Disks:
    """Raises NotKnown where the answer is not complete, ValueError and the like for anything but an answer."""
    answer = told(raw)
    return _windows(answer) if isinstance(answer, dict) else _posix(answer)


def _posix(text: str) -> Disks:
    lines = text.split("\n")
    if "end" not in lines[-3:]:
        raise ValueError("no end")
    now = 0.0
    table: dict[str, tuple[str, list[str], str]] = {}
    spaces: dict[str, Space] = {}
    inodes: dict[str, Space] = {}
    failed: set[str] = set()
    for line in lines:
        word, _blank, rest = line.partition(" ")
        if word == "now":
            now = float(rest)
        elif word == "mount":
            kind, options, device, path = _words(rest, 4)
            # Later ones lie over earlier ones.
            table.pop(path, None)
            table[path] = (kind.lower(), options.split(","), device)
        elif word == "df":
            _total, used, free, path = _words(rest, 4)
            spaces[path] = Space(int(used) * 1024, int(free) * 1024, int(_total) * 1024)
        elif word == "inodes":
            total, used, free, path = _words(rest, 4)
            inodes[path] = Space(int(used), int(free), int(total))
        elif word == "!failed":
            failed.add(rest)
    if not table or not now:
        raise ValueError("no mounts")
    mounts = tuple(
        Mount(unescaped(path), kind, device, "ro" in options, spaces.get(path), inodes.get(path), path in failed)
        for path, (kind, options, device) in table.items()
    )
    return Disks(now, mounts)


def _windows(answer: dict[str, Any]) -> Disks:
    mounts = []
    for volume in answer["volumes"]:
        size, free = int(volume["size"]), int(volume["free"])
        path = clean(str(volume["mount"])).rstrip("\\") or "\\"
        kind = str(volume["filesystem"]).lower()
        if int(volume["drive_type"]) != _FIXED_DRIVE or path.startswith("\\\\?"):
            continue
        mounts.append(Mount(path, kind, path, None, Space(size - free, free, size), None))
    if not mounts:
        raise ValueError("no volumes")
    return Disks(float(answer["now"]), tuple(mounts))


@dataclass(frozen=True)
class NetMount:
    """A network file system and whether it answered."""

    path: str
    type: str
    state: str
    """"answers", "hung", "left" (hung before, not asked again) or "failed"."""


def net_mounts_of(raw: Raw) -> tuple[NetMount, ...]:
    """Raises as `disks_of` does. Empty where nothing of the network is mounted.

    A section that was ended tells all the same: the mount that was asked last is the one that hung.
    """
    ended = bool(raw.trouble) and raw.dialect == "posix" and b"\nasking " in raw.output
    answer = raw.output.decode("utf-8", "replace") if ended else told(raw)
    if isinstance(answer, dict):
        return ()
    lines = answer.split("\n")
    if "end" not in lines[-3:] and not ended:
        raise ValueError("no end")
    found: list[NetMount] = []
    asking = ""
    for line in lines:
        word, _blank, rest = line.partition(" ")
        if word == "asking":
            asking = rest
        elif word in ("answers", "!failed"):
            asking = ""
        if word == "answers":
            kind, _total, _used, _free, path = _words(rest, 5)
            found.append(NetMount(unescaped(path), kind, "answers"))
        elif word in ("!hung", "!left", "!failed"):
            kind, path = _words(rest, 2)
            found.append(NetMount(unescaped(path), kind, word[1:]))
    if asking:
        kind, path = _words(asking, 2)
        found.append(NetMount(unescaped(path), kind, "hung"))
    return tuple(found)


def escaped(path: str) -> str:
    """A path as /proc writes it."""
    return "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in path)


def unescaped(path: str) -> str:
    """A path as /proc writes it, read: blanks stand as \\040."""
    raw = _OCTAL.sub(lambda found: chr(int(found[1], 8)), path)
    return clean(raw)


def _words(text: str, count: int) -> list[str]:
    words = text.split(" ", count - 1)
    if len(words) != count:
        raise ValueError(text)
    return words
