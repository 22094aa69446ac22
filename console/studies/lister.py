"""Lists a folder with sizes and times; also a process of its own that does so ahead of the walk.

Stat calls decide how fast an unchanged archive is looked through, and a second processor halves them. As a process this
file stands alone and imports nothing of ours: it is there in a fiftieth of a second.
"""

import marshal
import os
import sys
from contextlib import suppress
from hashlib import blake2b
from typing import NamedTuple

_BY_DESCRIPTOR = os.scandir in os.supports_fd and os.stat in os.supports_dir_fd


class Listing(NamedTuple):
    """What stands in a folder."""

    device: int
    inode: int
    """0 where the system has none."""
    mtime_ns: int
    files: list[tuple[str, int, int]]
    """Name, size, mtime_ns of regular files. Pipes, sockets and devices are left out."""
    folders: list[str]
    """Names."""
    links: list[str]
    """Names of symbolic links, whatever they lead to."""


def list_folder(path: str) -> Listing:
    """Look into the folder at `path`. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY) if _BY_DESCRIPTOR else -1
    place = descriptor if _BY_DESCRIPTOR else path
    try:
        status = os.stat(place)
        folders: list[str] = []
        links: list[str] = []
        with os.scandir(place) as entries:
            listed = list(entries)
            plain = [entry for entry in listed if entry.is_file(follow_symlinks=False)]
            files = _stats(plain)
            if len(plain) < len(listed):
                folders = [entry.name for entry in listed if entry.is_dir(follow_symlinks=False)]
                links = [entry.name for entry in listed if entry.is_symlink()]
        return Listing(status.st_dev, status.st_ino, status.st_mtime_ns, files, folders, links)
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def digest_of(files: list[tuple[str, int, int]]) -> bytes:
    """What tells whether a folder's files are those of last time."""
    return blake2b(marshal.dumps(files, 2), digest_size=16).digest()


def _stats(entries: "list[os.DirEntry[str]]") -> list[tuple[str, int, int]]:
    """Name, size and time of each; what vanished since it was listed is left out."""
    try:
        return [
            (entry.name, (status := entry.stat(follow_symlinks=False)).st_size, status.st_mtime_ns) for entry in entries
        ]
    except FileNotFoundError:
        files: list[tuple[str, int, int]] = []
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                files.append((entry.name, status.st_size, status.st_mtime_ns))
        return files


def main() -> None:
    """Answer lists of folders on standard input, until it closes, with what `console.studies.ahead` wants to know."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)
    while len(head := source.read(4)) == 4:
        answers: list[tuple[int, int, bytes, int, list[bytes]] | None] = []
        for path in marshal.loads(source.read(int.from_bytes(head, "little"))):
            try:
                found = list_folder(os.fsdecode(path))
            except OSError:
                answers.append(None)
                continue
            names = [os.fsencode(name) for name in found.folders]
            known = (found.device, found.inode, digest_of(found.files), len(found.files), names)
            answers.append(None if found.links else known)
        data = marshal.dumps(answers)
        sink.write(len(data).to_bytes(4, "little") + data)
        sink.flush()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
