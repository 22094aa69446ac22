"""Reading an archive that comes from elsewhere: nothing in it is believed before it was verified.

No member's name is ever used as a path, no size that the zip declares is trusted, and what would fill memory or disk
is refused before it does.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from console.i18n import _
from console.model.text import size_text
from console.plain import clean

REPORT = "report.pdf"
SEALED = "sealed.json"
RECORD = "record.json"
ACTIONS = "actions.json"
README = "README.txt"
SUMS = "SHA256SUMS"
EVIDENCE = "evidence/"
ATTACHMENTS = "attachments/"

_FILES = (REPORT, SEALED, RECORD, ACTIONS, README, SUMS)
_MOST_MEMBERS = 20_000
_MOST_DIRECTORY = 1 << 24
_LARGEST_TEXT = 1 << 27
_LARGEST_FILE = 1 << 28
_LARGEST_WHOLE = 1 << 33
_PROPORTION = 1000
_SMALL = 1 << 22
_CHUNK = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error, IndexError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What zipfile raises for strangers' bytes; RuntimeError where a member wants a password."""


class BadPackage(Exception):
    """A zip that is no archive of an inspection, or was changed. Its text is one translated sentence."""


class Package:
    """An archive that was opened and looked over. Raises BadPackage, and OSError where the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            size = _look_before(stream)
        try:
            self._zip = zipfile.ZipFile(path)
        except _UNREADABLE as error:
            raise BadPackage(_("it is no zip file, or a damaged one.")) from error
        try:
            self._members = _looked_over(self._zip.infolist(), size)
        except BadPackage:
            self._zip.close()
            raise

    def __enter__(self) -> "Package":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all members."""
        return tuple(self._members)

    def sizes(self) -> int:
        """Bytes of everything unpacked, as far as the zip says."""
        return sum(info.file_size for info in self._members.values())

    def verify_sums(self) -> Mapping[str, str]:
        """By name: the SHA-256 of each member, after reading every byte and comparing it with SHA256SUMS."""
        promised = _promised(self.text(SUMS))
        there = set(self._members) - {SUMS}
        for name in sorted(there ^ set(promised)):
            if name in there:
                raise BadPackage(_("{name} was added: SHA256SUMS does not list it.").format(name=clean(name)))
            raise BadPackage(_("{name} is missing, which SHA256SUMS lists.").format(name=clean(name)))
        for name, digest in promised.items():
            found = hashlib.sha256()
            for piece in self.pieces(name):
                found.update(piece)
            if found.hexdigest() != digest:
                sentence = _("{name} was changed: its SHA-256 is not the one in SHA256SUMS.")
                raise BadPackage(sentence.format(name=clean(name)))
        return promised

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, piece by piece; `zipfile` gives no more than the size that was looked at before."""
        try:
            with self._zip.open(self._members[name]) as stream:
                while data := stream.read(_CHUNK):
                    yield data
        except _UNREADABLE as error:
            raise BadPackage(_("{name} is damaged.").format(name=clean(name))) from error

    def text(self, name: str) -> bytes:
        """The bytes of a small member. BadPackage when it is not there."""
        if name not in self._members:
            sentence = _("it is no archive of an inspection: {name} is missing.")
            raise BadPackage(sentence.format(name=name))
        return b"".join(self.pieces(name))

    def json(self, name: str) -> Any:
        """A member as JSON. BadPackage when it is none."""
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError) as error:
            raise BadPackage(_("{name} is not JSON.").format(name=name)) from error


def looks_like_package(path: Path, inspection_id: str) -> bool:
    """Whether a file is an archive of that inspection, as far as its record says. Nothing is verified."""
    try:
        with Package(path) as package:
            record = package.json(RECORD)
    except (BadPackage, OSError):
        return False
    return isinstance(record, dict) and record.get("id") == inspection_id


def _look_before(stream: IO[bytes]) -> int:
    """Refuse a directory that would not fit into memory, before `zipfile` reads it as a whole; the file's size."""
    size = stream.seek(0, 2)
    stream.seek(max(size - 65_557, 0))
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise BadPackage(_("it is no zip file, or a damaged one."))
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if count == 0xFFFF or length == 0xFFFFFFFF or count > _MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise BadPackage(_("it has more entries than an inspection can have."))
    return size


def _looked_over(infos: list[zipfile.ZipInfo], size: int) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    whole = 0
    for info in infos:
        name = info.filename
        shown = clean(name)[:100]
        # `orig_filename` is what stands in the file; zipfile itself cuts at a NUL and turns backslashes.
        if name != info.orig_filename or not _is_ours(name):
            sentence = _('it holds "{name}", which no archive of an inspection holds. Nothing was unpacked.')
            raise BadPackage(sentence.format(name=shown))
        if name in members:
            raise BadPackage(_("{name} stands in it twice.").format(name=shown))
        if not 0 <= info.header_offset < size:
            raise BadPackage(_("{name} is damaged.").format(name=shown))
        if info.flag_bits & 1:
            raise BadPackage(
                _("{name} is encrypted. Unpack it and pack it again without a password.").format(name=shown)
            )
        if (info.external_attr >> 28) not in (0, 0o10):
            raise BadPackage(_("{name} is a link or no plain file.").format(name=shown))
        limit = _LARGEST_FILE if name.startswith(ATTACHMENTS) or name == REPORT else _LARGEST_TEXT
        whole += info.file_size
        bomb = info.file_size > _SMALL and info.file_size > _PROPORTION * max(info.compress_size, 1)
        if info.file_size > limit or whole > _LARGEST_WHOLE or bomb:
            raise BadPackage(_too_large(name))
        members[name] = info
    return members


def _is_ours(name: str) -> bool:
    if name in _FILES:
        return True
    folder, slash, rest = name.partition("/")
    inside = f"{folder}{slash}" in (EVIDENCE, ATTACHMENTS) and bool(rest) and not set(rest) & set('/\\:*?"<>|')
    return inside and rest not in (".", "..") and rest == clean(rest)


def _promised(text: bytes) -> dict[str, str]:
    promised: dict[str, str] = {}
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BadPackage(_("SHA256SUMS cannot be read.")) from error
    for line in filter(None, (line.rstrip("\r") for line in lines)):
        digest, _blank, name = line.partition(" ")
        if not _DIGEST.fullmatch(digest) or name[:1] not in (" ", "*") or name[1:] in promised:
            raise BadPackage(_("SHA256SUMS cannot be read."))
        promised[name[1:]] = digest
    return promised


def _too_large(name: str) -> str:
    sentence = _("{name} would unpack to more than {limit}, or to more than it says: nothing was unpacked.")
    return sentence.format(name=clean(name)[:100], limit=size_text(_LARGEST_FILE))
