"""Files that prove something: each stored once under its SHA-256, and never changed.

HOME/inspections/attachments/ab/abcdef…
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from console.errors import StoreError, UsageError
from console.i18n import _
from console.model.text import size_text
from console.plain import clean
from console.store.disk import move, sweep, sync_folder, temporary_name, write_all
from console.store.trouble import cannot_read, cannot_write

FOLDER = "attachments"
"""Below HOME/inspections."""
MOST_BYTES = 200_000_000
"""Of one attachment."""
LONGEST_NAME = 200

_CHUNK = 1 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_DIGITS = frozenset("0123456789abcdef")
_MAGIC = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"PK\3\4", "application/zip"),
)


class Files:
    """The attachments of one home folder. All calls may block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def path(self, digest: str) -> Path:
        """Where the file of that SHA-256 lies, whether or not it is there. UsageError for what is no SHA-256."""
        if len(digest) != 64 or not _DIGITS.issuperset(digest):
            sentence = _("{digest} is no SHA-256 of 64 hexadecimal digits.")
            raise UsageError(_("No such attachment"), sentence.format(digest=clean(digest)[:80] or "-"))
        return self._folder / digest[:2] / digest

    def keep(self, pieces: Iterable[bytes], name: str, expected: str = "") -> tuple[str, int, bytes]:
        """Store what `pieces` give, whole and on the disk when this returns: SHA-256, size, first bytes.

        With `expected` nothing is stored unless its SHA-256 is that. `name` is for the sentences. Raises UsageError
        for too large ones, StoreError with one sentence otherwise; nothing half-written stays.
        """
        place = self._folder / "incoming"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sweep(self._folder)
            with temporary_name(place) as temporary:
                digest, size, head = _pour(pieces, temporary, name)
                if expected and digest != expected:
                    sentence = _("{name} was not kept: its SHA-256 is {digest}, not {expected}.")
                    said = sentence.format(name=clean(name), digest=digest, expected=expected)
                    raise StoreError(_("Not attached"), said)
                self._settle(temporary, self.path(digest), digest)
        except OSError as error:
            raise cannot_write(place.with_name(clean(name) or "-"), error) from error
        return digest, size, head

    def trouble(self, digest: str, size: int | None = None) -> str:
        """Why the file of that SHA-256 is not as it was kept: "missing", "changed"; empty when it is. StoreError."""
        path = self.path(digest)
        try:
            if size is not None and path.stat().st_size != size:
                return "changed"
            return "" if digest_of_file(path) == digest else "changed"
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            raise cannot_read(path, error) from error

    def _settle(self, temporary: Path, path: Path, digest: str) -> None:
        if path.exists() and digest_of_file(path) == digest:
            return
        # Not there yet, or what lies there is not what its name says.
        new_folder = not path.parent.exists()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        move(temporary, path)
        sync_folder(path.parent)
        if new_folder:
            sync_folder(self._folder)


def pieces_of(source: Path | bytes, name: str) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time. Raises UsageError for what is no file or too large; StoreError."""
    if isinstance(source, bytes):
        yield source
        return
    try:
        if not source.is_file():
            sentence = _("{path} is no file that can be attached.") if source.exists() else _("{path} is not there.")
            raise UsageError(_("Not attached"), sentence.format(path=source))
        size = source.stat().st_size
        if size > MOST_BYTES:
            raise too_large(name, size)
        with source.open("rb") as stream:
            while data := stream.read(_CHUNK):
                yield data
    except OSError as error:
        raise cannot_read(source, error) from error


def too_large(name: str, size: int) -> UsageError:
    """The refusal of a file that is too large."""
    sentence = _(
        "{name} has {size}; an attachment may have {limit}. Attach a smaller copy, or name its place in the note."
    )
    said = sentence.format(name=clean(name), size=size_text(size), limit=size_text(MOST_BYTES))
    return UsageError(_("Not attached"), said)


def media_of(head: bytes) -> str:
    """What kind of file begins with these bytes; "application/octet-stream" for one that is not known."""
    for place, magic, media in _MAGIC:
        if head[place : place + len(magic)] == magic:
            return media
    return "text/plain" if _is_text(head) else "application/octet-stream"


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file."""
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head may end within a letter.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and not any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text)


def _pour(pieces: Iterable[bytes], target: Path, name: str) -> tuple[str, int, bytes]:
    digest, size, head = sha256(), 0, b""
    descriptor = os.open(target, _CREATE, 0o600)
    try:
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise too_large(name, size)
            head = head or piece[:4096]
            digest.update(piece)
            write_all(descriptor, piece)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest.hexdigest(), size, head
